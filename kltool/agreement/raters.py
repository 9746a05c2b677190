"""Tables to raters: who rated, and the rows that each of them read."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kltool.agreement.parse import GIVEN, columns_of, given_of, reasons_of
from kltool.agreement.ratings import Column, LeftOut
from kltool.errors import UsageError
from kltool.tables.read import Table
from kltool.typing import Indices
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Side

SUBJECT, VISIT, SIDE, PATH = "subject", "visit", "side", "path"
READER, STATUS, CODE = "reader", "status", "code"
ROW: Final = "row of the table"  # the key of raters who share rows
READ: Final = ("", "ok")  # of the column status
MAY_BE_EMPTY: Final = (VISIT,)  # of the keys: all rows without a visit are of the same one
JUDGED_BY_DEFAULT, GIVEN_NAME = "kltool", "given"
SIDES: Final[Mapping[str, Side]] = {
    **dict.fromkeys(("right", "r", "1"), Side.RIGHT),  # 1 and 2 as in the Osteoarthritis Initiative
    **dict.fromkeys(("left", "l", "2"), Side.LEFT),
}

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user says of the tables.

    repeat: one table holds knees more than once. on: the columns by which rows are matched; without, the keys
    that all raters have. reference: the rater whom the others are held against; without, the last one, or, of
    repeats, the first reading.
    """

    repeat: bool = False
    on: tuple[str, ...] = ()
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """m rows of one rater that were read; lists and columns are (m,).

    places: "readers.csv, line 2"; empty where the rater has no row. keys: by column, words that are equal
    where they mean the same. reasons: by column, why a row has no value, as far as the table says. unread:
    how many rows were not read, by their status.
    """

    name: str
    places: list[str]
    keys: Mapping[str, list[str]]
    columns: Mapping[str, Column]
    reasons: Mapping[str, list[str]]
    unread: Mapping[str, int]

    def has(self, column: str) -> bool:
        return any(self.keys.get(column, ()))

    def key(self, row: int, names: Key) -> Key | NotMeasured:
        """The words by which a row is matched, or which of them is empty."""
        words = tuple(self.keys[name][row] for name in names)
        for name, word in zip(names, words, strict=True):
            if not word and name not in MAY_BE_EMPTY:
                return NotMeasured(f"{name} is empty")
        return words

    def at(self, rows: Sequence[int]) -> "Rows":
        """These rows in this order; -1 is a row with nothing in it."""
        chosen = np.array(rows, np.intp)
        return replace(
            self,
            places=_words_at(self.places, rows),
            keys={name: _words_at(words, rows) for name, words in self.keys.items()},
            columns={name: column.of(chosen) for name, column in self.columns.items()},
            reasons={name: _words_at(words, rows) for name, words in self.reasons.items()},
        )


def raters_of(tables: Sequence[Table], on: Key) -> list[Rows]:
    """One rater a table, or one for each name in its column reader; or kltool and the grades given to it."""
    if len(tables) == 1 and tables[0].has(GIVEN) and not tables[0].has(READER):
        return _with_given(tables[0])
    return _told_apart([rater for table in tables for rater in _by_reader(table, on)])


def readings_of(tables: Sequence[Table], on: Key, left_out: list[LeftOut]) -> tuple[list[Rows], Key]:
    """The first reading of every knee of one table, by path, the second, and so on; and the knees' keys."""
    if len(tables) != 1 or len(set(tables[0].cells(READER))) > 1:
        raise UsageError(
            "--repeat: tables of several readers found; one table by one reader expected, which holds knees "
            "more than once: keep the rows of one of them"
        )
    rows = _rows(tables[0], on)
    keys = on or tuple(key for key in (SUBJECT, VISIT, SIDE) if rows.has(key))
    if not all(rows.has(key) for key in keys) or (SUBJECT not in keys and not on):
        raise UsageError(
            f"--repeat: no column {', '.join(on) or SUBJECT} found, or an empty one; columns that say whose "
            "knee it is expected, or others named with --on"
        )
    groups = _groups(rows, keys, left_out)
    repeated = [group for group in groups if len(group) > 1]
    if not repeated:
        raise UsageError(
            f"--repeat: no {', '.join(keys)} found twice in {rows.name}; several films of a knee expected"
        )
    _note(left_out, rows, len(groups) - len(repeated), "read once only")
    readings = range(max(len(group) for group in repeated))
    chosen = [[group[number] for group in repeated if number < len(group)] for number in readings]
    for status, count in rows.unread.items():
        _note(left_out, rows, count, f"status {status}: not read")
    return [
        replace(rows.at(at), name=f"reading {number}", unread={}) for number, at in enumerate(chosen, 1)
    ], keys


