"""Knee to JointSpace: margins at full resolution, the widths between them, how far to trust them."""

from kltool.jointspace.error import ErrorSettings, widened, widening
from kltool.jointspace.margins import TraceSettings, trace_margins
from kltool.jointspace.measure import WidthSettings, measure
from kltool.jointspace.quality import Doubts, judge

__all__ = [
    "Doubts",
    "ErrorSettings",
    "TraceSettings",
    "WidthSettings",
    "judge",
    "measure",
    "trace_margins",
    "widened",
    "widening",
]
