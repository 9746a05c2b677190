"""From the shape model to the bones of one knee: shape, osteophytes, cortex and pose.

Regions (plateau, condyles, plateau margin) are defined by vertices of the mean bone, in the frame of the
model, and hold for every person because the vertices correspond.

Frame of the posed knee, mm: x towards lateral, y towards posterior, z up; origin on the tangent of the
condyles, midway. This is a left knee as displayed; right knees are mirrored once, on the film.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from kltool.simulate.atlas import COMPONENTS, Atlas, BoneModel, load_atlas
from kltool.simulate.scene import KneeScene
from kltool.typing import Float64

Int32 = npt.NDArray[np.int32]
CONDYLAR_TURN_DEG = 5.0  # docs/choices-simulate.md#pose
PATELLA_STEP_MM = np.array([-6.0, -2.0, 6.0])  # docs/choices-simulate.md#pose
OSTEOPHYTE_MM = 8.5  # docs/choices-simulate.md#osteophytes
SCLEROSIS_MM = 8.0  # docs/choices-simulate.md#sclerosis
PATELLAR_WALL_MM = 0.6  # docs/choices-simulate.md#cortex
MARGIN_STEEPNESS_DEG = 30.0  # docs/choices-simulate.md#plateau-margins
NOTCH_X = (73.5, 86.0)  # of the mean bone; between them the plateau ends posteriorly at the notch
LEVELLED = (0.05, 0.26)  # of the width of the plateau; docs/choices-simulate.md#plateau-margins


@dataclass(frozen=True, slots=True, eq=False)
class Bone:
    """A closed surface with a cortex.

    vertices: (n, 3) mm. faces: (m, 3), counter-clockwise from outside. wall_mm: (n,) thickness of the
    cortex, from the surface inwards. sclerosis_mm: (n,) depth of sclerotic bone under the cortex.
    """

    vertices: Float64
    faces: Int32
    wall_mm: Float64
    sclerosis_mm: Float64

    def moved(self, vertices: Float64) -> "Bone":
        return replace(self, vertices=vertices)

    def surface_within(self, sclerotic_share: float = 0.0) -> Float64:
        """(n, 3) mm, the inner surface of the cortex, or a surface at a share of the sclerotic layer."""
        depth = self.wall_mm + sclerotic_share * self.sclerosis_mm
        return self.vertices - depth[:, None] * vertex_normals(self.vertices, self.faces)


@dataclass(frozen=True, slots=True, eq=False)
class PlateauMargin:
    """The margin of the tibial plateau as points on edges of the mesh, which move with the bone.

    A closed loop, its first point repeated at the end.

    starts, ends: (n,) vertices of the edge. shares: (n,) of the way along it.
    """

    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    shares: Float64

    def on(self, vertices: Float64) -> Float64:
        """(n, 3) mm, the margin on a bone with these vertices."""
        start, end = vertices[self.starts], vertices[self.ends]
        return np.asarray(start + self.shares[:, None] * (end - start))

    def part(self, chosen: npt.NDArray[Any]) -> "PlateauMargin":
        return PlateauMargin(self.starts[chosen], self.ends[chosen], self.shares[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Plateau:
    """The top of the tibia: faces (m, 3), also those that slope down beyond the margin, and its margin."""

    faces: Int32
    margin: PlateauMargin


@dataclass(frozen=True, slots=True, eq=False)
class KneeBones:
    """The bones, posed. bare_femur: without osteophytes, for the x axis."""

    femur: Bone
    tibia: Bone
    fibula: Bone
    patella: Bone
    bare_femur: Bone
    plateau: Plateau
    offset_mm: float = 0.0  # of the knee from the middle of the film, towards the right of the picture

    def with_shank_moved(self, down_mm: float, turn_rad: float) -> "KneeBones":
        """Tibia and fibula moved in the plane of the picture: down, and about the middle of the joint."""

        middle, down = np.array([self.offset_mm, 0.0, 0.0]), np.array([0.0, 0.0, down_mm])

        def moved(bone: Bone) -> Bone:
            return bone.moved(_rotated(bone.vertices - middle, _rotation(1, turn_rad)) + middle - down)

        return replace(self, tibia=moved(self.tibia), fibula=moved(self.fibula))


def pose_knee(scene: KneeScene, offset_mm: float = 0.0) -> KneeBones:
    """The bones of the scene in their pose; the joint spaces are not yet those of the scene."""
    atlas, shape = load_atlas(), shape_coefficients(scene)
    regions = _regions()
    femur, tibia = atlas.femur.surface(shape), atlas.tibia.surface(shape) + regions.detail(scene)
    growth = scene.osteophytes
    femoral = (
        growth.medial_femoral * regions.femoral_medial + growth.lateral_femoral * regions.femoral_lateral
    )
    tibial = growth.medial_tibial * regions.tibial_medial + growth.lateral_tibial * regions.tibial_lateral
    bones = KneeBones(
        femur=Bone(femur + femoral, atlas.femur.faces, *_femoral_wall(atlas.femur.mean, scene)),
        tibia=Bone(tibia + tibial, atlas.tibia.faces, *_tibial_wall(atlas.tibia.mean, scene)),
        fibula=_healthy(atlas.fibula, shape, _fibular_wall(atlas.fibula.mean)),
        patella=_healthy(atlas.patella, shape, np.full(len(atlas.patella.mean), PATELLAR_WALL_MM)),
        bare_femur=_healthy(atlas.femur, shape, np.zeros(len(femur))),
        plateau=regions.plateau,
    )
    offset = np.array([offset_mm, 0.0, 0.0])
    posed = _moved_bones(_posed(bones, scene), lambda vertices: vertices + offset)
    return replace(posed, offset_mm=offset_mm)


def _healthy(model: BoneModel, shape: Float64, wall_mm: Float64) -> Bone:
    return Bone(model.surface(shape), model.faces, wall_mm, np.zeros(len(wall_mm)))


def shape_coefficients(scene: KneeScene) -> Float64:
    """(k,) standard deviations; sampled within two deviations unless the scene gives them."""
    if scene.shape is not None:
        return np.array(scene.shape[:COMPONENTS], float)
    sampled = np.random.default_rng((scene.seed, 1)).standard_normal(COMPONENTS)
    return np.clip(sampled, -2.0, 2.0)


def vertex_normals(vertices: Float64, faces: Int32) -> Float64:
    """(n, 3) outward unit normals, the mean of the faces around a vertex weighted by their area."""
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.stack(
        [np.bincount(faces.ravel(), np.repeat(normals[:, k], 3), len(vertices)) for k in range(3)], axis=1
    )
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


# --- pose -----------------------------------------------------------------------------------------


def _posed(bones: KneeBones, scene: KneeScene) -> KneeBones:
    """Plateau parallel to the beam, femur flexed, patella following, leg rotated and in varus."""
    bones = _rotated_bones(bones, _rotation(2, np.radians(-CONDYLAR_TURN_DEG)))
    bones = _plateau_levelled(bones, np.radians(scene.beam_tilt_deg))
    bones = _flexed(bones, np.radians(scene.flexion_deg))
    bones = _centred(_shank_below(_condyles_levelled(bones)))
    bones = _rotated_bones(bones, _rotation(2, np.radians(scene.rotation_deg)))
    return _rotated_bones(bones, _rotation(1, np.radians(scene.varus_deg)))


def _plateau_levelled(bones: KneeBones, tilt_rad: float) -> KneeBones:
    """Rotate the shank until the medial plateau rises by `tilt_rad` from posterior to anterior."""
    margin = bones.plateau.margin.on(bones.tibia.vertices)
    across = (margin[:, 0] - margin[:, 0].min()) / np.ptp(margin[:, 0])
    medial = margin[(across > LEVELLED[0]) & (across < LEVELLED[1])]
    _, slope, _ = np.linalg.lstsq(np.c_[medial[:, :2], np.ones(len(medial))], medial[:, 2])[0]
    turn = _rotation(0, -tilt_rad - np.arctan(slope))
    middle = medial.mean(axis=0)

    def levelled(bone: Bone) -> Bone:
        return bone.moved(_rotated(bone.vertices - middle, turn) + middle)

    return replace(bones, tibia=levelled(bones.tibia), fibula=levelled(bones.fibula))


def _flexed(bones: KneeBones, flexion_rad: float) -> KneeBones:
    """Femur about the axis through its posterior condyles; the patella follows by half."""
    condyles = _condyle_vertices(bones.bare_femur)
    axis = np.array([0.0, np.quantile(condyles[:, 1], 0.7), condyles[:, 2].min() + 24.0])

    def turned(bone: Bone, angle: float) -> Bone:
        return bone.moved(_rotated(bone.vertices - axis, _rotation(0, -angle)) + axis)

    return replace(
        bones,
        femur=turned(bones.femur, flexion_rad),
        bare_femur=turned(bones.bare_femur, flexion_rad),
        patella=turned(bones.patella.moved(bones.patella.vertices + PATELLA_STEP_MM), flexion_rad / 2),
    )


def _condyles_levelled(bones: KneeBones) -> KneeBones:
    """Rotate the knee in the coronal plane until both condyles are equally distal."""
    condyles = _condyle_vertices(bones.bare_femur)
    middle = (condyles[:, 0].min() + condyles[:, 0].max()) / 2
    halves = condyles[condyles[:, 0] < middle], condyles[condyles[:, 0] > middle]
    medial, lateral = (half[half[:, 2].argmin()] for half in halves)
    return _rotated_bones(bones, _rotation(1, np.arctan2(lateral[2] - medial[2], lateral[0] - medial[0])))


def _shank_below(bones: KneeBones) -> KneeBones:
    """The shank centred under the condyles, a few millimetres away."""
    condyles = _condyle_vertices(bones.bare_femur)
    plateau = bones.tibia.vertices[np.unique(bones.plateau.faces)]
    across = (np.ptp(condyles[:, 0]) - np.ptp(plateau[:, 0])) / 2 + condyles[:, 0].min() - plateau[:, 0].min()
    down = condyles[:, 2].min() - np.median(plateau[:, 2]) - 5.0
    step = np.array([across, 0.0, down])
    return replace(
        bones,
        tibia=bones.tibia.moved(bones.tibia.vertices + step),
        fibula=bones.fibula.moved(bones.fibula.vertices + step),
    )


def _centred(bones: KneeBones) -> KneeBones:
    condyles = _condyle_vertices(bones.bare_femur)
    low, high = condyles.min(axis=0), condyles.max(axis=0)
    origin = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return _moved_bones(bones, lambda vertices: vertices - origin)


def _rotated_bones(bones: KneeBones, turn: Float64) -> KneeBones:
    return _moved_bones(bones, lambda vertices: _rotated(vertices, turn))


def _moved_bones(bones: KneeBones, move: Callable[[Float64], Float64]) -> KneeBones:
    names = ("femur", "tibia", "fibula", "patella", "bare_femur")
    return replace(
        bones, **{name: getattr(bones, name).moved(move(getattr(bones, name).vertices)) for name in names}
    )


def _condyle_vertices(femur: Bone) -> Float64:
    """Vertices of the distal 30 mm of the femur: the condyles."""
    return np.asarray(femur.vertices[femur.vertices[:, 2] < femur.vertices[:, 2].min() + 30.0])


def _rotated(points: Float64, turn: Float64) -> Float64:
    """(n, 3) points rotated; summed in one order, independent of the number of threads."""
    return np.asarray(np.einsum("kj,nj->nk", turn, points))


def _rotation(axis: int, angle: float) -> Float64:
    """Rotation about x, y or z, right-handed in the model's axes."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    turn = np.eye(3)
    turn[first, first] = turn[second, second] = np.cos(angle)
    turn[second, first], turn[first, second] = np.sin(angle), -np.sin(angle)
    return turn


