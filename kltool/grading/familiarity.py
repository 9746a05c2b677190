"""What is said of a film that is unlike those that the grader learned from."""

from kltool.grading.site import SiteSettings
from kltool.values.decimals import beside, decimal
from kltool.values.grade import OOD_LIMIT, Grade
from kltool.values.length import NotMeasured
from kltool.values.reading import SHIPPED

EXPECTED_SHARE = 0.05  # of films like the OAI's, at most; docs/choices.md#ood-limit


def familiarity_warnings(grade: Grade | NotMeasured, site: SiteSettings) -> tuple[str, ...]:
    """One sentence where the film is unlike the training films, none otherwise.

    site: by which the grade was calibrated. No probability, set or interval depends on the score.
    """
    if isinstance(grade, NotMeasured) or not grade.unlike_training:
        return ()
    score = beside(grade.ood_score, OOD_LIMIT, 1)
    return (
        f"the film is unlike those that the grader learned from (out-of-distribution score {score}; "
        f"{decimal(100 * (1 - EXPECTED_SHARE), 0)}% of the OAI's films lie below {decimal(OOD_LIMIT, 0)}): "
        f"{_advice(site)}",
    )


def _advice(site: SiteSettings) -> str:
    if site.calibration == SHIPPED:
        return "its grade and set may not hold here; calibrate for the site with kltool calibrate"
    return "its grade and set hold as far as the site's calibration was fitted on films like it"
