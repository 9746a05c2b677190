from .files import writable
from .record import (
    change_record,
    knee_record,
    provenance_record,
    reading_record,
    timeline_record,
    unread_record,
)

__all__ = [
    "change_record",
    "knee_record",
    "provenance_record",
    "reading_record",
    "timeline_record",
    "unread_record",
    "writable",
]
