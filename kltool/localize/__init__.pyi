from .detect import FinderSettings
from .knees import LocalizedKnees, find_knees

__all__ = [
    "FinderSettings",
    "LocalizedKnees",
    "find_knees",
]
