"""Pixel spacing and how far it can be trusted, from what the tags say.

Every tier of Calibration is tried in its order, after DICOM PS3.3 10.7; a value that is absent, not a
number, not positive or outside 0.02 to 1.0 mm is refused with a note, and the next tier is tried.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kltool.errors import SpacingError
from kltool.intake.tags import numbers_of, text_of
from kltool.values.spacing import LARGEST_SPACING_MM, SMALLEST_SPACING_MM, Calibration, NoSpacing, Spacing

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SAME_SPACING = 1e-3  # docs/choices-intake.md#same-spacing; relative, rounding in the text of a tag
LARGEST_MAGNIFICATION = 2.0  # docs/choices-intake.md#magnification

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SpacingTags:
    """What a data set says about its pixels; lengths in mm, (between rows, between columns).

    Values are as found: any number of numbers, NaN where a value is no number, empty where absent.
    """

    pixel: tuple[float, ...] = ()  # PixelSpacing (0028,0030)
    calibration: str = ""  # PixelSpacingCalibrationType (0028,0A02)
    imager: tuple[float, ...] = ()  # ImagerPixelSpacing (0018,1164)
    nominal: tuple[float, ...] = ()  # NominalScannedPixelSpacing (0018,2010)
    magnification: tuple[float, ...] = ()  # EstimatedRadiographicMagnificationFactor (0018,1114)
    source_to_detector: tuple[float, ...] = ()  # DistanceSourceToDetector (0018,1110)
    source_to_patient: tuple[float, ...] = ()  # DistanceSourceToPatient (0018,1111)


@dataclass(frozen=True, slots=True)
class Found:
    """The spacing of a film, and what was noted on the way to it."""

    spacing: Spacing | NoSpacing
    notes: tuple[str, ...] = ()


def spacing_tags(dataset: "Dataset") -> SpacingTags:
    return SpacingTags(
        pixel=numbers_of(dataset, "PixelSpacing"),
        calibration=text_of(dataset, "PixelSpacingCalibrationType"),
        imager=numbers_of(dataset, "ImagerPixelSpacing"),
        nominal=numbers_of(dataset, "NominalScannedPixelSpacing"),
        magnification=numbers_of(dataset, "EstimatedRadiographicMagnificationFactor"),
        source_to_detector=numbers_of(dataset, "DistanceSourceToDetector"),
        source_to_patient=numbers_of(dataset, "DistanceSourceToPatient"),
    )


def spacing_of(tags: SpacingTags) -> Found:
    """The best tier the tags allow; never raises, whatever they hold."""
    trusted, notes = _trusted(tags)
    spacing = next(_tiers(trusted), None)
    if spacing is not None:
        return Found(spacing, notes)
    return Found(NoSpacing(_why_none(notes)), notes)


def spacing_by_user(given_mm: Any) -> Spacing:
    """One number, or (between rows, between columns), in mm. Raises SpacingError where it cannot be true."""
    row: Any = given_mm
    column: Any = given_mm
    if isinstance(given_mm, tuple) and len(given_mm) == 2:
        row, column = given_mm
    try:
        return Spacing(float(row), float(column), Calibration.USER)
    except (TypeError, ValueError):
        raise SpacingError(row, column) from None


def override(found: Found, given_mm: Any) -> Found:
    """The user's spacing in place of the tags', noting what they said."""
    given = spacing_by_user(given_mm)
    said = found.spacing
    if isinstance(said, NoSpacing) or _same(_pair(said), _pair(given)):
        return replace(found, spacing=given)
    note = f"spacing given by the user, {_mm(_pair(given))}, in place of {_mm(_pair(said))} by the tags"
    return Found(given, (*found.notes, f"{note} ({said.tier.label})"))


def _tiers(tags: SpacingTags) -> Iterator[Spacing]:
    """Best first. Holds only spacings that passed _trusted."""
    pixel, imager = _two(tags.pixel), _two(tags.imager)
    if pixel and tags.calibration == "FIDUCIAL":
        yield Spacing(*pixel, Calibration.FIDUCIAL)
    if pixel and tags.calibration == "GEOMETRY":
        yield Spacing(*pixel, Calibration.GEOMETRY)
    if pixel and imager and not _same(pixel, imager):
        yield Spacing(*pixel, Calibration.CORRECTED)
    if imager and tags.magnification:
        factor = tags.magnification[0]
        yield Spacing(imager[0] / factor, imager[1] / factor, Calibration.MAGNIFICATION)
    if imager:
        yield Spacing(*imager, Calibration.DETECTOR)
    for unknown in (pixel, _two(tags.nominal)):
        if unknown:
            yield Spacing(*unknown, Calibration.UNKNOWN_PLANE)


def _trusted(tags: SpacingTags) -> tuple[SpacingTags, tuple[str, ...]]:
    """The tags without what cannot be true, the magnification settled, and a note on each thing refused."""
    notes: list[str] = []

    def checked(name: str, values: tuple[float, ...]) -> tuple[float, ...]:
        if not values or _plausible(values):
            return values
        notes.append(f"{name} {_as_text(values)} refused: two numbers from 0.02 to 1.0 mm were expected")
        return ()

    imager = checked("ImagerPixelSpacing", tags.imager)
    trusted = SpacingTags(
        pixel=checked("PixelSpacing", tags.pixel),
        calibration=tags.calibration.strip().upper(),
        imager=imager,
        nominal=checked("NominalScannedPixelSpacing", tags.nominal),
        magnification=_magnification(tags, imager, notes),
    )
    return trusted, tuple(notes)


def _magnification(tags: SpacingTags, imager: tuple[float, ...], notes: list[str]) -> tuple[float, ...]:
    """Factor from plane of the knee to detector, as stated or as SID ÷ SOD; empty where there is none."""
    if tags.magnification:
        factor = tags.magnification[0]
        if _believable(factor, imager):
            return (factor,)
        notes.append(
            f"EstimatedRadiographicMagnificationFactor {factor:g} refused: "
            f"1.0 to {LARGEST_MAGNIFICATION} was expected"
        )
    if tags.source_to_detector and tags.source_to_patient:
        detector, patient = tags.source_to_detector[0], tags.source_to_patient[0]
        factor = detector / patient if patient > 0 else math.nan
        if factor > 1 and _believable(factor, imager):
            return (factor,)
        notes.append(
            f"DistanceSourceToDetector {detector:g} and DistanceSourceToPatient {patient:g} mm refused: "
            "the detector was expected behind the patient"
        )
    return ()


def _believable(factor: float, imager: tuple[float, ...]) -> bool:
    if not (math.isfinite(factor) and 1.0 <= factor <= LARGEST_MAGNIFICATION):
        return False
    return not imager or _plausible(tuple(mm / factor for mm in imager))


def _plausible(values: tuple[float, ...]) -> bool:
    return len(values) == 2 and all(SMALLEST_SPACING_MM <= mm <= LARGEST_SPACING_MM for mm in values)


def _why_none(notes: tuple[str, ...]) -> str:
    if notes:
        return "no pixel spacing that can be true in the file"
    return "no pixel spacing in the file"


def _two(values: tuple[float, ...]) -> Pair | None:
    return (values[0], values[1]) if len(values) == 2 else None


def _pair(spacing: Spacing) -> Pair:
    return spacing.row_mm, spacing.column_mm


def _same(one: Pair, other: Pair) -> bool:
    return all(math.isclose(a, b, rel_tol=SAME_SPACING) for a, b in zip(one, other, strict=True))


def _mm(pair: Pair) -> str:
    return f"{pair[0]:g} x {pair[1]:g} mm"


def _as_text(values: tuple[float, ...]) -> str:
    return " x ".join(f"{value:g}" for value in values[:4])
