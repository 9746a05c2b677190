"""The letters of the 86 full fields, as they were marked by eye."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kltool.training.data.full_fields import is_for_training


@dataclass(frozen=True, slots=True)
class MarkedLetter:
    """A letter of a film. centre: (row, column), pixels."""

    film: Path
    name: str
    centre: tuple[float, float]


def marked_letters(data: Path, marks: Path, training: bool) -> list[MarkedLetter]:
    """Of the films of one share. marks: the table."""
    return [
        MarkedLetter(
            data / "full_field" / row["image"],
            row["letter"],
            (float(row["letter_row"]), float(row["letter_column"])),
        )
        for row in _rows(marks, training)
        if row["letter"]
    ]


def films_without_letters(data: Path, marks: Path, training: bool) -> list[Path]:
    """Films of one share on which no letter is marked."""
    rows = list(_rows(marks, training))
    lettered = {row["image"] for row in rows if row["letter"]}
    return [data / "full_field" / name for name in sorted({row["image"] for row in rows} - lettered)]


def _rows(marks: Path, training: bool) -> Iterator[dict[str, str]]:
    with marks.open(encoding="utf-8", newline="") as file:
        yield from (row for row in csv.DictReader(file) if is_for_training(row["image"]) is training)
