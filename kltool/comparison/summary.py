"""A change in one sentence that can be quoted, with its numbers."""

from kltool.values.change import GradeChange, Method, Unit, Verdict, WidthChange
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Side


def summary_sentence(
    side: Side,
    verdict: Verdict,
    medial: WidthChange | NotMeasured,
    grade: GradeChange | NotMeasured,
    cautions: tuple[str, ...],
    doubts: tuple[str, ...],
) -> str:
    name = f"{side.capitalize()} knee"
    if isinstance(medial, NotMeasured):
        return f"{name}: {Verdict.NOT_COMPARABLE}: {medial.reason.removeprefix('not comparable: ')}."
    text = f"{name}: {verdict}: {_width(medial)}"
    if isinstance(grade, GradeChange):
        text += f"; {_grade(grade)}"
    if cautions:
        text += f"; with caution: {'; '.join(cautions)}"
    if doubts:
        text += f"; in doubt: {'; '.join(doubts)}"
    return text + "."


def _width(medial: WidthChange) -> str:
    unit = " mm" if medial.unit is Unit.MM else " " + medial.unit
    low, high = medial.interval
    where = "at the same place " if medial.method is Method.LINKED else ""
    return (
        f"medial minimum {medial.before:.2f} to {medial.after:.2f}{unit}, {where}{medial.change:+.2f} "
        f"(95% interval {low:+.2f} to {high:+.2f}; smallest detectable {medial.smallest_detectable:.2f}); "
        f"wider with probability {format_probability(medial.probability_wider)}"
    )


def _grade(grade: GradeChange) -> str:
    before, after = grade.most_probable
    return (
        f"KL {before} to {after} most probable; improved {format_probability(grade.improved)}, "
        f"same {format_probability(grade.same)}, worse {format_probability(grade.worse)}"
    )


def format_probability(share: float) -> str:
    """Two decimals; never 0 or 1, which no measurement says."""
    if share < 0.005:
        return "< 0.01"
    return "> 0.99" if share > 0.995 else f"{share:.2f}"
