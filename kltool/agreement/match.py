"""Raters' rows to Ratings: which rows are of the same knee, whose knee it is, and what is left out."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from kltool.agreement.raters import PATH, ROW, SIDE, SUBJECT, VISIT, Key, Rows, Wanted, raters_of, readings_of
from kltool.agreement.ratings import (
    KL,
    PROBABILITIES,
    LeftOut,
    Rater,
    Ratings,
    Source,
    is_stated_error,
    share,
)
from kltool.errors import UsageError
from kltool.tables.read import read_table
from kltool.typing import Indices
from kltool.values.length import NotMeasured

MOST_REASONS: Final = 3  # told of one column


def ratings_of(paths: Sequence[Path], wanted: Wanted) -> Ratings:
    """Raises UsageError where the tables do not make two raters of the same knees."""
    tables = [read_table(path) for path in paths]
    left_out: list[LeftOut] = []
    if wanted.repeat:
        rows, keys = readings_of(tables, wanted.on, left_out)
    else:
        rows = raters_of(tables, wanted.on)
        keys = keys_of(rows, wanted.on)
    reference = _reference([one.name for one in rows], wanted)
    matched = _matched(rows, keys, left_out)
    people, unnamed = _people(matched)
    ratings = Ratings(
        tuple(Rater(one.name, one.columns) for one in matched),
        reference,
        people,
        unnamed,
        keys,
        tuple(Source(table.file, table.sha256, table.rows) for table in tables),
        (*left_out, *_empty_cells(matched)),
        wanted.repeat,
    )
    _ask_for_a_measure(ratings)
    return ratings


def keys_of(raters: Sequence[Rows], on: Key) -> Key:
    """The columns by which rows are matched: those asked for, or those that all raters have."""
    shared = [key for key in (ROW, SUBJECT, VISIT, SIDE, PATH) if all(rater.has(key) for rater in raters)]
    if ROW in shared:
        return (ROW,)
    if on:
        for rater in raters:
            _ask_for_columns(rater, on)
        return on
    if SUBJECT in shared:
        return tuple(key for key in shared if key != PATH)
    if PATH in shared:
        return tuple(key for key in (PATH, SIDE) if key in shared)
    found = "; ".join(
        f"{rater.name}: {_listed([key for key in rater.keys if rater.has(key)])}" for rater in raters
    )
    raise UsageError(
        f"no column found by which to match the rows ({found}); subject, or path, in every table expected, "
        "or columns that all of them have, named with --on"
    )


def _ask_for_columns(rater: Rows, on: Key) -> None:
    missing = [column for column in on if not rater.has(column)]
    if missing:
        raise UsageError(
            f"--on {','.join(on)}: {rater.name} has no column {missing[0]!r}, or an empty one; columns that "
            "all tables have expected"
        )


def _matched(raters: Sequence[Rows], keys: Key, left_out: list[LeftOut]) -> list[Rows]:
    """Every rater's rows in one order of knees, those that two raters or more have; what is not is told."""
    row_of = [_row_of(rater, keys, left_out) for rater in raters]
    having = Counter(key for rows in row_of for key in rows)
    knees = sorted(key for key, count in having.items() if count > 1)
    for rater, rows in zip(raters, row_of, strict=True):
        alone = sum(having[key] == 1 for key in rows)
        _note(left_out, rater.name, alone, "no other rater has this knee")
    if not knees:
        counts = ", ".join(f"{len(rows)} of {rater.name}" for rater, rows in zip(raters, row_of, strict=True))
        raise UsageError(
            f"no knee in common found, by {_listed(keys)}: {counts}; expected rows that name knees in the "
            "same words: compare how the tables write these columns, or name others, as in --on path,side"
        )
    for rater, rows in zip(raters, row_of, strict=True):
        _note(left_out, rater.name, sum(knee not in rows for knee in knees), "no row of this knee")
    return [
        rater.at([rows.get(knee, -1) for knee in knees]) for rater, rows in zip(raters, row_of, strict=True)
    ]


