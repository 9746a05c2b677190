"""The margins of the joint on the film, known from the surfaces, and the widths between them.

Everything here is a left knee as displayed (medial left, lateral right); `mirrored` mirrors a truth.

Femoral margin: lower edge of the projected condyle. Tibial margin: in every column of the film, a plane of
rays cuts the plateau in a curve from its posterior to its anterior margin; the tibial margin is the mean row
of the middle half of that curve, where the condyle bears. With a beam parallel to the plateau, this is the
upper edge of the subchondral plate. Anterior and posterior margins that tilt or a hollow plateau projects
above it are not the tibial margin.

Everything is computed at FINE_MM and not at the pixels of the film, so that these have no influence on the
truth; what is given in pixels is converted at the end.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kltool.errors import UsageError
from kltool.simulate.bones import Bone, KneeBones
from kltool.simulate.rays import Camera, lower_outline, profile_rows
from kltool.simulate.scene import CompartmentTruth, FixedWidth, KneeScene, KneeTruth, Pair
from kltool.typing import Float64

Int32 = npt.NDArray[np.int32]

MEDIAL_EXTENT = (0.06, 0.38)  # docs/choices-simulate.md#compartments
LATERAL_EXTENT = (0.64, 0.96)  # docs/choices-simulate.md#compartments
MEDIAL_SEARCH = (0.13, 0.32)  # docs/choices-simulate.md#compartments
LATERAL_SEARCH = (0.68, 0.87)  # docs/choices-simulate.md#compartments
MEDIAL_OAI = (0.150, 0.300)  # docs/choices-simulate.md#area
LATERAL_OAI = (0.700, 0.900)  # docs/choices-simulate.md#area
AREA_POINTS = 81  # docs/choices-simulate.md#area
FINE_MM = 0.1  # docs/choices-simulate.md#truth-resolution
FINE_HALF_WIDTH_MM = 75.0  # more than half a knee
MEDIAL_X = tuple(k / 1000 for k in range(150, 301, 25))  # OAI: JSW150 to JSW300
LATERAL_X = tuple(k / 1000 for k in range(700, 901, 25))  # OAI: LJSW700 to LJSW900
CONDYLE_HEIGHT_MM = 35.0  # docs/choices-simulate.md#femoral-width
SHADOW_ABOVE = 0.2  # of the femoral width; higher parts of the outline belong to the shaft
PROFILE_STEP_MM = 0.25  # docs/choices-simulate.md#truth-resolution
BEARING = np.linspace(0.25, 0.75, 21)  # of the depth; docs/choices-simulate.md#tibial-margin


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The x axis: origin (row, column) at x = 0, unit vectors (row, column) along x and towards the
    tibia, length in pixels from x = 0 to x = 1; ends (row, column): the widest points of the condyles.
    """

    origin: Float64
    along: Float64
    down: Float64
    length: float
    ends: Pair

    def to_axes(self, points: Float64) -> tuple[Float64, Float64]:
        """(n, 2) (row, column) to x as a fraction and depth below the axis in pixels."""
        offset = points - self.origin
        return offset @ self.along / self.length, offset @ self.down


@dataclass(frozen=True, slots=True, eq=False)
class _Definition:
    """The ranges of x of one compartment: of its margins, of its minimum, of its area."""

    extent: tuple[float, float]
    search: tuple[float, float]
    oai: tuple[float, float]


MEDIAL = _Definition(MEDIAL_EXTENT, MEDIAL_SEARCH, MEDIAL_OAI)
LATERAL = _Definition(LATERAL_EXTENT, LATERAL_SEARCH, LATERAL_OAI)


@dataclass(frozen=True, slots=True, eq=False)
class ProjectedMargins:
    """Femoral and tibial margin of one compartment, and the anterior and posterior margins of its plateau.

    (n, 2) (row, column) each. femoral_x, tibial_x: (n,) x of the points of the margins.
    """

    femoral: Float64
    tibial: Float64
    anterior: Float64
    posterior: Float64
    femoral_x: Float64
    tibial_x: Float64

    def searched(self, within: tuple[float, float]) -> tuple[Float64, Float64]:
        """The part of both margins within the range of the minimum."""
        return _restricted(self.femoral, self.femoral_x, within), _restricted(
            self.tibial, self.tibial_x, within
        )


