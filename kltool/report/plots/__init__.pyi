from .change import in_register, traced
from .knee import write_overlay
from .timeline import timeline_svg

__all__ = ["in_register", "timeline_svg", "traced", "write_overlay"]
