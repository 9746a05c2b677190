"""
The reading of a film
=====================

One call reads a film. The result prints itself in one line, draws itself on axes of
your own figure, and carries the picture that ``kltool read --overlay`` writes.

The film is simulated and shows both knees; no person was X-rayed.
"""

# sphinx_gallery_thumbnail_number = 3

import matplotlib.pyplot as plt

import kltool

reading = kltool.read(kltool.sample_path("bilateral.dcm"))
for knee in reading.knees:
    print(knee)

# %%
# The whole film
# --------------
#
# A frontal film is shown as a viewer displays it: the right knee is on the left.
# Orange is the lower margin of the femoral condyles, blue the upper margin of the
# tibial plateau; yellow is the minimum width of each compartment.

figure, axes = plt.subplots(figsize=(8.6, 5.1), layout="constrained")
reading.plot(axes)

# %%
# Each knee on axes of your own
# -----------------------------
#
# A knee is drawn on any axes, beside whatever else a figure needs: here, the minimum
# widths of both knees with their 95% intervals. The interval is the error of the
# measurement on this film. Another film of the same knee would differ by more, because
# the knee is positioned anew.

figure, (film, other_film, chart) = plt.subplots(
    1, 3, figsize=(8.6, 3.1), layout="constrained", width_ratios=(3, 3, 2.4)
)
for axes, knee, colour in zip(
    (film, other_film), reading.knees, ("#0072b2", "#b84a00"), strict=True
):
    knee.plot(axes)
    axes.set_title(f"{knee.side} knee: KL {knee.grade.grade}", color=colour)
    for row, compartment in enumerate(kltool.Compartment):
        minimum = knee.joint_space.of(compartment).minimum
        place = row + (0.12 if knee.side is kltool.Side.LEFT else -0.12)
        chart.hlines(place, *minimum.interval_mm, color=colour, linewidth=2)
        chart.plot(minimum.mm, place, "o", color=colour, markersize=4)
chart.set_yticks(range(2), [str(compartment) for compartment in kltool.Compartment])
chart.set(xlim=(0, 7), ylim=(1.6, -0.6), xlabel="minimum width, mm")
chart.spines[["top", "right"]].set_visible(False)

# %%
# The overlay
# -----------
#
# ``overlay`` is the finished picture as an array: margins with their 95% bands, every
# width, the grade, the quality with its reasons, and the attribution map. No text covers
# the joint.

overlay = reading.knees[0].overlay
print(overlay.shape, overlay.dtype)

rows, columns, _ = overlay.shape
figure = plt.figure(figsize=(columns / 130, rows / 130))
axes = figure.add_axes((0, 0, 1, 1))
axes.imshow(overlay)
axes.set_axis_off()