def fine_camera(camera: Camera, offset_mm: float) -> Camera:
    """The same beam with pixels of FINE_MM, columns around a knee `offset_mm` right of the central ray."""
    columns = round(2 * FINE_HALF_WIDTH_MM / FINE_MM)
    return Camera(1, columns, FINE_MM, camera.distance_mm, (0.0, -offset_mm / FINE_MM))


def femoral_axis(bare_femur: Bone, camera: Camera) -> Axis:
    """Tangent of the distal condyles; its ends are the widest points of the condyles."""
    outline = _points(lower_outline(bare_femur.vertices, bare_femur.faces, camera))
    vertices = _projected(bare_femur, camera)
    middle = vertices[vertices[:, 0] > vertices[:, 0].max() - 20.0 / camera.pixel_mm, 1].mean()
    along = _tangent(outline, middle)
    down = np.array([along[1], -along[0]])
    low = outline[(outline @ down).argmax()]
    near = vertices[(vertices - low) @ down > -CONDYLE_HEIGHT_MM / camera.pixel_mm]
    across = (near - low) @ along
    ends = near[across.argmin()], near[across.argmax()]
    return Axis(
        low + across.min() * along, along, down, float(np.ptp(across)), (_pair(ends[0]), _pair(ends[1]))
    )


def _tangent(outline: Float64, middle: float) -> Float64:
    """Unit (row, column) direction of the line that touches both halves of the outline from below."""
    slope = 0.0
    for _ in range(8):
        height = outline[:, 0] - slope * outline[:, 1]
        left, right = outline[:, 1] < middle, outline[:, 1] > middle
        first, second = outline[left][height[left].argmax()], outline[right][height[right].argmax()]
        slope = (second[0] - first[0]) / (second[1] - first[1])
    return np.asarray(np.array([slope, 1.0]) / np.hypot(slope, 1.0))


def compartment_margins(
    bones: KneeBones, axis: Axis, camera: Camera
) -> tuple[ProjectedMargins, ProjectedMargins]:
    """Margins of the medial and the lateral compartment."""
    outline = _points(lower_outline(bones.femur.vertices, bones.femur.faces, camera))
    condyles = outline[axis.to_axes(outline)[1] > -axis.length * SHADOW_ABOVE]
    plateau = _project_plateau_margins(bones, camera)
    curves = condyles, _tibial_margin(bones, plateau, camera), plateau.anterior, plateau.posterior
    medial, lateral = (_margins(curves, axis, fixed.extent) for fixed in (MEDIAL, LATERAL))
    return medial, lateral


def _margins(curves: tuple[Float64, ...], axis: Axis, extent: tuple[float, float]) -> ProjectedMargins:
    """The part of all curves (condyles, tibial margin, anterior and posterior margin) between two x."""
    femoral, tibial, anterior, posterior = (c[_inside(axis.to_axes(c)[0], extent)] for c in curves)
    return ProjectedMargins(
        femoral, tibial, anterior, posterior, axis.to_axes(femoral)[0], axis.to_axes(tibial)[0]
    )


@dataclass(frozen=True, slots=True, eq=False)
class _ProjectedPlateauMargins:
    """The plateau margins on the film: (n, 2) (row, column), and depths (n,) in mm from the source.

    In every column, and at the two ends, where they meet.
    """

    anterior: Float64
    posterior: Float64
    anterior_depth: Float64
    posterior_depth: Float64


