from .change import registered_films, traced
from .knee import write_overlay
from .timeline import timeline_svg

__all__ = ["registered_films", "timeline_svg", "traced", "write_overlay"]
