"""The law of the expected error of a minimum, fitted on simulated films of every quality.

The mean absolute error as a product of powers of the evidence, by the quasi-likelihood of a gamma
distribution with a logarithmic link (McCullagh & Nelder 1989). No power is negative, so that worse evidence
never promises a smaller error.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from kltool.jointspace import assess_quality, measure_joint_space, trace_margins
from kltool.jointspace.expected_error import ErrorEvidence, ExpectedErrorSettings, error_evidence
from kltool.reading import DEFAULT
from kltool.typing import Float64
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import Quality
from kltool.weights import Models

UNFITTED = ExpectedErrorSettings()


@dataclass(frozen=True, slots=True)
class JudgedKnee:
    """What a reading says of its minima, before an error is expected.

    findings: the quality by everything but the expected error. tibia_mm: tibial width in millimetres.
    minima: evidence by compartment, where there is a minimum.
    """

    findings: Quality
    tibia_mm: float
    minima: dict[Compartment, ErrorEvidence]


@dataclass(frozen=True, slots=True)
class ErrorOfMinimum:
    """An absolute error, per cent of the tibial width, and its evidence."""

    percent: float
    evidence: ErrorEvidence


def judge(knee: Knee, models: Models, tibia_mm: float) -> JudgedKnee:
    """Of a knee whose side is known. tibia_mm: where the film has no millimetres."""
    traced = trace_margins(knee, models.margins, DEFAULT.margins)
    space = measure_joint_space(knee, traced, DEFAULT.widths, DEFAULT.errors)
    unknown = NotMeasured("not expected yet")
    findings, _ = assess_quality(knee, space, unknown, DEFAULT.quality)
    unit = knee.scale.unit_mm
    mm = tibia_mm if isinstance(unit, NotMeasured) else unit * knee.scale.tibial_width
    evidence = error_evidence(knee, space)
    minima = {place: one for place, one in evidence if isinstance(place, Compartment)}
    return JudgedKnee(findings, mm, minima)


def quality_of(judged: JudgedKnee, law: ExpectedErrorSettings) -> Quality:
    """With the expected error, in millimetres."""
    worst = worst_error_mm(judged, law)
    limits = DEFAULT.quality
    by_error = (
        Quality.POOR
        if worst > limits.usable_error_mm
        else Quality.USABLE
        if worst > limits.good_error_mm
        else Quality.GOOD
    )
    order = list(Quality)
    return max(judged.findings, by_error, key=order.index)


def worst_error_mm(judged: JudgedKnee, law: ExpectedErrorSettings) -> float:
    """The larger expected error of both minima; 0 where there is none."""
    errors = [law.error_percent(evidence) for evidence in judged.minima.values()]
    return max(errors, default=0.0) / 100 * judged.tibia_mm


def fit(errors: Sequence[ErrorOfMinimum]) -> ExpectedErrorSettings:
    """The law whose expected errors fit these best."""
    found = np.array([error.percent for error in errors])
    factors = np.log([UNFITTED.factors(error.evidence) for error in errors])

    def deviance(law: Float64) -> float:
        expected = law[0] + factors @ law[1:]
        return float((expected + found * np.exp(-expected)).sum())

    start = np.array([np.log(found.mean()), *[0.0] * factors.shape[1]])
    bounds = [(None, None), *[(0.0, None)] * factors.shape[1]]
    typical, *powers = minimize(deviance, start, method="L-BFGS-B", bounds=bounds).x.tolist()
    deviation, width, disagreement, edge = powers
    return replace(
        UNFITTED,
        typical_percent=float(np.exp(typical)),
        deviation_power=deviation,
        width_power=width,
        disagreement_power=disagreement,
        edge_power=edge,
    )
