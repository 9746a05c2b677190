"""Whose film, of which day, of which projection, and which one: PatientID, date, view, UID; never a name."""

import re
from datetime import date

from kltool.intake.dicom import vocabulary
from kltool.intake.dicom.header import Header
from kltool.intake.dicom.vocabulary import words_in


def subject(header: Header) -> str | None:
    return header.identity.patient_id or None


def instance_uid(header: Header) -> str | None:
    """SOPInstanceUID, which no two images share. PS3.3 C.12.1."""
    return header.identity.sop_instance_uid or None


def projection(header: Header) -> str | None:
    """Of a frontal film, as far as the tags state it: "PA", "AP flexed", "extended".

    In words known here only: a description may hold anything. docs/choices-intake.md#projection
    """
    position = header.view.position_code
    texts = (header.descriptions.series, header.descriptions.protocol, header.descriptions.study)
    described = {word for text in texts for word in words_in(text)}
    beam = [position] if position in vocabulary.PROJECTIONS else []
    flexion = [name for name, known in vocabulary.FLEXIONS.items() if described & known]
    return " ".join([*beam, *(flexion if len(flexion) == 1 else [])]) or None


def study_date(header: Header) -> date | None:
    """The first date of the header that is a day of the calendar."""
    return next((day for text in header.identity.dates if (day := _day(text))), None)


def _day(text: str) -> date | None:
    digits = text.replace(".", "")  # YYYY.MM.DD before DICOM 3, PS3.5 6.2
    if not re.fullmatch(r"[0-9]{8}", digits):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
