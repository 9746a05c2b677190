from .detect import FinderSettings
from .knees import LocalizedKnees, find_knees
from .sides import SideSettings
from .sphere.calibrate import SphereSettings

__all__ = [
    "FinderSettings",
    "LocalizedKnees",
    "SideSettings",
    "SphereSettings",
    "find_knees",
]
