"""Joints with known margins for training: drawn knees kept on disk, annotated knees, and their variants.

Everything is turned to one hand, lateral on the left. A joint carries curves (drawn knees: dense, exact)
or points (annotated knees: few, along the bright rim); the network learns from both.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from kltool.geometry.joint_frame import COLUMNS, ROWS, JointFrame, joint_frame_of
from kltool.geometry.points import mirror
from kltool.jointspace.joint_patch import sample_patch
from kltool.simulate.scene import SimulatedFilm
from kltool.training.annotated import AnnotatedKnee
from kltool.training.augment import processed
from kltool.typing import Float32, Float64, Points
from kltool.values.knee import Placement
from kltool.values.radiograph import Side

CURVES = ("femur", "tibia", "upper_rim", "lower_rim")
REACH_UP, REACH_DOWN, REACH_ACROSS = 0.42, 0.36, 0.80  # of the tibial width, around the joint's centre
ANNOTATED_OVER_TRUE_WIDTH = 0.91  # docs/choices.md#landmarks
COARSEST_MM, OAI_MM = 0.50, 0.46

Framing = tuple[float, float, float, float]  # of Frame.moved: down, across, growth, turn in radians


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """A piece of film around one joint, turned to one hand, and what is known of it.

    film: bone bright. placement: as the landmarks would give it. mm_per_px: of the film, in the plane
    of the joint. curves: name and compartment to (n, 2) (row, column). points: (16, 2) annotated margin
    points, tibia first, or none.
    """

    film: Float32
    placement: Placement
    mm_per_px: float
    curves: dict[str, list[Points]]
    points: Points | None

    @property
    def frame(self) -> JointFrame:
        return joint_frame_of(self.placement)


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A whole drawn film, coarse, turned to one hand, and where the femur is widest.

    femoral_ends: (2, 2) (row, column), lateral and medial.
    """

    film: Float32
    placement: Placement
    femoral_ends: Points


def joint_of_film(simulated: SimulatedFilm) -> tuple[Joint, Outline]:
    """The joint of a film of one drawn knee, at full resolution, and the knee's outline."""
    truth = simulated.truth[0]
    pixels = simulated.pixels.astype(np.float32)
    columns = pixels.shape[1]
    left = truth.side is Side.LEFT

    def turned(points: Points) -> Points:
        return mirror(np.asarray(points, float), columns) if left else np.asarray(points, float)

    compartments = (truth.lateral, truth.medial)
    curves = {
        "femur": [turned(c.femoral_margin) for c in compartments],
        "tibia": [turned(c.tibial_margin) for c in compartments],
        "anterior": [turned(c.anterior_margin) for c in compartments],
        "posterior": [turned(c.posterior_margin) for c in compartments],
    }
    ends = turned(np.array(truth.tibial_ends))  # medial, lateral
    placement = _placement(curves, ends)
    film = np.ascontiguousarray(pixels[:, ::-1]) if left else pixels
    joint = Joint(
        film,
        placement,
        truth.spacing_mm,
        _with_upper_and_lower(curves),
        None,
    )
    return cropped(joint), _outline(joint, turned(np.array(truth.femoral_ends))[::-1])


def _outline(joint: Joint, femoral_ends: Points) -> Outline:
    zoom = min(joint.mm_per_px / OAI_MM, 1.0)
    rows, columns = joint.film.shape
    size = (int(columns * zoom), int(rows * zoom))
    part = np.ascontiguousarray(joint.film[: int(size[1] / zoom), : int(size[0] / zoom)])
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
    coarse = _moved(replace(joint, points=femoral_ends, curves={}), np.zeros(2), zoom)
    assert coarse.points is not None
    return Outline(small, coarse.placement, coarse.points)


