"""The spacing of a film, judged by the knees it measures: a tibia has the width of an adult's.

A spacing that does not fit gives way to another of the same film that does; one by which the tibia is as no
adult's gives no millimetres. docs/choices.md#tibial-size
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np

from kltool.values.decimals import decimal, from_to
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph
from kltool.values.spacing import Calibration, NoSpacing, Spacing

Limits = tuple[float, float]

USUAL_MM: Final = (52.0, 100.0)  # of the tibial width; docs/choices.md#tibial-size
POSSIBLE_MM: Final = (36.0, 116.0)  # docs/choices.md#tibial-size
DETECTOR_MAGNIFICATION: Final = 1.15  # of a knee in the plane of the detector; docs/choices.md#tibial-size
SMALLEST_CONTRADICTION: Final = 1.3  # ratio of two spacings; docs/choices.md#tibial-size
AT_DETECTOR: Final = frozenset({Calibration.DETECTOR, Calibration.UNKNOWN_PLANE, Calibration.USER})


def fit_spacing(film: Radiograph, knees: Sequence[Knee]) -> tuple[Radiograph, tuple[str, ...]]:
    """The film with a spacing that fits its knees, or without one, and a note where it is another."""
    stated = film.spacing
    if isinstance(stated, NoSpacing) or not knees or _lies_within(usual_widths_mm(stated), stated, knees):
        return film, ()
    for other in film.other_spacings:
        if _contradicts(other, stated) and _lies_within(usual_widths_mm(other), other, knees):
            return replace(film, spacing=other), (f"pixel spacing {other} used: {_misfit(stated, knees)}",)
    if _lies_within(_possible_widths_mm(stated), stated, knees):
        return film, ()
    expected = from_to(_possible_widths_mm(stated), 0)
    reason = f"{_misfit(stated, knees)}, {expected} mm expected; give the true one with --spacing"
    return replace(film, spacing=NoSpacing(reason)), (reason,)


def tibial_width_mm(spacing: Spacing, knee: Knee) -> float:
    """The width of the tibia by a spacing."""
    at = knee.placement
    down, across = np.sin(at.tilt_rad) * spacing.row_mm, np.cos(at.tilt_rad) * spacing.column_mm
    return at.tibial_width_px * float(np.hypot(down, across))


def usual_widths_mm(spacing: Spacing) -> Limits:
    """Between which nearly all tibiae of adults are wide, in the plane of the spacing."""
    return _in_plane(spacing, USUAL_MM)


def _possible_widths_mm(spacing: Spacing) -> Limits:
    """Beyond which the tibia of no adult is wide."""
    return _in_plane(spacing, POSSIBLE_MM)


def _in_plane(spacing: Spacing, limits: Limits) -> Limits:
    low, high = limits
    return low, high * (DETECTOR_MAGNIFICATION if spacing.tier in AT_DETECTOR else 1.0)


def _lies_within(limits: Limits, spacing: Spacing, knees: Sequence[Knee]) -> bool:
    low, high = limits
    return low <= _median_width_mm(spacing, knees) <= high


def _median_width_mm(spacing: Spacing, knees: Sequence[Knee]) -> float:
    """A film has one spacing: its knees are judged together."""
    return median(tibial_width_mm(spacing, knee) for knee in knees)


def _contradicts(one: Spacing, other: Spacing) -> bool:
    """Whether two spacings differ by more than magnification explains."""
    ratio = one.column_mm / other.column_mm
    return max(ratio, 1 / ratio) > SMALLEST_CONTRADICTION


def _misfit(spacing: Spacing, knees: Sequence[Knee]) -> str:
    millimetres = f"{spacing.row_mm:g} x {spacing.column_mm:g} mm"
    source = "given by the user" if spacing.tier is Calibration.USER else f"({spacing.tier.label})"
    width = decimal(_median_width_mm(spacing, knees), 1)
    return f"by the pixel spacing {millimetres} {source} the tibia is {width} mm wide"