# --- regions of the mean bones --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Regions:
    """Displacements (n, 3) mm of full osteophytes at the four sites and of tibial details; the plateau."""

    femoral_medial: Float64
    femoral_lateral: Float64
    tibial_medial: Float64
    tibial_lateral: Float64
    edges: Float64
    spines: tuple[Float64, Float64]
    hollows: tuple[Float64, Float64]
    plateau: Plateau

    def detail(self, scene: KneeScene) -> Float64:
        """(n, 3) mm of the details of this tibia: edges, two spines, two hollows."""
        detail = self.edges.copy()
        for displacement, share in zip(
            self.spines + self.hollows, scene.spines + scene.hollow_mm, strict=True
        ):
            detail += share * displacement
        return detail


@cache
def _regions() -> _Regions:
    atlas = load_atlas()
    femur, tibia = atlas.femur.mean, atlas.tibia.mean
    return _Regions(
        femoral_medial=_spur(femur, (39.5, 52.0, 802.0), (-1.0, 0.0, -0.55)),
        femoral_lateral=_spur(femur, (116.5, 52.0, 801.0), (1.0, 0.0, -0.55)),
        tibial_medial=_spur(tibia, (45.5, 52.0, 806.0), (-1.0, 0.0, 0.45)),
        tibial_lateral=_spur(tibia, (118.5, 56.0, 807.0), (1.0, 0.0, 0.45)),
        edges=_tibial_edges(tibia),
        spines=(
            _bump(tibia, (76.5, 55.0, 816.0), (2.6, 7.0, 6.0), (-0.5, 0.0, 4.0)),
            _bump(tibia, (86.0, 61.0, 816.0), (2.6, 6.0, 6.0), (0.5, 0.0, 3.2)),
        ),
        hollows=(
            _bump(tibia, (58.5, 49.0, 810.0), (8.0, 9.0, 8.0), (0.0, 0.0, -1.0)),
            _bump(tibia, (103.0, 59.0, 811.0), (8.0, 9.0, 8.0), (0.0, 0.0, -1.0)),
        ),
        plateau=_plateau(atlas),
    )


