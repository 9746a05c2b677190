"""Pairs of films of which is known whether they show one knee, and how alike their bones are.

True pairs are a crop and its perturbed self, and simulated knees at two visits with trabeculae that stand in
their bones. False pairs are crops of two people, the two knees of one person, and two simulated knees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from evaluation.jointspace.simulated_knees import elsewhere
from evaluation.perturbations import perturbed
from kltool.comparison.identity.match import match_identity, texture_features
from kltool.intake import load
from kltool.simulate.knee import simulate_knee
from kltool.simulate.scene import SimulatedFilm
from kltool.simulate.struts import Struts
from kltool.simulate.visits import simulate_visits
from kltool.training.data.oai import crops, participant_of, seed_of, side_of
from kltool.training.data.simulated import film_and_crop
from kltool.training.detection import first_knee
from kltool.training.parallel import each
from kltool.training.sampling import one_of
from kltool.typing import Float64
from kltool.values.change import IdentityMatch
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph, Side
from kltool.weights import Models


class PairKind(StrEnum):
    """What two films are of each other."""

    PERTURBED = "its perturbed self"
    TWICE = "perturbed, and perturbed again"
    VISIT = "a later visit, film"
    VISIT_CROP = "a later visit, coarse crop"
    PERSON = "another person, same side"
    PERSON_MIRRORED = "another person, other side"
    OTHER_SIDE = "the person's other knee"
    SIMULATED = "another simulated knee, film"
    SIMULATED_CROP = "another simulated knee, coarse crop"

    @property
    def true(self) -> bool:
        """Whether both are of one knee."""
        return self in (PairKind.PERTURBED, PairKind.TWICE, PairKind.VISIT, PairKind.VISIT_CROP)


@dataclass(frozen=True, slots=True)
class KneePair:
    """Two films. name: of the first, and of the second."""

    kind: PairKind
    name: str
    identity: IdentityMatch


@dataclass(frozen=True, slots=True)
class CropsToCompare:
    """A crop and what it is compared with; opposite: the same person's other knee, where that is to be."""

    knee: Path
    others: tuple[Path, ...]
    opposite: Path | None


def crop_pairs(folder: Path, count: int | None, jobs: int) -> list[KneePair]:
    """So many crops of a folder with grades, spread over their names (all where None), each perturbed once
    and twice, against another person's knee of each side and, for a left one, the person's right one.
    """
    paths = crops(folder)
    compared = [partners(paths.index(crop), paths) for crop in crops(folder, count)]
    return [pair for pairs in each(_of_crops, compared, "crops", jobs) for pair in pairs]


def simulated_pairs(first_seed: int, count: int, jobs: int) -> list[KneePair]:
    """So many simulated knees at two visits, two and two compared with each other."""
    seeds = range(first_seed, first_seed + count, 2)
    return [pair for pairs in each(_of_simulated, seeds, "simulated knees", jobs) for pair in pairs]


def features(pairs: Sequence[KneePair]) -> Float64:
    """(n, 3): femur, tibia, outline."""
    alike = [pair.identity for pair in pairs]
    found = [(*texture_features(one.femur, one.tibia), one.outline) for one in alike]
    return np.array(found, float).reshape(-1, 3)


def partners(place: int, paths: Sequence[Path]) -> CropsToCompare:
    """Another person's knee of each side, seeded by the crop's name; the right one for a left crop."""
    knee = paths[place]
    side, random = side_of(knee), np.random.default_rng(seed_of(knee))
    own = [path for path in paths if participant_of(path.stem) == participant_of(knee.stem)]
    others = tuple(
        one_of([path for path in paths if path not in own and side_of(path) is of], random)
        for of in (side, side.other)
    )
    opposite = [path for path in own if path != knee] if side is Side.LEFT else []
    return CropsToCompare(knee, others, opposite[0] if opposite else None)


LocalizedKnees = tuple[PairKind, Knee | None, Knee | None]


def _of_crops(models: Models, crop: CropsToCompare) -> list[KneePair]:
    film, random = load(crop.knee, side=side_of(crop.knee)), np.random.default_rng(seed_of(crop.knee))
    once = perturbed(film, random)
    knee, changed, twice = (_found(seen, models) for seen in (film, once, perturbed(once, random)))
    same, mirrored = (_read(path, models) for path in crop.others)
    opposite = None if crop.opposite is None else _read(crop.opposite, models)
    found = (
        (PairKind.PERTURBED, knee, changed),
        (PairKind.TWICE, changed, twice),
        (PairKind.PERSON, knee, same),
        (PairKind.PERSON_MIRRORED, knee, mirrored),
        (PairKind.OTHER_SIDE, knee, opposite),
    )
    return list(_compared(crop.knee.stem, found))


def _of_simulated(models: Models, seed: int) -> list[KneePair]:
    """Knee `seed` and the next one, each at two visits, on the films and on coarse crops of them."""
    one, other = (_visits(number, models) for number in (seed, seed + 1))
    kinds = (PairKind.VISIT, PairKind.SIMULATED), (PairKind.VISIT_CROP, PairKind.SIMULATED_CROP)
    found = [
        pair
        for (visit, another), (a, later_a), (b, later_b) in zip(kinds, one, other, strict=True)
        for pair in (
            (visit, a, later_a),
            (visit, b, later_b),
            (another, a, later_b),
            (another, b, later_a),
        )
    ]
    return list(_compared(str(seed), found))


def _visits(seed: int, models: Models) -> list[tuple[Knee | None, Knee | None]]:
    """One simulated knee at two visits: as found on the films, and on the coarse crops."""
    visits = [film_and_crop(film, seed) for film in with_struts(simulate_visits(seed, [0.0]))]
    first, later = ([_found(film, models, centre) for film, centre in visit] for visit in visits)
    return list(zip(first, later, strict=True))


def with_struts(visits: Sequence[SimulatedFilm]) -> list[SimulatedFilm]:
    """The films of one knee again, their trabeculae standing in the bones."""
    scenes = [film.truth[0].scene for film in visits]
    struts = Struts(scenes[0].seed, scenes[0].coarseness)
    return [simulate_knee(scene, film.film, struts) for scene, film in zip(scenes, visits, strict=True)]


def _compared(name: str, found: Sequence[LocalizedKnees]) -> Iterator[KneePair]:
    for kind, first, second in found:
        if first is not None and second is not None:
            yield KneePair(kind, name, match_identity(first, second))


def _read(path: Path, models: Models) -> Knee | None:
    return _found(load(path, side=side_of(path)), models)


def _found(film: Radiograph, models: Models, joint: Float64 | None = None) -> Knee | None:
    """The knee of a film, unless it is found in another place. joint: (row, column) on the film, if known."""
    knee = first_knee(film, models)
    return None if knee is None or (joint is not None and elsewhere(knee, joint)) else knee
