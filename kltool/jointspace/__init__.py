"""Knee to JointSpace: margins at full resolution, the widths between them, how far to trust them."""

from kltool.jointspace.margins import TraceSettings, trace_margins
from kltool.jointspace.measure import WidthSettings, measure
from kltool.jointspace.quality import judge

__all__ = ["TraceSettings", "WidthSettings", "judge", "measure", "trace_margins"]
