"""What of a text of others is left raw in a terminal, a CSV, a page, a picture or a LaTeX table.

Each function returns what it found, in words; nothing is taken from kltool's own escaping, which is on trial.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import kltool.report.html
from evaluation.hostile.strings import FORGED, STRINGS

HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # categories of Unicode
IGNORABLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
FLOOD: Final = 8  # combining marks in a row; docs/choices-intake.md#escaping
OF_RICH: Final = re.compile(r"\x1b\[(?:\?25[lh]|2K|1A|[0-9;]*m)|\r")  # colours, progress bar
SIGNS: Final = "=+-@\uff1d\uff0b\uff0d\uff20"
LONGEST_CELL: Final = 32_767
ELEMENTS: Final = frozenset(
    (
        *("a", "b", "body", "br", "button", "caption", "code", "details", "div", "figcaption", "figure"),
        *("h1", "h2", "h3", "head", "html", "img", "input", "label", "li", "meta", "option", "output", "p"),
        *("script", "section", "select", "span", "style", "summary", "table", "tbody", "td", "th", "thead"),
        *("title", "tr", "ul"),
    )
)
ATTRIBUTES: Final = frozenset(
    (
        *("alt", "aria-label", "charset", "class", "colspan", "content", "href", "http-equiv", "lang", "max"),
        *("min", "name", "open", "scope", "src", "style", "type", "value"),
    )
)
EMPTY_ELEMENTS: Final = frozenset({"br", "img", "input", "meta"})
SCRIPT: Final = (Path(kltool.report.html.__file__).parent / "register.js").read_text("utf-8").strip()
READ_OUT: Final = ("alt", "aria-label")  # attributes whose text a reader is shown
ADDRESSES: Final = re.compile(
    r"data:image/(?:png|svg\+xml|jpeg);base64,[A-Za-z0-9+/=]*|overlays/[0-9a-z-]+\.png"
)
COMMANDS: Final = frozenset(
    (
        *(r"\begin", r"\end", r"\hline", r"\multicolumn", r"\textbackslash", r"\textasciitilde"),
        *(r"\textasciicircum", r"\ge", r"\to", r"\dots"),
    )
)


def raw_in_terminal(printed: str) -> Iterator[str]:
    """Of output in which nothing may act but what colours text and moves a progress bar."""
    yield from (f"{text[:20]!r} as it is" for text in STRINGS if _acts(text) and text.strip() in printed)
    yield from _hidden_in(OF_RICH.sub("", printed))
    yield from (f"a line {line[:30]!r}" for line in printed.splitlines() if line.startswith(FORGED))


def raw_in_json(printed: str) -> Iterator[str]:
    """Of one record a line."""
    yield from _hidden_in(printed)
    for line in printed.splitlines():
        try:
            json.loads(line)
        except ValueError:
            yield f"a line that is no JSON: {line[:30]!r}"


def raw_in_csv(table: Path, numbers: Collection[str]) -> Iterator[str]:
    """numbers: the columns that hold numbers alone."""
    csv.field_size_limit(10**7)
    with table.open(encoding="utf-8", newline="") as file:
        headings, *rows = csv.reader(file)
    for cells in (headings, *rows):
        if len(cells) != len(headings):
            yield f"a row of {len(cells)} cells, not {len(headings)}"
        for cell in cells:
            yield from _formulas_of(cell)
            if len(cell.encode("utf-16-le")) > 2 * LONGEST_CELL:
                yield f"a cell of {len(cell)} characters"
    for row in (dict(zip(headings, cells, strict=False)) for cells in rows):
        wrong = (name for name in numbers if row.get(name) and not _is_number(row[name]))
        yield from (f"{name} {row[name][:30]!r} is no number" for name in wrong)


def raw_in_page(page: Path) -> Iterator[str]:
    """Elements, attributes and addresses that are not kltool's, and hidden characters."""
    text = page.read_text("utf-8")
    yield from _hidden_in(text)
    yield from parsed(text).strange


def raw_in_svg(picture: Path) -> Iterator[str]:
    """Hidden characters, elements that run or load something, and XML that is none."""
    text = picture.read_text("utf-8")
    yield from _hidden_in(text)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        yield f"no XML ({error})"
        return
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name in ("script", "foreignObject", "a", "iframe"):
            yield f"element {name}"
        for attribute, value in element.attrib.items():
            yield from _acting_attribute(attribute.rpartition("}")[2], value)


def raw_in_tex(table: Path) -> Iterator[str]:
    """Commands that are not kltool's, and signs that act where they are not escaped."""
    text = table.read_text("utf-8")
    yield from _hidden_in(text)
    commands = set(re.findall(r"\\[A-Za-z]+", text)) - COMMANDS
    yield from (f"command {command}" for command in sorted(commands))
    for line in text.splitlines()[1:]:  # the first is a comment of kltool's
        yield from (f"raw {sign}" for sign in re.findall(r"(?<!\\)[%#~]", line))


class parsed(HTMLParser):  # noqa: N801 (used as a function)
    """A page: what is strange in it, and the text that a reader is shown, without white space at its ends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.strange: list[str] = []
        self._open: list[str] = []
        self._texts: list[str] = []
        self.feed(page)
        self.close()
        self.strange += [f"<{name}> left open" for name in self._open if name not in ("html", "body", "head")]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.strange.append(f"element <{tag}>")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        if tag not in EMPTY_ELEMENTS:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.strange.append(f"</{tag}> where it closes nothing")

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"] and data.strip() != SCRIPT:
            self.strange.append(f"script {data[:30]!r}")
        elif self._open[-1:] not in (["script"], ["style"]):
            self._texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.strange.append(f"comment {data[:30]!r}")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES:
            self.strange.append(f"attribute {name} of <{tag}>")
        if name in ("src", "href") and not ADDRESSES.fullmatch(value):
            self.strange.append(f"address {value[:30]!r}")
        if name in READ_OUT:
            self._texts.append(value)


def _acting_attribute(name: str, value: str) -> Iterator[str]:
    if name.startswith("on"):
        yield f"attribute {name}"
    if name == "href" and not value.startswith(("#", "data:image/png;base64,")):
        yield f"address {value[:30]!r}"


def _acts(text: str) -> bool:
    return any(_hidden_in(text.strip())) or "\n" in text.strip()


def _hidden_in(text: str) -> Iterator[str]:
    hidden = {one for one in text if one != "\n" and unicodedata.category(one) in HIDDEN}
    hidden |= set(IGNORABLE.findall(text))
    yield from (f"character {one!a}" for one in sorted(hidden))
    marks = 0
    for one in text:
        marks = marks + 1 if unicodedata.category(one) in ("Mn", "Me") else 0
        if marks > FLOOD:
            yield f"more than {FLOOD} combining marks in a row"
            return


def _formulas_of(cell: str) -> Iterator[str]:
    """Beginnings of formulas where the cell begins, and where a spreadsheet may split it."""
    if cell[:1] in tuple("\t\r\n"):
        yield f"cell {cell[:30]!r}"
    for part in re.split(r"[;\t\r\n]", cell):
        begins = part.strip(" ")
        if begins[:1] and begins[:1] in SIGNS and not _is_number(begins):
            yield f"cell {cell[:30]!r}"


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", text.strip()) is not None
