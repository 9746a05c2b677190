"""Knee to JointSpace: margins at full resolution, the widths between them, how far to trust them."""

from kltool.jointspace.error import ErrorSettings, inflate_errors, inflation_warning
from kltool.jointspace.margins import TraceSettings, trace_margins
from kltool.jointspace.measure import WidthSettings, measure
from kltool.jointspace.quality import QualityCriteria, assess_quality

__all__ = [
    "ErrorSettings",
    "QualityCriteria",
    "TraceSettings",
    "WidthSettings",
    "assess_quality",
    "inflate_errors",
    "inflation_warning",
    "measure",
    "trace_margins",
]
