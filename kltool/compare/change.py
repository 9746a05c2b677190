"""Two readings to the change of each knee they share, and one sentence that can be quoted."""

from collections.abc import Iterator

from kltool.compare.error import ErrorModel, width_change
from kltool.compare.pair import comparability, pairs
from kltool.values.findings import Compartment, Grade, KneeReading, NotMeasured, Reading, Width
from kltool.values.history import (
    Comparability,
    GradeChange,
    KneeChange,
    Unit,
    Verdict,
    WidthChange,
)

DEFAULT = ErrorModel()
DECISIVE = f"{Compartment.MEDIAL} minimum"


def compare(before: Reading, after: Reading, model: ErrorModel = DEFAULT) -> tuple[KneeChange, ...]:
    """The change of every knee that both films show, right before left. Raises NotComparable."""
    return tuple(knee_change(earlier, later, model) for earlier, later in pairs(before, after))


def knee_change(before: KneeReading, after: KneeReading, model: ErrorModel) -> KneeChange:
    verdict_on_pair, reasons = comparability(before, after)
    if verdict_on_pair is Comparability.NOT_COMPARABLE:
        absent = NotMeasured(f"not comparable: {'; '.join(reasons)}")
        widths: dict[str, WidthChange | NotMeasured] = {name: absent for name, _ in _named_widths(before)}
        grades: GradeChange | NotMeasured = absent
    else:
        later = dict(_named_widths(after))
        widths = {name: width_change(width, later[name], model) for name, width in _named_widths(before)}
        grades = grade_change(before.grade, after.grade)
    verdict = _verdict(verdict_on_pair, widths[DECISIVE])
    sentence = _sentence(before, verdict, widths[DECISIVE], grades, reasons)
    return KneeChange(
        before.side,
        before,
        after,
        verdict_on_pair,
        reasons,
        widths,
        grades,
        verdict,
        sentence,
        model.repositioning_mm,
    )


def grade_change(before: Grade | NotMeasured, after: Grade | NotMeasured) -> GradeChange | NotMeasured:
    """The joint distribution of two grades whose readings are independent.

    Errors of two readings of one knee are in truth alike in part, so this overstates change somewhat.
    """
    if isinstance(before, NotMeasured) or isinstance(after, NotMeasured):
        absent = before if isinstance(before, NotMeasured) else after
        assert isinstance(absent, NotMeasured)
        return absent
    return GradeChange(tuple(tuple(b * a for a in after.probabilities) for b in before.probabilities))


def _named_widths(knee: KneeReading) -> Iterator[tuple[str, Width | NotMeasured]]:
    for compartment in Compartment:
        space = knee.joint_space.of(compartment)
        yield f"{compartment} minimum", space.minimum
        for x, width in space.at.items():
            yield f"{compartment} {x:.3f}", width


def _verdict(pair: Comparability, decisive: WidthChange | NotMeasured) -> Verdict:
    if pair is Comparability.NOT_COMPARABLE or isinstance(decisive, NotMeasured):
        return Verdict.NOT_COMPARABLE
    if not decisive.detectable:
        return Verdict.NONE
    return Verdict.WIDER if decisive.change > 0 else Verdict.NARROWER


def _sentence(
    knee: KneeReading,
    verdict: Verdict,
    decisive: WidthChange | NotMeasured,
    grades: GradeChange | NotMeasured,
    reasons: tuple[str, ...],
) -> str:
    name = f"{knee.side.capitalize()} knee"
    if isinstance(decisive, NotMeasured):
        return f"{name}: {Verdict.NOT_COMPARABLE}: {decisive.reason.removeprefix('not comparable: ')}."
    unit = " mm" if decisive.unit is Unit.MM else " " + decisive.unit
    low, high = decisive.interval
    text = (
        f"{name}: {verdict}: medial minimum {decisive.before:.2f} to {decisive.after:.2f}{unit}, change "
        f"{decisive.change:+.2f} (95% interval {low:+.2f} to {high:+.2f}; smallest detectable "
        f"{decisive.smallest_detectable:.2f})"
    )
    if isinstance(grades, GradeChange):
        before, after = grades.most_probable
        text += (
            f"; KL {before} to {after} most probable; improved {grades.improved:.2f}, "
            f"same {grades.same:.2f}, worse {grades.worse:.2f}"
        )
    return text + (f"; with caution: {'; '.join(reasons)}." if reasons else ".")
