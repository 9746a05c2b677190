"""A result drawn on small axes of the caller's own figure can be read."""

from itertools import combinations
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from kltool.report.presentation import plot
from tests.report.changes import knee_change, not_comparable, timeline
from tests.report.plots.pictures import ReadSample

SHAPES = ((1, 1), (2, 3))


def texts_of(axes: Axes) -> list[Text]:
    """Those that are seen: matplotlib keeps ticks beyond the ends of an axis."""
    ticks = [
        tick.label1
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if axes.axison and min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    ]
    legend = legend.get_texts() if (legend := axes.get_legend()) else []
    labels = [axes.xaxis.label, axes.yaxis.label] if axes.axison else []
    return [text for text in [*ticks, *legend, *labels, axes.title, *axes.texts] if text.get_text()]


@pytest.fixture
def result(request: pytest.FixtureRequest, read_sample: ReadSample) -> Any:
    before, after = (read_sample(f"case/{visit}.dcm") for visit in ("before", "after"))
    change = knee_change(before.knees[0], after.knees[0])
    return {
        "change": change,
        "not comparable": not_comparable(change),
        "timeline": timeline(before, after),
        "reading": read_sample("bilateral.dcm"),
        "knee": before.knees[0],
    }[request.param]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("result", ["change", "not comparable", "timeline", "reading", "knee"], indirect=True)
def test_no_text_is_cut_off_or_covers_another(result: Any, shape: tuple[int, int]) -> None:
    with matplotlib.rc_context({"font.size": 10}):
        figure = Figure(figsize=(9.0, 5.5), layout="constrained")
        every = figure.subplots(*shape, squeeze=False).ravel()
        for axes in every:
            plot(result, axes)
        FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]
    texts = [text for axes in every for text in texts_of(axes)]
    assert len(texts) >= len(every)
    boxes = np.array([text.get_window_extent().extents for text in texts])
    inside = (boxes[:, :2] >= -1).all(axis=1) & (boxes[:, 2:] <= figure.bbox.size + 1).all(axis=1)
    assert not [text.get_text() for text, seen in zip(texts, inside, strict=True) if not seen]
    shrunk = boxes + np.array([1, 1, -1, -1])
    for (one, this), (other, that) in combinations(zip(texts, shrunk, strict=True), 2):
        apart = (this[:2] >= that[2:]).any() or (that[:2] >= this[2:]).any()
        assert apart, f"{one.get_text()!r} covers {other.get_text()!r}"
