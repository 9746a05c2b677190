"""Subject and date of a visit, and never a name."""

from datetime import date
from typing import Any

import pytest

from kltool.intake import ImageSource, load
from kltool.intake.dicom.dataset import LONGEST_TEXT
from kltool.values.radiograph import Radiograph
from tests.intake.films import NAME, SUBJECT, as_bytes, data_set


def read(**tags: Any) -> Radiograph:
    return load(ImageSource.in_memory("film", as_bytes(data_set(**tags))))


def test_the_subject_is_the_patient_id_and_the_name_is_nowhere() -> None:
    film = read()
    assert film.subject == SUBJECT
    assert NAME not in repr((film.source, film.notes, film.subject))
    assert read(PatientID="").subject is None


@pytest.mark.parametrize(
    ("tags", "day"),
    [
        ({"StudyDate": "20040315", "AcquisitionDate": "20040316"}, date(2004, 3, 15)),
        ({"StudyDate": None, "AcquisitionDate": "20040316"}, date(2004, 3, 16)),
        ({"StudyDate": "", "ContentDate": "20040317"}, date(2004, 3, 17)),
        ({"StudyDate": None}, None),
    ],
)
def test_the_date_is_the_studys_or_the_next_best(tags: dict[str, Any], day: date | None) -> None:
    assert read(**tags).study_date == day


@pytest.mark.parametrize("wrong", [b"20041345", b"2004    ", b"ABCDEFGH", b"00000000"])
def test_a_date_that_is_no_day_is_no_date(wrong: bytes) -> None:
    data = as_bytes(data_set()).replace(b"20040315", wrong)
    assert load(ImageSource.in_memory("film", data)).study_date is None


@pytest.mark.parametrize(
    ("tags", "projection"),
    [
        ({"ViewPosition": "PA"}, "PA"),
        ({"ViewPosition": "AP", "SeriesDescription": "Knee fixed flexion"}, "AP flexed"),
        ({"ViewPosition": None, "ProtocolName": "Rosenberg"}, "flexed"),
        ({"ViewPosition": "PA", "SeriesDescription": "flexion and extension"}, "PA"),
        ({"ViewPosition": None, "SeriesDescription": NAME}, None),
    ],
)
def test_a_projection_has_known_words_only(tags: dict[str, Any], projection: str | None) -> None:
    assert read(**tags).projection == projection


def test_a_text_longer_than_any_identifier_is_cut() -> None:
    film = data_set()
    film.add_new(0x00100020, "UT", "x" * 5_000_000)
    film.add_new(0x0008103E, "UT", "x" * 5_000_000)
    film.add_new(0x00200060, "UT", "x\\" * 2_000_000)
    data = as_bytes(film)
    assert load(ImageSource.in_memory("film", data)).subject == "x" * LONGEST_TEXT


def test_a_number_written_at_great_length_is_none() -> None:
    film = data_set()
    film.add_new(0x00280030, "UT", "1\\" * 2_000_000)
    assert load(ImageSource.in_memory("film", as_bytes(film))).subject == SUBJECT
