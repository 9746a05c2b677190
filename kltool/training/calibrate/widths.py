"""The errors of widths by the margins' own uncertainty: floor and gain.

Fitted on simulated knees that neither training nor scoring sees, at the detector's resolution and on coarse
crops, so that the stated 95% intervals have that coverage.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.stats import t

from kltool.geometry.joint_axes import joint_axes_of
from kltool.jointspace import (
    ErrorSettings,
    assess_quality,
    expected_error,
    measure_joint_space,
    trace_margins,
)
from kltool.jointspace.positioning import spine_offset
from kltool.reading import DEFAULT
from kltool.simulate.population import simulate_random
from kltool.simulate.scene import KneeTruth
from kltool.training.data.simulated import film_and_crop
from kltool.training.detection import first_knee
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.joint_space import JointSpace
from kltool.values.length import NORMAL_95, NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import Quality
from kltool.weights import Models

FIRST_SEED: Final = 500_000  # docs/choices.md#evaluation-seeds
LARGEST: Final = 2 * ErrorSettings().largest_sd  # a gain of about a half makes it the limit of a reading
UNCALIBRATED: Final = ErrorSettings(
    0.0, 1.0, 0.0, 1.0, 0.0, 1.0, usable_factor=1.0, poor_factor=1.0, largest_sd=LARGEST
)
KINDS: Final = ("minimum", "fixed", "mean")


@dataclass(frozen=True, slots=True)
class WidthError:
    """One width of one simulated knee: shares of the tibial width.

    deviation: the margins' own. quality: of the film.
    """

    kind: str
    quality: Quality
    error: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Rotation:
    """How a simulated leg is rotated, degrees, and where its spines stand, shares of the tibial width."""

    degrees: float
    offset: float


@dataclass(frozen=True, slots=True)
class ErrorLaw:
    """variance = floor² + gain² · (the margins' own variance), shares of the tibial width; no poor films.

    count: of the errors it was fitted on.
    """

    floor: float
    gain: float
    count: int

    def deviation(self, margins: Float64) -> Float64:
        return np.hypot(self.floor, self.gain * margins)


def measure_errors(count: int, jobs: int) -> tuple[list[WidthError], list[Rotation]]:
    """Every width of so many simulated knees, on films and on coarse crops, and every leg's rotation."""
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    found = each(_knee, seeds, "calibration knees", jobs)
    return [error for errors, _ in found for error in errors], [one for _, turns in found for one in turns]


def fit_kind(errors: Sequence[WidthError], kind: str) -> ErrorLaw:
    """Floor and gain of one kind of width, from films that are not poor."""
    chosen = [error for error in errors if error.kind == kind and error.quality is not Quality.POOR]
    return fit(np.array([e.error for e in chosen]), np.array([e.deviation for e in chosen]))


def fit(errors: Float64, deviations: Float64) -> ErrorLaw:
    """errors, deviations: (n,) shares of the tibial width.

    The ratio of floor and gain is that of maximum likelihood for errors with heavy tails (Student's t, four
    degrees of freedom); then both are scaled until 95% of the errors lie within 1.96 deviations.
    """

    def negative_log_likelihood(law: Float64) -> float:
        scale = np.hypot(np.exp(law[0]), np.exp(law[1]) * deviations)
        return float(-t.logpdf(errors / scale, 4).sum() + np.log(scale).sum())

    floor, gain = np.exp(minimize(negative_log_likelihood, np.log([0.001, 1.0]), method="Nelder-Mead").x)
    factor = growth_to_cover(errors, np.hypot(floor, gain * deviations))
    return ErrorLaw(float(floor) * factor, float(gain) * factor, len(errors))


def inflation_factors(errors: Sequence[WidthError], laws: Mapping[str, ErrorLaw]) -> dict[Quality, float]:
    """How much larger deviations have to be on films of each quality, at least 1."""
    found = {}
    for quality in Quality:
        chosen = [error for error in errors if error.quality is quality]
        stated = np.array([laws[e.kind].deviation(np.array(e.deviation)) for e in chosen])
        found[quality] = max(1.0, growth_to_cover(np.array([e.error for e in chosen]), stated))
    return found


def growth_to_cover(errors: Float64, deviations: Float64) -> float:
    """By what factor deviations must grow for 95% of the errors to lie within 1.96 of them; both (n,)."""
    return float(np.quantile(np.abs(errors) / deviations, 0.95)) / NORMAL_95


def coverage(
    errors: Sequence[WidthError], laws: Mapping[str, ErrorLaw], factors: Mapping[Quality, float]
) -> float:
    """Share of the errors within 1.96 of the deviations that result."""
    within = [
        abs(e.error) <= NORMAL_95 * factors[e.quality] * laws[e.kind].deviation(np.array(e.deviation))
        for e in errors
    ]
    return float(np.mean(within))


def fit_rotation(rotations: Sequence[Rotation]) -> tuple[float, float, float]:
    """Degrees a tibial width of offset, the offset of a leg that is not rotated, residual SD in degrees."""
    degrees, offset = np.array([(one.degrees, one.offset) for one in rotations]).T
    slope, start = np.polyfit(offset, degrees, 1)
    residual = float(np.std(degrees - slope * offset - start))
    return float(slope), float(-start / slope), residual


def _knee(models: Models, seed: int) -> tuple[list[WidthError], list[Rotation]]:
    simulated = simulate_random(seed)
    (truth,) = simulated.truth
    errors: list[WidthError] = []
    rotations: list[Rotation] = []
    for film, _ in film_and_crop(simulated, seed):
        knee = first_knee(film, models)
        if knee is not None:
            traced = trace_margins(knee, models.margins, DEFAULT.margins)
            space = measure_joint_space(knee, traced, DEFAULT.widths, UNCALIBRATED)
            calibrated = measure_joint_space(knee, traced, DEFAULT.widths, DEFAULT.errors)
            expected = expected_error(knee, calibrated, DEFAULT.expected, DEFAULT.quality)
            quality, _ = assess_quality(knee, space, expected, DEFAULT.quality)
            errors += _errors(space, quality, truth)
            offset = spine_offset(knee.landmarks, joint_axes_of(space.axis, knee.scale), knee.scale)
            rotations.append(Rotation(truth.scene.rotation_deg, offset))
    return errors, rotations


def _errors(space: JointSpace, quality: Quality, truth: KneeTruth) -> Iterator[WidthError]:
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
            yield WidthError(kind, quality, (length.mm - true_mm) * share, length.sd_percent / 100)