def _project_plateau_margins(bones: KneeBones, camera: Camera) -> _ProjectedPlateauMargins:
    """Where the plane of rays of every column enters and leaves the plateau, whose margin it cuts twice."""
    rows, columns, depths = camera.project(bones.plateau.margin.on(bones.tibia.vertices))
    first, last = columns.min(), columns.max()
    at = np.r_[first, np.arange(np.floor(first) + 1.0, np.ceil(last)), last]
    starts, steps = columns[:-1, None], np.diff(columns)[:, None]
    share = (at - starts) / np.where(steps == 0, np.inf, steps)
    cut = (share >= 0) & (share <= 1) & (steps != 0)
    depth = depths[:-1, None] + share * np.diff(depths)[:, None]
    row = rows[:-1, None] + share * np.diff(rows)[:, None]
    near, far = np.where(cut, depth, np.inf).argmin(axis=0), np.where(cut, depth, -np.inf).argmax(axis=0)
    place = np.arange(len(at))
    posterior, anterior = (np.stack([row[k, place], at], axis=1) for k in (near, far))
    return _ProjectedPlateauMargins(anterior, posterior, depth[far, place], depth[near, place])


def _tibial_margin(bones: KneeBones, plateau: _ProjectedPlateauMargins, camera: Camera) -> Float64:
    """(n, 2) (row, column), the tibial margin between the two ends, where the plateau margins meet."""
    nearest_mm, profiles = profile_rows(bones.tibia.vertices, bones.plateau.faces, camera, PROFILE_STEP_MM)
    columns = plateau.anterior[1:-1, 1].astype(int)[:, None]
    deep = (plateau.anterior_depth - plateau.posterior_depth)[1:-1, None]
    place = (plateau.posterior_depth[1:-1, None] + deep * BEARING - nearest_mm) / PROFILE_STEP_MM
    below = np.clip(place.astype(int), 0, profiles.shape[1] - 2)
    before, after = profiles[columns, below], profiles[columns, below + 1]
    rows = (before + (place - below) * (after - before)).mean(axis=1)
    met = np.isfinite(rows)
    inner = np.stack([rows[met], plateau.anterior[1:-1, 1][met]], axis=1)
    return np.concatenate([plateau.anterior[:1], inner, plateau.anterior[-1:]])


def _restricted(points: Float64, x: Float64, within: tuple[float, float]) -> Float64:
    """The polyline between two x, its ends interpolated, so that it changes continuously with the pose."""
    order = np.argsort(x)
    x, points = x[order], points[order]
    ends = np.clip(within, x[0], x[-1])
    first, last = (np.array([[np.interp(end, x, points[:, k]) for k in (0, 1)]]) for end in ends)
    inner = points[(x > ends[0]) & (x < ends[1])]
    line = np.concatenate([first, inner, last])
    return line if line[0, 1] <= line[-1, 1] else line[::-1]


def signed_gap(femoral: Float64, tibial: Float64) -> float:
    """Smallest distance in pixels; minus the deepest overlap where the margins cross."""
    rows = np.interp(femoral[:, 1], tibial[:, 1], tibial[:, 0], left=np.inf, right=np.inf)
    overlap = float((femoral[:, 0] - rows).max())
    return -overlap if overlap > 0 else nearest(femoral, tibial)[0]


def nearest(femoral: Float64, tibial: Float64) -> tuple[float, Float64, Float64]:
    """Smallest distance between two polylines in pixels, and where: (row, column) on each."""
    forward = _nearest_point_to_segment(femoral, tibial)
    backward = _nearest_point_to_segment(tibial, femoral)
    if forward[0] <= backward[0]:
        return forward
    return backward[0], backward[2], backward[1]


def _nearest_point_to_segment(points: Float64, line: Float64) -> tuple[float, Float64, Float64]:
    starts, steps = line[:-1], np.diff(line, axis=0)
    offset = points[:, None, :] - starts
    along = np.clip((offset * steps).sum(axis=2) / (steps**2).sum(axis=1), 0.0, 1.0)
    feet = starts + along[:, :, None] * steps
    distance = np.hypot(*np.moveaxis(points[:, None, :] - feet, 2, 0))
    point, segment = np.unravel_index(distance.argmin(), distance.shape)
    return float(distance[point, segment]), points[point], feet[point, segment]


