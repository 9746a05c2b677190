"""Simulated knees whose joint space is known, read by the pipeline on the film and on a coarse crop.

Millimetres are those of the plane of the joint, in the truth and in the spacing that the film states.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.reading import read_one, without_grader
from kltool.geometry.points import mirror
from kltool.simulate.population import simulate_random
from kltool.simulate.scene import Film, KneeTruth
from kltool.training.data.simulated import film_and_crop
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.joint_space import JointSpace
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading
from kltool.weights import Models

FIRST_SEED: Final = 1_000_000  # docs/choices.md#evaluation-seeds
FARTHEST: Final = 0.5  # tibial widths from the true joint; what lies beyond is another place

MEDIAL_MINIMUM: Final = "medial mJSW"
LATERAL_MINIMUM: Final = "lateral mJSW"
PRIMARY: Final = (MEDIAL_MINIMUM, LATERAL_MINIMUM, "JSW(0.250)")


class Resolution(StrEnum):
    """What of a simulated knee is read."""

    FILM = "film"
    COARSE = "coarse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity of one knee: mm, areas mm². sd: the standard deviation that the reading states."""

    true: float
    found: float
    sd: float

    @property
    def error(self) -> float:
        return self.found - self.true


@dataclass(frozen=True, slots=True)
class SimulatedKnee:
    """One simulated knee as it was read.

    refused: why the knee was not read, or empty. quality: as it was judged, or empty. conditions: how it
    was simulated, by name; angles are absolute. values: by quantity, where the truth has it, or why the
    reading has not.
    """

    seed: int
    resolution: Resolution
    refused: str
    quality: str
    conditions: Mapping[str, float]
    values: Mapping[str, Comparison | NotMeasured]


def read_simulated(count: int, jobs: int) -> list[SimulatedKnee]:
    """So many knees of the seeds that training leaves out, each on its film and on a coarse crop."""
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    return [knee for pair in each(_read_seed, seeds, "simulated knees", jobs) for knee in pair]


def _read_seed(models: Models, seed: int) -> tuple[SimulatedKnee, SimulatedKnee]:
    simulated = simulate_random(seed)
    (truth,) = simulated.truth
    (film, centre), (coarse, coarse_centre) = film_and_crop(simulated, seed)
    return (
        _compared(seed, Resolution.FILM, film, centre, truth, simulated.film, models),
        _compared(seed, Resolution.COARSE, coarse, coarse_centre, truth, simulated.film, models),
    )


def _compared(
    seed: int,
    resolution: Resolution,
    film: Radiograph,
    centre: Float64,
    truth: KneeTruth,
    exposure: Film,
    models: Models,
) -> SimulatedKnee:
    conditions = {
        "spacing_mm": truth.spacing_mm,
        "tilt_deg": abs(truth.scene.beam_tilt_deg),
        "rotation_deg": abs(truth.scene.rotation_deg),
        "noise": exposure.noise,
        "blur_mm": exposure.blur_mm,
        "magnification": truth.magnification,
        "true_medial_mm": truth.medial.minimum_mm,
        "true_lateral_mm": truth.lateral.minimum_mm,
    }
    reading = read_one(film, without_grader(models))
    refused = reading.reason if isinstance(reading, NotMeasured) else _misplaced(reading, centre)
    if isinstance(reading, NotMeasured) or refused:
        return SimulatedKnee(seed, resolution, refused, "", conditions, {})
    values = _values(reading.joint_space, truth)
    return SimulatedKnee(seed, resolution, "", str(reading.quality), conditions, values)


def _misplaced(reading: KneeReading, centre: Float64) -> str:
    """Why this is not the simulated knee, or nothing. centre: (row, column) of the joint on the film."""
    return "found in another place" if elsewhere(reading.knee, centre) else ""