def _placement(curves: dict[str, list[Points]], tibial_ends: Points) -> Placement:
    """Where the landmarks would place a drawn knee: width and tilt of the plateau, centre of the space."""
    margins = [*curves["femur"], *curves["tibia"]]
    across = tibial_ends[0] - tibial_ends[1]
    lateral, medial = (curves["tibia"][k].mean(axis=0) for k in (0, 1))
    tilt = float(np.arctan2(*(medial - lateral)))
    centre = np.mean([margin.mean(axis=0) for margin in margins], axis=0)
    middle = tibial_ends.mean(axis=0)
    along = np.array([np.sin(tilt), np.cos(tilt)])
    centre = centre + along * float((middle - centre) @ along)
    width = ANNOTATED_OVER_TRUE_WIDTH * float(np.hypot(*across))
    return Placement((float(centre[0]), float(centre[1])), width, tilt, False)


def _with_upper_and_lower(curves: dict[str, list[Points]]) -> dict[str, list[Points]]:
    """The rims by height in place of by depth: which is the anterior one a single film need not tell."""
    upper, lower = [], []
    for front, back in zip(curves["anterior"], curves["posterior"], strict=True):
        columns = np.union1d(front[:, 1], back[:, 1])
        inside = (columns >= max(front[:, 1].min(), back[:, 1].min())) & (
            columns <= min(front[:, 1].max(), back[:, 1].max())
        )
        columns = columns[inside]
        rows = np.stack([np.interp(columns, *_by_column(rim)) for rim in (front, back)])
        upper.append(np.column_stack([rows.min(axis=0), columns]))
        lower.append(np.column_stack([rows.max(axis=0), columns]))
    return {"femur": curves["femur"], "tibia": curves["tibia"], "upper_rim": upper, "lower_rim": lower}


def _by_column(curve: Points) -> tuple[Float64, Float64]:
    order = np.argsort(curve[:, 1], kind="stable")
    return curve[order, 1], curve[order, 0]


def cropped(joint: Joint) -> Joint:
    """The part of the film that any framing of the joint may touch."""
    width, (row, column) = joint.placement.tibial_width_px, joint.placement.centre
    top, bottom = int(max(row - REACH_UP * width, 0)), int(row + REACH_DOWN * width)
    left, right = int(max(column - REACH_ACROSS * width, 0)), int(column + REACH_ACROSS * width)
    film = np.ascontiguousarray(joint.film[top : bottom + 1, left : right + 1])
    return _moved(replace(joint, film=film), np.array([top, left], float), 1.0)


def _moved(joint: Joint, corner: Points, zoom: float) -> Joint:
    """The joint's points in a film that starts at `corner` and is resampled by `zoom`."""

    def moved(points: Points) -> Points:
        return (points - corner + 0.5) * zoom - 0.5

    old = joint.placement
    centre = moved(np.array([old.centre]))[0]
    return replace(
        joint,
        placement=replace(
            old, centre=(float(centre[0]), float(centre[1])), tibial_width_px=old.tibial_width_px * zoom
        ),
        mm_per_px=joint.mm_per_px / zoom,
        curves={name: [moved(curve) for curve in both] for name, both in joint.curves.items()},
        points=None if joint.points is None else moved(joint.points),
    )


def save(joint: Joint, outline: Outline, path: Path) -> None:
    """Keep a drawn knee; films as 16 bits."""
    curves = {f"{name}_{k}": curve for name, both in joint.curves.items() for k, curve in enumerate(both)}
    np.savez(
        path,
        film=joint.film.astype(np.uint16),
        placement=_numbers(joint.placement),
        mm_per_px=joint.mm_per_px,
        outline=outline.film.astype(np.uint16),
        outline_placement=_numbers(outline.placement),
        femoral_ends=outline.femoral_ends,
        allow_pickle=False,
        **curves,
    )


def _numbers(place: Placement) -> Float64:
    return np.array([*place.centre, place.tibial_width_px, place.tilt_rad])


def _place(numbers: Float64) -> Placement:
    row, column, width, tilt = numbers.tolist()
    return Placement((row, column), width, tilt, False)


