"""
The grade as probabilities
==========================

The Kellgren-Lawrence (KL) grade of a knee is a distribution: the probability that a
reader assigns KL 0, 1, 2, 3 or 4. The grade that is reported is its median. Two
neighbouring grades are often nearly as probable, and this must be visible wherever a
grade is shown.

The films are simulated and were graded by no reader. "Normal", "moderate" and "severe"
are parameters of the simulation.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

import kltool

SAMPLES = {
    "normal": "knee_right_normal.dcm",
    "moderate": "knee_left_moderate.dcm",
    "severe": "knee_right_severe.dcm",
}
knees = {
    name: kltool.read(kltool.sample_path(file)).knees[0]
    for name, file in SAMPLES.items()
}

# %%
# Probabilities, prediction set and expected grade
# ------------------------------------------------
#
# The bar of the median is dark. In the first panel it is not the highest bar: the median
# is the lowest grade that the knee exceeds with a probability of at most a half. The
# grades of the 90% prediction set are underlaid: a reader's grade is one of them in nine
# of ten knees like those of the study on which the set was fitted. Above is the expected
# grade, the mean weighted by the probabilities, with its 95% prediction interval.

figure = plt.figure(figsize=(8.6, 4.2), layout="constrained")
panels = figure.subplots(2, 3, sharex=True, sharey="row", height_ratios=(1, 6))
for (above, below), (name, knee) in zip(panels.T, knees.items(), strict=True):
    grade = knee.grade
    above.hlines(0, *grade.expected_interval, color="#b84a00", linewidth=2)
    above.plot(grade.expected, 0, "o", color="#b84a00")
    above.text(grade.expected, 0.5, f"{grade.expected:.1f}", ha="center")
    above.set_title(f"{name}: {grade.noted}")
    above.set_axis_off()
    first, last = min(grade.prediction_set), max(grade.prediction_set)
    below.axvspan(first - 0.5, last + 0.5, color="#f3e6d3", zorder=0)
    colours = ["#0072b2" if kl == grade.grade else "#9cc3dd" for kl in range(5)]
    below.bar(range(5), grade.probabilities, width=0.7, color=colours)
    below.set(xticks=range(5), xlim=(-0.6, 4.6), ylim=(0, 1), xlabel="KL grade")
    below.spines[["top", "right"]].set_visible(False)
panels[0, 0].set_ylim(-0.8, 1.8)
panels[1, 0].set_ylabel("probability")

# %%
# Questions of the kind "at least KL 2?" are answered by the same distribution:

for name, knee in knees.items():
    two, three = knee.grade.at_least(2), knee.grade.at_least(3)
    print(f"{name:8}  P(KL >= 2) = {two:.2f}  P(KL >= 3) = {three:.2f}")

# %%
# The attribution map
# -------------------
#
# The map shows which regions raise the expected grade of this knee. It is a grid over
# the view that the grader sees, which reaches 0.64 tibial widths to either side of the
# centre of the joint, 0.37 above it and 0.34 below it (``grader-view`` in
# :doc:`/choices`). It shows what the number depends on. It does not prove that these
# regions are diseased. Each value depends on its surroundings, so that some of it lies
# beside the bones. All of it is drawn here; the overlay shows what lies on and between
# the bones and states the share beside them.

knee = knees["severe"]
pixels, placement = knee.knee.pixels, knee.knee.placement
(row, column), tibia = placement.centre, placement.tibial_width_px
left, right = column - 0.64 * tibia, column + 0.64 * tibia
top, bottom = row - 0.368 * tibia, row + 0.336 * tibia
dark, bright = np.percentile(pixels, (30, 99.8))
raising = np.clip(knee.grade.attribution, 0, None)

figure, (plain, mapped) = plt.subplots(
    1, 2, figsize=(8.6, 2.7), layout="constrained"
)
for axes in (plain, mapped):
    axes.imshow(pixels, cmap="gray", vmin=dark, vmax=bright)
mapped.imshow(
    np.ones_like(raising),
    cmap=ListedColormap(["#ffeb00"]),
    alpha=0.65 * raising / raising.max(),
    extent=(left, right, bottom, top),
    interpolation="bicubic",
)
for axes, title in ((plain, "severe: the view"), (mapped, "what raises its grade")):
    axes.set(xlim=(left, right), ylim=(bottom, top), title=title)
    axes.set_axis_off()