def _tibial_edges(tibia: Float64) -> Float64:
    """The lateral and the posteromedial edge of the plateau, which averaging over people rounds off.

    docs/choices-simulate.md#plateau, as the spines and hollows.
    """
    lateral = _bump(tibia, (115.0, 58.0, 807.0), (6.0, 18.0, 4.0), (0.5, 0.0, 2.6))
    posteromedial = _bump(tibia, (58.0, 69.0, 808.0), (11.0, 5.5, 8.0), (0.0, 0.0, 3.2))
    return lateral + posteromedial


def _spur(mean: Float64, centre: tuple[float, float, float], towards: tuple[float, float, float]) -> Float64:
    direction = np.array(towards) / np.linalg.norm(towards)
    return _bump(mean, centre, (3.6, 15.0, 3.2), tuple(OSTEOPHYTE_MM * direction))


def _bump(
    mean: Float64,
    centre: tuple[float, float, float],
    width: tuple[float, float, float],
    height: tuple[float, ...],
) -> Float64:
    """(n, 3) mm, a Gaussian elevation of `height` around `centre`."""
    distance = (mean - centre) / width
    return np.asarray(np.exp(-0.5 * (distance**2).sum(axis=1))[:, None] * np.array(height))


def _plateau(atlas: Atlas) -> Plateau:
    tibia = atlas.tibia.mean + _tibial_edges(atlas.tibia.mean)
    return Plateau(_top_faces(tibia, atlas.tibia.faces), _plateau_margin(tibia, atlas.tibia.faces))


