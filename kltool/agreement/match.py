"""Raters' rows to Ratings: which rows are of the same knee, which participant it is of, what is excluded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np

from kltool.agreement.joins import joins_of
from kltool.agreement.parse import without_codes
from kltool.agreement.raters import ROW, Key, RaterRows, exclude, exclude_unread, raters_of, repeat_readings
from kltool.agreement.ratings import PROBABILITIES, Exclusion, Rater, Ratings, Source, have_common_knees
from kltool.agreement.units import refuse_other_units
from kltool.errors import UsageError
from kltool.tables.columns import KL, PATH, SIDE, SUBJECT, VISIT, is_sd
from kltool.tables.headings import known_name
from kltool.tables.oai import from_oai
from kltool.tables.read import KNOWN, Table, read_table
from kltool.typing import Indices
from kltool.values.length import NotMeasured

MOST_REASONS: Final = 3  # listed for one column


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """How the rows of the tables are matched.

    Attributes
    ----------
    repeat : bool
        Whether the one table holds several readings of each knee.
    on : tuple of str
        The columns by which rows are matched; if empty, the key columns that all raters have.
    reference : str or None
        The name of the reference; if None, the last rater, or, of repeats, the first reading.
    missing : tuple of str
        Codes that stand for a missing grade or width, as "99".
    """

    repeat: bool = False
    on: tuple[str, ...] = ()
    reference: str | None = None
    missing: tuple[str, ...] = ()


DEFAULT: Final = MatchOptions()


def ratings_of(paths: Sequence[str | PathLike[str]], options: MatchOptions = DEFAULT) -> Ratings:
    """Match the rows of tables by knee.

    Parameters
    ----------
    paths : sequence of str or path
        CSV or Parquet tables with the columns of ``docs/table.md``, or the headings of the OAI. Each is a
        rater, or each name in its column ``reader`` is; a single table with ``given_kl`` has two raters.
    options : MatchOptions, optional
        How rows are matched, and who is the reference.

    Returns
    -------
    Ratings
        The knees that at least two raters have, and what was excluded with its reason.

    Raises
    ------
    UsageError
        Where the tables do not hold two raters of the same knees.

    Examples
    --------
    >>> text = "subject,side,reader,kl\\n1,right,A,2\\n1,right,B,3\\n"
    >>> _ = Path("readers.csv").write_text(text, encoding="utf-8")
    >>> [rater.name for rater in ratings_of(["readers.csv"]).raters]
    ['A', 'B']
    """
    if isinstance(paths, str | PathLike):
        raise UsageError(f"{paths} found; a sequence of tables expected, as [{str(paths)!r}]")
    tables = [without_codes(read_table(Path(path)), options.missing) for path in paths]
    _refuse_different_visits(tables)
    on = tuple(_column_named(name, tables) for name in options.on)
    exclusions: list[Exclusion] = []
    if options.repeat:
        rows, keys = repeat_readings(tables, on, exclusions)
    else:
        rows = raters_of(tables, on)
        keys = keys_of(rows, on)
    reference = _reference([rater.name for rater in rows], options)
    row_of = [_row_of(rater, keys, exclusions) for rater in rows]
    matched = _matched(rows, row_of, exclusions, f"matched by {_listed(keys)}", _advice(tables, keys))
    participant_ids, unknown = _participant_ids(matched)
    ratings = Ratings(
        tuple(Rater(rater.name, rater.columns) for rater in matched),
        reference,
        participant_ids,
        unknown,
        keys,
        tuple(Source(table.file, table.sha256, table.rows) for table in tables),
        (*exclusions, *_empty_cells(matched)),
        options.repeat,
        joins_of(tables, rows, row_of),
    )
    _require_common_measure(ratings)
    refuse_other_units(ratings)
    return ratings


def _column_named(name: str, tables: Sequence[Table]) -> str:
    """A name of --on as the tables have it, or by the name that it was read by: "Side" is "side"."""
    return name if any(name in table.columns for table in tables) else known_name(from_oai(name), KNOWN)


def _refuse_different_visits(tables: Sequence[Table]) -> None:
    """Raises UsageError where the headings of the OAI say that two tables are of different visits."""
    by_visit = {
        visit: (heading, table.file) for table in tables for visit, heading in table.oai_visits.items()
    }
    if len(by_visit) > 1:
        found = " and ".join(f"{heading} in {file}" for heading, file in by_visit.values())
        raise UsageError(
            f"headings of different visits found ({found}), one visit expected; give tables of one visit or, "
            "if these visits are meant to be compared, rename the headings to those without a visit (XRKL)"
        )


def keys_of(raters: Sequence[RaterRows], on: Key) -> Key:
    """The columns by which rows are matched: those of `on`, else those that all raters have."""
    shared = [key for key in (ROW, SUBJECT, VISIT, SIDE, PATH) if all(rater.has(key) for rater in raters)]
    if ROW in shared:
        return (ROW,)
    if on:
        for rater in raters:
            _require_columns(rater, on)
        return on
    if SUBJECT in shared:
        return tuple(key for key in shared if key != PATH)
    if PATH in shared:
        return tuple(key for key in (PATH, SIDE) if key in shared)
    found = "; ".join(
        f"{rater.name}: {_listed([key for key in rater.keys if rater.has(key)])}" for rater in raters
    )
    raise UsageError(
        f"no column found by which to match the rows ({found}); expected subject, or path, in every table, "
        "or columns that all tables have, named with --on"
    )


def _require_columns(rater: RaterRows, on: Key) -> None:
    missing = [column for column in on if not rater.has(column)]
    if missing:
        raise UsageError(
            f"--on {','.join(on)}: {rater.name} has no column {missing[0]!r}, or an empty one; expected "
            "columns that all tables have"
        )


def _matched(
    raters: Sequence[RaterRows],
    row_of: Sequence[Mapping[Key, int]],
    exclusions: list[Exclusion],
    how: str,
    advice: str,
) -> list[RaterRows]:
    """Every rater's rows in the same order of knees, of those knees that at least two raters have.

    row_of: of each rater, the row of each knee. how, advice: for the message where there are none.
    """
    raters_per_knee = Counter(key for rows in row_of for key in rows)
    knees = sorted(key for key, count in raters_per_knee.items() if count > 1)
    for rater, rows in zip(raters, row_of, strict=True):
        alone = sum(raters_per_knee[key] == 1 for key in rows)
        exclude(exclusions, rater.name, alone, "no other rater has this knee")
    if not knees or _are_apart(raters, row_of):
        counts = ", ".join(f"{len(rows)} of {rater.name}" for rater, rows in zip(raters, row_of, strict=True))
        raise UsageError(
            f"no common knee found, {how}: {counts}; expected the same values in these columns for the same "
            f"knee: {advice}"
        )
    for rater, rows in zip(raters, row_of, strict=True):
        exclude(exclusions, rater.name, sum(knee not in rows for knee in knees), "no row for this knee")
    return [
        rater.take([rows.get(knee, -1) for knee in knees]) for rater, rows in zip(raters, row_of, strict=True)
    ]


def _are_apart(raters: Sequence[RaterRows], row_of: Sequence[Mapping[Key, int]]) -> bool:
    """Whether no two of several tables have a knee in common, whatever the readers of one table share."""
    tables_of: dict[Key, set[int]] = {}
    for rater, rows in zip(raters, row_of, strict=True):
        for key in rows:
            tables_of.setdefault(key, set()).add(rater.table)
    return len({rater.table for rater in raters}) > 1 and max(map(len, tables_of.values()), default=0) < 2


def _advice(tables: Sequence[Table], keys: Key) -> str:
    """What to do where no knee is common; of a table of the OAI, whose headings state the visit, that."""
    stated = [(table.file, visit) for table in tables for visit in table.oai_visits]
    if VISIT not in keys or not stated:
        return "compare the tables, or name other columns, as in --on path,side"
    file, visit = stated[0]
    return (
        f"the headings of {file} are those of visit {visit}: write {visit} into the column visit of the "
        "other tables or, if all their films are of that visit, match without it by --on subject,side"
    )


def _row_of(rater: RaterRows, keys: Key, exclusions: list[Exclusion]) -> dict[Key, int]:
    """The row of each knee of a rater. Raises UsageError where a knee has two rows."""
    exclude_unread(exclusions, rater)
    found: dict[Key, int] = {}
    missing: Counter[str] = Counter()
    for row in range(len(rater.places)):
        key = rater.key(row, keys)
        if isinstance(key, NotMeasured):
            missing[key.reason] += 1
        elif key in found:
            raise UsageError(
                f"{rater.places[row]}: the same {_listed(keys)} as in {rater.places[found[key]]} found, one "
                "row a knee and rater expected; name the columns that distinguish the rows, as in "
                "--on path,side, or, if they are repeats, give this table alone with --repeat"
            )
        else:
            found[key] = row
    for reason, count in missing.items():
        exclude(exclusions, rater.name, count, reason)
    return found


def _participant_ids(raters: Sequence[RaterRows]) -> tuple[Indices, int]:
    """The participant of each knee, (n,), by the first rater who states one; number of knees without one."""
    count = len(raters[0].places)
    subjects = [rater.keys[SUBJECT] for rater in raters]
    stated = [next((cells[knee] for cells in subjects if cells[knee]), "") for knee in range(count)]
    distinct = [subject or f"\0{knee}" for knee, subject in enumerate(stated)]
    return np.unique(distinct, return_inverse=True)[1], sum(not subject for subject in stated)


def _empty_cells(raters: Sequence[RaterRows]) -> list[Exclusion]:
    """Matched knees whose row lacks a value in a column that more than one rater has."""
    found: list[Exclusion] = []
    raters_with = Counter(name for rater in raters for name in rater.columns)
    for rater in raters:
        there = np.array([bool(place) for place in rater.places])
        for name in (name for name in rater.columns if raters_with[name] > 1 and not is_sd(name)):
            empty = np.flatnonzero(there & ~rater.columns[name].known)
            exclude(found, rater.name, len(empty), _why_empty(rater, name, empty))
    return found


def _why_empty(rater: RaterRows, name: str, rows: Indices) -> str:
    """That a column is empty, with the most frequent reasons that the table gives."""
    shown = f"{PROBABILITIES}0 to {PROBABILITIES}4" if name == PROBABILITIES else name
    cells = [rater.reasons[name][row] for row in rows] if name in rater.reasons else []
    reasons = Counter(filter(None, cells))
    listed = dict(reasons.most_common(MOST_REASONS))
    others = reasons.total() - sum(listed.values())
    if others:
        listed["other reasons"] = others
    return f"{shown} is empty" + "".join(f"; {reason} ({count})" for reason, count in listed.items())


def _reference(names: Sequence[str], options: MatchOptions) -> str:
    if len(names) < 2:
        raise UsageError(
            "one rater found, at least two expected: give a second table, or one with a column reader or "
            "given_kl, or, if the table holds repeats, add --repeat"
        )
    if options.reference is None:
        return names[0] if options.repeat else names[-1]
    if options.reference not in names:
        raise UsageError(f"--reference {options.reference!r} found; one of {_listed(names)} expected")
    return options.reference


def _require_common_measure(ratings: Ratings) -> None:
    """Raises UsageError where no rater has a measure in common with the reference."""
    reference = next(rater for rater in ratings.raters if rater.name == ratings.reference)
    for rater in ratings.raters:
        measures = (KL, *rater.widths)
        if rater is not reference and any(have_common_knees((rater, reference), name) for name in measures):
            return
    raise UsageError(
        f"no column found in which {ratings.reference} and another rater have values for the same knees; "
        "expected kl, or a width (a column ending in _mm) with the same name in both"
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
