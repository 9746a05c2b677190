"""A header is read once, and what cannot be read in it is absent."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kltool.errors import Refusal
from kltool.intake.dicom.dataset import read_dataset, without_warnings
from kltool.intake.dicom.header import Header, header_of
from tests.intake.films import SUBJECT, as_bytes, data_set, item, knee

TAGS = {
    "PixelSpacing": [0.2, 0.1],
    "SeriesDescription": "LT KNEE",
    "PatientOrientation": ["l", "F"],
    "ViewCodeSequence": [item(CodeMeaning="postero-anterior")],
    "PixelPaddingValue": 7,
    "RescaleSlope": "2",
}
FILM = as_bytes(data_set(knee(80, 70), **TAGS))


def header(data: bytes) -> Header:
    with without_warnings():
        return header_of(read_dataset(data))


def test_a_header_holds_what_the_file_states() -> None:
    found = header(FILM)
    kind, stored = found.object_type, found.pixel_format
    assert (kind.modality, kind.frames, kind.has_pixels) == ("CR", 1, True)
    assert kind.sop_class_name == "Computed Radiography Image Storage"
    assert (found.anatomy.body_part, found.descriptions.series) == ("KNEE", "LT KNEE")
    assert (found.view.position, found.view.codes) == ("PA", ("postero-anterior",))
    assert found.view.orientation == ("L", "F")
    assert (found.identity.patient_id, found.identity.dates) == (SUBJECT, ("20040315", "", "", ""))
    assert found.spacing.pixel == (0.2, 0.1)
    assert (stored.rows, stored.columns, stored.bits_stored, stored.signed) == (80, 70, 12, False)
    assert (found.display.padding, found.display.slope, found.display.intercept) == (7, (2.0,), None)


def test_a_header_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        header(FILM).view.position = "AP"  # type: ignore[misc]


@pytest.mark.parametrize(("position", "code"), [("PA", "PA"), (" lat.", "LAT"), ("R-L 45", "RL"), ("", "")])
def test_a_view_position_is_compared_by_its_letters(position: str, code: str) -> None:
    assert header(as_bytes(data_set(ViewPosition=position))).view.position_code == code


@settings(max_examples=200, deadline=None)
@given(st.integers(132, 900), st.binary(min_size=1, max_size=6))
def test_a_damaged_header_is_read_as_far_as_it_goes(start: int, damage: bytes) -> None:
    try:
        found: object = header(FILM[:start] + damage + FILM[start + len(damage) :])
    except Refusal as refusal:
        found = refusal
    assert isinstance(found, Header | Refusal)
