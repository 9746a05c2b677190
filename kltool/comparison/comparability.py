"""Whether two readings may be subtracted: one knee, one view, one plane of measurement, films alike."""

from collections.abc import Iterator
from datetime import date
from math import exp
from typing import Final

from kltool.comparison.magnification import Scales
from kltool.comparison.positioning import positioning_difference
from kltool.errors import NotComparable
from kltool.values.change import Comparability, IdentityMatch
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading, Quality, Reading
from kltool.values.spacing import NoSpacing, Spacing

DAYS_A_YEAR: Final = 365.25
LARGEST_SIZE_CHANGE: Final = 0.05  # of the femoral width; docs/choices.md#magnification
LARGEST_IMD_CHANGE: Final = 100 * 1.5 / 76  # % of the tibial width; docs/choices.md#pair-positioning
LARGEST_ROTATION_DEG: Final = 8.0  # docs/choices.md#pair-positioning
LARGEST_TILT_DEG: Final = 8.0  # of the knee in the picture; docs/choices.md#pair-positioning
EXCLUDING: Final = ({"AP", "PA"}, {"flexed", "extended"})
POSSIBLY_ANOTHER_KNEE: Final = 0.5  # probability that it is one knee; docs/choices.md#same-knee
ANOTHER_KNEE: Final = 0.02  # docs/choices.md#same-knee


def paired_knees(before: Reading, after: Reading) -> list[tuple[KneeReading, KneeReading]]:
    """The knees that both films show, by side. Raises NotComparable where they share none."""
    later = {knee.side: knee for knee in after.knees}
    shared = [(knee, later[knee.side]) for knee in before.knees if knee.side in later]
    if not shared:
        raise NotComparable(
            f"the films share no knee: {_sides(before)} before, {_sides(after)} after, "
            "the same side expected; check the order of the files and --side"
        )
    return shared


def assess_comparability(
    before: KneeReading,
    after: KneeReading,
    scales: Scales,
    identity: IdentityMatch,
    years: float | NotMeasured,
) -> tuple[Comparability, tuple[str, ...]]:
    """How far two readings of one side may be subtracted, each reason in words. years: between them."""
    against = tuple(_against(before, after, identity))
    if against:
        return Comparability.NOT_COMPARABLE, against
    caution = tuple(_caution(before, after, scales, identity, years))
    return (Comparability.CAUTION if caution else Comparability.COMPARABLE), caution


def _against(before: KneeReading, after: KneeReading, identity: IdentityMatch) -> Iterator[str]:
    one, other = before.knee.film.subject, after.knee.film.subject
    if one is not None and other is not None and one != other:
        yield "the films carry different patient identifiers"
    first, second = before.spacing, after.spacing
    if isinstance(first, Spacing) and isinstance(second, Spacing) and first.tier is not second.tier:
        yield f"millimetres lie in different planes: {first.tier.label} before, {second.tier.label} after"
    if _otherwise_taken(before.knee.film.projection, after.knee.film.projection):
        yield (
            f"the films were taken differently: {before.knee.film.projection} before, "
            f"{after.knee.film.projection} after"
        )
    if before.knee.placement.mirrored is not after.knee.placement.mirrored:
        yield "one film shows the mirror image of the other, by the picture"
    elif identity.probability_same_knee < ANOTHER_KNEE:
        yield (
            "the bones are not those of one knee (probability "
            f"{identity.probability_same_knee:.2f}: outline and trabeculae)"
        )


def _otherwise_taken(before: str | None, after: str | None) -> bool:
    """Whether both say how the film was taken, and one of them says something that the other excludes."""
    if before is None or after is None:
        return False
    one, other = set(before.split()), set(after.split())
    return any(len((one | other) & excluding) > 1 for excluding in EXCLUDING)


def _caution(
    before: KneeReading,
    after: KneeReading,
    scales: Scales,
    identity: IdentityMatch,
    years: float | NotMeasured,
) -> Iterator[str]:
    if not isinstance(years, NotMeasured) and years < 0:
        yield "by their dates the second film is the earlier one"
    if before.knee.film.subject is None or after.knee.film.subject is None:
        yield "nothing says that both films show the same person"
    if isinstance(before.spacing, NoSpacing) or isinstance(after.spacing, NoSpacing):
        yield "no millimetres in both films: widths compared in per cent of the tibial width"
    if identity.probability_same_knee < POSSIBLY_ANOTHER_KNEE:
        yield (
            "the bones may be those of two knees (one knee with probability "
            f"{identity.probability_same_knee:.2f})"
        )
    for when, knee in (("before", before), ("after", after)):
        if knee.quality is not Quality.GOOD:
            yield f"quality {knee.quality} {when}: {'; '.join(knee.warnings)}"
    grown = exp(scales.femur_log_ratio) - 1
    if abs(grown) > LARGEST_SIZE_CHANGE:
        yield (
            f"the femur is {100 * grown:+.1f} per cent wider than before: magnification or positioning differ"
        )
    yield from _stood(before, after)


def _stood(before: KneeReading, after: KneeReading) -> Iterator[str]:
    """How differently the knee stood at the two visits."""
    stood = positioning_difference(before, after)
    if not isinstance(stood.imd, NotMeasured) and abs(stood.imd) > LARGEST_IMD_CHANGE:
        yield (
            f"the beam met the plateau differently: its rims lie {stood.imd:+.1f} % of the tibial width "
            "further apart than before"
        )
    if not isinstance(stood.rotation_deg, NotMeasured) and abs(stood.rotation_deg) > LARGEST_ROTATION_DEG:
        yield f"the leg is turned by {abs(stood.rotation_deg):.0f} degrees against before"
    if abs(stood.tilt_deg) > LARGEST_TILT_DEG:
        yield f"the knee leans by {abs(stood.tilt_deg):.0f} degrees against before in the picture"


def years_between(before: Radiograph, after: Radiograph) -> float | NotMeasured:
    """By the dates of the studies; negative where `after` is the earlier."""
    first, second = before.study_date, after.study_date
    if first is None or second is None:
        return NotMeasured("no date in both films")
    return (date.fromisoformat(second) - date.fromisoformat(first)).days / DAYS_A_YEAR


def _sides(reading: Reading) -> str:
    return " and ".join(str(knee.side) for knee in reading.knees) or "no knee"