def _row_of(rater: Rows, keys: Key, left_out: list[LeftOut]) -> dict[Key, int]:
    """The row of each knee that a rater names. Raises UsageError where one is named twice."""
    for status, count in rater.unread.items():
        _note(left_out, rater.name, count, f"status {status}: not read")
    found: dict[Key, int] = {}
    lacking: Counter[str] = Counter()
    for row in range(len(rater.places)):
        key = rater.key(row, keys)
        if isinstance(key, NotMeasured):
            lacking[key.reason] += 1
        elif key in found:
            raise UsageError(
                f"{rater.places[row]}: the same {_listed(keys)} as in {rater.places[found[key]]} found, once "
                "a rater expected; say which columns tell the rows apart, as in --on path,side, or, if they "
                "are repeats, name this table alone with --repeat"
            )
        else:
            found[key] = row
    for reason, count in lacking.items():
        _note(left_out, rater.name, count, reason)
    return found


def _people(raters: Sequence[Rows]) -> tuple[Indices, int]:
    """Whose each knee is, (n,), by the first rater who says so; and of how many nobody says it."""
    count = len(raters[0].places)
    said = [rater.keys[SUBJECT] for rater in raters]
    named = [next((words[knee] for words in said if words[knee]), "") for knee in range(count)]
    told_apart = [name or f"\0{knee}" for knee, name in enumerate(named)]
    return np.unique(told_apart, return_inverse=True)[1], sum(not name for name in named)


def _empty_cells(raters: Sequence[Rows]) -> list[LeftOut]:
    """Of the matched knees, those whose row lacks a value that more than one rater gives."""
    found: list[LeftOut] = []
    givers = Counter(name for rater in raters for name in rater.columns)
    for rater in raters:
        there = np.array([bool(place) for place in rater.places])
        for name in (name for name in rater.columns if givers[name] > 1 and not is_stated_error(name)):
            empty = np.flatnonzero(there & ~rater.columns[name].known)
            _note(found, rater.name, len(empty), _why_empty(rater, name, empty))
    return found


def _why_empty(rater: Rows, name: str, rows: Indices) -> str:
    """That a column is empty, and the reasons that the table gives most often."""
    shown = f"{PROBABILITIES}0 to {PROBABILITIES}4" if name == PROBABILITIES else name
    words = [rater.reasons[name][row] for row in rows] if name in rater.reasons else []
    reasons = Counter(filter(None, words))
    told = dict(reasons.most_common(MOST_REASONS))
    others = reasons.total() - sum(told.values())
    if others:
        told["other reasons"] = others
    return f"{shown} is empty" + "".join(f"; {reason} ({count})" for reason, count in told.items())


def _reference(names: Sequence[str], wanted: Wanted) -> str:
    if len(names) < 2:
        raise UsageError(
            "one rater found, two at least expected: name a second table, or one with a column reader or "
            "given_kl, or, if the table holds repeats, give --repeat"
        )
    if wanted.reference is None:
        return names[0] if wanted.repeat else names[-1]
    if wanted.reference not in names:
        raise UsageError(f"--reference {wanted.reference!r} found; one of {_listed(names)} expected")
    return wanted.reference


def _ask_for_a_measure(ratings: Ratings) -> None:
    """Raises UsageError where no rater has anything that the reference has, too."""
    reference = next(rater for rater in ratings.raters if rater.name == ratings.reference)
    for rater in ratings.raters:
        if rater is not reference and any(share((rater, reference), name) for name in (KL, *rater.widths)):
            return
    raise UsageError(
        f"no column found that {ratings.reference} and another rater fill for the same knees; kl, or a width "
        "of the same name, which ends in _mm, expected"
    )


def _note(left_out: list[LeftOut], rater: str, count: int, reason: str) -> None:
    if count:
        left_out.append(LeftOut(rater, count, reason))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
