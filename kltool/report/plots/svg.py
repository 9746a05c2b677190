"""Pictures as SVG text: the same picture is the same text."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@contextmanager
def reproducible() -> Iterator[None]:
    """Within it matplotlib writes a salt in place of random names, and text as text."""
    import matplotlib  # late: docs/ARCHITECTURE.md

    with matplotlib.rc_context({"svg.hashsalt": "kltool", "svg.fonttype": "none", "font.size": 9}):
        yield


def svg_of(figure: "Figure") -> str:
    """The figure without a date; to be called within `reproducible`."""
    picture = io.StringIO()
    figure.savefig(picture, format="svg", metadata={"Date": None})
    return picture.getvalue()
