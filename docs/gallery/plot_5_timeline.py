"""
A knee over several visits
==========================

Any number of visits of a knee make a timeline: the change of each later visit from the
first, and the slope of each width per year.

The films are simulated. The film of month 6 is **made up** on top of this: it is the
first film with more noise, so that nothing has changed. (The first film itself is refused
as another visit.)
"""

from datetime import date

import matplotlib.pyplot as plt
import numpy as np

import kltool

first = kltool.read(kltool.sample_path("case/before.dcm"))
last = kltool.read(kltool.sample_path("case/after.dcm"))
noise = np.random.default_rng(1).normal(0, 20, first.film.pixels.shape)
noisy = kltool.Radiograph.from_array(
    first.film.pixels + noise, first.film.spacing, "right", source="month 6"
)
visits = [
    kltool.Visit("baseline", date(2023, 4, 6), first),
    kltool.Visit("month 6 (made up)", date(2023, 10, 5), kltool.read(noisy)),
    kltool.Visit("month 12", date(2024, 4, 4), last),
]
(timeline,) = kltool.timelines(visits)
print(timeline.sentence)

# %%
# The medial minimum over time
# ----------------------------
#
# Each visit has its 95% interval. That of the first visit is the error of its own film
# alone; those of the later visits are the error of the change from the first. The grey
# band is the smallest detectable change: what stays inside it cannot be distinguished
# from error. The dashed line is the slope.

figure, axes = plt.subplots(figsize=(8.6, 4.2), layout="constrained")
timeline.plot(axes)
axes.set_ylim(1, 5.6)  # room for the legend
axes.spines[["top", "right"]].set_visible(False)

# %%
# A slope alone does not tell a steady change from a step; the plot of the visits does.
# The slope of every width is in ``slopes``:

for measure in ("medial minimum", "medial 0.225", "lateral minimum"):
    slope = timeline.slopes[measure]
    low, high = slope.interval
    print(
        f"{measure:16} {slope.per_year:+.2f} ({low:+.2f} to {high:+.2f}) mm per year"
    )

# %%
# The whole joint space at each visit
# -----------------------------------
#
# The widths at the fixed locations show where the joint space changed. The bands are the
# 95% intervals of the measurement on each film; they do not include repositioning.

styles = [("#16232e", "-"), ("#3cc8ff", "--"), ("#b84a00", "-")]

figure = plt.figure(figsize=(8.6, 3.8), layout="constrained")
both = figure.subplots(1, 2, sharey=True)
for visit, (colour, style) in zip(timeline.visits, styles, strict=True):
    knee = visit.reading.knees[0]
    for axes, compartment in zip(both, kltool.Compartment, strict=True):
        widths = knee.joint_space.of(compartment).fixed_widths
        x, mm = list(widths), [width.mm for width in widths.values()]
        low, high = np.transpose([width.interval_mm for width in widths.values()])
        axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(x, mm, style, color=colour, label=visit.name)
        axes.set(title=str(compartment), xticks=x[::2])
        axes.set_xlabel("x, from medial (0) to lateral (1)")
        axes.spines[["top", "right"]].set_visible(False)
both[0].set(ylim=(0, 9), ylabel="JSW(x), mm")
both[1].legend(frameon=False, loc="lower left")
