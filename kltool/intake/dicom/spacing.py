"""Pixel spacing and its tier, by the header; whether it fits the knee is judged where the knee is found.

Every tier of Calibration is tried in its order, after DICOM PS3.3 10.7; a value that is not a number, not
positive or outside 0.02 to 1.0 mm is refused with a note, and the next tier is tried.
"""

import math
from collections.abc import Iterator

from kltool.intake.content import Pair, SpacingResult
from kltool.intake.dicom.header import SpacingTags
from kltool.values.spacing import (
    LARGEST_SPACING_MM,
    SMALLEST_SPACING_MM,
    Calibration,
    NoSpacing,
    Spacing,
    same_spacing,
)

PLACEHOLDERS = {  # docs/choices-intake.md#placeholders
    1.0: "what converters write that know none",
    25.4 / 96: "that of a screen of 96 dots per inch",
    25.4 / 72: "that of a print of 72 dots per inch",
}
LARGEST_MULTIPLIED = 1.3  # docs/choices-intake.md#contradicting-spacings
LARGEST_MAGNIFICATION = 1.5  # docs/choices-intake.md#magnification
LARGEST_DISAGREEMENT = 1.1  # ratio of two magnifications; docs/choices-intake.md#magnification


def spacing_of(tags: SpacingTags) -> SpacingResult:
    """The best tier the tags allow; never raises, whatever they hold."""
    plausible, notes = _plausible(tags)
    notes = (*notes, *_contradiction(plausible))
    spacings = tuple(_tiers(plausible))
    if not spacings:
        return SpacingResult(NoSpacing(_why_none(notes)), notes)
    best, others = spacings[0], spacings[1:]
    return SpacingResult(best, (*notes, *_doubts(best, plausible)), others)


def _tiers(tags: SpacingTags) -> Iterator[Spacing]:
    """Best first. Holds only spacings that passed _plausible."""
    pixel, imager = _two(tags.pixel), _two(tags.imager)
    contradicted = bool(_contradiction(tags))
    if pixel and tags.calibration == "FIDUCIAL":
        yield Spacing(*pixel, Calibration.FIDUCIAL)
    if pixel and tags.calibration == "GEOMETRY" and not contradicted:
        yield Spacing(*pixel, Calibration.GEOMETRY)
    if pixel and imager and not same_spacing(pixel, imager) and not contradicted:
        yield Spacing(*pixel, Calibration.CORRECTED)
    if imager and tags.magnification:
        factor = tags.magnification[0]
        yield Spacing(imager[0] / factor, imager[1] / factor, Calibration.MAGNIFICATION)
    if imager:
        yield Spacing(*imager, Calibration.DETECTOR)
    for unknown in (pixel, _two(tags.nominal)):
        if unknown:
            yield Spacing(*unknown, Calibration.UNKNOWN_PLANE)


def _contradiction(tags: SpacingTags) -> tuple[str, ...]:
    """A note where PixelSpacing is no ImagerPixelSpacing corrected for magnification: it is not used.

    A fiducial is measured on the film itself and outranks both. docs/choices-intake.md#contradicting-spacings
    """
    pixel, imager = _two(tags.pixel), _two(tags.imager)
    if not pixel or not imager or same_spacing(pixel, imager) or tags.calibration == "FIDUCIAL":
        return ()
    ratios = [corrected / detector for detector, corrected in zip(imager, pixel, strict=True)]
    largest = math.inf if _meaning_of_placeholder(pixel) else LARGEST_MULTIPLIED
    if not all(1 < ratio <= largest for ratio in ratios):
        return ()
    return (
        f"PixelSpacing {_as_text(pixel)} refused: no more than ImagerPixelSpacing {_as_text(imager)} was "
        "expected, which is used",
    )


