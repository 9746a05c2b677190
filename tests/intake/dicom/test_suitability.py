"""What is no frontal radiograph of a knee is refused for what it is, and what may be one passes."""

import re
from typing import Any

import pytest

from kltool.errors import NotARadiograph, Refusal, WrongBodyPart, WrongView
from kltool.intake import ImageSource, load
from tests.intake.films import NAME, as_bytes, data_set, item


def read(**tags: Any) -> object:
    return load(ImageSource.in_memory("film", as_bytes(data_set(**tags))))


def refusal(kind: type[Refusal], **tags: Any) -> str:
    with pytest.raises(kind) as caught:
        read(**tags)
    assert "Doe" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("modality", "name"),
    [
        ("CT", "a CT image"),
        ("MR", "an MR image"),
        ("US", "an ultrasound image"),
        ("PT", "a PET image"),
        ("NM", "a nuclear medicine image"),
        ("MG", "a mammogram"),
        (NAME, "an image of another modality"),
    ],
)
def test_other_modalities_are_named(modality: str, name: str) -> None:
    assert refusal(NotARadiograph, Modality=modality) == (
        f"{name} was found, a radiograph (CR, DX or its secondary capture) was expected; "
        "give the radiograph of the knee"
    )


@pytest.mark.parametrize("modality", ["CR", "DX", "OT", "RG", "SC", ""])
def test_radiographs_pass(modality: str) -> None:
    read(Modality=modality)


def test_another_class_is_refused_whatever_its_modality_says() -> None:
    message = refusal(NotARadiograph, SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1")
    assert message.startswith("a DICOM object of the class Encapsulated PDF Storage was found")


def test_an_object_without_pixels_is_refused() -> None:
    assert refusal(NotARadiograph, PixelData=None).startswith("a DICOM object without pixels was found")


def test_several_frames_are_refused() -> None:
    assert refusal(NotARadiograph, NumberOfFrames=3) == (
        "3 frames were found, a single image was expected; export the frame to be read"
    )


@pytest.mark.parametrize(("rows", "columns"), [(63, 400), (400, 63), (1, 1)])
def test_a_thumbnail_is_too_small(rows: int, columns: int) -> None:
    assert refusal(NotARadiograph, Rows=rows, Columns=columns).startswith("too small: ")


def test_an_absurd_size_is_refused_before_it_is_decoded() -> None:
    assert refusal(NotARadiograph, Rows=20_001, Columns=200).startswith("too large: 200 x 20001 pixels")
    assert refusal(NotARadiograph, Rows=20_000, Columns=20_000).startswith("too large: ")


@pytest.mark.parametrize(
    "part",
    ["CHEST", "HAND", "HIP", "CSPINE", "SPINE", "FOOT", "PELVIS", "SKULL", "SHOULDER", "Upper Extremity"],
)
def test_another_part_of_the_body_is_refused(part: str) -> None:
    found = part.upper().replace(" ", "")
    assert refusal(WrongBodyPart, BodyPartExamined=part) == (
        f"body part {found} was found in the tags, KNEE was expected; if it is a knee all the same, "
        "correct the body part of the image"
    )


@pytest.mark.parametrize(
    "part",
    ["KNEE", "LKNEE", "BOTH KNEES", "LEG", "LOWER LIMB", "EXTREMITY", "LOWER EXTREMITY", "Knie", "ZZZ", ""],
)
def test_knees_legs_and_unknown_parts_pass(part: str) -> None:
    read(BodyPartExamined=part)


def test_an_absent_part_passes_unless_a_description_names_another() -> None:
    read(BodyPartExamined=None)
    read(BodyPartExamined=None, StudyDescription="Hip and knee")
    assert "CHEST" in refusal(WrongBodyPart, BodyPartExamined=None, SeriesDescription="Chest PA Doe")


@pytest.mark.parametrize(
    "position", ["LL", "RL", "LAT", "Lateral", "AXIAL", "SKYLINE", "SUNRISE", "LLO", "RAO"]
)
def test_other_views_are_refused_by_their_position(position: str) -> None:
    assert f"view position {position.upper()}" in refusal(WrongView, ViewPosition=position)


@pytest.mark.parametrize(
    ("description", "view"),
    [
        ("KNEE LATERAL", "a lateral view (description of the series: LATERAL)"),
        ("Left knee lat Doe", "a lateral view (description of the series: LAT)"),
        ("Knie seitlich", "a lateral view (description of the series: SEITLICH)"),
        ("Genou de profil", "a lateral view (description of the series: PROFIL)"),
        ("Patella skyline", "a skyline view of the patella (description of the series: SKYLINE)"),
        ("MERCHANT VIEW", "a skyline view of the patella (description of the series: MERCHANT)"),
        ("PATELLA AXIALE", "a skyline view of the patella (description of the series: AXIALE)"),
    ],
)
def test_other_views_are_refused_by_their_description(description: str, view: str) -> None:
    assert refusal(WrongView, SeriesDescription=description) == (
        f"{view} was found, a frontal view (AP or PA) was expected: the joint space is not shown; "
        "give the frontal radiograph, or correct the view if it is one"
    )
    refusal(WrongView, ProtocolName=description)


def test_other_views_are_refused_by_their_code() -> None:
    code = item(CodeValue="R-10236", CodingSchemeDesignator="SRT", CodeMeaning="left lateral")
    assert "view code: LATERAL" in refusal(WrongView, ViewPosition=None, ViewCodeSequence=[code])


def test_rows_that_run_to_the_front_are_a_lateral_view_unless_a_view_is_stated() -> None:
    assert "rows run between" in refusal(WrongView, ViewPosition=None, PatientOrientation=["A", "F"])
    read(ViewPosition="PA", PatientOrientation=["A", "F"])


@pytest.mark.parametrize(
    "description", ["KNEE AP", "Knees bilateral PA flexion", "AP/LAT", "Rosenberg", "Knie a.p.", "Genou face"]
)
def test_frontal_views_pass(description: str) -> None:
    read(SeriesDescription=description)


def test_messages_say_what_was_found_what_was_expected_and_what_to_do() -> None:
    for tags in ({"Modality": "CT"}, {"BodyPartExamined": "HAND"}, {"ViewPosition": "LL"}):
        with pytest.raises(Refusal) as caught:
            read(**tags)
        assert re.search(r"found.*expected.*; ", str(caught.value))
