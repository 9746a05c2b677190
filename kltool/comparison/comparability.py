"""Whether two readings may be compared: same knee, same view, same calibration, similar positioning."""

from collections.abc import Iterator
from math import exp, log
from typing import Final

from kltool.comparison.magnification import Scales
from kltool.comparison.positioning import positioning_difference
from kltool.comparison.said_first import BACKWARDS, ONE_FILM
from kltool.errors import NotComparable
from kltool.values.change import Comparability, IdentityMatch
from kltool.values.decimals import decimal, signed
from kltool.values.duration import DAYS_A_YEAR
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Radiograph, Side
from kltool.values.reading import KneeReading, Provenance, Quality, Reading
from kltool.values.spacing import NoSpacing, Spacing, same_spacing
from kltool.values.width_change import Unit

LARGEST_SIZE_CHANGE: Final = 5.0  # % of the size of a bone; docs/choices.md#magnification
LARGEST_MAGNIFICATION_RATIO: Final = 1.25  # of two films of a knee; docs/choices.md#magnification
LARGEST_IMD_CHANGE: Final = 100 * 1.5 / 76  # % of the tibial width; docs/choices.md#pair-positioning
LARGEST_ROTATION_DEG: Final = 8.0  # docs/choices.md#pair-positioning
LARGEST_TILT_DEG: Final = 8.0  # of the knee in the image; docs/choices.md#pair-positioning
EXCLUSIVE_TERMS: Final = ({"AP", "PA"}, {"flexed", "extended"})  # of a projection
UNCERTAIN_IDENTITY: Final = (
    0.5  # probability of the same knee below it: caution; docs/choices.md#identity-match
)
DIFFERENT_KNEE: Final = (
    0.02  # probability of the same knee below it: excluded; docs/choices.md#identity-match
)


def paired_knees(before: Reading, after: Reading) -> list[tuple[KneeReading, KneeReading]]:
    """The knees that both films show, by side. Raises NotComparable where there is none.

    Two knees of unknown side may be both knees of one person.
    """
    later = {knee.side: knee for knee in after.knees if knee.side is not Side.UNKNOWN}
    shared = [(knee, later[knee.side]) for knee in before.knees if knee.side in later]
    if not shared:
        opening = f"{ONE_FILM}, and " if before.film.is_same_film(after.film) else ""
        if any(knee.side is Side.UNKNOWN for knee in (*before.knees, *after.knees)):
            raise NotComparable(
                f"{opening}the films are not comparable: side unknown ({_sides(before)} before, "
                f"{_sides(after)} after), the same side of both expected; give it with --side, or in the "
                "column side of a manifest"
            )
        raise NotComparable(
            f"{opening}the films show no knee of the same side: {_sides(before)} before, {_sides(after)} "
            "after, the same side expected; check the files and --side"
        )
    return shared


def assess_comparability(
    before: KneeReading,
    after: KneeReading,
    scales: Scales,
    identity: IdentityMatch,
    years: float | NotMeasured,
) -> tuple[Comparability, tuple[str, ...]]:
    """Comparability of two readings of one side, with the reasons. years: between the films."""
    exclusions = tuple(_exclusions(before, after, scales, identity))
    if exclusions:
        return Comparability.NOT_COMPARABLE, exclusions
    cautions = tuple(_cautions(before, after, scales, identity, years))
    return (Comparability.CAUTION if cautions else Comparability.COMPARABLE), cautions


def _exclusions(
    before: KneeReading, after: KneeReading, scales: Scales, identity: IdentityMatch
) -> Iterator[str]:
    """Reasons not to compare the films at all."""
    film, other = before.knee.film, after.knee.film
    if film.is_same_film(other):
        yield from _spacings_of_one_film(before.spacing, after.spacing)
    else:
        yield from _contradicting_tags(film, other)
        yield from _different_calibrations(before.spacing, after.spacing)
        yield from _impossible_magnification(scales)
    if before.knee.placement.mirrored is not after.knee.placement.mirrored:
        yield "by its anatomy, one image is mirrored relative to the other"
    elif identity.probability_same_knee < DIFFERENT_KNEE:
        yield (
            "bone outline and trabecular texture do not match: probability of the same knee "
            f"{decimal(identity.probability_same_knee)}"
        )


def _contradicting_tags(film: Radiograph, other: Radiograph) -> Iterator[str]:
    """Of two films, reasons not to compare them; of one film given twice, mistakes in a file."""
    if film.subject is not None and other.subject is not None and film.subject != other.subject:
        yield "the films carry different patient identifiers"
    if _projections_differ(film.projection, other.projection):
        yield f"the projections differ: {film.projection} before, {other.projection} after"


def _different_calibrations(first: Spacing | NoSpacing, second: Spacing | NoSpacing) -> Iterator[str]:
    if isinstance(first, Spacing) and isinstance(second, Spacing) and first.tier is not second.tier:
        yield (
            f"pixel spacing is calibrated differently: {first.tier.label} before, {second.tier.label} after"
        )


