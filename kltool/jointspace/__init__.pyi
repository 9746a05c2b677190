from .error import (
    ErrorSettings,
    inflate_errors,
    inflation_warning,
)
from .margins import TraceSettings, trace_margins
from .measure import measure_joint_space
from .quality import QualityCriteria, assess_quality
from .traced_compartment import WidthSettings

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
