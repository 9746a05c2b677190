"""A candidate placed on its film by its landmarks, in right-knee orientation."""

from typing import Final

import numpy as np

from kltool.geometry.points import mirror
from kltool.localize.classify import ClassifiedCandidate
from kltool.localize.detect import Candidate
from kltool.localize.landmarks import refine_placement
from kltool.localize.sides import more_probable_side
from kltool.values.knee import Knee, Landmarks, OtherOrientation, Placement, right_knee_orientation
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.weights import Models

OVERRULING_PROBABILITY: Final = 0.99  # docs/choices.md#side-by-anatomy


def placed_knee(
    film: Radiograph, knee: ClassifiedCandidate, side: Side, source: SideSource, models: Models
) -> Knee:
    """Medial and lateral follow the given side, unless the anatomy is almost certainly that of the other.

    A knee of unknown side is measured as the more probable one, and placed as the other one, too.
    """
    if side is Side.UNKNOWN:
        return _localize_without_side(film, knee, models)
    mirrored = side is Side.LEFT
    if knee.side_probability(side) <= 1 - OVERRULING_PROBABILITY:
        mirrored = not mirrored
    placement, landmarks = _placed(film, knee, mirrored, models)
    return Knee(
        film,
        placement,
        landmarks,
        side,
        source,
        knee.candidate.score,
        knee.side_probability(side),
        knee.knee_class.metal(mirrored),
    )


def _localize_without_side(film: Radiograph, knee: ClassifiedCandidate, models: Models) -> Knee:
    shown = more_probable_side(knee)
    placement, landmarks = _placed(film, knee, shown is Side.LEFT, models)
    other = OtherOrientation(*_placed(film, knee, shown is not Side.LEFT, models))
    return Knee(
        film,
        placement,
        landmarks,
        Side.UNKNOWN,
        SideSource.UNKNOWN,
        knee.candidate.score,
        knee.side_probability(shown),
        knee.knee_class.metal(shown is Side.LEFT),
        other,
    )


def _placed(
    film: Radiograph, knee: ClassifiedCandidate, mirrored: bool, models: Models
) -> tuple[Placement, Landmarks]:
    pixels = right_knee_orientation(film.pixels, mirrored)
    start = _placement(knee.candidate, pixels.shape[1], mirrored)
    return refine_placement(pixels, start, models.landmarks)


def _placement(candidate: Candidate, columns: int, mirrored: bool) -> Placement:
    """The placement of a candidate on a film with this number of columns, mirrored where the film is."""
    ends, centre = candidate.ends, candidate.centre[None]
    if mirrored:
        ends, centre = mirror(ends, columns)[::-1], mirror(centre, columns)
    across = ends[1] - ends[0]
    return Placement(
        (float(centre[0, 0]), float(centre[0, 1])),
        candidate.width,
        float(np.arctan2(across[0], across[1])),
        mirrored,
    )
