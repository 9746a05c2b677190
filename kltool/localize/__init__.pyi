from .detect import THRESHOLD
from .knees import LocalizedKnees, find_knees

__all__ = [
    "THRESHOLD",
    "LocalizedKnees",
    "find_knees",
]
