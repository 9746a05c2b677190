from .detect import FinderSettings
from .knees import LocalizedKnees, find_knees
from .sides import SideSettings

__all__ = [
    "FinderSettings",
    "LocalizedKnees",
    "SideSettings",
    "find_knees",
]
