"""The picture shows the knee as the film hangs, its margins, and nothing but the reading."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kltool.errors import UsageError
from kltool.geometry.window import square_window
from kltool.localize.crop import sample_crop
from kltool.report import overlay
from kltool.report.chart import CHART
from kltool.report.overlay import SIZE, draw, write_overlay
from kltool.report.panel import BADGE, PANEL
from kltool.values.knee import right_knee_orientation
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading, Margins, PlateauMargins, Quality, Reading

ReadSample = Callable[..., Reading]
RIGHT, LEFT = "knee_right_normal.dcm", "knee_left_moderate.dcm"


def columns_of(picture: npt.NDArray[np.uint8], colour: tuple[int, int, int]) -> npt.NDArray[np.int_]:
    """The columns, within the picture of the knee, of every pixel of exactly this colour."""
    return np.nonzero((picture[:SIZE, :SIZE] == colour).all(axis=2))[1]


def only(knee: KneeReading, compartment: Compartment) -> KneeReading:
    """The reading as if the other compartment had not been measured."""
    space = knee.joint_space
    absent = NotMeasured("for this test")
    empty = replace(
        space.of(compartment),
        minimum=absent,
        fixed_widths=dict.fromkeys(space.of(compartment).fixed_widths, absent),
        mean=absent,
        area=absent,
        margins=absent,
    )
    if compartment is Compartment.MEDIAL:
        return replace(knee, joint_space=replace(space, lateral=empty))
    return replace(knee, joint_space=replace(space, medial=empty))


@pytest.mark.parametrize("name", [RIGHT, LEFT])
def test_the_knee_and_both_margins_are_seen(name: str, read_sample: ReadSample) -> None:
    picture = draw(read_sample(name).knees[0])
    assert picture.dtype == np.uint8
    assert picture.shape == (SIZE + CHART, SIZE + PANEL, 3)
    assert picture[:SIZE, :SIZE].std() > 20
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
    one_hand = sample_crop(
        right_knee_orientation(knee.knee.film.pixels, placement.mirrored), placement, square_window(SIZE)
    )
    hung = one_hand[:, ::-1] if knee.side is Side.LEFT else one_hand
    shown = draw(knee)[:SIZE, :SIZE].mean(axis=2)
    as_it_hangs = np.corrcoef(shown.ravel(), hung.ravel())[0, 1]
    in_the_mirror = np.corrcoef(shown.ravel(), hung[:, ::-1].ravel())[0, 1]
    assert as_it_hangs > 0.9
    assert as_it_hangs > in_the_mirror + 0.05


def test_a_left_knee_and_its_mirror_make_mirrored_pictures(read_sample: ReadSample) -> None:
    knee = read_sample(LEFT).knees[0]
    as_right = replace(knee, knee=replace(knee.knee, side=Side.RIGHT))
    left, right = (draw(reading)[:SIZE, :SIZE] for reading in (knee, as_right))
    difference = np.abs(left[:, ::-1].astype(float) - right)
    assert np.median(difference) <= 1.0


def test_the_end_of_a_margin_that_is_too_unsure_is_not_drawn(read_sample: ReadSample) -> None:
    knee = only(read_sample(RIGHT).knees[0], Compartment.LATERAL)
    space = knee.joint_space
    margins = space.lateral.margins
    assert isinstance(margins, Margins)
    half = len(margins.femur) // 2  # lateral, on the left of a right knee, is where margins begin
    for unsure, shown in ((slice(half), True), (slice(None), False)):
        sd = margins.femur_sd.copy()
        sd[unsure] = 0.1 * space.tibial_width_px
        doubtful = replace(space.lateral, margins=replace(margins, femur_sd=sd))
        columns = columns_of(draw(replace(knee, joint_space=replace(space, lateral=doubtful))), overlay.FEMUR)
        assert bool(len(columns)) == shown
        if shown:
            middle = overlay._placing(knee)(margins.femur[half : half + 1])[0, 1]
            assert columns.min() > middle - 4


def test_a_knee_without_grade_or_margins_is_drawn_all_the_same(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    bare = only(only(replace(knee, grade=NotMeasured("no grade")), Compartment.MEDIAL), Compartment.LATERAL)
    picture = draw(bare)
    assert picture[:SIZE, :SIZE].std() > 20
    assert not len(columns_of(picture, overlay.FEMUR))


def in_the_joint(knee: KneeReading) -> npt.NDArray[np.bool_]:
    """(SIZE, SIZE): between the margins of either compartment."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    place = overlay._placing(knee)
    for compartment in Compartment:
        margins = knee.joint_space.of(compartment).margins
        assert isinstance(margins, Margins)
        outline = np.vstack([place(margins.femur), place(margins.tibia)[::-1]])
        cv2.fillPoly(mask, [np.round(outline[:, ::-1]).astype(np.int32)], 1)
    return mask > 0


