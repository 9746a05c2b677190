"""Whose film, of which day, of which projection, and which one: PatientID, date, view, UID; never a name."""

import re
from datetime import date

from kltool.intake.dicom import vocabulary
from kltool.intake.dicom.header import Header
from kltool.intake.dicom.vocabulary import words_in

FIRST_DAY = date(1901, 1, 1)  # docs/choices-intake.md#visit-date


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
    """The first date of the header on which a film can have been made."""
    return next((day for text in header.identity.dates if (day := _day(text))), None)


def _day(text: str) -> date | None:
    """YYYYMMDD; YYYY.MM.DD before DICOM 3 (PS3.5 6.2); hyphens and slashes where programs write ISO dates."""
    found = re.fullmatch(r"([0-9]{4})([./-]?)([0-9]{2})\2([0-9]{2})", text)
    if found is None:
        return None
    try:
        day = date(*map(int, found.group(1, 3, 4)))
    except ValueError:
        return None
    return day if day >= FIRST_DAY else None
