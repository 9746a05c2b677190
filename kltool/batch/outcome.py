"""The outcome of one image: its rows, and what identifies the image."""

from dataclasses import dataclass, field

from kltool.errors import UsageError
from kltool.tables.columns import Row
from kltool.values.reading import Unread


@dataclass(frozen=True, slots=True)
class Outcome:
    """rows: one a knee, or one with the reason why there is none; without `path` and the manifest's columns.

    status: of the image; each knee has its own in its row. instance_uid: DICOM's SOP Instance UID.
    """

    status: str
    rows: tuple[Row, ...]
    instance_uid: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def input_sha256(self) -> str:
        """Of the file; empty where it could not be opened."""
        return str(self.rows[0].get("input_sha256") or "")

    @property
    def pixels_sha256(self) -> str:
        """Of the film; empty where none could be made of the file."""
        return str(self.rows[0].get("pixels_sha256") or "")


def unread_outcome(unread: Unread, common: Row) -> Outcome:
    """Of an image that gave no reading. common: columns and values that every row has."""
    row: Row = {"status": str(unread.status), "code": unread.code, "reason": unread.reason, **common}
    return Outcome(str(unread.status), (row,))


def too_long_outcome(name: str, most: int) -> Outcome:
    """In the place of rows that no ledger takes. most: characters that were allowed."""
    error = UsageError(
        f"rows of more than {most} characters were found, short texts and numbers were expected of one "
        "image; look at the texts in its header"
    )
    return unread_outcome(Unread.from_error(name, error), {})
