"""Each image has a row in the table, with its reading or the reason why there is none."""

import io
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from kltool.comparison import compare
from kltool.errors import NoKnee
from kltool.reading import DEFAULT, provenance, read
from kltool.report.record import change_record, reading_record, unread_record
from kltool.report.terminal.readings import print_change, print_readings
from kltool.values.reading import DISCLAIMER, Reading, RefusedKnee, Unread
from kltool.values.spacing import NoSpacing
from kltool.values.width_change import WidthChange
from kltool.weights import Models
from tests.messages import holds

ReadSample = Callable[..., Reading]


def printed(write: Callable[[Console], None]) -> str:
    out = io.StringIO()
    write(Console(file=out, width=250))
    return out.getvalue()


def test_a_knee_is_a_row_with_its_side_grade_and_widths(read_sample: ReadSample) -> None:
    record = reading_record(read_sample("knee_left_moderate.dcm"))
    knee = record["knees"][0]
    text = printed(lambda console: print_readings([record], console))
    lines = text.splitlines()
    (at,) = (n for n, line in enumerate(lines) if line.strip().startswith("knee_left_moderate.dcm "))
    row = lines[at]
    assert " left " in row
    assert f" {knee['kl']['grade']} " in row
    grades = knee["kl"]["prediction_set"]
    assert f" {grades[0]}-{grades[-1]} " in lines[at + 1]
    for compartment in ("medial", "lateral"):
        minimum = knee["joint_space"][compartment]
        low, high = minimum["minimum_interval_mm"]
        assert f"{minimum['minimum_mm']:.2f} mm" in row
        assert f"{low:.2f} to {high:.2f}" in text
    assert DISCLAIMER in text


def test_films_are_named_without_the_folders_they_share(read_sample: ReadSample) -> None:
    record = reading_record(read_sample("knee_left_moderate.dcm"))
    visits = [{**record, "source": f"/study/visits/{visit}/knee.dcm"} for visit in ("one", "two")]
    text = printed(lambda console: print_readings(visits, console))
    assert "/study" not in text
    assert all(
        any(line.split()[:1] == [f"{v}/knee.dcm"] for line in text.splitlines()) for v in ("one", "two")
    )


def test_an_image_that_was_refused_is_a_row_with_its_reason_below(models: Models) -> None:
    made = provenance(models, DEFAULT, None)
    error = NoKnee("no knee joint was found in the picture")
    record = unread_record(Unread.from_error("holiday.png", error, None, made))
    text = printed(lambda console: print_readings([record], console))
    assert any("holiday.png" in line and "refused" in line for line in text.splitlines())
    assert "holiday.png: no knee joint was found in the picture" in text


def test_the_text_of_an_unexpected_error_is_withheld(models: Models) -> None:
    made = provenance(models, DEFAULT, None)
    error = ValueError("Doe^Jane is no number")
    record = unread_record(Unread.from_error("film.dcm", error, None, made))
    assert record["status"] == "failed"
    assert record["code"] == "ValueError"
    text = printed(lambda console: print_readings([record], console))
    assert "ValueError" in text
    assert "Doe" not in text + repr(record)


def test_a_replaced_knee_beside_one_that_is_read_is_reported(read_sample: ReadSample) -> None:
    implant = RefusedKnee("replaced", "an implant was found in place of the joint")
    reading = replace(read_sample("knee_right_normal.dcm"), refused=(implant,))
    text = printed(lambda console: print_readings([reading_record(reading)], console))
    assert "knee not read: an implant was found in place of the joint" in text


def test_every_warning_is_printed_with_its_knee(read_sample: ReadSample) -> None:
    reading = read_sample("knee_right_normal.dcm")
    knees = tuple(replace(knee, warnings=("the joint is [cut] off",)) for knee in reading.knees)
    text = printed(lambda console: print_readings([reading_record(replace(reading, knees=knees))], console))
    assert any(holds(line, "right", "the joint is [cut] off") for line in text.splitlines())


def test_a_change_is_its_verdict_its_number_and_every_width(read_sample: ReadSample, models: Models) -> None:
    visits = read_sample("case/before.dcm"), read_sample("case/after.dcm")
    (change,) = compare(*visits, models)
    text = printed(lambda console: print_change(change_record(change), console))
    medial = change.widths["medial minimum"]
    assert isinstance(medial, WidthChange)
    assert holds(text, "right knee", "improved", f"{medial.change:+.2f}")
    for name in change.widths:
        assert name in text
    assert DISCLAIMER in text


def test_films_that_are_not_comparable_say_why_beside_every_width(
    read_sample: ReadSample, models: Models
) -> None:
    visits = read_sample("case/before.dcm"), read_sample("knee_right_normal.dcm")
    (change,) = compare(*visits, models)
    text = printed(lambda console: print_change(change_record(change), console))
    assert text.count("different patient identifiers") == 1 + len(change.widths)


def test_without_a_pixel_spacing_the_table_holds_no_millimetres(
    read_sample: ReadSample, models: Models
) -> None:
    film = replace(
        read_sample("knee_right_normal.dcm").film, spacing=NoSpacing("no pixel spacing in the file")
    )
    text = printed(lambda console: print_readings([reading_record(read(film, models))], console))
    assert "% TW" in text
    assert " mm" not in text
