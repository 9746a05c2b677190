"""The picture shows the knee as the film hangs, its margins, and nothing but the reading."""

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kltool.errors import UsageError
from kltool.geometry.window import square_window
from kltool.localize.crop import sample_crop
from kltool.report.plots import joint_space, write_overlay
from kltool.report.plots.knee import COLUMNS, ROWS, SIZE, knee_picture
from kltool.values.joint_space import Margins, PlateauMargins
from kltool.values.knee import right_knee_orientation
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading
from tests.report.plots.pictures import (
    FEMUR,
    LEFT,
    MINIMUM,
    RIGHT,
    SEVERE,
    TIBIA,
    ReadSample,
    columns_of,
    place,
    without,
)

OTHER = {Compartment.MEDIAL: Compartment.LATERAL, Compartment.LATERAL: Compartment.MEDIAL}


def location(knee: KneeReading, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """x of each point, (n,)."""
    origin, end = (np.array(one) for one in (knee.joint_space.axis.origin, knee.joint_space.axis.end))
    return np.asarray((points - origin) @ (end - origin) / ((end - origin) ** 2).sum())


@pytest.mark.parametrize("name", [RIGHT, LEFT])
def test_the_knee_and_both_margins_are_seen(name: str, read_sample: ReadSample) -> None:
    picture = knee_picture(read_sample(name).knees[0])
    assert picture.dtype == np.uint8
    assert picture.shape == (ROWS, COLUMNS, 3)
    assert picture[:SIZE, :SIZE].std() > 20
    for colour in (FEMUR, TIBIA, MINIMUM):
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
    columns = columns_of(knee_picture(without(knee, OTHER[compartment])), FEMUR)
    on_the_left = (compartment is Compartment.LATERAL) == (knee.side is Side.RIGHT)
    assert len(columns) > 20
    assert (columns < SIZE / 2).all() == on_the_left
    assert (columns > SIZE / 2).all() != on_the_left


@pytest.mark.parametrize("name", [RIGHT, LEFT])
def test_the_film_is_shown_as_it_hangs_and_not_mirrored(name: str, read_sample: ReadSample) -> None:
    knee = read_sample(name).knees[0]
    placement = knee.knee.placement
    right_knee = sample_crop(
        right_knee_orientation(knee.knee.film.pixels, placement.mirrored), placement, square_window(SIZE)
    )
    hung = right_knee[:, ::-1] if knee.side is Side.LEFT else right_knee
    shown = knee_picture(knee)[:SIZE, :SIZE].mean(axis=2)
    as_it_hangs = np.corrcoef(shown.ravel(), hung.ravel())[0, 1]
    in_the_mirror = np.corrcoef(shown.ravel(), hung[:, ::-1].ravel())[0, 1]
    assert as_it_hangs > 0.9
    assert as_it_hangs > in_the_mirror + 0.05


def test_a_left_knee_and_its_mirror_make_mirrored_pictures(read_sample: ReadSample) -> None:
    knee = read_sample(LEFT).knees[0]
    as_right = replace(knee, knee=replace(knee.knee, side=Side.RIGHT))
    left, right = (knee_picture(reading)[:SIZE, :SIZE] for reading in (knee, as_right))
    difference = np.abs(left[:, ::-1].astype(float) - right)
    assert np.median(difference) <= 1.0


def test_where_nothing_is_drawn_the_film_is_shown_pixel_for_pixel(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    crop = sample_crop(
        right_knee_orientation(knee.knee.film.pixels, knee.knee.placement.mirrored),
        knee.knee.placement,
        square_window(SIZE),
    )
    shown = knee_picture(knee)[: SIZE // 3, :SIZE]  # the femur, above the joint
    assert (shown == shown[:, :, :1]).all()
    order = np.argsort(crop[: SIZE // 3], axis=None, kind="stable")
    assert (np.diff(shown[:, :, 0].ravel()[order].astype(int)) >= 0).all()


def test_a_margin_is_drawn_where_it_was_found(read_sample: ReadSample) -> None:
    knee = without(read_sample(LEFT).knees[0], Compartment.LATERAL)
    margins = knee.joint_space.medial.margins
    assert isinstance(margins, Margins)
    picture = knee_picture(knee)
    for points, sd, colour in (
        (margins.femur, margins.femur_sd, FEMUR),
        (margins.tibia, margins.tibia_sd, TIBIA),
    ):
        x = location(knee, points)
        certain = (sd <= 0.005 * knee.joint_space.tibial_width_px) & (x >= 0.10) & (x <= 0.36)
        assert certain.sum() > 20
        for row, column in np.round(place(knee, points[certain])).astype(int)[2:-2]:
            around = picture[row - 1 : row + 2, column - 1 : column + 2]
            hidden = (around == MINIMUM).all(axis=2).any()  # by the minimum width, drawn above
            assert hidden or (around == colour).all(axis=2).any()


@pytest.mark.parametrize("name", [RIGHT, "bilateral.dcm"])
def test_margins_are_drawn_where_widths_are_measured_and_not_beyond(
    name: str, read_sample: ReadSample
) -> None:
    """Beyond, the side of the condyle or of the plateau is no margin of the joint space."""
    knee = read_sample(name).knees[0]
    margins = knee.joint_space.lateral.margins
    assert isinstance(margins, Margins)
    assert location(knee, margins.femur).max() > 0.92
    picture = knee_picture(without(knee, Compartment.MEDIAL))
    for points, colour in ((margins.femur, FEMUR), (margins.tibia, TIBIA)):
        x = location(knee, points)
        ends = place(knee, points[(x >= 0.64) & (x <= 0.92)])[:, 1]
        columns = columns_of(picture, colour)
        assert (columns.min(), columns.max()) == pytest.approx((ends.min(), ends.max()), abs=4)
    feet = [
        width.line for width in knee.joint_space.lateral.fixed_widths.values() if isinstance(width, Width)
    ]
    x = location(knee, np.concatenate([np.array(line) for line in feet]))
    assert (x.min(), x.max()) == pytest.approx((0.70, 0.90), abs=0.02)


def test_the_end_of_a_margin_that_is_too_uncertain_is_not_drawn(read_sample: ReadSample) -> None:
    knee = without(read_sample(RIGHT).knees[0], Compartment.MEDIAL)
    space = knee.joint_space
    margins = space.lateral.margins
    assert isinstance(margins, Margins)
    half = len(margins.femur) // 2  # lateral, on the left of a right knee, is where margins begin
    for uncertain, shown in ((slice(half), True), (slice(None), False)):
        sd = margins.femur_sd.copy()
        sd[uncertain] = 0.1 * space.tibial_width_px
        lateral = replace(space.lateral, margins=replace(margins, femur_sd=sd))
        columns = columns_of(knee_picture(replace(knee, joint_space=replace(space, lateral=lateral))), FEMUR)
        assert bool(len(columns)) == shown
        if shown:
            middle = place(knee, margins.femur[half : half + 1])[0, 1]
            assert columns.min() > middle - 4


def test_a_knee_without_grade_or_margins_is_drawn_all_the_same(read_sample: ReadSample) -> None:
    knee = replace(read_sample(RIGHT).knees[0], grade=NotMeasured("no grade"))
    bare = without(without(knee, Compartment.MEDIAL), Compartment.LATERAL)
    picture = knee_picture(bare)
    assert picture[:SIZE, :SIZE].std() > 20
    assert not len(columns_of(picture, FEMUR))


def in_the_joint(knee: KneeReading) -> npt.NDArray[np.bool_]:
    """(SIZE, SIZE): between the margins of either compartment."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for compartment in Compartment:
        margins = knee.joint_space.of(compartment).margins
        assert isinstance(margins, Margins)
        outline = place(knee, np.vstack([margins.femur, margins.tibia[::-1]]))
        cv2.fillPoly(mask, [np.round(outline[:, ::-1]).astype(np.int32)], 1)
    return mask > 0


@pytest.mark.parametrize("name", [RIGHT, LEFT, SEVERE])
@pytest.mark.parametrize("missing", [None, *Compartment])
def test_words_never_cover_the_joint(
    name: str, missing: Compartment | None, read_sample: ReadSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    knee = read_sample(name).knees[0]
    joint = in_the_joint(knee)
    if missing is not None:
        absent = NotMeasured("both margins were found for too little of x = 0.13 to 0.32")
        space = replace(knee.joint_space.of(missing), minimum=absent)
        knee = replace(knee, joint_space=replace(knee.joint_space, **{str(missing): space}))
    with_words = knee_picture(knee)[:SIZE, :SIZE]
    for kind in ("_draw_label", "write"):
        monkeypatch.setattr(joint_space, kind, lambda *_, **__: None)
    wordless = knee_picture(knee)[:SIZE, :SIZE]
    covered = (with_words != wordless).any(axis=2)
    assert covered.sum() > 1000
    assert not (covered & joint).any()


def test_the_band_about_a_margin_is_as_wide_as_its_95_per_cent(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    medial = knee.joint_space.medial
    assert isinstance(medial.margins, Margins)
    certain, uncertain = (
        replace(medial, margins=replace(medial.margins, femur_sd=np.full(len(medial.margins.femur), sd)))
        for sd in (0.0, 3.0)
    )
    pictures = [
        knee_picture(replace(knee, joint_space=replace(knee.joint_space, medial=space)))
        for space in (certain, uncertain)
    ]
    changed = (pictures[0] != pictures[1]).any(axis=2)[:SIZE, :SIZE]
    rows = np.arange(SIZE)[:, None]
    lowest, highest = np.where(changed, rows, -1).max(axis=0), np.where(changed, rows, SIZE).min(axis=0)
    tall = np.median((lowest - highest + 1)[lowest >= 0])  # a slope makes a band taller than it is wide
    scale = 0.76 * SIZE / knee.joint_space.tibial_width_px
    assert tall == pytest.approx(2 * 1.96 * 3.0 * scale, abs=4)


def test_the_margins_of_the_plateau_are_drawn_where_they_are(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    medial = knee.joint_space.medial.margins
    assert isinstance(medial, Margins)
    plateau = PlateauMargins(medial.tibia + np.array([5.0, 0.0]), medial.tibia + np.array([12.0, 0.0]))
    with_plateau = replace(knee, joint_space=replace(knee.joint_space, plateau_margins=plateau))
    bare = replace(knee, joint_space=replace(knee.joint_space, plateau_margins=NotMeasured("for this test")))
    changed = (knee_picture(with_plateau) != knee_picture(bare)).any(axis=2)[:SIZE, :SIZE]
    rows, columns = np.nonzero(changed)
    upper, lower = place(knee, plateau.upper), place(knee, plateau.lower)
    assert upper[:, 0].min() - 3 <= rows.min() <= rows.max() <= lower[:, 0].max() + 3
    assert columns.min() >= upper[:, 1].min() - 3
    assert columns.max() <= upper[:, 1].max() + 3


@pytest.mark.parametrize("name", [RIGHT, LEFT])
def test_the_minimum_is_drawn_between_its_ends(name: str, read_sample: ReadSample) -> None:
    knee = read_sample(name).knees[0]
    picture = knee_picture(knee)
    for compartment in Compartment:
        minimum = knee.joint_space.of(compartment).minimum
        assert isinstance(minimum, Width)
        femur, tibia = place(knee, minimum.line)
        for share in (0.05, 0.5, 0.95):
            row, column = np.round(femur + share * (tibia - femur)).astype(int)
            assert tuple(picture[row, column]) == MINIMUM


def test_bone_on_bone_is_a_ring_about_the_place(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    minimum = knee.joint_space.medial.minimum
    assert isinstance(minimum, Width)
    touching = replace(minimum, px=0.0, percent=0.0, mm=0.0, line=(minimum.line[0], minimum.line[0]))
    medial = replace(knee.joint_space.medial, minimum=touching)
    picture = knee_picture(replace(knee, joint_space=replace(knee.joint_space, medial=medial)))
    ((row, column),) = np.round(place(knee, [minimum.line[0]])).astype(int)
    around = picture[row - 9 : row + 10, column - 9 : column + 10]
    assert (around == MINIMUM).all(axis=2).sum() > 20
    assert tuple(picture[row, column]) != MINIMUM


def test_the_picture_is_a_png_of_what_was_drawn(read_sample: ReadSample, tmp_path: Path) -> None:
    knee = read_sample(RIGHT).knees[0]
    write_overlay(knee, tmp_path / "knee.png")
    written = cv2.imread(str(tmp_path / "knee.png"), cv2.IMREAD_UNCHANGED)
    assert written is not None
    assert (written[:, :, ::-1] == knee_picture(knee)).all()


def chunks(png: bytes) -> list[bytes]:
    """The names of a PNG's parts."""
    names, at = [], 8
    while at < len(png):
        names.append(png[at + 4 : at + 8])
        at += 12 + int.from_bytes(png[at : at + 4], "big")
    return names


DRAWN_ELSEWHERE = """
import pickle
from pathlib import Path
from kltool.report.plots import write_overlay
write_overlay(pickle.loads(Path("knee.pickle").read_bytes()), Path("knee.png"))
"""


def test_the_same_reading_is_the_same_file_whatever_the_user_prefers(
    read_sample: ReadSample, tmp_path: Path
) -> None:
    knee = read_sample(RIGHT).knees[0]
    write_overlay(knee, tmp_path / "here.png")
    (tmp_path / "knee.pickle").write_bytes(pickle.dumps(knee))
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 30\nlines.linewidth: 9\ntext.color: red\ntext.usetex: True\n"
        "path.snap: False\nlines.antialiased: False\ntext.hinting: force_autohint\n"
    )
    command = [sys.executable, "-c", DRAWN_ELSEWHERE]
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
    subprocess.run(command, check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path})
    here = (tmp_path / "here.png").read_bytes()
    assert (tmp_path / "knee.png").read_bytes() == here
    assert set(chunks(here)) == {b"IHDR", b"IDAT", b"IEND"}  # no date, no version, no name


def test_a_folder_that_is_gone_is_named(read_sample: ReadSample, tmp_path: Path) -> None:
    file = tmp_path / "gone" / "knee.png"
    with pytest.raises(UsageError) as refused:
        write_overlay(read_sample(RIGHT).knees[0], file)
    assert str(refused.value) == (
        f"{file} cannot be written (No such file or directory); choose another --overlay folder"
    )
