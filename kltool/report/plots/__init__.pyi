from .timeline import timeline_svg

__all__ = ["timeline_svg"]
