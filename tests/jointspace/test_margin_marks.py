"""The margins marked by eye on full fields: two passes say the same, and none is of the training share."""

import csv
from pathlib import Path

import numpy as np

from kltool.training.data.full_fields import is_for_training

HERE = Path(__file__).parent
NAMES = ("full_field_margins.csv", "full_field_margins_second_pass.csv")
TIBIA_MM = 76.0


def marks(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def differences(margin: str) -> np.ndarray:
    """Of both passes, mm."""
    pairs = [
        (float(one[margin]) - float(other[margin])) / float(one["plateau_width"]) * TIBIA_MM
        for one, other in zip(*map(marks, NAMES), strict=True)
        if one[margin] and other[margin]
    ]
    return np.array(pairs)


def test_thirty_knees_of_the_testing_share_are_marked_at_six_places() -> None:
    first, second = map(marks, NAMES)
    place = ("image", "side", "half", "column")
    assert [tuple(row[name] for name in place) for row in first] == [
        tuple(row[name] for name in place) for row in second
    ]
    assert len({(row["image"], row["side"]) for row in first}) == 30
    assert len(first) == 180
    assert not any(is_for_training(row["image"]) for row in first)


def test_both_passes_agree_far_better_than_the_errors_they_are_to_show() -> None:
    femur, tibia = differences("femur_row"), differences("tibia_row")
    assert len(femur) == 180
    assert len(tibia) >= 175
    assert np.percentile(np.abs(femur), 95) < 0.2
    assert np.percentile(np.abs(tibia), 95) < 0.5
    assert (np.abs(tibia) > 1.0).sum() <= 3


def test_no_tibia_lies_above_its_femur() -> None:
    for name in NAMES:
        for row in marks(name):
            assert not row["tibia_row"] or float(row["tibia_row"]) >= float(row["femur_row"])