def _doubts(used: Spacing, tags: SpacingTags) -> Iterator[str]:
    """Notes on a PixelSpacing that is used although it may be wrong."""
    pixel, imager = _two(tags.pixel), _two(tags.imager)
    if pixel != (used.row_mm, used.column_mm) or used.tier is Calibration.FIDUCIAL:
        return
    if meaning := _meaning_of_placeholder(pixel):
        yield f"PixelSpacing {_as_text(pixel)} is doubtful: it is {meaning}"
    if not imager or same_spacing(pixel, imager):
        return
    factor = imager[1] / pixel[1]
    low, high = _expected_magnification(tags)
    if not low <= factor <= high:
        yield (
            f"PixelSpacing {_as_text(pixel)} is doubtful: ImagerPixelSpacing {_as_text(imager)} is "
            f"{factor:.2f} times as large, {low:.2f} to {high:.2f} times was expected"
        )


def _expected_magnification(tags: SpacingTags) -> Pair:
    """From, to: about what the other tags state, or that of any knee."""
    if not tags.magnification:
        return 1.0, LARGEST_MAGNIFICATION
    return tags.magnification[0] / LARGEST_DISAGREEMENT, tags.magnification[0] * LARGEST_DISAGREEMENT


def _meaning_of_placeholder(pixel: Pair) -> str:
    """Empty where the spacing is none."""
    found = (meaning for mm, meaning in PLACEHOLDERS.items() if same_spacing(pixel, (mm, mm)))
    return next(found, "")


def _plausible(tags: SpacingTags) -> tuple[SpacingTags, tuple[str, ...]]:
    """The tags without what cannot be true, with one magnification, and a note on each value refused."""
    notes: list[str] = []

    def checked(name: str, values: tuple[float, ...]) -> tuple[float, ...]:
        if not values or _are_plausible(values):
            return values
        notes.append(f"{name} {_as_text(values)} refused: two numbers from 0.02 to 1.0 mm were expected")
        return ()

    imager = checked("ImagerPixelSpacing", tags.imager)
    plausible = SpacingTags(
        pixel=checked("PixelSpacing", tags.pixel),
        calibration=tags.calibration.strip().upper(),
        imager=imager,
        nominal=checked("NominalScannedPixelSpacing", tags.nominal),
        magnification=_magnification(tags, imager, notes),
    )
    return plausible, tuple(notes)


def _magnification(tags: SpacingTags, imager: tuple[float, ...], notes: list[str]) -> tuple[float, ...]:
    """Factor from plane of the knee to detector, as stated or as SID ÷ SOD; empty where there is none."""
    if tags.magnification:
        factor = tags.magnification[0]
        if _is_plausible_factor(factor, imager):
            return (factor,)
        notes.append(
            f"EstimatedRadiographicMagnificationFactor {factor:g} refused: "
            f"1.0 to {LARGEST_MAGNIFICATION} was expected"
        )
    if tags.source_to_detector and tags.source_to_patient:
        detector, patient = tags.source_to_detector[0], tags.source_to_patient[0]
        factor = detector / patient if patient > 0 else math.nan
        if factor > 1 and _is_plausible_factor(factor, imager):
            return (factor,)
        notes.append(
            f"DistanceSourceToDetector {detector:g} and DistanceSourceToPatient {patient:g} mm refused: "
            f"the detector was expected behind the patient, at most {LARGEST_MAGNIFICATION} times as far"
        )
    return ()


def _is_plausible_factor(factor: float, imager: tuple[float, ...]) -> bool:
    if not (math.isfinite(factor) and 1.0 <= factor <= LARGEST_MAGNIFICATION):
        return False
    return not imager or _are_plausible(tuple(mm / factor for mm in imager))


def _are_plausible(values: tuple[float, ...]) -> bool:
    return len(values) == 2 and all(SMALLEST_SPACING_MM <= mm <= LARGEST_SPACING_MM for mm in values)


def _why_none(notes: tuple[str, ...]) -> str:
    if notes:
        return "no pixel spacing that can be true in the file"
    return "no pixel spacing in the file"


def _two(values: tuple[float, ...]) -> Pair | None:
    return (values[0], values[1]) if len(values) == 2 else None


def _as_text(values: tuple[float, ...]) -> str:
    return " x ".join(f"{value:g}" for value in values[:4])
