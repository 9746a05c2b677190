from .change import compare
from .error import REPOSITIONING_MM, ErrorModel
from .timeline import timelines

__all__ = ["REPOSITIONING_MM", "ErrorModel", "compare", "timelines"]
