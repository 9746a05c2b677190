"""Knee to JointSpace: margins at full resolution, and the widths between them."""

from kltool.jointspace.margins import TraceSettings, trace_margins
from kltool.jointspace.measure import measure

__all__ = ["TraceSettings", "measure", "trace_margins"]
