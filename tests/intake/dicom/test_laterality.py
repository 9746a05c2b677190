"""The side of a film is what its tags agree on."""

from pathlib import Path
from typing import Any

import pytest

from kltool.intake import ImageSource, load
from kltool.values.radiograph import Radiograph, Side, SideSource
from tests.intake.films import as_bytes, data_set, grey8, png


def read(side: Side | None = None, **tags: Any) -> Radiograph:
    return load(ImageSource.in_memory("film", as_bytes(data_set(**tags))), side=side)


@pytest.mark.parametrize(
    ("tags", "side"),
    [
        ({"ImageLaterality": "L"}, Side.LEFT),
        ({"ImageLaterality": "R"}, Side.RIGHT),
        ({"Laterality": "R"}, Side.RIGHT),
        ({"SeriesDescription": "LT KNEE AP"}, Side.LEFT),
        ({"SeriesDescription": "right knee"}, Side.RIGHT),
        ({"SeriesDescription": "R KNEE"}, Side.RIGHT),
        ({"SeriesDescription": "KNEE_L"}, Side.LEFT),
        ({"ProtocolName": "Knie links"}, Side.LEFT),
        ({"ProtocolName": "Knie a.p. re."}, Side.RIGHT),
        ({"StudyDescription": "Genou droit"}, Side.RIGHT),
        ({"StudyDescription": "Radio du genou gauche, l'articulation"}, Side.LEFT),
        ({"BodyPartExamined": "LKNEE"}, Side.LEFT),
        ({"ImageLaterality": "L", "StudyDescription": "XR KNEES BILATERAL"}, Side.LEFT),
        ({"ImageLaterality": "L", "Laterality": "L", "SeriesDescription": "left"}, Side.LEFT),
    ],
)
def test_tags_that_agree_give_the_side(tags: dict[str, Any], side: Side) -> None:
    film = read(**tags)
    assert (film.side, film.side_source, film.notes) == (side, SideSource.TAG, ())


@pytest.mark.parametrize("tags", [{}, {"StudyDescription": "r/o arthritis"}, {"ImageLaterality": "U"}])
def test_no_tag_of_a_side_is_no_side(tags: dict[str, Any]) -> None:
    film = read(**tags)
    assert (film.side, film.side_source, film.notes) == (None, SideSource.UNKNOWN, ())


@pytest.mark.parametrize(
    ("tags", "evidence"),
    [
        ({"ImageLaterality": "B"}, "ImageLaterality"),
        ({"SeriesDescription": "Knees bilateral standing AP"}, "SeriesDescription"),
        ({"SeriesDescription": "BOTH KNEES"}, "SeriesDescription"),
        ({"SeriesDescription": "R+L KNEE"}, "SeriesDescription"),
        ({"StudyDescription": "Knie beidseits"}, "StudyDescription"),
    ],
)
def test_both_knees_have_no_side_and_a_note(tags: dict[str, Any], evidence: str) -> None:
    film = read(**tags)
    assert film.side is None
    assert film.notes == (f"both knees by the tags: {evidence} = both",)


def test_tags_that_contradict_each_other_give_no_side() -> None:
    film = read(ImageLaterality="L", SeriesDescription="Doe RIGHT KNEE")
    assert (film.side, film.side_source) == (None, SideSource.UNKNOWN)
    assert film.notes == (
        "side unknown, the tags contradict each other: ImageLaterality = left, SeriesDescription = right",
    )


def test_a_film_stored_mirrored_is_noted() -> None:
    assert read(PatientOrientation=["R", "F"]).notes == (
        "stored mirrored by PatientOrientation: the patient's right is on the viewer's right",
    )
    assert read(PatientOrientation=["L", "F"]).notes == ()


def test_the_name_of_a_file_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "9000099L_left_knee.png"
    path.write_bytes(png(grey8()))
    assert load(path).side is None