def _impossible_magnification(scales: Scales) -> Iterator[str]:
    """Adult bone keeps its size: beyond what magnification does, millimetres differ by a wrong spacing."""
    if scales.unit is Unit.MM and abs(scales.bone_log_ratio) > log(LARGEST_MAGNIFICATION_RATIO):
        yield (
            f"{_measure_of(scales)} differs by {signed(_percent(scales.bone_log_ratio), 0)}%, more than by "
            "magnification: the pixel spacing of a film is wrong"
        )


def _spacings_of_one_film(first: Spacing | NoSpacing, second: Spacing | NoSpacing) -> Iterator[str]:
    """Equal ones are equal whatever their calibration; others of one calibration are a contradiction."""
    if isinstance(first, NoSpacing) or isinstance(second, NoSpacing):
        return
    if same_spacing((first.row_mm, first.column_mm), (second.row_mm, second.column_mm)):
        return
    if first.tier is second.tier:
        yield f"one film cannot have pixel spacings of both {first} and {second}: one of them is wrong"
    yield from _different_calibrations(first, second)


def _projections_differ(before: str | None, after: str | None) -> bool:
    """Whether both projections are known and have terms that exclude each other."""
    if before is None or after is None:
        return False
    one, other = set(before.split()), set(after.split())
    return any(len((one | other) & exclusive) > 1 for exclusive in EXCLUSIVE_TERMS)


def _cautions(
    before: KneeReading,
    after: KneeReading,
    scales: Scales,
    identity: IdentityMatch,
    years: float | NotMeasured,
) -> Iterator[str]:
    """Reasons to interpret the comparison with caution."""
    film, other = before.knee.film, after.knee.film
    if not isinstance(years, NotMeasured) and years < 0:
        yield BACKWARDS
    if film.is_same_film(other):
        yield from _contradicting_tags(film, other)
    elif film.subject is None or other.subject is None:
        yield "patient identity is not confirmed: no identifier in at least one film"
    if _produced_differently(before.produced_by, after.produced_by):
        yield "the films were read by different versions, models or settings: read both again by the same"
    if isinstance(before.spacing, NoSpacing) or isinstance(after.spacing, NoSpacing):
        yield "no valid pixel spacing in at least one film: widths compared in % of the tibial width"
    if identity.probability_same_knee < UNCERTAIN_IDENTITY:
        yield (
            "bone outline and trabecular texture match poorly: probability of the same knee "
            f"{decimal(identity.probability_same_knee)}"
        )
    for when, knee in (("before", before), ("after", after)):
        if knee.quality is not Quality.GOOD:
            yield f"{when}: {knee.quality} quality"
    if not scales.is_femur_believed:
        yield (
            "the ends of the femur were not found alike, so that its width is not used: it differs by "
            f"{signed(_percent(scales.femur_log_ratio), 1)}%, the outline of the joint by "
            f"{signed(_percent(scales.outline_log_ratio), 1)}%"
        )
    bone_change = _percent(scales.bone_log_ratio)
    if abs(bone_change) > LARGEST_SIZE_CHANGE:
        yield (
            f"{_measure_of(scales)} differs by {signed(bone_change, 1)}%: magnification or positioning "
            "may differ"
        )
    yield from _positioning_cautions(before, after)


def _measure_of(scales: Scales) -> str:
    return "the femoral width" if scales.is_femur_believed else "the outline of the joint"


def _percent(log_ratio: float) -> float:
    """Of a size by the stated scales, its change in %."""
    return 100 * (exp(log_ratio) - 1)


def _produced_differently(before: Provenance, after: Provenance) -> bool:
    of_before, of_after = ((one.version, one.models, one.settings) for one in (before, after))
    return of_before != of_after


def _positioning_cautions(before: KneeReading, after: KneeReading) -> Iterator[str]:
    difference = positioning_difference(before, after)
    if not isinstance(difference.imd, NotMeasured) and abs(difference.imd) > LARGEST_IMD_CHANGE:
        yield (
            "the beam angle differs: the inter-margin distance of the medial plateau changed by "
            f"{signed(difference.imd, 1)} % of the tibial width"
        )
    if (
        not isinstance(difference.rotation_deg, NotMeasured)
        and abs(difference.rotation_deg) > LARGEST_ROTATION_DEG
    ):
        yield f"the rotation of the leg differs by {decimal(abs(difference.rotation_deg), 0)} degrees"
    if abs(difference.tilt_deg) > LARGEST_TILT_DEG:
        yield f"the tilt of the knee in the image differs by {decimal(abs(difference.tilt_deg), 0)} degrees"


def years_between(before: Radiograph, after: Radiograph) -> float | NotMeasured:
    """By the study dates; negative where `after` is the earlier."""
    first, second = before.study_date, after.study_date
    if first is None or second is None:
        return NotMeasured("no study date in at least one film")
    return (second - first).days / DAYS_A_YEAR


def _sides(reading: Reading) -> str:
    return " and ".join(str(knee.side) for knee in reading.knees) or "no knee"
