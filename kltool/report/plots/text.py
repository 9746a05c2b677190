"""Text in pictures: measured, broken into lines, and never read as markup or mathematics."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

import matplotlib
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.text import Text

from kltool.report.plots.canvas import DPI, Region
from kltool.report.plots.style import DIM, TEXT

FONTS: Final = Path(matplotlib.get_data_path(), "fonts", "ttf")  # its own: the same glyphs on every machine
REGULAR, BOLD = FONTS / "DejaVuSans.ttf", FONTS / "DejaVuSans-Bold.ttf"
ABSENT: Final = "\N{REPLACEMENT CHARACTER}"  # in place of a character that the font lacks
Align = Literal["left", "center", "right"]
SHARE: Final = {"left": 0.0, "center": 0.5, "right": 1.0}  # of a text that lies left of its place
MORE: Final = " …"


@dataclass(frozen=True, slots=True)
class Style:
    """size: pixels."""

    size: int
    colour: str = TEXT
    bold: bool = False

    @property
    def font(self) -> FontProperties:
        return _font(self.size, self.bold)

    @property
    def pitch(self) -> int:
        """From one base line to the next."""
        return round(1.4 * self.size)


TITLE: Final = Style(24, bold=True)
HEADING: Final = Style(14, bold=True)
VALUE: Final = Style(16)
BODY: Final = Style(14)
BODY_DIM: Final = Style(14, DIM)
SMALL: Final = Style(12)
SMALL_DIM: Final = Style(12, DIM)


class SingleLineText(Text):
    """Text on one line and upright, drawn without matplotlib's layout of lines, which takes as long again."""

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible() or not self.get_text():
            return
        x, y = self.get_transform().transform(self.get_position())
        x -= SHARE[self.get_horizontalalignment()] * _width(self.get_text(), self.get_fontproperties())
        gc = renderer.new_gc()
        gc.set_foreground(self.get_color())
        _, height = renderer.get_canvas_width_height()
        renderer.draw_text(gc, x, height - y, self.get_text(), self.get_fontproperties(), 0, mtext=self)


def write(
    region: Region, text: str, at: tuple[float, float], style: Style = BODY, align: Align = "left"
) -> None:
    """One line of text whose base line is at (row, column).

    The base line is put between two rows of pixels, where letters are sharp.
    """
    row, column = round(at[0]) + 0.5, round(at[1]) + 0.5
    text = printable(text)
    region.add(
        SingleLineText(
            column, row, text, color=style.colour, fontproperties=style.font, ha=align, parse_math=False
        )
    )


def paragraph(
    region: Region, text: str, at: tuple[float, float], width: float, style: Style, most: int = 99
) -> int:
    """At most so many lines below (row, column), no wider than so many pixels.

    Returns the row of the last base line.
    """
    row = round(at[0])
    for line in wrapped(text, width, style, most):
        row += style.pitch
        write(region, line, (row, at[1]), style)
    return row


def width_of(text: str, style: Style) -> float:
    """Pixels."""
    return _width(text, style.font)


def wrapped(text: str, width: float, style: Style, most: int = 99) -> list[str]:
    """Text in at most so many lines no wider than so many pixels; " …" ends what is longer."""
    lines: list[str] = []
    for line in _lines(printable(text), width, style):
        if len(lines) == most:
            return [*lines[:-1], _shortened(lines[-1], width, style)]
        lines.append(line)
    return lines


def printable(text: str) -> str:
    """Text on one line, of characters that the font has and that are seen."""
    letters = " ".join(text.split())
    return "".join(one if one.isprintable() and ord(one) in _glyphs() else ABSENT for one in letters)


def _lines(text: str, width: float, style: Style) -> Iterator[str]:
    line, length, space = "", 0.0, width_of("n n", style) - width_of("nn", style)
    for word in (part for whole in text.split() for part in _parts(whole, width, style)):
        further = width_of(word, style) + (space if line else 0.0)
        if line and length + further > width:
            yield line
            line, length = word, width_of(word, style)
        else:
            line, length = f"{line} {word}" if line else word, length + further
    if line:
        yield line


def _parts(word: str, width: float, style: Style) -> Iterator[str]:
    """The word, in pieces where it is wider than a line."""
    while word:
        start = word[: int(width)]  # a letter is wider than a pixel
        fitting = len(start)
        if width_of(start, style) > width:
            lengths = range(1, len(start))
            fitting = max(bisect_right(lengths, width, key=lambda n: width_of(start[:n], style)), 1)
        yield word[:fitting]
        word = word[fitting:]


def _shortened(line: str, width: float, style: Style) -> str:
    """The line with MORE at its end, without the words that leave no room for it."""
    while width_of(line + MORE, style) > width:
        line = line.rpartition(" ")[0] or line[:-1]
    return line + MORE


@cache
def _font(size: int, bold: bool) -> FontProperties:
    return FontProperties(fname=BOLD if bold else REGULAR, size=size)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(REGULAR).get_charmap()) & frozenset(get_font(BOLD).get_charmap())


@lru_cache(maxsize=4096)
def _width(text: str, font: FontProperties) -> float:
    width, _, _ = _renderer().get_text_width_height_descent(text, font, ismath=False)
    return float(width)


@cache
def _renderer() -> RendererBase:
    return RendererAgg(1, 1, DPI)  # type: ignore[no-untyped-call]
