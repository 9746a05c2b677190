"""One film given twice is said before anything else, and has not changed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kltool.comparison import compare
from kltool.errors import NotComparable
from kltool.intake import load
from kltool.reading import read
from kltool.report.html.change import change_page
from kltool.report.record import change_record
from kltool.samples import sample_path
from kltool.values.change import KneeChange, Verdict
from kltool.values.grade_change import GradeChange
from kltool.values.radiograph import Radiograph, Side
from kltool.values.reading import Reading
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from kltool.values.width_change import WidthChange
from kltool.weights import Models
from tests.films import on_film, retaken
from tests.intake.films import as_bytes, data_set, png
from tests.messages import holds
from tests.schemas import CHANGE, problems

ReadSample = Callable[..., Reading]
FILM = "knee_right_severe.dcm"


def only(changes: tuple[KneeChange, ...]) -> KneeChange:
    (change,) = changes
    return change


def altered(alter: Callable[[Radiograph], Radiograph], read_sample: ReadSample, models: Models) -> KneeChange:
    """The change from a sample film to the same film in a file that says something else of it."""
    film = read_sample(FILM)
    return only(compare(film, on_film(film, alter), models))


def test_the_same_film_in_another_file_has_not_changed_by_anything(tmp_path: Path, models: Models) -> None:
    """A DICOM file, and a PNG of equal pixels that knows of no spacing, date and patient."""
    pixels = load(sample_path(FILM)).pixels
    grey = (4_000 * (pixels - pixels.min()) / np.ptp(pixels)).astype(np.uint16)
    (tmp_path / "film.dcm").write_bytes(as_bytes(data_set(grey, PixelSpacing=["0.2", "0.2"])))
    (tmp_path / "copy.png").write_bytes(png(grey))
    files = tmp_path / "film.dcm", tmp_path / "copy.png"
    change = only(compare(*(read(file, models, side=Side.RIGHT) for file in files), models))
    assert change.same_film
    assert change.sentence.startswith("Both files are one film. Right knee: no detectable change")
    assert {width.change for width in change.widths.values() if isinstance(width, WidthChange)} == {0.0}
    assert isinstance(change.grade, GradeChange)
    assert change.grade.same == pytest.approx(1.0)
    assert not any("patient" in reason or "person" in reason for reason in change.reasons)
    record = change_record(change)
    assert record["same_film"] is True
    assert problems(CHANGE, record) == []
    page = change_page([change], None)
    assert page.index("Both files are one film") < page.index("film.dcm · after")


def test_another_film_of_the_knee_is_not_the_same(read_sample: ReadSample, models: Models) -> None:
    film = read_sample(FILM)
    change = only(compare(film, retaken(film), models))
    assert change_record(change)["same_film"] is False
    assert change.sentence.startswith("Right knee: no detectable change")


def test_tags_that_contradict_each_other_of_one_film_are_said(
    read_sample: ReadSample, models: Models
) -> None:
    change = altered(lambda film: replace(film, subject="someone else"), read_sample, models)
    assert change.verdict is Verdict.NONE
    assert "the films carry different patient identifiers" in change.reasons


@pytest.mark.parametrize(("factor", "comparable"), [(1.0, True), (1.00001, True), (1.2, False)])
def test_one_film_cannot_have_two_spacings(
    factor: float, comparable: bool, read_sample: ReadSample, models: Models
) -> None:
    def spaced(film: Radiograph) -> Radiograph:
        assert isinstance(film.spacing, Spacing)
        mm = factor * film.spacing.row_mm, factor * film.spacing.column_mm
        return replace(film, spacing=Spacing(*mm, film.spacing.tier))

    change = altered(spaced, read_sample, models)
    assert (change.verdict is not Verdict.NOT_COMPARABLE) is comparable
    assert change.sentence.startswith("Both files are one film. ")
    assert comparable or holds(change.sentence, "pixel spacings of both", "one of them is wrong")


def test_equal_spacings_of_other_calibration_and_none_are_no_contradiction(
    read_sample: ReadSample, models: Models
) -> None:
    def by_the_user(film: Radiograph) -> Radiograph:
        assert isinstance(film.spacing, Spacing)
        return replace(film, spacing=replace(film.spacing, tier=Calibration.USER))

    for alter in (by_the_user, lambda film: replace(film, spacing=NoSpacing("a plain picture"))):
        change = altered(alter, read_sample, models)
        assert change.verdict is Verdict.NONE


def test_one_film_of_two_sides_is_said_to_be_one(read_sample: ReadSample, models: Models) -> None:
    with pytest.raises(NotComparable, match=r"^both files are one film, and .*right before, left after"):
        compare(read_sample(FILM), read_sample(FILM, side=Side.LEFT), models)
