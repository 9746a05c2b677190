from .agreement import write_agreement
from .batch import summary_page
from .change import change_page, write_change_page
from .timeline import timeline_page, write_timeline_page

__all__ = [
    "change_page",
    "summary_page",
    "timeline_page",
    "write_agreement",
    "write_change_page",
    "write_timeline_page",
]
