"""The calibration of the grade for one site: its reader's cut points, and sets and intervals of its own."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.grading.severity import CUT_POINTS, cumulative_logits, reader_probabilities
from kltool.typing import Float64
from kltool.values.grade import LIKE_OAI
from kltool.values.reading import SHIPPED


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """How the grade is calibrated: as kltool is shipped or, by a file of `kltool calibrate`, for one site.

    Attributes
    ----------
    calibration : str
        "shipped", or the SHA-256 of the site file.
    films : int
        Number of films that the site's calibration was fitted on; 0 as shipped.
    cut_points : tuple of 4 float
        Of the site's reader on the grader's scale of severity, rising; the grader's own are 0.5, 1.5, 2.5
        and 3.5.
    scale : float
        By which the cumulative logits are multiplied, above 0; below 1 the grades are less certain.
    thresholds : tuple of 5 float, or None
        Least probability of each grade in a prediction set, above 0; None: those of the grader.
    reach : float or None
        Standard deviations of the probabilities that the 95% interval spans to either side; None: the
        interval of the grader.
    grader : str
        SHA-256 of the grader that it was fitted with; empty as shipped.
    """

    calibration: str = SHIPPED
    films: int = 0
    cut_points: tuple[float, float, float, float] = CUT_POINTS
    scale: float = 1.0
    thresholds: tuple[float, float, float, float, float] | None = None
    reach: float | None = None
    grader: str = ""

    @property
    def promised_for(self) -> str:
        """The films for which sets and intervals are promised, in words."""
        if self.calibration == SHIPPED:
            return LIKE_OAI
        return f"films like the {self.films:,} that site calibration {self.calibration[:8]} was fitted on"

    def probabilities(self, shipped: npt.NDArray[np.floating]) -> Float64:
        """(n, 5) as the site's reader grades, from the shipped ones, (n, 5)."""
        return reader_probabilities(cumulative_logits(shipped), self.cut_points, self.scale)
