"""The margins of the joint on the film, known from the surfaces, and the widths between them.

Everything here is a left knee as hung (medial left, lateral right); `mirrored` turns a truth over.

Femoral margin: lower edge of the condyle's shadow. Tibial margin: in every column of the film, a sheet
of rays cuts the plateau in a curve from its posterior to its anterior rim; the margin is the mean row
of the middle half of that curve, where the condyle bears. Seen edge on, this is the upper edge of the
bright subchondral plate. Rims that tilt or a hollow plateau projects above it are not the margin.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kltool.simulate.bones import Bone, KneeBones
from kltool.simulate.rays import Camera, lower_outline, profile_rows
from kltool.simulate.scene import Compartment, FixedWidth, KneeScene, KneeTruth

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]

MEDIAL_EXTENT = (0.06, 0.38)  # docs/choices-simulate.md#compartments
LATERAL_EXTENT = (0.64, 0.94)  # docs/choices-simulate.md#compartments
MEDIAL_SEARCH = (0.12, 0.32)  # docs/choices-simulate.md#compartments
LATERAL_SEARCH = (0.70, 0.90)  # docs/choices-simulate.md#compartments
FIXED_X = tuple(k / 1000 for k in (*range(150, 301, 25), *range(700, 901, 25)))  # OAI: JSW150 to LJSW900
CONDYLE_HEIGHT_MM = 35.0  # docs/choices-simulate.md#femoral-width
SHADOW_ABOVE = 0.2  # of the femoral width; what is higher in the outline is the shaft
PROFILE_STEP_MM = 0.25
LEAST_DEPTH = 0.2  # docs/choices-simulate.md#compartments
BEARING_SHARE = 0.5  # docs/choices-simulate.md#tibial-margin


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The x axis: origin (row, column) at x = 0, unit vectors (row, column) along x and towards the
    tibia, length in pixels from x = 0 to x = 1.
    """

    origin: Float64
    along: Float64
    down: Float64
    length: float

    def place(self, points: Float64) -> tuple[Float64, Float64]:
        """(n, 2) (row, column) to x as a fraction and depth below the axis in pixels."""
        offset = points - self.origin
        return offset @ self.along / self.length, offset @ self.down


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """Femoral and tibial margin of one compartment, (n, 2) (row, column), and x of their points."""

    femoral: Float64
    tibial: Float64
    femoral_x: Float64
    tibial_x: Float64

    def searched(self, within: tuple[float, float]) -> tuple[Float64, Float64]:
        """The part of both margins in which the narrowest place is looked for."""
        return _cut(self.femoral, self.femoral_x, within), _cut(self.tibial, self.tibial_x, within)


def femoral_axis(bare_femur: Bone, camera: Camera) -> Axis:
    """Tangent of the distal condyles; its ends are the widest points of the condyles."""
    outline = _points(lower_outline(bare_femur.vertices, bare_femur.faces, camera))
    rows, columns, _ = camera.project(bare_femur.vertices)
    middle = columns[rows > rows.max() - 20.0 / camera.pixel_mm].mean()
    along = _tangent(outline, middle)
    down = np.array([along[1], -along[0]])
    low = outline[(outline @ down).argmax()]
    vertices = np.stack([rows, columns], axis=1) - low
    near = vertices[vertices @ down > -CONDYLE_HEIGHT_MM / camera.pixel_mm] @ along
    return Axis(low + near.min() * along, along, down, float(np.ptp(near)))


def _tangent(outline: Float64, middle: float) -> Float64:
    """Unit (row, column) direction of the line that touches both halves of the outline from below."""
    slope = 0.0
    for _ in range(8):
        height = outline[:, 0] - slope * outline[:, 1]
        left, right = outline[:, 1] < middle, outline[:, 1] > middle
        first, second = outline[left][height[left].argmax()], outline[right][height[right].argmax()]
        slope = (second[0] - first[0]) / (second[1] - first[1])
    return np.asarray(np.array([slope, 1.0]) / np.hypot(slope, 1.0))


def compartment_margins(bones: KneeBones, axis: Axis, camera: Camera) -> tuple[Margins, Margins]:
    """Margins of the medial and the lateral compartment."""
    outline = _points(lower_outline(bones.femur.vertices, bones.femur.faces, camera))
    plateaus = (bones.medial_plateau, MEDIAL_EXTENT), (bones.lateral_plateau, LATERAL_EXTENT)
    medial, lateral = (_margins(outline, _plate_edge(bones.tibia, f, camera), axis, e) for f, e in plateaus)
    return medial, lateral


def _margins(outline: Float64, plate: Float64, axis: Axis, extent: tuple[float, float]) -> Margins:
    condyles = outline[axis.place(outline)[1] > -axis.length * SHADOW_ABOVE]
    femoral, tibial = (points[_inside(axis.place(points)[0], extent)] for points in (condyles, plate))
    return Margins(femoral, tibial, axis.place(femoral)[0], axis.place(tibial)[0])


