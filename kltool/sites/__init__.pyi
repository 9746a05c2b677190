from .calibrate import CalibrationOptions, Grader, calibrated_site
from .films import MEAN
from .grades import require_one_grade_each
from .models import installed_grader, require_read_by
from .results import SiteCalibration

__all__ = [
    "MEAN",
    "CalibrationOptions",
    "Grader",
    "SiteCalibration",
    "calibrated_site",
    "installed_grader",
    "require_one_grade_each",
    "require_read_by",
]
