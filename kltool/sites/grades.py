"""One grade for each knee: what a table of kltool's with a reader's grades must not have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kltool.errors import UsageError
from kltool.tables.columns import GIVEN_KL, KL_PROBABILITIES, OK, PATH, READER, SIDE, STATUS
from kltool.tables.read import Table
from kltool.values.radiograph import SideSource

IMAGE: Final = "input_sha256"  # the column
SOURCE: Final = "side_source"  # the column
SEPARATE: Final = (
    "give the table of the batch without it, and the readers' grades as a table of their own with path (or "
    "subject, visit), side, reader and kl"
)


@dataclass(frozen=True, slots=True)
class _Row:
    """place: in the table. image: by which it is known. stated: whether the manifest states the side."""

    place: str
    image: str
    side: str
    stated: bool


def require_one_grade_each(tables: Sequence[Table]) -> None:
    """Raises UsageError where several rows of readings, with grades of a reader, are of one knee.

    Such rows would count a knee twice; and a grade of a film of both knees, without its side, would count
    for both.
    """
    for table in tables:
        if all(table.has(column) for column in KL_PROBABILITIES):
            _refuse_readers(table)
            _refuse_repeats(_graded_rows(table))


def _refuse_readers(table: Table) -> None:
    if table.has(READER):
        raise UsageError(
            f"{table.file}: a column reader found beside the readings of kltool, none expected; {SEPARATE}"
        )


def _graded_rows(table: Table) -> Iterable[_Row]:
    """Those that were read and have a grade by a reader."""
    images = table.cells(IMAGE if table.has(IMAGE) else PATH)
    columns = (table.cells(name) for name in (GIVEN_KL, STATUS, SIDE, SOURCE))
    for place, image, given, status, side, source in zip(table.places, images, *columns, strict=True):
        if image and given and status in ("", OK):
            yield _Row(place, image, side, source == SideSource.USER)


def _refuse_repeats(rows: Iterable[_Row]) -> None:
    seen: dict[str, list[_Row]] = {}
    for row in rows:
        for other in seen.setdefault(row.image, []):
            if row.side == other.side:
                raise UsageError(
                    f"{row.place}: a grade of the same knee as in {other.place} found, one expected; where "
                    f"several readers graded it, {SEPARATE}"
                )
            if not (row.stated or other.stated):
                raise UsageError(
                    f"{row.place}: the same film as in {other.place} found, whose one grade cannot be that "
                    "of both knees; give each knee a row of the manifest, with its side and kl"
                )
        seen[row.image].append(row)
