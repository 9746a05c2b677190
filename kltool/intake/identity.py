"""Whose film, of which day: PatientID and the date of the visit; never a name."""

import re
from datetime import date
from typing import TYPE_CHECKING

from kltool.intake.tags import text_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# The study is the visit: its date is the same for all its films and is what de-identification keeps or
# shifts as one; the others stand in where it is missing. docs/choices-intake.md#visit-date
DATES = ("StudyDate", "AcquisitionDate", "ContentDate", "SeriesDate")


def subject_of(dataset: "Dataset") -> str | None:
    return text_of(dataset, "PatientID") or None


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
