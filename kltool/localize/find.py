"""Radiograph to knees: where they are, whose side they are on, and which of them are replaced."""

from dataclasses import dataclass

import numpy as np

from kltool.errors import NoKnee, SideUnknown
from kltool.geometry import mirror
from kltool.localize.candidates import Candidate, find_candidates
from kltool.localize.canonical import turned
from kltool.localize.landmarks import settle
from kltool.values.findings import RefusedKnee
from kltool.values.image import Knee, Placement, Radiograph, Side, SideSource
from kltool.weights import Models

REPLACED = RefusedKnee(
    "replaced",
    "an implant was found in place of the joint, a natural joint expected; there is no joint space to read",
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a film holds: knees to read, in the order of the picture, and knees that are not read."""

    knees: tuple[Knee, ...]
    refused: tuple[RefusedKnee, ...]
    notes: tuple[str, ...]


def find_knees(film: Radiograph, models: Models) -> Found:
    """Find one or two knees in a frontal film.

    Two knees take their sides from the order of the picture (the patient's right is on the viewer's
    left); one knee takes the side that the tags or the user gave, and is refused without one.
    Raises NoKnee, SideUnknown.
    """
    pair = _pair(find_candidates(film.pixels, models.finder))
    if not pair:
        raise NoKnee(
            "no knee joint was found in the picture, one or two frontal knees expected; "
            "check that it is a frontal knee radiograph that shows the joint upright"
        )
    sides, source, notes = _sides(film, pair)
    wanted = [
        (candidate, side)
        for candidate, side in zip(pair, sides, strict=True)
        if film.side_source is not SideSource.USER or side is film.side
    ]
    natural = [(candidate, side) for candidate, side in wanted if not candidate.replaced]
    knees = tuple(_knee(film, candidate, side, source, models) for candidate, side in natural)
    return Found(knees, (REPLACED,) * (len(wanted) - len(natural)), notes)


def _pair(candidates: list[Candidate]) -> list[Candidate]:
    """The best candidate and, where one lies beside it at its own size, its partner; left to right."""
    if not candidates:
        return []
    best = candidates[0]
    partners = [other for other in candidates[1:] if _beside(best, other)]
    return sorted([best, *partners[:1]], key=lambda candidate: float(candidate.centre[1]))


def _beside(one: Candidate, other: Candidate) -> bool:
    """Two knees of one person in one film: alike in size, side by side, at about one height."""
    size = np.sqrt(one.width * other.width)
    down, across = np.abs(one.centre - other.centre) / size
    return bool(
        across > 1.0 and down < 0.8 and max(one.width, other.width) < 1.35 * min(one.width, other.width)
    )


def _sides(film: Radiograph, pair: list[Candidate]) -> tuple[list[Side], SideSource, tuple[str, ...]]:
    if len(pair) == 2:
        notes: tuple[str, ...] = ()
        if film.side is not None and film.side_source is SideSource.TAG:
            notes = (
                f"the tags say {film.side}, two knees are shown: sides taken from the order of the film",
            )
        return [Side.RIGHT, Side.LEFT], SideSource.FILM, notes
    if film.side is None:
        raise SideUnknown(
            "one knee was found and nothing says whose side it is; side right or left expected in the tags; "
            "give it with --side"
        )
    return [film.side], film.side_source, ()


def _knee(film: Radiograph, candidate: Candidate, side: Side, source: SideSource, models: Models) -> Knee:
    mirrored = side is Side.LEFT
    pixels = turned(film.pixels, mirrored)
    ends, centre = candidate.ends, candidate.centre[None]
    if mirrored:
        ends, centre = mirror(ends, pixels.shape[1])[::-1], mirror(centre, pixels.shape[1])
    across = ends[1] - ends[0]
    start = Placement(
        (float(centre[0, 0]), float(centre[0, 1])),
        candidate.width,
        float(np.arctan2(across[0], across[1])),
        mirrored,
    )
    placement, landmarks = settle(pixels, start, models.landmarks)
    return Knee(film, placement, landmarks, side, source, candidate.score)
