"""Simulated knees at two visits, whose change of the joint space is known, compared as a user does.

Half of the knees have films that state millimetres in the plane of the joint, which err as a calibration
does; the other half state those at the detector, as most films do, and magnification differs with the unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from evaluation.reading import read_one, without_grader
from kltool.comparison.change import compare_knees
from kltool.comparison.error import TIBIAL_WIDTH_MM, ErrorModel
from kltool.comparison.positioning import positioning_difference
from kltool.simulate.scene import SimulatedFilm
from kltool.simulate.visits import simulate_visits
from kltool.training.data.simulated import film_of
from kltool.training.parallel import each
from kltool.values.change import Comparability, KneeChange
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading
from kltool.values.spacing import Calibration, Spacing
from kltool.values.width_change import Method, WidthChange
from kltool.weights import Models

LARGEST_MM: Final = 1.5  # of a true change, either way
SCALE_SD: Final = 0.010  # of the stated against the true millimetres; docs/choices.md#visits
ALONE: Final = ErrorModel(0.0, "none: measurement alone")
MARGINS: Final = ErrorModel(0.0, "none: the margins' own deviations", linked_floor=0.0, linked_gain=1.0)


@dataclass(frozen=True, slots=True)
class KnownChange:
    """The medial minimum of one simulated knee between two films.

    true_mm: its change, in the plane of `tier`. changed: whether it was simulated to change. same_unit: of
    both films. comparability: none where there is no pair of readings. imd_mm, rotation_deg: how far the
    positioning found differs.
    """

    seed: int
    true_mm: float
    changed: bool
    same_unit: bool
    tier: Calibration
    assess_comparability: Comparability | None
    found: WidthChange | NotMeasured
    imd_mm: float
    rotation_deg: float

    @property
    def linked(self) -> bool:
        """Whether there is a change, measured at the same place of both films."""
        return isinstance(self.found, WidthChange) and self.found.method is Method.LINKED

    @property
    def measured(self) -> WidthChange:
        assert isinstance(self.found, WidthChange)
        return self.found


def read_visits(seeds: Sequence[int], what: str, jobs: int, model: ErrorModel = ALONE) -> list[KnownChange]:
    """Two changes of each knee against its first visit: none, and one of up to LARGEST_MM."""
    return [one for both in each(partial(_knee, model), seeds, what, jobs) for one in both]


def _knee(model: ErrorModel, models: Models, seed: int) -> tuple[KnownChange, KnownChange]:
    random = np.random.default_rng((seed, 14))
    tier = Calibration.GEOMETRY if random.random() < 0.5 else Calibration.DETECTOR
    films = simulate_visits(seed, [0.0, float(random.uniform(-LARGEST_MM, LARGEST_MM))])
    readings = [read_one(_stated(film, tier, random), without_grader(models)) for film in films]
    unchanged, changed = (
        KnownChange(
            seed,
            _true_mm(films[0], later, tier),
            number == 1,
            films[0].film.spacing_mm == later.film.spacing_mm,
            tier,
            *_compared(readings[0], reading, models, model),
        )
        for number, (later, reading) in enumerate(zip(films[1:], readings[1:], strict=True))
    )
    return unchanged, changed


def _stated(simulated: SimulatedFilm, tier: Calibration, random: np.random.Generator) -> Radiograph:
    """The film with millimetres as its tags state them."""
    film = film_of(simulated)
    error = float(np.exp(random.normal(0.0, SCALE_SD)))
    joint = simulated.film.joint_spacing_mm * error
    stated = joint if tier is Calibration.GEOMETRY else simulated.film.spacing_mm
    return replace(film, spacing=Spacing(stated, stated, tier))


def _true_mm(first: SimulatedFilm, later: SimulatedFilm, tier: Calibration) -> float:
    """The change of the medial minimum in the knee; at the detector, as both films on average show it."""
    change = later.truth[0].medial.minimum_mm - first.truth[0].medial.minimum_mm
    if tier is Calibration.GEOMETRY:
        return change
    return change * float(np.sqrt(first.film.magnification * later.film.magnification))


Compared = tuple[Comparability | None, WidthChange | NotMeasured, float, float]


def _compared(
    before: KneeReading | NotMeasured, after: KneeReading | NotMeasured, models: Models, model: ErrorModel
) -> Compared:
    for when, reading in (("before", before), ("after", after)):
        if isinstance(reading, NotMeasured):
            return None, NotMeasured(f"{when}: {reading.reason}"), 0.0, 0.0
    assert isinstance(before, KneeReading)
    assert isinstance(after, KneeReading)
    if before.side is not after.side:
        return None, NotMeasured("the films share no side"), 0.0, 0.0
    change = compare_knees(before, after, NotMeasured("no date"), models, model)
    return change.comparability, change.widths[Measure.MEDIAL_MINIMUM], *_positioning(change)


def _positioning(change: KneeChange) -> tuple[float, float]:
    """How the positioning differs: mm between the margins of the plateau, degrees; 0 where not known."""
    difference = positioning_difference(change.before, change.after)
    imd, turn = (
        0.0 if isinstance(part, NotMeasured) else part for part in (difference.imd, difference.rotation_deg)
    )
    return imd / 100 * TIBIAL_WIDTH_MM, turn
