"""A change in one sentence for quotation, with its numbers."""

from kltool.values.change import Verdict
from kltool.values.grade_change import GradeChange
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.probability import format_probability
from kltool.values.radiograph import Side
from kltool.values.width_change import Method, WidthChange


def summary_sentence(
    side: Side,
    verdict: Verdict,
    medial: WidthChange | NotMeasured,
    grade: GradeChange | NotMeasured,
    cautions: tuple[str, ...],
    implausible: tuple[str, ...],
) -> str:
    """medial: the change of the medial minimum. cautions: reasons to compare the films with caution.

    implausible: failed plausibility checks.
    """
    name = f"{side.capitalize()} knee"
    if isinstance(medial, NotMeasured):
        return f"{name}: {verdict}: {medial.reason.removeprefix(f'{Verdict.NOT_COMPARABLE}: ')}."
    text = f"{name}: {verdict}; {_width(medial)}"
    if isinstance(grade, GradeChange):
        text += f"; {_grade(grade)}"
    if cautions:
        text += f"; compare with caution: {'; '.join(cautions)}"
    if implausible:
        text += f"; plausibility checks failed: {'; '.join(implausible)}"
    return text + "."


def _width(medial: WidthChange) -> str:
    unit, (low, high) = medial.unit, medial.interval
    where = " at the same location in both films" if medial.method is Method.LINKED else ""
    return (
        f"{Measure.MEDIAL_MINIMUM} joint space width (JSW) from {medial.before:.2f} to {medial.after:.2f} "
        f"{unit}, change{where} {medial.change:+.2f} {unit} (95% interval {low:+.2f} to {high:+.2f}, "
        f"smallest detectable change {medial.smallest_detectable:.2f}), "
        f"probability of widening {format_probability(medial.probability_wider)}"
    )


def _grade(grade: GradeChange) -> str:
    before, after = grade.most_probable
    return (
        f"KL grade most probably {before} before and {after} after (probability improved "
        f"{format_probability(grade.improved)}, same {format_probability(grade.same)}, "
        f"worse {format_probability(grade.worse)})"
    )