def _top_faces(tibia: Float64, faces: Int32) -> Int32:
    """Faces of the tibia that point upwards, near its top."""
    corners = tibia[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    upward = normals[:, 2] / np.linalg.norm(normals, axis=1)
    return np.asarray(faces[(upward > 0.3) & (corners[:, :, 2].mean(axis=1) > 800.0)])


def _plateau_margin(tibia: Float64, faces: Int32) -> PlateauMargin:
    """Where the slope of the top, anteriorly or posteriorly, exceeds MARGIN_STEEPNESS_DEG."""
    normals = vertex_normals(tibia, faces)
    slope = np.degrees(np.arctan2(normals[:, 1], normals[:, 2]))
    anterior = _outermost(_crossings(tibia, faces, -slope), tibia, backwards=-1.0)
    posterior = _outermost(_crossings(tibia, faces, slope), tibia, backwards=1.0)
    x = posterior.on(tibia)[:, 0]
    posterior = posterior.part((x < NOTCH_X[0]) | (x > NOTCH_X[1]))
    margin = PlateauMargin(
        *(np.r_[getattr(anterior, name), getattr(posterior, name)[::-1]] for name in PlateauMargin.__slots__)
    )
    return margin.part(np.r_[np.arange(len(margin.starts)), 0])


def _crossings(tibia: Float64, faces: Int32, slope: Float64) -> PlateauMargin:
    """The points on edges of the top where the slope crosses MARGIN_STEEPNESS_DEG."""
    edges = np.unique(np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
    starts, ends = edges.T.astype(np.intp)
    over = slope - MARGIN_STEEPNESS_DEG
    top = (tibia[starts, 2] > 800.0) & (np.abs(slope[starts]) < 90.0) & (np.abs(slope[ends]) < 90.0)
    crossed = top & ((over[starts] > 0) != (over[ends] > 0))
    starts, ends = starts[crossed], ends[crossed]
    return PlateauMargin(starts, ends, over[starts] / (over[starts] - over[ends]))


def _outermost(points: PlateauMargin, tibia: Float64, backwards: float) -> PlateauMargin:
    """In order of x, the points without one nearby that lies 2 mm farther out: inner slopes are excluded."""
    place = points.on(tibia)
    outwards = backwards * place[:, 1]
    beside = np.abs(place[:, None, 0] - place[None, :, 0]) < 2.5
    farthest = np.where(beside, outwards[None, :], -np.inf).max(axis=1)
    order = np.argsort(place[:, 0], kind="stable")
    return points.part(order[(outwards > farthest - 2.0)[order]])


# --- cortex ----------------------------------------------------------------------------------------


def _femoral_wall(mean: Float64, scene: KneeScene) -> tuple[Float64, Float64]:
    """(n,) mm of cortex and of sclerosis."""
    above = mean[:, 2] - mean[:, 2].min()
    bearing = _smooth_step(-above, -16.0, -3.0)
    wall = 0.8 + 4.0 * _smooth_step(above, 50.0, 150.0) + (scene.plate_mm[0] - 0.8) * bearing
    medial, lateral = _smooth_step(-mean[:, 0], -74.0, -64.0), _smooth_step(mean[:, 0], 86.0, 96.0)
    sclerosis = medial * scene.sclerosis.medial + lateral * scene.sclerosis.lateral
    return wall, np.asarray(0.6 * SCLEROSIS_MM * bearing * sclerosis)


def _tibial_wall(mean: Float64, scene: KneeScene) -> tuple[Float64, Float64]:
    """(n,) mm of cortex and of sclerosis; the cortex of the plateau is the subchondral plate."""
    below = 812.0 - mean[:, 2]
    bearing = _smooth_step(-below, -7.0, -3.0)
    medial, lateral = _smooth_step(-mean[:, 0], -79.0, -69.0), _smooth_step(mean[:, 0], 84.0, 94.0)
    wall = (
        0.75
        + 4.0 * _smooth_step(below, 25.0, 120.0)
        + bearing * (medial + lateral) * (scene.plate_mm[1] - 0.75)
    )
    sclerosis = medial * scene.sclerosis.medial + lateral * scene.sclerosis.lateral
    return wall, np.asarray(SCLEROSIS_MM * bearing * sclerosis)


def _fibular_wall(mean: Float64) -> Float64:
    return np.asarray(0.7 + 2.0 * _smooth_step(798.0 - mean[:, 2], 10.0, 60.0))


def _smooth_step(value: Float64, start: float, end: float) -> Float64:
    """0 below start, 1 above end, smooth between."""
    fraction = np.clip((value - start) / (end - start), 0.0, 1.0)
    return np.asarray(fraction**2 * (3.0 - 2.0 * fraction))
