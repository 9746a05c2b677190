"""Estimates of agreement as plain LaTeX tables, to be included with \\input; no LaTeX package is needed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kltool.agreement.results import ALL_RATERS, Agreement, Estimate, GradeAgreement
from kltool.report.agreement_text import count_of, interval_of, measure_name, name_of, reason_of, value_of
from kltool.values.grade import GRADES
from kltool.values.reading import DISCLAIMER

ESCAPED: Final = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "&%$#_{}"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"$<$",
        ">": r"$>$",
        "≥": r"$\ge$",
        "→": r"$\to$",
        "…": r"\dots{}",
        "\n": " ",
    }
)
ACCENTED: Final = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ"


def agreement_tex(found: Agreement) -> str:
    """A table of estimates for each pair and measure, and a confusion matrix for each pair."""
    return "\n".join((f"% {DISCLAIMER}", *_tables(found), ""))


def tex(text: str) -> str:
    """Text escaped for LaTeX; characters that it cannot print without packages become ?."""
    known = (sign if ord(sign) in ESCAPED or sign.isascii() or sign in ACCENTED else "?" for sign in text)
    return "".join(known).translate(ESCAPED)


def _tables(found: Agreement) -> Iterator[str]:
    for grades in found.grades:
        title = f"{grades.rater} against {grades.reference}, KL grade"
        yield from _estimates(title, grades.estimates)
        yield from _confusion(grades)
    for widths in found.widths:
        title = f"{widths.rater} against {widths.reference}, {measure_name(widths.width)}"
        yield from _estimates(title, widths.estimates)
    for measure, estimates in found.all_raters.items():
        yield from _estimates(f"{ALL_RATERS}, {measure_name(measure)}", estimates)
    for width, estimate in found.repositioning.items():
        yield from _estimates(f"repeats, {measure_name(width)}", [estimate])


def _estimates(title: str, estimates: Sequence[Estimate]) -> Iterator[str]:
    headings = (tex(title), "value", "95\\% CI", "knees / participants")
    yield from _tabular("lrrr", headings, (_cells(estimate) for estimate in estimates))


def _cells(estimate: Estimate) -> tuple[str, ...]:
    """The number and its interval, or the reason in place of either."""
    name, count = tex(name_of(estimate)), count_of(estimate)
    if not value_of(estimate):
        return name, _paragraph(reason_of(estimate), 2), count
    interval = _minus(interval_of(estimate)) or _paragraph(reason_of(estimate), 1)
    return name, _minus(value_of(estimate, with_unit=False)), interval, count


def _paragraph(text: str, columns: int) -> str:
    return f"\\multicolumn{{{columns}}}{{p{{6cm}}}}{{{tex(text)}}}"


def _confusion(found: GradeAgreement) -> Iterator[str]:
    title = f"{tex(found.reference)} (rows), {tex(found.rater)} (columns)"
    rows = (
        (f"KL {kl}", *(str(count) for count in counts))
        for kl, counts in zip(GRADES, found.grades.confusion.tolist(), strict=True)
    )
    yield from _tabular("l" + "r" * len(GRADES), (title, *(f"KL {kl}" for kl in GRADES)), rows)


def _tabular(columns: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"\n\\begin{{tabular}}{{{columns}}}"
    yield "\\hline"
    yield f"{' & '.join(headings)} \\\\"
    yield "\\hline"
    yield from (f"{' & '.join(row)} \\\\" for row in rows)
    yield "\\hline"
    yield "\\end{tabular}\n"


def _minus(number: str) -> str:
    """With minus signs in place of hyphens."""
    return number.replace("-", "$-$")
