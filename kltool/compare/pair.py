"""Whether two readings may be subtracted: the same person, side and plane of measurement."""

from kltool.errors import NotComparable
from kltool.values.findings import KneeReading, Quality, Reading
from kltool.values.history import Comparability
from kltool.values.image import NoSpacing, Spacing

LARGEST_SIZE_CHANGE = 0.05  # of the tibial width in mm; docs/choices.md#magnification


def pairs(before: Reading, after: Reading) -> list[tuple[KneeReading, KneeReading]]:
    """The knees that both films show, by side. Raises NotComparable where they share none."""
    later = {knee.side: knee for knee in after.knees}
    shared = [(knee, later[knee.side]) for knee in before.knees if knee.side in later]
    if not shared:
        raise NotComparable(
            f"the films share no knee: {_sides(before)} before, {_sides(after)} after, "
            "the same side expected; check the order of the files and --side"
        )
    return shared


def comparability(before: KneeReading, after: KneeReading) -> tuple[Comparability, tuple[str, ...]]:
    """How far two readings of one side may be subtracted, each reason in words."""
    against = _against(before, after)
    if against:
        return Comparability.NOT_COMPARABLE, against
    caution = _caution(before, after)
    return (Comparability.CAUTION if caution else Comparability.COMPARABLE), caution


def _against(before: KneeReading, after: KneeReading) -> tuple[str, ...]:
    reasons = []
    one, other = before.knee.film.subject, after.knee.film.subject
    if one is not None and other is not None and one != other:
        reasons.append("the films carry different patient identifiers")
    first, second = before.spacing, after.spacing
    if isinstance(first, Spacing) and isinstance(second, Spacing) and first.tier is not second.tier:
        reasons.append(
            f"millimetres lie in different planes: {first.tier.label} before, {second.tier.label} after"
        )
    return tuple(reasons)


def _caution(before: KneeReading, after: KneeReading) -> tuple[str, ...]:
    reasons = []
    if before.knee.film.subject is None or after.knee.film.subject is None:
        reasons.append("nothing says that both films show the same person")
    if isinstance(before.spacing, NoSpacing) or isinstance(after.spacing, NoSpacing):
        reasons.append("no millimetres in both films: widths compared in per cent of the tibial width")
    for when, knee in (("before", before), ("after", after)):
        if knee.quality is not Quality.GOOD:
            reasons.append(f"quality {knee.quality} {when}: {'; '.join(knee.warnings)}")
    grown = _growth(before, after)
    if grown is not None and abs(grown) > LARGEST_SIZE_CHANGE:
        reasons.append(
            f"the tibia is {100 * grown:+.1f} per cent wider than before: magnification or positioning differ"
        )
    return tuple(reasons)


def _growth(before: KneeReading, after: KneeReading) -> float | None:
    """The relative change of the tibial width in millimetres, where both films have them."""
    widths = []
    for knee in (before, after):
        if isinstance(knee.spacing, NoSpacing):
            return None
        widths.append(knee.joint_space.tibial_width_px * knee.spacing.column_mm)
    return widths[1] / widths[0] - 1


def _sides(reading: Reading) -> str:
    return " and ".join(str(knee.side) for knee in reading.knees) or "no knee"
