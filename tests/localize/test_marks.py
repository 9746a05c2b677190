"""The knees marked by eye: two passes, made without sight of each other or of any reading, say the same.

`full_fields.csv` and `strips.csv` hold the first pass, the other tables the second. Rows and columns are
those of the film; a plateau ends at the edge of the bone without osteophytes. `side_by`: a legible letter
beside the knee, the order of two knees on a film, or the fibula. `discs.csv`: bright discs beside the leg
(coins or balls).
"""

import csv
from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent
CLOSE: Final = 0.07  # of the plateau's width
PASSES: Final = [
    ("full_fields.csv", "full_fields_second_pass.csv"),
    ("strips.csv", "strips_second_pass.csv"),
]
PLACE: Final = ("joint_row", "plateau_from_column", "plateau_to_column")
Mark = dict[str, str]


def marks(table: str) -> dict[tuple[str, str], Mark]:
    with (HERE / table).open(encoding="utf-8", newline="") as file:
        return {(row["image"], row["side"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize(("first", "second"), PASSES)
def test_both_passes_found_the_same_knees_at_the_same_places(first: str, second: str) -> None:
    one, other = marks(first), marks(second)
    assert one.keys() == other.keys()
    for knee, mark in one.items():
        width = int(mark["plateau_to_column"]) - int(mark["plateau_from_column"])
        assert width > 0
        for column in PLACE:
            assert abs(int(mark[column]) - int(other[knee][column])) <= CLOSE * width, (knee, column)


def test_both_passes_read_the_same_letters_and_the_same_metal() -> None:
    one, other = (marks(table) for table in PASSES[0])
    for knee, mark in one.items():
        for column in ("side_by", "letter", "implant"):
            assert mark[column] == other[knee][column], (knee, column)
