"""Pairs of films of which is known whether they show one knee, and how alike their bones are.

True pairs are a crop and its perturbed self, and drawn knees at two visits with trabeculae that stand in
their bones. False pairs are crops of two people, the two knees of one person, and two drawn knees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from evaluation.graded import spread_out
from evaluation.repeats import perturbed
from evaluation.simulated_knees import elsewhere
from kltool.comparison.identity.match import match_identity, texture_features
from kltool.errors import Refusal
from kltool.intake import load
from kltool.localize import find_knees
from kltool.simulate.knee import simulate_knee
from kltool.simulate.scene import SimulatedFilm
from kltool.simulate.struts import Struts
from kltool.simulate.visits import simulate_visits
from kltool.training.oai import side_of
from kltool.training.parallel import each
from kltool.training.simulated import film_and_crop
from kltool.typing import Float64
from kltool.values.change import IdentityMatch
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph, Side
from kltool.weights import Models


class Kind(StrEnum):
    """What two films are of each other."""

    PERTURBED = "its perturbed self"
    TWICE = "perturbed, and perturbed again"
    VISIT = "a later visit, film"
    VISIT_CROP = "a later visit, coarse crop"
    PERSON = "another person, same side"
    PERSON_MIRRORED = "another person, other side"
    OTHER_SIDE = "the person's other knee"
    DRAWN = "another drawn knee, film"
    DRAWN_CROP = "another drawn knee, coarse crop"

    @property
    def true(self) -> bool:
        """Whether both are of one knee."""
        return self in (Kind.PERTURBED, Kind.TWICE, Kind.VISIT, Kind.VISIT_CROP)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two films. name: of the first, and of the second."""

    kind: Kind
    name: str
    likeness: IdentityMatch


@dataclass(frozen=True, slots=True)
class Crops:
    """A crop and what it is compared with; opposite: the same person's other knee, where that is to be."""

    knee: Path
    others: tuple[Path, ...]
    opposite: Path | None


def crop_pairs(folder: Path, count: int | None, jobs: int) -> list[Pair]:
    """So many crops of a folder with grades, spread over their names (all where None), each perturbed once
    and twice, against another person's knee of each side and, for a left one, the person's right one.
    """
    paths = spread_out(folder, None)
    compared = [partners(paths.index(crop), paths) for crop in spread_out(folder, count)]
    return [pair for pairs in each(_of_crops, compared, "crops", jobs) for pair in pairs]


def drawn_pairs(first_seed: int, count: int, jobs: int) -> list[Pair]:
    """So many drawn knees at two visits, two and two compared with each other."""
    seeds = range(first_seed, first_seed + count, 2)
    return [pair for pairs in each(_of_drawn, seeds, "drawn knees", jobs) for pair in pairs]


def features(pairs: Sequence[Pair]) -> Float64:
    """(n, 3): femur, tibia, outline."""
    alike = [pair.likeness for pair in pairs]
    found = [(*texture_features(one.femur, one.tibia), one.outline) for one in alike]
    return np.array(found, float).reshape(-1, 3)


def partners(place: int, paths: Sequence[Path]) -> Crops:
    """Another person's knee of each side, drawn from the crop's own name; for a left one the right one."""
    knee = paths[place]
    person, side = knee.stem[:-1], side_of(knee)
    random = np.random.default_rng((int(person), int(side is Side.LEFT)))
    strangers = [
        [p for p in paths if p.stem[:-1] != person and side_of(p) is of] for of in (side, side.other)
    ]
    others = tuple(kin[int(random.integers(len(kin)))] for kin in strangers)
    own = [p for p in paths if p.stem[:-1] == person and p != knee] if side is Side.LEFT else []
    return Crops(knee, others, own[0] if own else None)


def _of_crops(models: Models, crops: Crops) -> list[Pair]:
    side = side_of(crops.knee)
    film = load(crops.knee, side=side)
    random = np.random.default_rng((int(crops.knee.stem[:-1]), int(side is Side.LEFT)))
    once = perturbed(film, random)
    knee, changed, twice = (_found(seen, models) for seen in (film, once, perturbed(once, random)))
    same, mirrored = (_read(path, models) for path in crops.others)
    opposite = None if crops.opposite is None else _read(crops.opposite, models)
    asked = (
        (Kind.PERTURBED, knee, changed),
        (Kind.TWICE, changed, twice),
        (Kind.PERSON, knee, same),
        (Kind.PERSON_MIRRORED, knee, mirrored),
        (Kind.OTHER_SIDE, knee, opposite),
    )
    return list(_compared(crops.knee.stem, asked))


def _of_drawn(models: Models, seed: int) -> list[Pair]:
    """Knee `seed` and the next one, each at two visits, on the films and on coarse crops of them."""
    one, other = (_seen(number, models) for number in (seed, seed + 1))
    kinds = (Kind.VISIT, Kind.DRAWN), (Kind.VISIT_CROP, Kind.DRAWN_CROP)
    asked = [
        (kind, first, second)
        for (visit, drawn), (a, later_a), (b, later_b) in zip(kinds, one, other, strict=True)
        for kind, first, second in (
            (visit, a, later_a),
            (visit, b, later_b),
            (drawn, a, later_b),
            (drawn, b, later_a),
        )
    ]
    return list(_compared(str(seed), asked))


def _seen(seed: int, models: Models) -> list[tuple[Knee | None, Knee | None]]:
    """One drawn knee at two visits: as found on the films, and on the coarse crops."""
    visits = [film_and_crop(film, seed) for film in with_struts(simulate_visits(seed, [0.0]))]
    first, later = ([_found(film, models, centre) for film, centre in visit] for visit in visits)
    return list(zip(first, later, strict=True))


def with_struts(visits: Sequence[SimulatedFilm]) -> list[SimulatedFilm]:
    """The films of one knee again, their trabeculae standing in the bones."""
    scenes = [film.truth[0].scene for film in visits]
    struts = Struts(scenes[0].seed, scenes[0].coarseness)
    return [simulate_knee(scene, film.film, struts) for scene, film in zip(scenes, visits, strict=True)]


def _compared(name: str, asked: Sequence[tuple[Kind, Knee | None, Knee | None]]) -> Iterator[Pair]:
    for kind, first, second in asked:
        if first is not None and second is not None:
            yield Pair(kind, name, match_identity(first, second))


def _read(path: Path, models: Models) -> Knee | None:
    return _found(load(path, side=side_of(path)), models)


def _found(film: Radiograph, models: Models, joint: Float64 | None = None) -> Knee | None:
    """The knee of a film, unless it is found in another place. joint: (row, column) on the film, if known."""
    try:
        knees = find_knees(film, models).knees
    except Refusal:
        return None
    if not knees or (joint is not None and elsewhere(knees[0], joint)):
        return None
    return knees[0]