def _groups(rows: Rows, keys: Key, left_out: list[LeftOut]) -> list[list[int]]:
    """The rows of each knee, by path."""
    groups: dict[Key, list[int]] = {}
    lacking: Counter[str] = Counter()
    for row in sorted(range(len(rows.places)), key=lambda row: rows.keys[PATH][row]):
        key = rows.key(row, keys)
        if isinstance(key, NotMeasured):
            lacking[key.reason] += 1
        else:
            groups.setdefault(key, []).append(row)
    for reason, count in lacking.items():
        _note(left_out, rows, count, reason)
    return list(groups.values())


def _note(left_out: list[LeftOut], rows: Rows, count: int, reason: str) -> None:
    if count:
        left_out.append(LeftOut(rows.name, count, reason))


def _with_given(table: Table) -> list[Rows]:
    """kltool, whose table it is, and who gave the grades that it carries: row beside row."""
    rows = _rows(table, ())
    shared = replace(rows, keys={**rows.keys, ROW: [f"{row:09}" for row in range(len(rows.places))]})
    given = {name: column.of(_read_rows(table)) for name, column in given_of(table, _read(table)).items()}
    return [
        replace(shared, name=JUDGED_BY_DEFAULT),
        replace(shared, name=GIVEN_NAME, columns=given, reasons={}, unread={}),
    ]


def _by_reader(table: Table, on: Key) -> Iterator[Rows]:
    rows = _rows(table, on)
    if not table.has(READER):
        yield rows
        return
    readers, read = table.cells(READER), _read(table)
    for reader, place in zip(readers, table.places, strict=True):
        if not reader:
            raise UsageError(f"{place}: no reader found; whose reading it is expected in every row")
    by_row = _words_at(readers, _read_rows(table))
    for name in sorted(set(by_row)):
        statuses = zip(_statuses(table), readers, read, strict=True)
        unread = Counter(word for word, reader, ok in statuses if not ok and reader == name)
        own = [row for row, reader in enumerate(by_row) if reader == name]
        yield replace(rows.at(own), name=name, unread=unread)


def _rows(table: Table, on: Key) -> Rows:
    """The rows of a table that were read, as those of one rater named like the table."""
    read = _read(table)
    rows = _read_rows(table)
    if not len(rows):
        raise UsageError(f"{table.file}: no row with the status ok found, one at least expected")
    unread = Counter(word for word, ok in zip(_statuses(table), read, strict=True) if not ok)
    places = _words_at(table.places, rows)
    keys = {
        name: [
            _key(name, word, place)
            for word, place in zip(_words_at(table.cells(name), rows), places, strict=True)
        ]
        for name in dict.fromkeys((SUBJECT, VISIT, SIDE, PATH, *on))
    }
    columns = {name: column.of(rows) for name, column in columns_of(table, read).items()}
    reasons = {name: _words_at(reasons_of(table, name), rows) for name in columns}
    return Rows(table.name, places, keys, columns, reasons, unread)


def _statuses(table: Table) -> list[str]:
    """The status of each row and, where the table has it, its code: "refused, no_knee"."""
    return [
        ", ".join(filter(None, words)) for words in zip(table.cells(STATUS), table.cells(CODE), strict=True)
    ]


def _read(table: Table) -> list[bool]:
    return [status in READ for status in table.cells(STATUS)]


def _read_rows(table: Table) -> Indices:
    return np.flatnonzero(_read(table))


def _key(name: str, word: str, place: str) -> str:
    """A word such that what means the same is the same word."""
    if name == PATH:
        return word.replace("\\", "/").removeprefix("./")
    plain = re.sub(r"^(\d+)\.0+$", r"\1", word)  # a whole number, after a table with empty cells was saved
    if name != SIDE or not plain:
        return plain
    if plain.lower() not in SIDES:
        raise UsageError(f"{place}: another side found; right, left, R, L, 1 (right) or 2 (left) expected")
    return str(SIDES[plain.lower()])


def _told_apart(raters: list[Rows]) -> list[Rows]:
    """With names of their own: a name that stands for two raters is numbered from the second on."""
    taken: Counter[str] = Counter()
    found = []
    for rater in raters:
        taken[rater.name] += 1
        number = taken[rater.name]
        found.append(rater if number == 1 else replace(rater, name=f"{rater.name} ({number})"))
    return found


def _words_at(words: Sequence[str], rows: Sequence[int] | Indices) -> list[str]:
    return [words[row] if row >= 0 else "" for row in rows]