def elsewhere(knee: Knee, joint: Float64) -> bool:
    """Whether a knee was found in another place than the joint, (row, column) of the film as stored."""
    placement = knee.placement
    found = np.array([placement.centre])
    if placement.mirrored:
        found = mirror(found, knee.film.pixels.shape[1])
    return float(np.hypot(*(found[0] - joint))) > FARTHEST * placement.tibial_width_px


def _values(space: JointSpace, truth: KneeTruth) -> dict[str, Comparison | NotMeasured]:
    found = _found(space)
    return {name: _comparison(true, *found[name]) for name, true in _true(truth).items()}


def _comparison(true: float, found: float | NotMeasured, sd: float | NotMeasured) -> Comparison | NotMeasured:
    if isinstance(found, NotMeasured):
        return found
    return sd if isinstance(sd, NotMeasured) else Comparison(true, found, sd)


def _true(truth: KneeTruth) -> dict[str, float]:
    return {
        MEDIAL_MINIMUM: truth.medial.minimum_mm,
        LATERAL_MINIMUM: truth.lateral.minimum_mm,
        **{f"JSW({width.x:.3f})": width.mm for width in truth.widths},
        "medial mean JSW": truth.medial.mean_mm,
        "lateral mean JSW": truth.lateral.mean_mm,
        "medial area, mm²": truth.medial.area_mm2,
        "lateral area, mm²": truth.lateral.area_mm2,
        "medial IMD": truth.medial.inter_margin_distance_mm,
    }


def _found(space: JointSpace) -> dict[str, tuple[float | NotMeasured, float | NotMeasured]]:
    found = {}
    for compartment in Compartment:
        measured = space.of(compartment)
        lengths = {f"{compartment} mJSW": measured.minimum, f"{compartment} mean JSW": measured.mean}
        lengths |= {f"JSW({x:.3f})": width for x, width in measured.fixed_widths.items()}
        for name, length in lengths.items():
            found[name] = (length, length) if isinstance(length, NotMeasured) else (length.mm, length.sd_mm)
        area, name = measured.area, f"{compartment} area, mm²"
        found[name] = (area, area) if isinstance(area, NotMeasured) else (area.mm2, area.sd_mm2)
    imd = space.positioning.imd
    found["medial IMD"] = (imd, imd) if isinstance(imd, NotMeasured) else (imd.mm, imd.sd_mm)
    return found


def at(knees: Iterable[SimulatedKnee], resolution: Resolution) -> list[SimulatedKnee]:
    return [knee for knee in knees if knee.resolution is resolution]


def comparisons(knees: Iterable[SimulatedKnee], name: str) -> list[Comparison]:
    """Of one quantity, where it was measured."""
    values = (knee.values.get(name) for knee in knees)
    return [value for value in values if isinstance(value, Comparison)]


def errors_of(knees: Iterable[SimulatedKnee], name: str) -> Float64:
    """Measured minus true of one quantity, (n,)."""
    return np.array([comparison.error for comparison in comparisons(knees, name)])


def write_csv(knees: Sequence[SimulatedKnee], path: Path) -> None:
    """One row a knee and resolution: conditions, then truth, error and its standard deviation by quantity."""
    names, conditions = location_names(knees), list(knees[0].conditions) if knees else []
    heads = [f"{name} {part}" for name in names for part in ("true", "error", "sd")]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["seed", "resolution", "not read", "quality", *conditions, *heads])
        for knee in knees:
            cells = [cell for name in names for cell in _cells(knee.values.get(name))]
            known = [f"{knee.conditions[name]:.4f}" for name in conditions]
            writer.writerow([knee.seed, knee.resolution, knee.refused, knee.quality, *known, *cells])


def _cells(value: Comparison | NotMeasured | None) -> tuple[str, str, str]:
    if not isinstance(value, Comparison):
        return "", "", ""
    return f"{value.true:.3f}", f"{value.error:.3f}", f"{value.sd:.3f}"


def location_names(knees: Iterable[SimulatedKnee]) -> list[str]:
    """All quantities, in the order of their first appearance."""
    return list(dict.fromkeys(name for knee in knees for name in knee.values))
