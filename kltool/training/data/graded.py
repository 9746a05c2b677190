"""Graded knees for training: the crop, where the joint lies on it as reading finds it, and its widths."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.geometry.window import CROP_SIZE, JOINT_ROW, TIBIAL_SHARE
from kltool.intake import load
from kltool.jointspace import measure_joint_space, trace_margins
from kltool.reading import DEFAULT
from kltool.training.data.oai import crops, grade_of, side_of
from kltool.training.detection import first_knee
from kltool.training.parallel import each
from kltool.typing import Float32
from kltool.values.knee import Placement, right_knee_orientation
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.weights import Models

Bytes = npt.NDArray[np.uint8]

# Where the joint lies on an OAI crop on which it is not found; docs/choices.md#canonical-crop
USUAL: Final = Placement(
    (JOINT_ROW * CROP_SIZE, 0.5 * CROP_SIZE), TIBIAL_SHARE * CROP_SIZE, 0.0, mirrored=False
)


@dataclass(frozen=True, slots=True, eq=False)
class GradedKnee:
    """film: (224, 224) 8 bit, bone bright, in right-knee orientation. placement: in it.

    widths: (4,) minimum and mean of the medial, then of the lateral joint space, per cent of the tibial
    width; not a number where they were not measured.
    """

    name: str
    film: Bytes
    placement: Placement
    widths: Float32
    grade: int


def prepare(folder: Path, kept: Path, jobs: int) -> list[GradedKnee]:
    """All knees of a split, in the order of their names; `kept` holds what was found the first time.

    folder: holds 0/ to 4/, each with ID.png, where ID ends in the side.
    """
    if not kept.exists():
        _save(each(_prepared, crops(folder), "finding the joints", jobs), kept)
    return _load(kept)


def _prepared(models: Models, path: Path) -> GradedKnee:
    side = side_of(path)
    film = load(path, side=side)
    pixels = right_knee_orientation(film.pixels, mirrored=side is Side.LEFT)
    placement, widths = USUAL, np.full(4, np.nan, np.float32)
    knee = first_knee(film, models)
    if knee is not None:
        placement = knee.placement
        space = measure_joint_space(
            knee, trace_margins(knee, models.margins, DEFAULT.margins), DEFAULT.widths, DEFAULT.errors
        )
        lengths = [length for c in Compartment for length in (space.of(c).minimum, space.of(c).mean)]
        widths = np.array([np.nan if isinstance(n, NotMeasured) else n.percent for n in lengths], np.float32)
    return GradedKnee(path.stem, np.rint(pixels).astype(np.uint8), placement, widths, grade_of(path))


def _save(knees: Sequence[GradedKnee], kept: Path) -> None:
    np.savez(
        kept,
        names=np.array([knee.name for knee in knees]),
        films=np.stack([knee.film for knee in knees]),
        placements=np.array([_numbers(knee.placement) for knee in knees]),
        widths=np.stack([knee.widths for knee in knees]),
        grades=np.array([knee.grade for knee in knees]),
    )


def _numbers(at: Placement) -> tuple[float, float, float, float]:
    return (*at.centre, at.tibial_width_px, at.tilt_rad)


def _load(kept: Path) -> list[GradedKnee]:
    with np.load(kept) as part:
        names, films, widths, grades = (part[key] for key in ("names", "films", "widths", "grades"))
        places = [
            Placement((row, column), width, tilt, mirrored=False)
            for row, column, width, tilt in part["placements"].tolist()
        ]
    return [
        GradedKnee(str(name), film, place, width, int(grade))
        for name, film, place, width, grade in zip(names, films, places, widths, grades, strict=True)
    ]
