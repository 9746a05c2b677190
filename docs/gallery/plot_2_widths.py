"""
Margins, and widths at fixed locations
======================================

The Osteoarthritis Initiative (OAI) measures the joint space width at fixed locations:
JSW(x), where x runs along the tangent to both femoral condyles, from 0 at the medial
edge of the femur to 1 at its lateral edge. Each width has its own error, which follows
from the uncertainty of the two margins at that place.

The film is a simulated left knee, so that the true widths are known. They are in a file
beside the film.
"""

import json

import matplotlib.pyplot as plt
import numpy as np

import kltool

film = kltool.sample_path("knee_left_moderate.dcm")
(knee,) = kltool.read(film).knees
truth = json.loads(film.with_suffix(".truth.json").read_text())
true_mm = truth["knees"][0]["widths_mm"]

# %%
# The margins
# -----------
#
# All coordinates of a reading are those of a right knee: the film of a left knee is
# mirrored first, and lateral is on the left of ``knee.knee.pixels``. Each point of a
# margin has a standard deviation; the bands are 95% intervals. The thin lines are the
# widths at the fixed locations, each along the normal of the x axis.


def draw_margin(axes, points, sd, colour):
    """A margin with its 95% band. points: (n, 2) rows and columns."""
    rows, columns = points.T
    low, high = rows - 1.96 * sd, rows + 1.96 * sd
    axes.fill_between(columns, low, high, color=colour, alpha=0.45, linewidth=0)
    axes.plot(columns, rows, color=colour, linewidth=1)


pixels, placement = knee.knee.pixels, knee.knee.placement
row, column = placement.centre
half_height = 0.22 * placement.tibial_width_px
half_width = 0.62 * placement.tibial_width_px

figure, axes = plt.subplots(figsize=(8.6, 3.3), layout="constrained")
dark, bright = np.percentile(pixels, (30, 99.8))
axes.imshow(pixels, cmap="gray", vmin=dark, vmax=bright)
for compartment in kltool.Compartment:
    space = knee.joint_space.of(compartment)
    draw_margin(axes, space.margins.femur, space.margins.femur_sd, "#ff8228")
    draw_margin(axes, space.margins.tibia, space.margins.tibia_sd, "#3cc8ff")
    for width in space.fixed_widths.values():
        rows, columns = np.transpose(width.line)
        axes.plot(columns, rows, color="white", linewidth=0.9)
axes.set_xlim(column - half_width, column + half_width)
axes.set_ylim(row + half_height, row - half_height)
axes.set_title("left knee, mirrored: lateral on the left, medial on the right")
axes.set_axis_off()

# %%
# The widths and their truth
# --------------------------
#
# Above: the measured widths and the simulated truth. Below: their difference, with the
# 95% interval of the measurement.

figure, panels = plt.subplots(
    2, 2, figsize=(8.6, 5), layout="constrained", sharex="col", sharey="row"
)
inside = 0
for (above, below), compartment in zip(panels.T, kltool.Compartment, strict=True):
    widths = knee.joint_space.of(compartment).fixed_widths
    for x, width in widths.items():
        low, high = width.interval_mm
        true = true_mm[f"{x:.3f}"]
        inside += low <= true <= high
        above.plot(
            x, true, "D", color="#b84a00", markersize=8, markerfacecolor="white"
        )
        above.plot(x, width.mm, "o", color="#0072b2", markersize=4)
        below.vlines(x, low - true, high - true, color="#0072b2", linewidth=2)
        below.plot(x, width.mm - true, "o", color="#0072b2", markersize=4)
    below.axhline(0, color="#b84a00", linewidth=1)
    above.set_title(str(compartment))
    below.set(xlabel="x, from medial (0) to lateral (1)", xticks=list(widths)[::2])
panels[0, 0].set(ylim=(0, 8), ylabel="JSW(x), mm")
panels[1, 0].set(ylim=(-0.4, 0.4), ylabel="measured minus true, mm")
panels[0, 1].plot([], [], "o", color="#0072b2", markersize=4, label="measured")
panels[0, 1].plot(
    [], [], "D", color="#b84a00", markerfacecolor="white", label="true"
)
panels[0, 1].legend(frameon=False, loc="lower right")
for axes in panels.flat:
    axes.spines[["top", "right"]].set_visible(False)

print(f"the truth lies in {inside} of {len(true_mm)} intervals")

# %%
# One film shows a handful of errors, and those of neighbouring locations are
# correlated. How many of the 95% intervals contain the truth is tested on 500 simulated
# films: :doc:`/results/jointspace`, sections 1 and 6.
