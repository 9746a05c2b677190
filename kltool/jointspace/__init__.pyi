from .error import (
    ErrorSettings,
    inflate_errors,
)
from .expected_error import ExpectedErrorSettings, expected_error
from .margins import TraceSettings, trace_margins
from .measure import measure_joint_space
from .metal import MetalSettings
from .quality import assess_quality
from .quality_criteria import QualityCriteria
from .traced_compartment import WidthSettings
from .unknown_side import with_other_orientation

__all__ = [
    "ErrorSettings",
    "ExpectedErrorSettings",
    "MetalSettings",
    "QualityCriteria",
    "TraceSettings",
    "WidthSettings",
    "assess_quality",
    "expected_error",
    "inflate_errors",
    "measure_joint_space",
    "trace_margins",
    "with_other_orientation",
]
