from .classify import grade
from .familiarity import familiarity_warnings
from .site import SiteSettings
from .site_file import read_site, require_grader
from .widening import WideningSettings

__all__ = [
    "SiteSettings",
    "WideningSettings",
    "familiarity_warnings",
    "grade",
    "read_site",
    "require_grader",
]
