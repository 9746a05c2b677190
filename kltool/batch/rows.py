"""The ledger's entries as rows of the table: repeats and clashes withheld, manifests' words added."""

from collections.abc import Iterable, Iterator
from typing import Final

from kltool.batch.ledger import Entry
from kltool.tables.columns import DUPLICATE, QUARANTINED, Row

OF_THE_IMAGE: Final = ("model", "subject", "study_date", "projection", "input_sha256", "pixels_sha256")


def rows_of_all(entries: Iterable[Entry]) -> Iterator[Row]:
    """In the order of the listing."""
    for entry in entries:
        yield from rows_of(entry)


def rows_of(entry: Entry) -> Iterator[Row]:
    """The rows of one image. Of a duplicate and of one in quarantine there is one, without readings."""
    if entry.clashes:
        reason = "another image has the same SOP Instance UID and other pixels: nobody knows which is which"
        yield _withheld(entry, QUARANTINED, reason)
    elif entry.repeats:
        yield _withheld(entry, DUPLICATE, f"the same image as {entry.first}")
    else:
        for row in entry.rows:
            yield row | _named(entry, row)


def _withheld(entry: Entry, status: str, reason: str) -> Row:
    of_image = {name: value for name in OF_THE_IMAGE if (value := entry.rows[0].get(name))}
    row: Row = {**of_image, "status": status, "code": status, "reason": reason}
    return row | _named(entry, row)


def _named(entry: Entry, row: Row) -> Row:
    """What the listing says of an image: the manifest's word goes before the file's."""
    task = entry.task
    return {
        "path": task.source.name,
        "subject": task.subject or row.get("subject"),
        "visit": task.visit or row.get("study_date"),
        "side": row.get("side") or task.side,
        **task.carried,
    }
