"""Tables to raters: their names, and the rows that each of them read."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kltool.agreement.parse import columns_of, given_of, reasons_of
from kltool.agreement.ratings import Column, Exclusion
from kltool.errors import UsageError
from kltool.tables.columns import CODE, GIVEN_KL, OK, PATH, READER, SIDE, STATUS, SUBJECT, VISIT
from kltool.tables.oai import visit_of
from kltool.tables.read import Table
from kltool.tables.words import NO_SIDE, SIDE_WORDS, is_no_side, side, whole
from kltool.typing import Indices
from kltool.values.length import NotMeasured

ROW: Final = "row of the table"  # the key of raters who share rows
READ: Final = ("", OK)  # values of the column status
MAY_BE_EMPTY: Final = (VISIT,)  # of the keys: all rows without a visit count as one visit
KLTOOL_NAME, GIVEN_NAME = "kltool", "given"

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaterRows:
    """m rows that one rater read; lists and columns are (m,).

    places: "readers.csv, line 2"; empty where the rater has no row. keys: by column, the cells normalised so
    that equal values are equal strings. reasons: by column, why a row has no value, if the table states it.
    unread: the number of rows that were not read, by their status. table: its number, from 0.
    """

    name: str
    places: list[str]
    keys: Mapping[str, list[str]]
    columns: Mapping[str, Column]
    reasons: Mapping[str, list[str]]
    unread: Mapping[str, int]
    table: int = 0

    def has(self, column: str) -> bool:
        return any(self.keys.get(column, ()))

    def key(self, row: int, names: Key) -> Key | NotMeasured:
        """The values by which a row is matched, or which of them is missing."""
        values = tuple(self.keys[name][row] for name in names)
        for name, value in zip(names, values, strict=True):
            if not value and name not in MAY_BE_EMPTY:
                return NotMeasured(f"{name} is empty")
            if name == SIDE and is_no_side(value):
                return NotMeasured(f"{name} is unknown")
        return values

    def take(self, rows: Sequence[int]) -> "RaterRows":
        """These rows in this order; -1 is an empty row."""
        chosen = np.array(rows, np.intp)
        return replace(
            self,
            places=_cells_at(self.places, rows),
            keys={name: _cells_at(cells, rows) for name, cells in self.keys.items()},
            columns={name: column.take(chosen) for name, column in self.columns.items()},
            reasons={name: _cells_at(cells, rows) for name, cells in self.reasons.items()},
        )


def raters_of(tables: Sequence[Table], on: Key) -> list[RaterRows]:
    """One rater for each table, or for each name in its column reader.

    A single table with given_kl and without reader has two raters, "kltool" and "given".
    """
    if len(tables) == 1 and tables[0].has(GIVEN_KL) and not tables[0].has(READER):
        return _kltool_and_given(tables[0])
    raters = [
        replace(rater, table=number) for number, table in enumerate(tables) for rater in _by_reader(table, on)
    ]
    return _with_unique_names(raters)


def repeat_readings(
    tables: Sequence[Table], on: Key, exclusions: list[Exclusion]
) -> tuple[list[RaterRows], Key]:
    """The first, second, ... reading of every knee of one table, in order of path; and the key columns."""
    if len(tables) != 1 or len(set(tables[0].cells(READER))) > 1:
        raise UsageError(
            "--repeat: tables of several readers found; expected one table by one reader with several "
            "readings of each knee: keep the rows of one reader"
        )
    rows = _rows(tables[0], on)
    keys = on or tuple(key for key in (SUBJECT, VISIT, SIDE) if rows.has(key))
    if not all(rows.has(key) for key in keys) or (SUBJECT not in keys and not on):
        raise UsageError(
            f"--repeat: no column {', '.join(on) or SUBJECT} found, or an empty one; expected columns that "
            "identify the knee, or others named with --on"
        )
    groups = _groups(rows, keys, exclusions)
    repeated = [group for group in groups if len(group) > 1]
    if not repeated:
        raise UsageError(
            f"--repeat: no {', '.join(keys)} found twice in {rows.name}; several films of each knee expected"
        )
    exclude(exclusions, rows.name, len(groups) - len(repeated), "read only once")
    readings = range(max(len(group) for group in repeated))
    chosen = [[group[number] for group in repeated if number < len(group)] for number in readings]
    exclude_unread(exclusions, rows)
    return [
        replace(rows.take(at), name=f"reading {number}", unread={}) for number, at in enumerate(chosen, 1)
    ], keys


def _groups(rows: RaterRows, keys: Key, exclusions: list[Exclusion]) -> list[list[int]]:
    """The rows of each knee, in order of path."""
    groups: dict[Key, list[int]] = {}
    missing: Counter[str] = Counter()
    for row in sorted(range(len(rows.places)), key=lambda row: rows.keys[PATH][row]):
        key = rows.key(row, keys)
        if isinstance(key, NotMeasured):
            missing[key.reason] += 1
        else:
            groups.setdefault(key, []).append(row)
    for reason, count in missing.items():
        exclude(exclusions, rows.name, count, reason)
    return list(groups.values())


def exclude_unread(exclusions: list[Exclusion], rows: RaterRows) -> None:
    """Record the rows that were not read, by their status."""
    for status, count in rows.unread.items():
        exclude(exclusions, rows.name, count, f"status {status}: not read")


def exclude(exclusions: list[Exclusion], rater: str, count: int, reason: str) -> None:
    """Record an exclusion, if it concerns any row."""
    if count:
        exclusions.append(Exclusion(rater, count, reason))


def _kltool_and_given(table: Table) -> list[RaterRows]:
    """kltool, which made the table, and the reader of its column given_kl; matched row by row."""
    rows = _rows(table, ())
    shared = replace(rows, keys={**rows.keys, ROW: [f"{row:09}" for row in range(len(rows.places))]})
    given = {name: column.take(_read_rows(table)) for name, column in given_of(table, _read(table)).items()}
    return [
        replace(shared, name=KLTOOL_NAME),
        replace(shared, name=GIVEN_NAME, columns=given, reasons={}, unread={}),
    ]


def _by_reader(table: Table, on: Key) -> Iterator[RaterRows]:
    rows = _rows(table, on)
    if not table.has(READER):
        yield rows
        return
    readers, read = table.cells(READER), _read(table)
    for reader, place in zip(readers, table.places, strict=True):
        if not reader:
            raise UsageError(f"{place}: no reader found; a name expected in the column reader of every row")
    by_row = _cells_at(readers, _read_rows(table))
    names = sorted(set(by_row))
    if table.oai_visits:
        names.sort(key=by_row.count)  # the last may be the reference: the project that read most knees
    for name in names:
        statuses = zip(_statuses(table), readers, read, strict=True)
        unread = Counter(status for status, reader, ok in statuses if not ok and reader == name)
        own = [row for row, reader in enumerate(by_row) if reader == name]
        yield replace(rows.take(own), name=name, unread=unread)


def _rows(table: Table, on: Key) -> RaterRows:
    """The read rows of a table, as those of one rater with the name of the table."""
    read = _read(table)
    rows = _read_rows(table)
    if not len(rows):
        raise UsageError(f"{table.file}: no row with the status ok found, one at least expected")
    unread = Counter(status for status, ok in zip(_statuses(table), read, strict=True) if not ok)
    places = _cells_at(table.places, rows)
    keys = {
        name: [
            _key(name, cell, place)
            for cell, place in zip(_cells_at(table.cells(name), rows), places, strict=True)
        ]
        for name in dict.fromkeys((SUBJECT, VISIT, SIDE, PATH, *on))
    }
    columns = {name: column.take(rows) for name, column in columns_of(table, read).items()}
    reasons = {name: _cells_at(reasons_of(table, name), rows) for name in columns}
    return RaterRows(table.name, places, keys, columns, reasons, unread)


def _statuses(table: Table) -> list[str]:
    """The status of each row and, where the table has it, its code: "refused, no_knee"."""
    return [
        ", ".join(filter(None, cells)) for cells in zip(table.cells(STATUS), table.cells(CODE), strict=True)
    ]


def _read(table: Table) -> list[bool]:
    return [status in READ for status in table.cells(STATUS)]


def _read_rows(table: Table) -> Indices:
    return np.flatnonzero(_read(table))


def _key(name: str, cell: str, place: str) -> str:
    """The cell normalised, so that equal values are equal strings."""
    if name == PATH:
        return cell.replace("\\", "/").removeprefix("./")
    if name == VISIT:
        return visit_of(whole(cell))
    if name != SIDE or not cell:
        return whole(cell)
    if is_no_side(cell):
        return NO_SIDE
    found = side(cell)
    if found is None:
        raise UsageError(f"{place}: an unknown side found; {SIDE_WORDS} expected")
    return str(found)


def _with_unique_names(raters: list[RaterRows]) -> list[RaterRows]:
    """A name that two raters share is numbered from the second on."""
    used: Counter[str] = Counter()
    found = []
    for rater in raters:
        used[rater.name] += 1
        number = used[rater.name]
        found.append(rater if number == 1 else replace(rater, name=f"{rater.name} ({number})"))
    return found


def _cells_at(cells: Sequence[str], rows: Sequence[int] | Indices) -> list[str]:
    return [cells[row] if row >= 0 else "" for row in rows]
