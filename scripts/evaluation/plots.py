"""The pictures of the pages, as SVG; the same figures give the same bytes.

Confusion matrices and reliability diagrams are those of `kltool.report.plots.agreement`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kltool.report.plots.svg import reproducible, svg_of
from kltool.typing import Float64
from kltool.values.length import NORMAL_95

INK, SOFT, RED = "#1f3b57", "#9aa8b5", "#b3312c"


def bland_altman(measured: Float64, reference: Float64, title: str, file: Path) -> None:
    """Difference over mean of two measurements, mm, with the bias and its limits of agreement."""
    mean, difference = (measured + reference) / 2, measured - reference
    bias, sd = difference.mean(), difference.std(ddof=1)

    def draw(axes: Axes) -> None:
        axes.scatter(mean, difference, s=14, color=INK, alpha=0.8, linewidths=0)
        axes.axhline(bias, color=RED, label=f"mean {bias:+.2f} mm")
        for sign in (-1, 1):
            limit = bias + sign * NORMAL_95 * sd
            axes.axhline(limit, color=RED, linestyle="--", label=f"limit {limit:+.2f} mm")
        axes.set(xlabel="mean of measured and annotated, mm", ylabel="measured minus annotated, mm")
        axes.legend(frameon=False, fontsize=8)

    _save(draw, title, file)


def truth_and_measured(true: Float64, found: Float64, title: str, file: Path) -> None:
    """Measured over true widths, mm."""

    def draw(axes: Axes) -> None:
        most = float(max(true.max(), found.max(), 1.0))
        axes.plot((0, most), (0, most), color=SOFT, linewidth=1)
        axes.scatter(true, found, s=8, color=INK, alpha=0.6, linewidths=0)
        axes.set(xlabel="true, mm", ylabel="measured, mm", aspect="equal")

    _save(draw, title, file)


def shares(rows: Sequence[tuple[str, int, float]], low: float, high: float, file: Path) -> None:
    """What, of how many, which share of the intervals contains the truth; low to high is the criterion."""

    def draw(axes: Axes) -> None:
        at = np.arange(len(rows))[::-1]
        axes.axvspan(low, high, color=SOFT, alpha=0.4, linewidth=0)
        axes.scatter([100 * share for _, _, share in rows], at, color=INK)
        axes.set_yticks(at, [f"{what} (n = {count})" for what, count, _ in rows], fontsize=8)
        axes.set(xlabel="95% intervals that contain the truth, %", xlim=(0, 101))

    _save(draw, "", file, width=8.0)


def boxes(groups: Sequence[Float64], names: Sequence[str], labels: tuple[str, str], file: Path) -> None:
    """Boxes from quartile to quartile, whiskers to 1.5 of their distance. labels: of both axes."""

    def draw(axes: Axes) -> None:
        style = {"color": INK}
        axes.boxplot(
            list(groups),
            tick_labels=list(names),
            boxprops=style,
            whiskerprops=style,
            capprops=style,
            medianprops={"color": RED},
            flierprops={"marker": ".", "markersize": 3, "markeredgecolor": SOFT},
        )
        axes.set(xlabel=labels[0], ylabel=labels[1])

    _save(draw, "", file)


def histogram(values: dict[str, Float64], limits: Sequence[float], label: str, file: Path) -> None:
    """Values by name over common bins up to their 99th percentile; limits: of the criteria."""
    most = float(np.percentile(np.concatenate(list(values.values())), 99))
    bins = np.linspace(0, max(most, max(limits) * 1.05), 41).tolist()

    def draw(axes: Axes) -> None:
        for (name, of_name), color in zip(values.items(), (INK, SOFT), strict=True):
            axes.hist(np.clip(of_name, 0, bins[-1]), bins, histtype="step", color=color, label=name)
        for limit in limits:
            axes.axvline(limit, color=RED, linestyle="--", linewidth=1)
        axes.set(xlabel=label, ylabel="knees")
        axes.legend(frameon=False)

    _save(draw, "", file)


def curves(logs: Mapping[str, Sequence[tuple[float, float]]], labels: tuple[str, str], file: Path) -> None:
    """Lines by name, each of (x, y)."""

    def draw(axes: Axes) -> None:
        for (name, points), color in zip(logs.items(), (INK, RED, "#3f8f5f", "#8a6d1f"), strict=False):
            axes.plot(*zip(*points, strict=True), color=color, marker=".", label=name)
        axes.set(xlabel=labels[0], ylabel=labels[1])
        axes.legend(frameon=False, fontsize=8)

    _save(draw, "", file)


def pictures(named: Mapping[str, npt.NDArray[np.float32]], grey: tuple[float, float], file: Path) -> None:
    """Grey pictures side by side, two a row. grey: what is shown black and white."""
    figure = Figure(figsize=(8.0, 5.0), layout="constrained")
    axes = figure.subplots(-(-len(named) // 2), 2, squeeze=False).ravel()
    for one in axes:
        one.set_axis_off()
    for one, (name, picture) in zip(axes, named.items(), strict=False):
        one.imshow(picture, cmap="gray", vmin=grey[0], vmax=grey[1])
        one.set_title(name, fontsize=9)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=100, metadata={"Software": None})


def write(svg: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(svg, encoding="utf-8")


def _save(draw: Callable[[Axes], None], title: str, file: Path, width: float = 5.2) -> None:
    with reproducible():
        figure = Figure(figsize=(width, 4.2), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(title)
        draw(axes)
        write(svg_of(figure), file)
