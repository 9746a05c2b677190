"""A change in one sentence for quotation, with its numbers."""

from kltool.values.change import Verdict
from kltool.values.decimals import decimal, signed, signed_from_to
from kltool.values.grade import Grade, grades_in_words
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
    """Verdict, change, probabilities of the grade, and the first of all doubts.

    medial: the change of the medial minimum. cautions: reasons to compare the films with caution.
    implausible: failed plausibility checks.
    """
    name = f"{side.capitalize()} knee"
    if isinstance(medial, NotMeasured):
        return f"{name}: {verdict}: {medial.reason.removeprefix(f'{Verdict.NOT_COMPARABLE}: ')}."
    text = f"{name}: {verdict}; {_width(medial)}"
    if isinstance(grade, GradeChange):
        text += f"; {_grade(grade)}"
    doubts = (*implausible, *cautions)
    if doubts:
        text += f"; caution: {doubts[0]}"
    if len(doubts) > 1:
        text += f" (and {len(doubts) - 1} more)"
    return text + "."


def _width(medial: WidthChange) -> str:
    widths = f"from {decimal(medial.before)} to {decimal(medial.after)} {medial.unit}"
    where = " at the same location in both films" if medial.method is Method.LINKED else ""
    return (
        f"{Measure.MEDIAL_MINIMUM} joint space width (JSW) {widths}, change{where} {signed(medial.change)} "
        f"{medial.unit} (95% interval {signed_from_to(medial.interval)}, "
        f"smallest detectable change {decimal(medial.smallest_detectable)}), "
        f"probability of widening {format_probability(medial.probability_wider)}"
    )


def _grade(grade: GradeChange) -> str:
    before, after = grade.before, grade.after
    return (
        f"KL grade {_noted(before)} before and {_noted(after)} after (medians{_shared(grade)}; expected "
        f"grades {decimal(before.expected)} and {decimal(after.expected)}), probability improved "
        f"{format_probability(grade.improved)}, same {format_probability(grade.same)}, "
        f"worse {format_probability(grade.worse)}"
    )


def _noted(grade: Grade) -> str:
    """ "2"; "2 (KL 2 or 3)"."""
    return grade.noted.removeprefix("KL ")


def _shared(change: GradeChange) -> str:
    """A note where the medians differ although one grade is likely of both films."""
    shared = change.shared_likely_grades
    if change.before.grade == change.after.grade or not shared:
        return ""
    return f"; KL {grades_in_words(shared)} is likely of both films"
