"""Sections with figures and their acceptance criteria as one page of Markdown; all tables are made here."""

import os
import platform
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.criteria import Result

SUMMARY: Final = "Every figure that has an acceptance criterion:"
RESULT_COLUMNS: Final = ("figure", "found", "criterion", "")


@dataclass(frozen=True, slots=True)
class MarkdownTable:
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
    tables: Sequence[MarkdownTable] = ()
    pictures: Sequence[tuple[str, str]] = ()

    def __str__(self) -> str:
        parts = [f"## {self.title}", self.text]
        if self.results:
            parts.append(str(MarkdownTable(RESULT_COLUMNS, [result.cells for result in self.results])))
        parts += [str(table) for table in self.tables]
        parts += [f"![{title}]({file})" for title, file in self.pictures]
        return "\n\n".join(part for part in parts if part)


def page(title: str, opening: str, sections: Iterable[Section]) -> str:
    """The whole page: an opening, every figure that has a criterion, then the sections, numbered."""
    sections = list(sections)
    results = [
        (number, *result.cells) for number, section in enumerate(sections, 1) for result in section.results
    ]
    numbered = [f"## {number}. {str(section)[3:]}" for number, section in enumerate(sections, 1)]
    summary = [str(MarkdownTable(("section", *RESULT_COLUMNS), results, SUMMARY))] if results else []
    return "\n\n".join([f"# {title}", opening, *summary, *numbered]) + "\n"


def made_by(command: str, hashes: Mapping[str, str]) -> str:
    """The opening of a page. hashes: sha256 by model, of those that made the figures."""
    models = MarkdownTable(("model", "sha256"), [(name, f"`{sha256}`") for name, sha256 in hashes.items()])
    return f"Made by `{command}`.\n\n{models}"


def machine() -> str:
    """What the times of a page were measured on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def counted(reasons: Iterable[str]) -> MarkdownTable:
    """How often each reason was given, most often first; reasons that differ in a length only are one."""
    kinds = Counter(re.sub(r"[\d.]+(?= (mm|%))", "some", reason) for reason in reasons)
    rows = sorted(kinds.items(), key=lambda row: (-row[1], row[0]))
    return MarkdownTable(("not read or not measured", "knees"), rows or [("none", 0)])


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