def load(path: Path) -> Joint:
    with np.load(path) as kept:
        return Joint(
            kept["film"],
            _place(kept["placement"]),
            float(kept["mm_per_px"]),
            {name: [kept[f"{name}_{k}"] for k in (0, 1)] for name in CURVES},
            None,
        )


def load_outline(path: Path) -> Outline:
    with np.load(path) as kept:
        return Outline(
            kept["outline"].astype(np.float32), _place(kept["outline_placement"]), kept["femoral_ends"]
        )


def joint_of_annotation(knee: AnnotatedKnee) -> Joint:
    return Joint(knee.crop, knee.placement, knee.mm_per_px, {}, np.vstack([knee.tibia, knee.femur]))


# --- variants ---------------------------------------------------------------------------------------


def variant(joint: Joint, framing: Framing, random: np.random.Generator) -> tuple[Float32, JointFrame, Joint]:
    """A patch of the joint as another film, another processing and another framing would show it.

    Returns the patch, its frame, and the joint with its points in the pixels of that film.
    """
    seen = _resampled(joint, random)
    seen, frame = _around(seen, seen.frame.perturbed(*framing))
    return sample_patch(processed(seen.film, random), frame), frame, seen


def _around(joint: Joint, frame: JointFrame) -> tuple[Joint, JointFrame]:
    """The part of the film that a frame touches and a little more, for the sake of speed."""
    corners = np.array([[0, 0], [0, COLUMNS], [ROWS, 0], [ROWS, COLUMNS]], float)
    touched, slack = frame.to_film(corners), 0.03 * frame.tibial_width_px + 4
    low = np.maximum(np.floor(touched.min(axis=0) - slack), 0).astype(int)
    high = np.ceil(touched.max(axis=0) + slack).astype(int)
    part = np.ascontiguousarray(joint.film[low[0] : high[0], low[1] : high[1]])
    row, column = frame.centre
    near = replace(frame, centre=(row - float(low[0]), column - float(low[1])))
    return _moved(replace(joint, film=part), low.astype(float), 1.0), near


def _resampled(joint: Joint, random: np.random.Generator) -> Joint:
    """At its own resolution, or at a coarser one down to half a millimetre; a third at that of the OAI."""
    film = joint.film.astype(np.float32)
    kind = random.random()
    target = joint.mm_per_px
    if kind < 0.35:
        target = OAI_MM * float(np.exp(random.normal(0.0, 0.08)))
    elif kind < 0.6 and joint.mm_per_px < COARSEST_MM:
        target = float(np.exp(random.uniform(np.log(joint.mm_per_px), np.log(COARSEST_MM))))
    if target < 1.15 * joint.mm_per_px:
        return replace(joint, film=film)
    corner = random.integers(0, int(np.ceil(target / joint.mm_per_px)) + 1, 2)
    part = film[corner[0] :, corner[1] :]
    zoom = joint.mm_per_px / target
    size = (max(int(part.shape[1] * zoom), 8), max(int(part.shape[0] * zoom), 8))
    part = np.ascontiguousarray(part[: int(size[1] / zoom), : int(size[0] / zoom)])
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return _moved(replace(joint, film=np.asarray(small, np.float32)), corner.astype(float), zoom)


def framing(random: np.random.Generator) -> Framing:
    """As far off as the landmarks may place the knee; docs/choices.md#joint-patch."""
    return (
        float(random.normal(0.0, 0.012)),
        float(random.normal(0.0, 0.018)),
        float(np.exp(random.normal(0.0, 0.045))),
        float(random.normal(0.0, np.deg2rad(2.2))),
    )


def target_rows(joint: Joint, frame: JointFrame, columns: Float64) -> Float64:
    """(4, n) rows of the curves in the patch at its columns; not a number where a curve is not known."""
    rows = np.full((len(CURVES), len(columns)), np.nan)
    for index, name in enumerate(CURVES):
        for curve in joint.curves.get(name, []):
            across, down = _by_column(frame.to_patch(curve))
            inside = (columns >= across[0]) & (columns <= across[-1])
            rows[index, inside] = np.interp(columns[inside], across, down)
    return rows
