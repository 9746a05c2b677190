"""A film without a side is read: its mirror image is read as the mirror image, and every output says so."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kltool.errors import SideUnknown
from kltool.intake import load
from kltool.localize import SideSettings
from kltool.reading import DEFAULT, Settings, read
from kltool.report.plots.knee import SIZE, knee_picture
from kltool.tables.cells import knee_cells
from kltool.tables.columns import COLUMNS
from kltool.training.data.oai import crops, side_of
from kltool.values.grade import Grade
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.reading import KneeReading, Reading
from kltool.weights import Models
from tests.messages import absent, holds
from tests.schemas import READING, problems
from tests.unknown_side import NO_ANATOMY, in_the_mirror, like_its_mirror_image, without_a_side

ReadSample = Callable[..., Reading]
SAMPLES = ("knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm")
VALIDATION = Path(__file__).resolve().parents[2] / "shared" / "data" / "oai_kl" / "val"
CROPS = crops(VALIDATION, 10)
MINIMUM = (255, 235, 0)  # yellow


def read_without_side(film: Radiograph, models: Models) -> KneeReading:
    (knee,) = read(without_a_side(film), models, settings=NO_ANATOMY).knees
    assert (knee.side, knee.side_source) == (Side.UNKNOWN, SideSource.UNKNOWN)
    return knee


def grade_of(knee: KneeReading) -> Grade:
    assert isinstance(knee.grade, Grade)
    return knee.grade


def percent(width: Width | NotMeasured) -> float:
    assert isinstance(width, Width)
    return width.percent


def sd_percent(width: Width | NotMeasured) -> float:
    assert isinstance(width, Width)
    return width.sd_percent


def assert_mirrored(knee: KneeReading, other: KneeReading, most_percent: float) -> None:
    """other: of the film in the mirror. most_percent: of the tibial width, between their minima."""
    one, two = knee.joint_space, other.joint_space
    for here, there in ((one.picture_left, two.picture_right), (one.picture_right, two.picture_left)):
        assert isinstance(here, Width) is isinstance(there, Width)
        if isinstance(here, Width):
            assert percent(there) == pytest.approx(here.percent, abs=most_percent)
    assert two.positioning.tilt_deg == pytest.approx(-one.positioning.tilt_deg, abs=0.5)
    assert grade_of(other).expected == pytest.approx(grade_of(knee).expected, abs=0.1)
    assert other.quality is knee.quality


@pytest.mark.parametrize("name", SAMPLES)
def test_without_a_side_a_film_has_the_minima_and_the_grade_that_it_has_with_it(
    name: str, samples: Path, models: Models, read_sample: ReadSample
) -> None:
    known = read_sample(name).knees[0]
    knee = read_without_side(load(samples / name), models)
    left, right = (knee.joint_space.picture_left, knee.joint_space.picture_right)
    medial, lateral = (left, right) if known.side is Side.LEFT else (right, left)
    for found, expected in (
        (medial, known.joint_space.medial.minimum),
        (lateral, known.joint_space.lateral.minimum),
    ):
        assert percent(found) == percent(expected)
        assert sd_percent(found) == pytest.approx(sd_percent(expected), rel=0.3)
    assert grade_of(knee).probabilities == pytest.approx(grade_of(known).probabilities, abs=0.01)
    assert grade_of(knee).prediction_set == grade_of(known).prediction_set
    assert knee.quality is known.quality
    assert absent(knee.joint_space.medial.minimum, "the side is unknown")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_film_in_the_mirror_gives_the_reading_in_the_mirror(
    name: str, samples: Path, models: Models
) -> None:
    film = load(samples / name)
    knee, other = (read_without_side(one, models) for one in (film, in_the_mirror(film)))
    assert_mirrored(knee, other, most_percent=0.1)
    attribution = np.array(grade_of(knee).attribution)
    assert np.allclose(grade_of(other).attribution, attribution, atol=0.2 * np.abs(attribution).max())


@pytest.mark.skipif(not CROPS, reason=f"no {VALIDATION}")
@pytest.mark.parametrize("path", CROPS, ids=lambda path: path.stem)
def test_a_crop_of_a_person_is_read_alike_with_its_side_without_and_in_the_mirror(
    path: Path, models: Models
) -> None:
    film = load(path, side=side_of(path))
    (known,) = read(film, models).knees
    knee, other = (read_without_side(one, models) for one in (film, in_the_mirror(film)))
    assert_mirrored(knee, other, most_percent=0.4)
    assert grade_of(knee).expected == pytest.approx(grade_of(known).expected, abs=0.02)
    minima = {percent(known.joint_space.of(one).minimum) for one in Compartment}
    assert {percent(minimum) for minimum in knee.joint_space.minima.values()} == minima


@pytest.fixture
def symmetric(samples: Path, models: Models) -> Reading:
    """Of a film whose side neither tags nor anatomy state, by the settings as they are."""
    return read(like_its_mirror_image(load(samples / SAMPLES[0])), models)


def test_the_record_keeps_to_the_schema_which_ties_the_side_to_the_widths(symmetric: Reading) -> None:
    record = symmetric.to_dict()
    assert problems(READING, record) == []
    (knee,) = record["knees"]
    space = knee["joint_space"]
    assert (knee["side"], knee["side_source"]) == ("unknown", "unknown")
    assert space["picture_left"]["minimum_mm"] > 0
    assert "side is unknown" in space["medial"]["at_mm"]["0.250"]["not_measured"]
    assert "side is unknown" in knee["positioning"]["rotation_deg"]["not_measured"]
    for altered in (
        {**knee, "side": "right"},
        {**knee, "side_source": "anatomy"},
        {**knee, "joint_space": {**space, "medial": space["picture_left"]}},
        {**knee, "expected_error": {**knee["expected_error"], "compartment": "medial"}},
    ):
        assert problems(READING, {**record, "knees": [altered]})


def test_a_knee_of_known_side_says_that_the_picture_has_no_minima(read_sample: ReadSample) -> None:
    (knee,) = read_sample(SAMPLES[0]).to_dict()["knees"]
    for one in ("picture_left", "picture_right"):
        reasons = {value["not_measured"] for value in knee["joint_space"][one].values()}
        assert reasons == {"the side is known: see medial and lateral"}


def test_the_row_has_the_minima_in_columns_of_their_own(symmetric: Reading) -> None:
    (knee,) = symmetric.to_dict()["knees"]
    row = knee_cells(knee)
    assert set(row) <= set(COLUMNS)
    for side in ("left", "right"):
        record, stem = knee["joint_space"][f"picture_{side}"], f"picture_{side}_mjsw"
        for unit in ("mm", "px", "percent"):
            assert row[f"{stem}_{unit}"] == record[f"minimum_{unit}"]
            assert row[f"{stem}_sd_{unit}"] == record[f"minimum_sd_{unit}"]
        assert row[f"{stem}_reason"] is None
    assert row["side"] == "unknown"
    assert row["medial_mjsw_mm"] is None
    assert "side is unknown" in str(row["medial_mjsw_reason"])


def test_it_shows_itself_by_the_minima_of_the_picture(symmetric: Reading) -> None:
    (knee,) = symmetric.knees
    for text in (repr(knee), symmetric._repr_html_()):
        assert holds(text, "unknown", "picture left", "picture right")
        assert not holds(text, "lateral minimum")


@pytest.mark.parametrize("turned", [False, True])
def test_the_picture_shows_the_film_as_it_hangs_with_both_minima_where_they_are(
    turned: bool, samples: Path, models: Models
) -> None:
    """The severe knee is narrow medially, on the right of its film, and on the left of its mirror image."""
    film = load(samples / SAMPLES[2])
    knee = read_without_side(in_the_mirror(film) if turned else film, models)
    picture = knee_picture(knee)
    yellow = (picture[:SIZE, :SIZE] == MINIMUM).all(axis=2)
    lines = yellow[: 2 * SIZE // 3]  # above the labels
    narrow, wide = lines[:, SIZE // 2 :].any(axis=1).sum(), lines[:, : SIZE // 2].any(axis=1).sum()
    assert (narrow < wide) is not turned
    assert yellow[:, : SIZE // 2].any()
    assert yellow[:, SIZE // 2 :].any()


def test_where_a_side_is_required_it_is_refused_and_the_setting_is_in_the_provenance(
    samples: Path, models: Models, symmetric: Reading
) -> None:
    film = like_its_mirror_image(load(samples / SAMPLES[0]))
    required = replace(DEFAULT, sides=SideSettings(required=True))
    with pytest.raises(SideUnknown):
        read(film, models, settings=required)
    assert symmetric.produced_by.settings["sides.required"] == "False"
    assert required.to_dict()["sides.required"] == "True"
    assert Settings().to_dict()["sides.least_probability"] == 0.95


def test_a_required_side_that_is_known_changes_nothing(models: Models, samples: Path) -> None:
    film = load(samples / SAMPLES[0])
    required: Any = replace(DEFAULT, sides=SideSettings(required=True))
    one, other = read(film, models), read(film, models, settings=required)
    assert [knee.grade for knee in one.knees] == [knee.grade for knee in other.knees]
    assert [knee.joint_space for knee in one.knees] == [knee.joint_space for knee in other.knees]
