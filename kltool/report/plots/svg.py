"""Figures as SVG text, reproducibly: the same figure gives the same text."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
from matplotlib.figure import Figure


@contextmanager
def reproducible() -> Iterator[None]:
    """Within it matplotlib uses a fixed salt in place of random identifiers, and writes text as text."""
    with matplotlib.rc_context({"svg.hashsalt": "kltool", "svg.fonttype": "none", "font.size": 9}):
        yield


def svg_of(figure: Figure) -> str:
    """The figure without a date; to be called within `reproducible`."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
