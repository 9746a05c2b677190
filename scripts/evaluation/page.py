"""Sections with figures against their bars become one page of Markdown; the one place that makes tables."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure has to reach, in the figure's unit; both ends belong to it."""

    least: float = -math.inf
    most: float = math.inf

    def __str__(self) -> str:
        if self.least == -self.most:
            return f"within ±{self.most:g}"
        if math.isinf(self.least):
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if math.isinf(self.most) else f"{self.least:g} to {self.most:g}"

    def verdict(self, value: float) -> str:
        """Whether it is reached, and if not by how much; what is not a number does not reach it."""
        if math.isnan(value):
            return "missed: no figure"
        away = max(self.least - value, value - self.most)
        return "met" if away <= 0 else f"missed by {away:.2g}"


@dataclass(frozen=True, slots=True)
class Result:
    """One figure against its bar. spec: how the figure is written, as in format()."""

    what: str
    value: float
    unit: str
    bar: Bar
    spec: str = ".3f"

    @property
    def cells(self) -> tuple[str, ...]:
        unit = f" {self.unit}" if self.unit else ""
        return (
            self.what,
            f"{figure(self.value, self.spec)}{unit}",
            f"{self.bar}{unit}",
            f"**{self.bar.verdict(self.value)}**",
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are printed. caption: a sentence above it."""

    columns: Sequence[object]
    rows: Sequence[Sequence[object]]
    caption: str = ""

    def __str__(self) -> str:
        head = [self.caption, ""] if self.caption else []
        return "\n".join([*head, _row(self.columns), "|" + "---|" * len(self.columns), *map(_row, self.rows)])


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer. pictures: (title, file beside the page)."""

    title: str
    text: str
    results: Sequence[Result] = ()
    tables: Sequence[Table] = ()
    pictures: Sequence[tuple[str, str]] = ()

    def __str__(self) -> str:
        parts = [f"## {self.title}", self.text]
        if self.results:
            parts.append(str(Table(RESULT_COLUMNS, [result.cells for result in self.results])))
        parts += [str(table) for table in self.tables]
        parts += [f"![{title}]({file})" for title, file in self.pictures]
        return "\n\n".join(parts)


RESULT_COLUMNS = ("figure", "found", "bar", "")


def page(title: str, opening: str, sections: Iterable[Section]) -> str:
    """The whole page: an opening, every figure that has a bar, then the sections, numbered."""
    sections = list(sections)
    bars = [
        (number, *result.cells) for number, section in enumerate(sections, 1) for result in section.results
    ]
    numbered = [f"## {number}. {str(section)[3:]}" for number, section in enumerate(sections, 1)]
    summary = [str(Table(("section", *RESULT_COLUMNS), bars))] if bars else []
    return "\n\n".join([f"# {title}", opening, *summary, *numbered]) + "\n"


def counted(reasons: Iterable[str]) -> Table:
    """How often each reason was given, most often first; reasons that differ in a length only are one."""
    kinds = Counter(re.sub(r"[\d.]+(?= (mm|%))", "some", reason) for reason in reasons)
    rows = sorted(kinds.items(), key=lambda row: (-row[1], row[0]))
    return Table(("not read or not measured", "knees"), rows or [("none", 0)])


def figure(value: float, spec: str = ".3f") -> str:
    """As format() writes it; a dash where there is none."""
    return "-" if math.isnan(value) else f"{value:{spec}}"


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
