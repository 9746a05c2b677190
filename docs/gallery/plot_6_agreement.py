"""
The agreement of two readers
============================

Two tables of the same knees become a confusion matrix, a Bland-Altman plot and estimates
with confidence intervals. The intervals come from a bootstrap over participants, not
over knees, because the two knees of a person resemble each other.

Both tables are **made up** by the random generator of this script. They say nothing
about any reader.
"""

# sphinx_gallery_thumbnail_number = 2

from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import kltool

# %%
# Two tables
# ----------
#
# 120 participants with both knees. Each knee has a severity, which both readers see with
# an error of their own; reader A measures 0.15 mm wider than reader B.

random = np.random.default_rng(7)
knees = pd.DataFrame(
    {
        "subject": np.repeat(np.arange(120), 2),
        "side": np.tile(["right", "left"], 120),
    }
)
severity = np.repeat(random.normal(1.6, 1.1, 120), 2) + random.normal(0, 0.5, 240)
width_mm = np.clip(4.6 - 0.7 * severity + random.normal(0, 0.4, 240), 0.2, None)


def table(bias_mm):
    """What one reader says of every knee."""
    grade = np.rint(severity + random.normal(0, 0.4, 240)).clip(0, 4).astype(int)
    width = (width_mm + bias_mm + random.normal(0, 0.25, 240)).clip(0, None)
    return knees.assign(kl=grade, medial_mjsw_mm=width.round(2))


with TemporaryDirectory() as folder:
    files = [Path(folder, "reader A.csv"), Path(folder, "reader B.csv")]
    table(0.15).to_csv(files[0], index=False)
    table(0.0).to_csv(files[1], index=False)
    ratings = kltool.ratings_of(files, kltool.MatchOptions(reference="reader B"))
agreement = kltool.agreement_of(ratings, kltool.Resampling(replicates=500, seed=1))
print(agreement)

# %%
# Grades: the confusion matrix
# ----------------------------
#
# Rows are the grades of the reference. The shade of a cell is its share of the row.

figure, axes = plt.subplots(figsize=(4.8, 4.4), layout="constrained")
agreement.plot(axes)

# %%
# Widths: the Bland-Altman plot
# -----------------------------
#
# The difference over the mean of both, with the bias and the 95% limits of agreement
# (Bland & Altman 1986). The bands are the 95% confidence intervals of these three lines,
# taken from the estimates.

widths = agreement.widths[0]
estimates = {estimate.name: estimate for estimate in widths.estimates}
a, b = widths.widths.rater, widths.widths.reference

figure, axes = plt.subplots(figsize=(7.2, 4.4), layout="constrained")
axes.scatter((a + b) / 2, a - b, s=14, color="#16232e", alpha=0.55, linewidths=0)
for name, label, colour, style in (
    ("limit_upper_mm", "upper limit", "#b84a00", "--"),
    ("bias_mm", "bias", "#0072b2", "-"),
    ("limit_lower_mm", "lower limit", "#b84a00", "--"),
):
    line = estimates[name]
    label = f"{label} {line.value:+.2f} mm"
    axes.axhline(line.value, color=colour, linestyle=style, label=label)
    axes.axhspan(*line.interval, color=colour, alpha=0.15, linewidth=0)
axes.axhline(0, color="#cfd8df", linewidth=0.8, zorder=0)
axes.set_xlabel("mean medial minimum of both, mm")
axes.set_ylabel("reader A minus reader B, mm")
axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
axes.spines[["top", "right"]].set_visible(False)

# %%
# The estimates
# -------------
#
# ``to_dataframe`` gives the rows of ``agreement.csv``. :func:`kltool.write_page` writes
# everything as one page.

rows = agreement.to_dataframe().set_index("estimate")
shown = ["kappa_quadratic", "accuracy", "bias_mm", "icc_2_1"]
print(rows.loc[shown, ["value", "low", "high"]].astype(float).round(2).to_string())
