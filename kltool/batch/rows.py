"""Entries of the ledger as rows of the table: duplicates and conflicts withheld, manifests' columns added."""

from collections.abc import Iterable, Iterator
from typing import Final

from kltool.batch.ledger import Entry
from kltool.tables.columns import DUPLICATE, QUARANTINED, Row

IMAGE_COLUMNS: Final = ("model", "subject", "study_date", "projection", "input_sha256", "pixels_sha256")


def table_rows(entries: Iterable[Entry]) -> Iterator[Row]:
    """In the order of the listing."""
    for entry in entries:
        yield from rows_of(entry)


def rows_of(entry: Entry) -> Iterator[Row]:
    """The rows of one image; of a duplicate and of one in quarantine a single one, without readings."""
    if entry.conflicting:
        reason = "another image has the same SOP Instance UID and other pixels: neither can be identified"
        yield _withheld(entry, QUARANTINED, reason)
    elif entry.is_duplicate:
        yield _withheld(entry, DUPLICATE, f"the same image as {entry.original}")
    else:
        for row in entry.rows:
            yield row | _listed_cells(entry, row)


def _withheld(entry: Entry, status: str, reason: str) -> Row:
    of_image = {name: value for name in IMAGE_COLUMNS if (value := entry.rows[0].get(name))}
    row: Row = {**of_image, "status": status, "code": status, "reason": reason}
    return row | _listed_cells(entry, row)


def _listed_cells(entry: Entry, row: Row) -> Row:
    """Columns that the listing fills; the manifest takes precedence over the file."""
    task = entry.task
    return {
        "path": task.source.name,
        "subject": task.subject or row.get("subject"),
        "visit": task.visit or row.get("study_date"),
        "side": row.get("side") or task.side,
        **task.other_columns,
    }