def knee_truth(
    scene: KneeScene,
    margins: tuple[ProjectedMargins, ProjectedMargins],
    axis: Axis,
    bones: KneeBones,
    fine: Camera,
    camera: Camera,
    magnification: float,
) -> KneeTruth:
    """The truth of a left knee as displayed; margins and axis in pixels of `fine`."""
    film = _FineToFilm(fine, camera)
    middles = [(m.femoral.mean(axis=0) + m.tibial.mean(axis=0)) / 2 for m in margins]
    ends = axis.origin, axis.origin + axis.length * axis.along
    tibial_ends, tibial_width = _tibial_width(bones, axis, fine)
    return KneeTruth(
        side=scene.side,
        medial=_compartment(margins[0], MEDIAL, axis, film),
        lateral=_compartment(margins[1], LATERAL, axis, film),
        widths=tuple(_fixed_widths(margins, axis)),
        x_axis=(film.point(ends[0]), film.point(ends[1])),
        femoral_ends=film.pair(axis.ends),
        tibial_ends=film.pair(tibial_ends),
        centre=film.point((middles[0] + middles[1]) / 2),
        tibial_width_px=tibial_width * FINE_MM / camera.pixel_mm,
        tilt_deg=float(np.degrees(np.arctan2(axis.along[0], axis.along[1]))),
        spacing_mm=camera.pixel_mm,
        magnification=magnification,
        scene=scene,
    )


@dataclass(frozen=True, slots=True)
class _FineToFilm:
    """From pixels of the fine camera to those of the film."""

    fine: Camera
    camera: Camera

    def points(self, points: Float64) -> Float64:
        scale = self.fine.pixel_mm / self.camera.pixel_mm
        return np.asarray((points - self.fine.middle) * scale + self.camera.middle)

    def point(self, point: Float64) -> tuple[float, float]:
        return _pair(self.points(point))

    def pair(self, pair: Pair) -> Pair:
        return self.point(np.array(pair[0])), self.point(np.array(pair[1]))

    def curve(self, points: Float64) -> Float64:
        """One point for each column of the film between the ends of the curve."""
        rows, columns = self.points(points).T
        at = np.arange(np.ceil(columns[0]), np.floor(columns[-1]) + 1.0)
        return np.stack([np.interp(at, columns, rows), at], axis=1)


def _compartment(
    margins: ProjectedMargins, fixed: _Definition, axis: Axis, film: _FineToFilm
) -> CompartmentTruth:
    femoral, tibial = margins.searched(fixed.search)
    _, above, below = nearest(femoral, tibial)
    curves = margins.femoral, margins.tibial, margins.anterior, margins.posterior
    first, last = _common_range(curves, fixed.oai, axis)
    x = np.linspace(first, last, AREA_POINTS)
    widths = np.maximum(_along_normal(margins.femoral, margins.tibial, x, axis), 0.0) * FINE_MM
    area = float(np.trapezoid(widths, x)) * axis.length * FINE_MM
    plateau = _along_normal(margins.anterior, margins.posterior, x, axis) * FINE_MM
    return CompartmentTruth(
        femoral_margin=film.curve(margins.femoral),
        tibial_margin=film.curve(margins.tibial),
        minimum_mm=max(0.0, signed_gap(femoral, tibial)) * FINE_MM,
        narrowest=(film.point(above), film.point(below)),
        area_mm2=area,
        mean_mm=area / ((last - first) * axis.length * FINE_MM),
        area_x=(first, last),
        anterior_margin=film.curve(margins.anterior),
        posterior_margin=film.curve(margins.posterior),
        inter_margin_distance_mm=float(np.abs(plateau).mean()),
        inter_margin_offset_mm=float(plateau.mean()),
    )


