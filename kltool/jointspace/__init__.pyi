from .error import (
    ErrorSettings,
    inflate_errors,
    inflation_warning,
)
from .margins import TraceSettings, trace_margins
from .measure import WidthSettings, measure_joint_space
from .quality import QualityCriteria, assess_quality

__all__ = [
    "ErrorSettings",
    "QualityCriteria",
    "TraceSettings",
    "WidthSettings",
    "assess_quality",
    "inflate_errors",
    "inflation_warning",
    "measure_joint_space",
    "trace_margins",
]
