"""What became of one image: its rows, and what tells it from others."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kltool.report.record import error_record
from kltool.tables.columns import FAILED, Row
from kltool.typing import Record


@dataclass(frozen=True, slots=True)
class Outcome:
    """rows: one a knee, or one that says why there is none; by heading, without path and manifest's cells.

    status: of the image; that of each knee stands in its row. instance_uid: DICOM's own name of the image.
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


def unread(code: str, reason: str, made: Mapping[str, str], status: str = FAILED) -> Outcome:
    """An image that gave no reading. made: headings and values that every row has."""
    return Outcome(status, ({"status": status, "code": code, "reason": reason, **made},))


def failed(error: Exception, made: Mapping[str, str]) -> Outcome:
    """An image that was refused, or at which something went wrong."""
    record: Record = error_record("", error, {})
    return unread(record["code"], record["reason"], made, record["status"])
