"""Simulated knees to learn from, made once and kept on disk: the joint, and the whole film, coarse."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from kltool.geometry.points import mirror
from kltool.simulate.scene import SimulatedFilm
from kltool.training.data.joints import CURVES, Joint, by_column, cropped, moved_to
from kltool.training.data.variants import OAI_MM
from kltool.typing import Float32, Float64, Points
from kltool.values.knee import Placement
from kltool.values.radiograph import Side

ANNOTATED_OVER_TRUE_WIDTH: Final = 0.91  # docs/choices.md#landmarks


@dataclass(frozen=True, slots=True, eq=False)
class CoarseFilm:
    """The whole film of a simulated knee, coarse, in right-knee orientation, and where the femur is widest.

    femoral_ends: (2, 2) (row, column), lateral and medial.
    """

    film: Float32
    placement: Placement
    femoral_ends: Points


def joint_of_film(simulated: SimulatedFilm) -> tuple[Joint, CoarseFilm]:
    """The joint of a film of one simulated knee, at full resolution, and the whole film, coarse."""
    truth = simulated.truth[0]
    pixels = simulated.pixels.astype(np.float32)
    columns = pixels.shape[1]
    left = truth.side is Side.LEFT

    def oriented(points: Points) -> Points:
        return mirror(np.asarray(points, float), columns) if left else np.asarray(points, float)

    compartments = (truth.lateral, truth.medial)
    curves = {
        "femur": [oriented(c.femoral_margin) for c in compartments],
        "tibia": [oriented(c.tibial_margin) for c in compartments],
        "anterior": [oriented(c.anterior_margin) for c in compartments],
        "posterior": [oriented(c.posterior_margin) for c in compartments],
    }
    ends = oriented(np.array(truth.tibial_ends))  # medial, lateral
    placement = _placement(curves, ends)
    film = np.ascontiguousarray(pixels[:, ::-1]) if left else pixels
    joint = Joint(
        film,
        placement,
        truth.spacing_mm,
        _with_upper_and_lower(curves),
        None,
    )
    return cropped(joint), _coarse(joint, oriented(np.array(truth.femoral_ends))[::-1])


def _coarse(joint: Joint, femoral_ends: Points) -> CoarseFilm:
    zoom = min(joint.mm_per_px / OAI_MM, 1.0)
    rows, columns = joint.film.shape
    size = (int(columns * zoom), int(rows * zoom))
    part = np.ascontiguousarray(joint.film[: int(size[1] / zoom), : int(size[0] / zoom)])
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
    coarse = moved_to(replace(joint, points=femoral_ends, curves={}), np.zeros(2), zoom)
    assert coarse.points is not None
    return CoarseFilm(small, coarse.placement, coarse.points)


def _placement(curves: dict[str, list[Points]], tibial_ends: Points) -> Placement:
    """Where the landmarks would place the knee: width and tilt of the plateau, centre of the space."""
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
    """The margins of the plateau by height in place of by depth: one film need not show which is anterior."""
    upper, lower = [], []
    for anterior, posterior in zip(curves["anterior"], curves["posterior"], strict=True):
        columns = np.union1d(anterior[:, 1], posterior[:, 1])
        inside = (columns >= max(anterior[:, 1].min(), posterior[:, 1].min())) & (
            columns <= min(anterior[:, 1].max(), posterior[:, 1].max())
        )
        columns = columns[inside]
        rows = np.stack([np.interp(columns, *by_column(margin)) for margin in (anterior, posterior)])
        upper.append(np.column_stack([rows.min(axis=0), columns]))
        lower.append(np.column_stack([rows.max(axis=0), columns]))
    return {
        "femur": curves["femur"],
        "tibia": curves["tibia"],
        "upper_plateau_margin": upper,
        "lower_plateau_margin": lower,
    }


def save(joint: Joint, coarse: CoarseFilm, path: Path) -> None:
    """Keep a simulated knee; films as 16 bits."""
    curves = {f"{name}_{k}": curve for name, both in joint.curves.items() for k, curve in enumerate(both)}
    np.savez(
        path,
        film=joint.film.astype(np.uint16),
        placement=_numbers(joint.placement),
        mm_per_px=joint.mm_per_px,
        coarse_film=coarse.film.astype(np.uint16),
        coarse_placement=_numbers(coarse.placement),
        femoral_ends=coarse.femoral_ends,
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


def load_coarse_film(path: Path) -> CoarseFilm:
    with np.load(path) as kept:
        return CoarseFilm(
            kept["coarse_film"].astype(np.float32), _place(kept["coarse_placement"]), kept["femoral_ends"]
        )
