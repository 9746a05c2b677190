"""Figures as SVG text, reproducibly: the same figure gives the same text."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text

from kltool.escaping import escaped


@contextmanager
def reproducible() -> Iterator[None]:
    """Within it matplotlib uses a fixed salt in place of random identifiers, and writes text as text."""
    with matplotlib.rc_context({"svg.hashsalt": "kltool", "svg.fonttype": "none", "font.size": 9}):
        yield


def svg_of(figure: Figure) -> str:
    """The figure without a date, its text escaped as on a page; to be called within `reproducible`."""
    for label in figure.findobj(Text):
        label.set_text(escaped(label.get_text()))
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
