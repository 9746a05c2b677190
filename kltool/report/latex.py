"""Figures of agreement as plain LaTeX tables, to be taken into a paper with \\input; no package is needed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kltool.agreement.results import ALL_RATERS, Agreement, Figure, GradeAgreement
from kltool.report.agreement_text import count_of, interval_of, measure_name, name_of, reason_of, value_of
from kltool.values.reading import DISCLAIMER, GRADES

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
    """A table of figures for each pair and measure, and of grades against grades for each pair."""
    return "\n".join((f"% {DISCLAIMER}", *_tables(found), ""))


def tex(text: str) -> str:
    """Text that LaTeX prints as it stands; letters that it does not have without packages become ?."""
    known = (sign if ord(sign) in ESCAPED or sign.isascii() or sign in ACCENTED else "?" for sign in text)
    return "".join(known).translate(ESCAPED)


def _tables(found: Agreement) -> Iterator[str]:
    for grades in found.grades:
        title = f"{grades.judged} against {grades.reference}, KL grade"
        yield from _figures(title, grades.figures)
        yield from _confusion(grades)
    for widths in found.widths:
        title = f"{widths.judged} against {widths.reference}, {measure_name(widths.width)}"
        yield from _figures(title, widths.figures)
    for measure, figures in found.together.items():
        yield from _figures(f"{ALL_RATERS}, {measure_name(measure)}", figures)
    for width, figure in found.repositioning.items():
        yield from _figures(f"repeats, {measure_name(width)}", [figure])


def _figures(title: str, figures: Sequence[Figure]) -> Iterator[str]:
    headings = (tex(title), "value", "95\\% interval", "knees / participants")
    yield from _tabular("lrrr", headings, (_cells(figure) for figure in figures))


def _cells(figure: Figure) -> tuple[str, ...]:
    """A number and its interval, or the reason in place of either."""
    name, count = tex(name_of(figure)), count_of(figure)
    if not value_of(figure):
        return name, _paragraph(reason_of(figure), 2), count
    interval = _minus(interval_of(figure)) or _paragraph(reason_of(figure), 1)
    return name, _minus(value_of(figure, with_unit=False)), interval, count


def _paragraph(text: str, columns: int) -> str:
    return f"\\multicolumn{{{columns}}}{{p{{6cm}}}}{{{tex(text)}}}"


def _confusion(found: GradeAgreement) -> Iterator[str]:
    title = f"{tex(found.reference)} (rows), {tex(found.judged)} (columns)"
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
    """A minus in place of a hyphen."""
    return number.replace("-", "$-$")
