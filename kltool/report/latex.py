"""Estimates of agreement as plain LaTeX tables, to be included with \\input; no LaTeX package is needed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import ascii_lowercase
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
NOTE: Final = "11cm"  # the width of a note, about that of a table


def agreement_tex(found: Agreement) -> str:
    """A table of estimates for each pair and measure, and a confusion matrix for each pair."""
    return "\n".join((f"% {DISCLAIMER}", *_tables(found), ""))


def tex(text: str) -> str:
    """Text escaped for LaTeX; characters that it cannot print without packages become ?."""
    return "".join(sign if _is_known(sign) else "?" for sign in text).translate(ESCAPED)


def _is_known(sign: str) -> bool:
    """A carriage return is not: LaTeX leaves out the rest of its line."""
    return ord(sign) in ESCAPED or sign in ACCENTED or (sign.isascii() and sign.isprintable())


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
    """With a note below the table for each distinct reason why a number or an interval is missing."""
    headings = (tex(title), "value", "95\\% CI", "knees / participants")
    reasons = dict.fromkeys(filter(None, map(reason_of, estimates)))
    marks = {reason: f"$^{{{letter}}}$" for reason, letter in zip(reasons, ascii_lowercase, strict=False)}
    notes = [f"{mark} {tex(reason)}" for reason, mark in marks.items()]
    yield from _tabular("lrrr", headings, (_cells(estimate, marks) for estimate in estimates), notes)


def _cells(estimate: Estimate, marks: Mapping[str, str]) -> tuple[str, ...]:
    """The number and its interval, or a dash with the mark of the note in place of what is missing."""
    missing = f"--{marks.get(reason_of(estimate), '')}"
    value, interval = _minus(value_of(estimate, with_unit=False)), _minus(interval_of(estimate))
    return tex(name_of(estimate)), value or missing, interval or missing, count_of(estimate)


def _confusion(found: GradeAgreement) -> Iterator[str]:
    title = f"{tex(found.reference)} (rows), {tex(found.rater)} (columns)"
    rows = (
        (f"KL {kl}", *(str(count) for count in counts))
        for kl, counts in zip(GRADES, found.grades.confusion.tolist(), strict=True)
    )
    yield from _tabular("l" + "r" * len(GRADES), (title, *(f"KL {kl}" for kl in GRADES)), rows)


def _tabular(
    columns: str, headings: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()
) -> Iterator[str]:
    yield f"\n\\begin{{tabular}}{{{columns}}}"
    yield "\\hline"
    yield f"{' & '.join(headings)} \\\\"
    yield "\\hline"
    yield from (f"{' & '.join(row)} \\\\" for row in rows)
    yield "\\hline"
    for note in notes:
        yield f"\\multicolumn{{{len(headings)}}}{{p{{{NOTE}}}}}{{{note}}} \\\\"
    yield "\\end{tabular}\n"


def _minus(number: str) -> str:
    """With minus signs in place of hyphens."""
    return number.replace("-", "$-$")
