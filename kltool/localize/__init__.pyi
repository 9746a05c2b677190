from .detect import FinderSettings
from .knees import LocalizedKnees, find_knees
from .sphere.calibrate import SphereSettings

__all__ = [
    "FinderSettings",
    "LocalizedKnees",
    "SphereSettings",
    "find_knees",
]