def _plate_edge(tibia: Bone, plateau: Int32, camera: Camera) -> Float64:
    """(n, 2) (row, column), the tibial margin in every column that crosses enough of the plateau."""
    profiles = profile_rows(tibia.vertices, plateau, camera, PROFILE_STEP_MM)
    met = np.isfinite(profiles)
    depth = met.sum(axis=1)
    columns = np.flatnonzero(depth > LEAST_DEPTH * depth.max())
    share = np.cumsum(met[columns], axis=1) / depth[columns, None]  # 0 at one rim, 1 at the other
    bearing = np.where(np.abs(share - 0.5) <= BEARING_SHARE / 2, profiles[columns], np.nan)
    return np.stack([np.nanmean(bearing, axis=1), columns.astype(float)], axis=1)


def _cut(points: Float64, x: Float64, within: tuple[float, float]) -> Float64:
    """The polyline between two x, its ends interpolated, so that a small move changes it a little."""
    order = np.argsort(x)
    x, points = x[order], points[order]
    ends = np.clip(within, x[0], x[-1])
    first, last = (np.array([[np.interp(end, x, points[:, k]) for k in (0, 1)]]) for end in ends)
    inner = points[(x > ends[0]) & (x < ends[1])]
    line = np.concatenate([first, inner, last])
    return line if line[0, 1] <= line[-1, 1] else line[::-1]


def signed_gap(femoral: Float64, tibial: Float64) -> float:
    """Smallest distance in pixels; negative by the deepest overlap where the margins cross."""
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
    margins: tuple[Margins, Margins],
    axis: Axis,
    bones: KneeBones,
    camera: Camera,
    magnification: float,
) -> KneeTruth:
    """Everything that is known of a left knee as hung."""
    medial, lateral = margins
    middles = [(m.femoral.mean(axis=0) + m.tibial.mean(axis=0)) / 2 for m in margins]
    ends = axis.origin, axis.origin + axis.length * axis.along
    return KneeTruth(
        side=scene.side,
        medial=_compartment(medial, MEDIAL_SEARCH, camera),
        lateral=_compartment(lateral, LATERAL_SEARCH, camera),
        widths=tuple(_fixed_widths(margins, axis, camera)),
        x_axis=(_pair(ends[0]), _pair(ends[1])),
        centre=_pair((middles[0] + middles[1]) / 2),
        tibial_width_px=_tibial_width(bones, axis, camera),
        tilt_deg=float(np.degrees(np.arctan2(axis.along[0], axis.along[1]))),
        spacing_mm=camera.pixel_mm,
        magnification=magnification,
        scene=scene,
    )


def _compartment(margins: Margins, search: tuple[float, float], camera: Camera) -> Compartment:
    femoral, tibial = margins.searched(search)
    _, above, below = nearest(femoral, tibial)
    gap_mm = max(0.0, signed_gap(femoral, tibial)) * camera.pixel_mm
    return Compartment(margins.femoral, margins.tibial, gap_mm, (_pair(above), _pair(below)))


def _fixed_widths(margins: tuple[Margins, Margins], axis: Axis, camera: Camera) -> list[FixedWidth]:
    """Widths along the normal of the x axis; none where a margin is not there."""
    widths = []
    for one in margins:
        (femoral_x, femoral_depth), (tibial_x, tibial_depth) = axis.place(one.femoral), axis.place(one.tibial)
        first, last = max(femoral_x.min(), tibial_x.min()), min(femoral_x.max(), tibial_x.max())
        for x in FIXED_X:
            if first <= x <= last:
                gap = np.interp(x, tibial_x, tibial_depth) - np.interp(x, femoral_x, femoral_depth)
                widths.append(FixedWidth(x, max(0.0, float(gap)) * camera.pixel_mm))
    return widths


def _tibial_width(bones: KneeBones, axis: Axis, camera: Camera) -> float:
    """Pixels along the x axis between the outermost points of the tibia at and below the plateau."""
    rows, columns, _ = camera.project(bones.tibia.vertices)
    across, depth = axis.place(np.stack([rows, columns], axis=1))
    head = depth < depth.min() + 30.0 / camera.pixel_mm
    return float(np.ptp(across[head]) * axis.length)


def mirrored(truth: KneeTruth, columns: int) -> KneeTruth:
    """The truth of the same film turned over left for right."""

    def turn(compartment: Compartment) -> Compartment:
        above, below = compartment.narrowest
        return replace(
            compartment,
            femoral_margin=_flip(compartment.femoral_margin, columns),
            tibial_margin=_flip(compartment.tibial_margin, columns),
            narrowest=(_flip_pair(above, columns), _flip_pair(below, columns)),
        )

    start, end = truth.x_axis
    return replace(
        truth,
        medial=turn(truth.medial),
        lateral=turn(truth.lateral),
        x_axis=(_flip_pair(start, columns), _flip_pair(end, columns)),
        centre=_flip_pair(truth.centre, columns),
        tilt_deg=-truth.tilt_deg,
    )


def _flip(points: Float64, columns: int) -> Float64:
    return np.stack([points[:, 0], columns - 1 - points[:, 1]], axis=1)


def _flip_pair(point: tuple[float, float], columns: int) -> tuple[float, float]:
    return point[0], columns - 1 - point[1]


def _points(rows: Float64) -> Float64:
    """(n, 2) (row, column) of the columns in which there is a row."""
    columns = np.flatnonzero(np.isfinite(rows))
    return np.stack([rows[columns], columns.astype(float)], axis=1)


def _inside(x: Float64, extent: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return np.asarray((x >= extent[0]) & (x <= extent[1]))


def _pair(point: Float64) -> tuple[float, float]:
    return float(point[0]), float(point[1])
