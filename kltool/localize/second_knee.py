"""A second knee on a film of which one was read: a weak candidate beside it, or its mirror image."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from kltool.localize.candidates import are_a_pair, frontal_candidates
from kltool.localize.classify import ClassifiedCandidate
from kltool.localize.detect import Candidate, FinderSettings
from kltool.typing import Float32, Points
from kltool.values.radiograph import Radiograph
from kltool.weights import Models

SUSPECTED: Final = 0.05  # score of a weak candidate; docs/choices.md#second-knee
LEAST_LIKENESS: Final = 0.77  # correlation with the mirror image; docs/choices.md#second-knee
WIDTH_PX: Final = 32  # of the tibia, at which images are compared
REACH: Final = (0.75, 0.62)  # tibial widths above and beside the joint that are compared
SIZES: Final = (0.9, 1.0, 1.1)  # of the other knee
LEAST_ACROSS, MOST_DOWN = 1.05, 0.8  # tibial widths between both
CHECK: Final = "look at the film; if it is a knee, give the film cut to it"


def second_knee_notes(
    film: Radiograph, knees: list[ClassifiedCandidate], models: Models, settings: FinderSettings
) -> tuple[str, ...]:
    """What speaks for a second knee on a film on which one was found."""
    one = knees[0]
    if len(knees) > 1 or not has_room_beside(film.pixels, one.candidate):
        return ()
    bolder = replace(settings, threshold=min(SUSPECTED, settings.threshold))
    weak = [
        other.candidate
        for other in frontal_candidates(film, models, bolder)
        if are_a_pair(one.candidate, other.candidate)
    ]
    return second_knee_note(film.pixels, one.candidate, weak)


def second_knee_note(film: Float32, knee: Candidate, weak: Sequence[Candidate]) -> tuple[str, ...]:
    """Names a knee that was not read; empty where nothing speaks for one.

    weak: candidates of too low a score that could be the other knee of a pair.
    """
    if weak:
        return (f"a second knee may be shown {_where(knee, weak[0].centre)}, which was not read; {CHECK}",)
    match = _mirror_image(film, knee)
    if match is None:
        return ()
    return (f"the mirror image of the knee is shown {_where(knee, match)}, which was not read; {CHECK}",)


def has_room_beside(film: Float32, knee: Candidate) -> bool:
    """Whether the film is wide enough for another knee of this size."""
    column = float(knee.centre[1])
    room = max(column, film.shape[1] - column)
    return bool(room > (LEAST_ACROSS + 0.5) * knee.width)


def _where(knee: Candidate, other: Points) -> str:
    side = "left" if other[1] < knee.centre[1] else "right"
    return f"on the {side} of the picture"


def _mirror_image(film: Float32, knee: Candidate) -> Points | None:
    """Where the surroundings of the knee are shown mirrored, (row, column) of the film; None: nowhere."""
    share = WIDTH_PX / knee.width
    coarse = cv2.resize(film, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    small: Float32 = np.asarray(cv2.GaussianBlur(coarse, (0, 0), 0.7), np.float32)
    centre = knee.centre * share
    reach = np.array(REACH) * WIDTH_PX
    top, left = np.maximum(np.floor(centre - reach), 0).astype(int)
    bottom, right = np.minimum(np.ceil(centre + reach), small.shape).astype(int)
    mirrored: Float32 = np.ascontiguousarray(small[top:bottom, left:right][:, ::-1])
    middle = np.array([top + bottom, left + right]) / 2
    matches = [_best_match(small, mirrored, size, middle) for size in SIZES]
    likeness, at = max(matches, key=lambda match: match[0])
    return at / share if likeness >= LEAST_LIKENESS else None


def _best_match(small: Float32, mirrored: Float32, size: float, middle: Points) -> tuple[float, Points]:
    """The highest correlation at a place beside the knee, and the place."""
    pattern = cv2.resize(mirrored, None, fx=size, fy=size, interpolation=cv2.INTER_LINEAR)
    if any(one > whole for one, whole in zip(pattern.shape, small.shape, strict=True)):
        return -1.0, middle
    likeness = cv2.matchTemplate(small, pattern, cv2.TM_CCOEFF_NORMED)
    centres = np.indices(likeness.shape) + (np.array(pattern.shape) / 2)[:, None, None]
    down, across = np.abs(centres - middle[:, None, None]) / WIDTH_PX
    beside = np.where((across > LEAST_ACROSS) & (down < MOST_DOWN), likeness, -1.0)
    row, column = np.unravel_index(beside.argmax(), beside.shape)
    return float(beside[row, column]), centres[:, row, column]
