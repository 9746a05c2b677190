"""
Two visits of a knee
====================

A change between two films is not the difference of two readings. The two films are
traced once more, each together with the other, the widths are measured at the same
location, and the error includes what happens when a knee is positioned for another
film.

Both films are simulated. In the second, the medial joint space is 1.5 mm wider and the
lateral one the same; people hardly ever show such a change.
"""

# sphinx_gallery_thumbnail_number = 2

import matplotlib.pyplot as plt
import numpy as np

import kltool

before = kltool.read(kltool.sample_path("case/before.dcm"))
after = kltool.read(kltool.sample_path("case/after.dcm"))
(change,) = kltool.compare(before, after)
print(change.sentence)

# %%
# The films
# ---------

figure, both = plt.subplots(1, 2, figsize=(8.6, 4.5), layout="constrained")
for axes, when in zip(both, ("before", "after"), strict=True):
    knee = getattr(change, when)
    knee.plot(axes)
    mm = knee.joint_space.medial.minimum.mm
    axes.set_title(f"{when}: KL {knee.grade.grade}, medial minimum {mm:.2f} mm")

# %%
# The change of every width
# -------------------------
#
# A forest plot: each change with its 95% interval. A filled point marks a change that is
# larger than the smallest detectable one, so that its interval excludes 0. The verdict
# rests on the medial minimum alone: of 18 changes of an unchanged knee one may exceed
# its 95% interval by chance.

figure, axes = plt.subplots(figsize=(7.2, 5.2), layout="constrained")
change.plot(axes)
axes.spines[["top", "right"]].set_visible(False)

# %%
# What the error is made of
# -------------------------
#
# The four components are standard deviations and add in quadrature. The one of
# repositioning, which is taken from published repeat films, is by far the largest. A
# better tracing would therefore not make smaller changes detectable; repeat films of
# your own site may (:class:`kltool.ErrorModel`).

medial = change.widths["medial minimum"]
error = medial.preferred.error
for name in ("measurement", "repositioning", "magnification", "positioning"):
    print(f"{name:14} {getattr(error, name):.3f} mm")
print(f"{'total':14} {error.total:.3f} mm")
print(f"smallest detectable change: {medial.smallest_detectable:.2f} mm")

# %%
# A claimed change of grade
# -------------------------
#
# Did the knee improve from KL 3 to KL 2, as someone reports? The grade of each film is a
# distribution, and so is the pair of grades. The frame marks the claim.

claim = kltool.GradeClaim(3, 2)
transition = np.array(change.grade.transition)

figure, axes = plt.subplots(figsize=(4.6, 4.2), layout="constrained")
axes.imshow(transition, cmap="Blues", vmin=0, vmax=0.5)
for (b, a), probability in np.ndenumerate(transition):
    colour = "white" if probability > 0.3 else "#16232e"
    text = f"{100 * probability:.0f}%"
    axes.text(a, b, text, ha="center", va="center", color=colour)
corner = (claim.after - 0.5, claim.before - 0.5)
frame = plt.Rectangle(corner, 1, 1, fill=False, edgecolor="#b84a00", linewidth=2)
axes.add_patch(frame)
axes.set(xlabel="KL after", ylabel="KL before", xticks=range(5), yticks=range(5))
axes.set_title(f"P(KL {claim}) = {change.grade.probability(claim):.2f}")
axes.spines[:].set_visible(False)
axes.tick_params(length=0)
