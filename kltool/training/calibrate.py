"""How large the errors of widths are where the margins say that they are so sure: floor and gain.

Fitted on drawn knees that neither training nor scoring sees, at the detector's resolution and on coarse
crops, so that the stated 95% intervals hold the truth as often as they say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.errors import Refusal
from kltool.geometry.joint_axes import joint_axes_of
from kltool.jointspace import ErrorSettings, assess_quality, measure_joint_space, trace_margins
from kltool.jointspace.positioning import spine_offset
from kltool.localize import find_knees
from kltool.reading import QUALITY, TRACE, WIDTHS
from kltool.simulate.population import simulate_random
from kltool.simulate.scene import KneeTruth
from kltool.training.parallel import each
from kltool.training.simulated import film_and_crop
from kltool.typing import Float64
from kltool.values.knee import Knee
from kltool.values.length import NORMAL_95, NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph
from kltool.values.reading import JointSpace, Quality
from kltool.weights import Models

FIRST_SEED: Final = 500_000  # docs/choices.md#evaluation-seeds
LARGEST: Final = 2 * ErrorSettings().largest_sd  # a gain of about a half makes it the limit of a reading
PLAIN: Final = ErrorSettings(
    0.0, 1.0, 0.0, 1.0, 0.0, 1.0, usable_factor=1.0, poor_factor=1.0, largest_sd=LARGEST
)
KINDS: Final = ("minimum", "fixed", "mean")


@dataclass(frozen=True, slots=True)
class Error:
    """One width of one drawn knee: shares of the tibial width.

    deviation: what the margins say of themselves. quality: of the film.
    """

    kind: str
    quality: Quality
    error: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Turn:
    """How a drawn leg is turned, degrees, and where its spines stand, shares of the tibial width."""

    degrees: float
    offset: float


@dataclass(frozen=True, slots=True)
class Fit:
    """variance = floor² + gain² · (the margins' own variance), shares of the tibial width; no poor films."""

    floor: float
    gain: float
    count: int

    def deviation(self, margins: Float64) -> Float64:
        return np.hypot(self.floor, self.gain * margins)


def gather(count: int, jobs: int) -> tuple[list[Error], list[Turn]]:
    """Every width of so many drawn knees, on their films and on coarse crops, and every leg's turn."""
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    found = each(_knee, seeds, "calibration knees", jobs)
    return [error for errors, _ in found for error in errors], [turn for _, turns in found for turn in turns]


def fit_kind(errors: Sequence[Error], kind: str) -> Fit:
    """Floor and gain of one kind of width, from films that are not poor."""
    chosen = [error for error in errors if error.kind == kind and error.quality is not Quality.POOR]
    return fit(np.array([e.error for e in chosen]), np.array([e.deviation for e in chosen]))


def fit(errors: Float64, deviations: Float64) -> Fit:
    """errors, deviations: (n,) shares of the tibial width.

    The ratio of floor and gain is the likeliest for errors with tails (Student's t of four degrees);
    then both are scaled until 95% of the errors lie within 1.96 deviations.
    """
    from scipy.optimize import minimize
    from scipy.stats import t

    def unlikely(law: Float64) -> float:
        scale = np.hypot(np.exp(law[0]), np.exp(law[1]) * deviations)
        return float(-t.logpdf(errors / scale, 4).sum() + np.log(scale).sum())

    floor, gain = np.exp(minimize(unlikely, np.log([0.001, 1.0]), method="Nelder-Mead").x)
    factor = _needed(errors, np.hypot(floor, gain * deviations))
    return Fit(float(floor) * factor, float(gain) * factor, len(errors))


def factors(errors: Sequence[Error], fits: Mapping[str, Fit]) -> dict[Quality, float]:
    """How much larger deviations have to be on films of each quality, at least 1."""
    found = {}
    for quality in Quality:
        chosen = [error for error in errors if error.quality is quality]
        stated = np.array([fits[e.kind].deviation(np.array(e.deviation)) for e in chosen])
        found[quality] = max(1.0, _needed(np.array([e.error for e in chosen]), stated))
    return found


def _needed(errors: Float64, deviations: Float64) -> float:
    """By what factor deviations must grow for 95% of the errors to lie within 1.96 of them."""
    return float(np.quantile(np.abs(errors) / deviations, 0.95)) / NORMAL_95


def covered(errors: Sequence[Error], fits: Mapping[str, Fit], widening: Mapping[Quality, float]) -> float:
    """Share of the errors within 1.96 of the deviations that result."""
    held = [
        abs(e.error) <= NORMAL_95 * widening[e.quality] * fits[e.kind].deviation(np.array(e.deviation))
        for e in errors
    ]
    return float(np.mean(held))


def fit_turns(turns: Sequence[Turn]) -> tuple[float, float, float]:
    """Degrees a tibial width of offset, the offset of a leg that is not turned, and what is left, degrees."""
    degrees, offset = np.array([(turn.degrees, turn.offset) for turn in turns]).T
    slope, start = np.polyfit(offset, degrees, 1)
    left = float(np.std(degrees - slope * offset - start))
    return float(slope), float(-start / slope), left


def _knee(models: Models, seed: int) -> tuple[list[Error], list[Turn]]:
    drawn = simulate_random(seed)
    (truth,) = drawn.truth
    errors: list[Error] = []
    turns: list[Turn] = []
    for film, _ in film_and_crop(drawn, seed):
        knee = _found(film, models)
        if knee is not None:
            space = measure_joint_space(knee, trace_margins(knee, models.margins, TRACE), WIDTHS, PLAIN)
            quality, _ = assess_quality(knee, space, QUALITY)
            errors += _errors(space, quality, truth)
            axes = joint_axes_of(space.axis, knee.scale)
            turns.append(Turn(truth.scene.rotation_deg, spine_offset(knee.landmarks, axes, knee.scale)))
    return errors, turns


def _found(film: Radiograph, models: Models) -> Knee | None:
    try:
        knees = find_knees(film, models).knees
    except Refusal:
        return None
    return knees[0] if knees else None


def _errors(space: JointSpace, quality: Quality, truth: KneeTruth) -> Iterator[Error]:
    fixed = {width.x: width.mm for width in truth.widths}
    for compartment, true in ((Compartment.MEDIAL, truth.medial), (Compartment.LATERAL, truth.lateral)):
        found = space.of(compartment)
        lengths = [("minimum", found.minimum, true.minimum_mm), ("mean", found.mean, true.mean_mm)]
        lengths += [("fixed", width, fixed[x]) for x, width in found.fixed_widths.items() if x in fixed]
        for kind, length, true_mm in lengths:
            if isinstance(length, NotMeasured):
                continue
            if isinstance(length.mm, NotMeasured) or isinstance(length.sd_mm, NotMeasured):
                continue
            share = length.sd_percent / 100 / length.sd_mm  # tibial widths a millimetre
            yield Error(kind, quality, (length.mm - true_mm) * share, length.sd_percent / 100)
