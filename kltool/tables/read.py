"""A file, CSV or Parquet, to the words in its cells, and where each row stands."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kltool.errors import InstallationError, UsageError
from kltool.tables.manifest import delimiter_of
from kltool.tables.oai import ours

ABSENT: Final = {"", "na", "nan", "."}  # as spreadsheets, R, Python and SAS write it
PARQUET: Final = b"PAR1"


@dataclass(frozen=True, slots=True)
class Table:
    """n rows. name: of the file, without its ending. columns: by heading, (n,) words, empty where absent.

    places: (n,), "readers.csv, line 2" or "readers.parquet, row 1".
    """

    name: str
    file: str
    sha256: str
    columns: Mapping[str, list[str]]
    places: list[str]

    @property
    def rows(self) -> int:
        return len(self.places)

    def has(self, column: str) -> bool:
        """Whether the column is there and not empty."""
        return any(self.columns.get(column, ()))

    def cells(self, column: str) -> list[str]:
        return self.columns.get(column, [""] * self.rows)


def read_table(path: Path) -> Table:
    """Raises UsageError for what cannot be read, a heading that stands twice, a table without rows."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}); a table, CSV or Parquet, expected"
        ) from None
    headings, rows, places = _parquet(data, path) if data.startswith(PARQUET) else _csv(data, path)
    twice = {heading for heading in headings if headings.count(heading) > 1}
    if twice:
        raise UsageError(f"{path}: column {min(twice)!r} found twice, once expected; rename or remove one")
    if not rows:
        raise UsageError(f"{path}: no row found; one knee a line expected below the headings")
    named = [ours(heading) for heading in headings]
    if len(set(named)) < len(named):  # of several visits: what is whose the table alone says
        named = headings
    columns = {heading: list(cells) for heading, cells in zip(named, zip(*rows, strict=True), strict=True)}
    return Table(path.stem, path.name, hashlib.sha256(data).hexdigest(), columns, places)


Rows = tuple[list[str], list[list[str]], list[str]]


def _csv(data: bytes, path: Path) -> Rows:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is neither Parquet nor UTF-8 text; a CSV saved as UTF-8 expected") from None
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text.split("\n", 1)[0]))
    try:
        headings = [heading.strip() for heading in next(lines, [])]
        rows, places = [], []
        for cells in lines:
            place = f"{path.name}, line {lines.line_num}"
            if len(cells) > len(headings):
                raise UsageError(
                    f"{place}: {len(cells)} cells found, {len(headings)} expected by the headings; put cells "
                    "that hold a comma in quotation marks"
                )
            if cells:
                rows.append([_word(cell) for cell in cells] + [""] * (len(headings) - len(cells)))
                places.append(place)
    except csv.Error as error:
        raise UsageError(f"{path.name}, line {lines.line_num}: not a CSV ({error}); save it anew") from None
    return headings, rows, places


def _parquet(data: bytes, path: Path) -> Rows:
    try:
        from pyarrow import ArrowException, BufferReader, parquet  # late: docs/ARCHITECTURE.md
    except ImportError:
        raise InstallationError("pyarrow, which reads Parquet, is missing; reinstall kltool") from None
    try:
        table = parquet.read_table(BufferReader(data))
    except (ArrowException, OSError) as error:
        raise UsageError(
            f"{path} is no Parquet that can be read ({type(error).__name__}); write it anew"
        ) from None
    columns = [[_word(value) for value in column.to_pylist()] for column in table.columns]
    rows = [list(cells) for cells in zip(*columns, strict=True)]
    places = [f"{path.name}, row {number}" for number in range(1, table.num_rows + 1)]
    return [str(name) for name in table.column_names], rows, places


def _word(value: Any) -> str:
    """A cell as text; nothing where it says that there is nothing."""
    word = "" if value is None else str(value).strip()
    return "" if word.lower() in ABSENT else word
