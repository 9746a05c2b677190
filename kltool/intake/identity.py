"""Whose film, of which day, taken how, which one: PatientID, date, projection, UID; never a name."""

import re
from datetime import date
from typing import TYPE_CHECKING

from kltool.intake import words
from kltool.intake.tags import text_of, words_in

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# The study is the visit: its date is the same for all its films and is what de-identification keeps or
# shifts as one; the others stand in where it is missing. docs/choices-intake.md#visit-date
DESCRIPTIONS = ("SeriesDescription", "ProtocolName", "StudyDescription")
DATES = ("StudyDate", "AcquisitionDate", "ContentDate", "SeriesDate")


def subject_of(dataset: "Dataset") -> str | None:
    return text_of(dataset, "PatientID") or None


def instance_of(dataset: "Dataset") -> str | None:
    """SOPInstanceUID, which no two images share. PS3.3 C.12.1."""
    return text_of(dataset, "SOPInstanceUID") or None


def projection_of(dataset: "Dataset") -> str | None:
    """How the frontal film was taken, as far as its tags say: "PA", "AP flexed", "extended".

    In words known here only: a description may hold anything. docs/choices-intake.md#projection
    """
    position = "".join(words_in(text_of(dataset, "ViewPosition")))
    described = {word for keyword in DESCRIPTIONS for word in words_in(text_of(dataset, keyword))}
    said = [position] if position in words.PROJECTIONS else []
    bent = [name for name, known in words.FLEXIONS.items() if described & known]
    return " ".join([*said, *(bent if len(bent) == 1 else [])]) or None


def date_of(dataset: "Dataset") -> str | None:
    """YYYYMMDD, a day of the calendar; the first of DATES that is one."""
    return next((day for keyword in DATES if (day := _day(text_of(dataset, keyword)))), None)


def _day(text: str) -> str | None:
    digits = text.replace(".", "")  # YYYY.MM.DD before DICOM 3, PS3.5 6.2
    if not re.fullmatch(r"[0-9]{8}", digits):
        return None
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return digits
