from .calibrate import CalibrationOptions, Grader, calibrated_site
from .films import MEAN, require_enough
from .grades import SEPARATE, require_one_grade_each
from .models import installed_grader, require_read_by
from .results import SiteCalibration

__all__ = [
    "MEAN",
    "SEPARATE",
    "CalibrationOptions",
    "Grader",
    "SiteCalibration",
    "calibrated_site",
    "installed_grader",
    "require_enough",
    "require_one_grade_each",
    "require_read_by",
]
