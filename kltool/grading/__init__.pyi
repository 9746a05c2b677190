from .classify import grade
from .site import SiteSettings
from .site_file import read_site, require_grader
from .widening import WideningSettings

__all__ = [
    "SiteSettings",
    "WideningSettings",
    "grade",
    "read_site",
    "require_grader",
]