def _common_range(
    curves: tuple[Float64, ...], wanted: tuple[float, float], axis: Axis
) -> tuple[float, float]:
    """The part of a range of x within all curves."""
    reached = [axis.to_axes(curve)[0] for curve in curves]
    first, last = max(wanted[0], *(x.min() for x in reached)), min(wanted[1], *(x.max() for x in reached))
    if not first < last:
        raise UsageError(f"the margins do not share any x between {wanted[0]} and {wanted[1]} in this pose")
    return float(first), float(last)


def _along_normal(upper: Float64, lower: Float64, x: Float64, axis: Axis) -> Float64:
    """(n,) pixels from one curve down to another along the normal of the axis, at every x."""
    above, below = (np.interp(x, *axis.to_axes(curve)) for curve in (upper, lower))
    return np.asarray(below - above)


def _fixed_widths(margins: tuple[ProjectedMargins, ProjectedMargins], axis: Axis) -> list[FixedWidth]:
    """Widths along the normal of the x axis, where both margins exist."""
    widths = []
    for one, places in zip(margins, (MEDIAL_X, LATERAL_X), strict=True):
        first, last = _common_range((one.femoral, one.tibial), (places[0], places[-1]), axis)
        x = np.array([place for place in places if first <= place <= last])
        gaps = np.maximum(_along_normal(one.femoral, one.tibial, x, axis), 0.0) * FINE_MM
        widths += [FixedWidth(*pair) for pair in zip(x.tolist(), gaps.tolist(), strict=True)]
    return widths


def _tibial_width(bones: KneeBones, axis: Axis, camera: Camera) -> tuple[Pair, float]:
    """The outermost points of the tibial head, and pixels between them along the x axis."""
    points = _projected(bones.tibia, camera)
    across, depth = axis.to_axes(points)
    head = np.flatnonzero(depth < depth.min() + 30.0 / camera.pixel_mm)
    medial, lateral = head[across[head].argmin()], head[across[head].argmax()]
    return (_pair(points[medial]), _pair(points[lateral])), float(
        across[lateral] - across[medial]
    ) * axis.length


def mirrored(truth: KneeTruth, columns: int) -> KneeTruth:
    """The truth of the mirrored film."""

    def turn(compartment: CompartmentTruth) -> CompartmentTruth:
        return replace(
            compartment,
            femoral_margin=_flip(compartment.femoral_margin, columns),
            tibial_margin=_flip(compartment.tibial_margin, columns),
            narrowest=_flip_pair(compartment.narrowest, columns),
            anterior_margin=_flip(compartment.anterior_margin, columns),
            posterior_margin=_flip(compartment.posterior_margin, columns),
        )

    return replace(
        truth,
        medial=turn(truth.medial),
        lateral=turn(truth.lateral),
        x_axis=_flip_pair(truth.x_axis, columns),
        femoral_ends=_flip_pair(truth.femoral_ends, columns),
        tibial_ends=_flip_pair(truth.tibial_ends, columns),
        centre=_flip_point(truth.centre, columns),
        tilt_deg=-truth.tilt_deg,
    )


def _flip(points: Float64, columns: int) -> Float64:
    return np.stack([points[:, 0], columns - 1 - points[:, 1]], axis=1)


def _flip_point(point: tuple[float, float], columns: int) -> tuple[float, float]:
    return point[0], columns - 1 - point[1]


def _flip_pair(pair: Pair, columns: int) -> Pair:
    return _flip_point(pair[0], columns), _flip_point(pair[1], columns)


def _projected(bone: Bone, camera: Camera) -> Float64:
    """(n, 2) (row, column) of the vertices."""
    rows, columns, _ = camera.project(bone.vertices)
    return np.stack([rows, columns], axis=1)


def _points(rows: Float64) -> Float64:
    """(n, 2) (row, column) of the columns in which there is a row."""
    columns = np.flatnonzero(np.isfinite(rows))
    return np.stack([rows[columns], columns.astype(float)], axis=1)


def _inside(x: Float64, extent: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return np.asarray((x >= extent[0]) & (x <= extent[1]))


def _pair(point: Float64) -> tuple[float, float]:
    return float(point[0]), float(point[1])
