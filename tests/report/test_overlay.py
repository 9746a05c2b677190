"""The picture shows the knee as the film hangs, its margins, and nothing but the reading."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kltool.errors import UsageError
from kltool.localize.canonical import cut, turned
from kltool.report import overlay
from kltool.report.overlay import SIZE, draw, write_overlay
from kltool.values.findings import Compartment, KneeReading, NotMeasured, Reading
from kltool.values.image import Side

ReadSample = Callable[..., Reading]
RIGHT, LEFT = "knee_right_normal.dcm", "knee_left_moderate.dcm"


def columns_of(picture: npt.NDArray[np.uint8], colour: tuple[int, int, int]) -> npt.NDArray[np.int_]:
    """The columns, within the picture of the knee, of every pixel of exactly this colour."""
    return np.nonzero((picture[:, :SIZE] == colour).all(axis=2))[1]


def only(knee: KneeReading, compartment: Compartment) -> KneeReading:
    """The reading as if the other compartment had not been measured."""
    space = knee.joint_space
    absent = NotMeasured("for this test")
    empty = replace(
        space.of(compartment),
        minimum=absent,
        at=dict.fromkeys(space.of(compartment).at, absent),
        margins=absent,
    )
    if compartment is Compartment.MEDIAL:
        return replace(knee, joint_space=replace(space, lateral=empty))
    return replace(knee, joint_space=replace(space, medial=empty))


@pytest.mark.parametrize("name", [RIGHT, LEFT])
def test_the_knee_and_both_margins_are_seen(name: str, read_sample: ReadSample) -> None:
    picture = draw(read_sample(name).knees[0])
    assert picture.dtype == np.uint8
    assert picture.shape[0] == SIZE
    assert picture[:, :SIZE].std() > 20
    for colour in (overlay.FEMUR, overlay.TIBIA, overlay.MINIMUM):
        columns = columns_of(picture, colour)
        assert len(columns) > 50
        assert columns.min() < SIZE / 2 < columns.max()


@pytest.mark.parametrize("name", [RIGHT, LEFT])
@pytest.mark.parametrize("compartment", list(Compartment))
def test_a_compartment_is_drawn_on_its_side_of_the_film_as_it_hangs(
    name: str, compartment: Compartment, read_sample: ReadSample
) -> None:
    """The patient's right is on the viewer's left, so a right knee's lateral side is on the left."""
    knee = read_sample(name).knees[0]
    columns = columns_of(draw(only(knee, compartment)), overlay.FEMUR)
    on_the_left = (compartment is Compartment.LATERAL) == (knee.side is Side.RIGHT)
    assert len(columns) > 20
    assert (columns < SIZE / 2).all() == on_the_left
    assert (columns > SIZE / 2).all() != on_the_left


@pytest.mark.parametrize("name", [RIGHT, LEFT])
def test_the_film_is_shown_as_it_hangs_and_not_mirrored(name: str, read_sample: ReadSample) -> None:
    knee = read_sample(name).knees[0]
    placement = knee.knee.placement
    one_hand = cut(turned(knee.knee.film.pixels, placement.mirrored), placement, SIZE)
    hung = one_hand[:, ::-1] if knee.side is Side.LEFT else one_hand
    shown = draw(knee)[:, :SIZE].mean(axis=2)
    as_it_hangs = np.corrcoef(shown.ravel(), hung.ravel())[0, 1]
    in_the_mirror = np.corrcoef(shown.ravel(), hung[:, ::-1].ravel())[0, 1]
    assert as_it_hangs > 0.9
    assert as_it_hangs > in_the_mirror + 0.05


def test_a_left_knee_and_its_mirror_make_mirrored_pictures(read_sample: ReadSample) -> None:
    knee = read_sample(LEFT).knees[0]
    as_right = replace(knee, knee=replace(knee.knee, side=Side.RIGHT))
    left, right = (draw(reading)[:, :SIZE] for reading in (knee, as_right))
    difference = np.abs(left[:, ::-1].astype(float) - right)
    assert np.median(difference) <= 1.0


def test_a_knee_without_grade_or_margins_is_drawn_all_the_same(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    bare = only(only(replace(knee, grade=NotMeasured("no grade")), Compartment.MEDIAL), Compartment.LATERAL)
    picture = draw(bare)
    assert picture[:, :SIZE].std() > 20
    assert not len(columns_of(picture, overlay.FEMUR))


def test_the_picture_is_a_png_of_what_was_drawn(read_sample: ReadSample, tmp_path: Path) -> None:
    knee = read_sample(RIGHT).knees[0]
    write_overlay(knee, tmp_path / "knee.png")
    written = cv2.imread(str(tmp_path / "knee.png"), cv2.IMREAD_UNCHANGED)
    assert written is not None
    assert (written == draw(knee)).all()


def test_a_folder_that_is_gone_is_named(read_sample: ReadSample, tmp_path: Path) -> None:
    file = tmp_path / "gone" / "knee.png"
    with pytest.raises(UsageError) as refused:
        write_overlay(read_sample(RIGHT).knees[0], file)
    assert str(refused.value) == (
        f"{file} cannot be written (No such file or directory); choose another --overlay folder"
    )