@pytest.mark.parametrize("name", [RIGHT, LEFT, "knee_right_severe.dcm"])
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
    with_words = draw(knee)[:SIZE, :SIZE]
    for kind in ("label", "write_centred"):
        monkeypatch.setattr(overlay, kind, lambda *_: None)
    without = draw(knee)[:SIZE, :SIZE]
    covered = (with_words != without).any(axis=2)
    assert covered.sum() > 1000
    assert not (covered & joint).any()


def test_the_band_about_a_margin_is_as_wide_as_its_95_per_cent(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    medial = knee.joint_space.medial
    assert isinstance(medial.margins, Margins)
    sure, unsure = (
        replace(medial, margins=replace(medial.margins, femur_sd=np.full(len(medial.margins.femur), sd)))
        for sd in (0.0, 3.0)
    )
    pictures = [draw(replace(knee, joint_space=replace(knee.joint_space, medial=m))) for m in (sure, unsure)]
    changed = (pictures[0] != pictures[1]).any(axis=2)[:SIZE, :SIZE]
    heights = changed.sum(axis=0)
    tall = np.median(heights[heights > 0])  # a slope makes a band taller than it is wide
    scale = 0.76 * SIZE / knee.joint_space.tibial_width_px
    assert tall == pytest.approx(2 * 1.96 * 3.0 * scale, abs=4)


def test_rims_are_drawn_where_they_are(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    medial = knee.joint_space.medial.margins
    assert isinstance(medial, Margins)
    rims = PlateauMargins(medial.tibia + np.array([5.0, 0.0]), medial.tibia + np.array([12.0, 0.0]))
    with_rims = replace(knee, joint_space=replace(knee.joint_space, plateau_margins=rims))
    without = replace(
        knee, joint_space=replace(knee.joint_space, plateau_margins=NotMeasured("for this test"))
    )
    rows, columns = np.nonzero((draw(with_rims) != draw(without)).any(axis=2)[:SIZE, :SIZE])
    place = overlay._placing(knee)
    upper, lower = place(rims.upper), place(rims.lower)
    assert upper[:, 0].min() - 3 <= rows.min() <= rows.max() <= lower[:, 0].max() + 3
    assert columns.min() >= upper[:, 1].min() - 3
    assert columns.max() <= upper[:, 1].max() + 3


def test_bone_on_bone_is_a_ring_about_the_place(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    minimum = knee.joint_space.medial.minimum
    assert isinstance(minimum, Width)
    touching = replace(minimum, px=0.0, percent=0.0, mm=0.0, line=(minimum.line[0], minimum.line[0]))
    medial = replace(knee.joint_space.medial, minimum=touching)
    picture = draw(replace(knee, joint_space=replace(knee.joint_space, medial=medial)))
    ((row, column),) = np.round(overlay._placing(knee)(np.array([minimum.line[0]]))).astype(int)
    around = picture[row - 9 : row + 10, column - 9 : column + 10]
    assert (around == overlay.MINIMUM).all(axis=2).sum() > 20


@pytest.mark.parametrize("quality", list(Quality))
def test_the_badge_has_the_colour_of_the_quality(quality: Quality, read_sample: ReadSample) -> None:
    knee = replace(read_sample(RIGHT).knees[0], quality=quality)
    panel = draw(knee)[:, SIZE:]
    assert (panel == BADGE[quality]).all(axis=2).sum() > 500
    others = set(Quality) - {quality}
    assert not any((panel == BADGE[other]).all(axis=2).sum() > 500 for other in others)


def test_warnings_beyond_the_room_of_the_panel_are_counted(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    many = replace(knee, warnings=tuple(f"warning number {n} in some words" for n in range(80)))
    few = replace(knee, warnings=many.warnings[:3])
    foot = (slice(-120, None), slice(SIZE, None))
    assert (draw(many)[foot] == draw(few)[foot]).all()


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
