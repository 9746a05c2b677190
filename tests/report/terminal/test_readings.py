"""Each image has a row in the table, with its reading or the reason why there is none."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from kltool.comparison import compare
from kltool.errors import NoKnee
from kltool.reading import DEFAULT, provenance, read
from kltool.report.record import change_record, reading_record, timeline_record, unread_record
from kltool.report.terminal import print_change, print_readings, print_timeline
from kltool.report.terminal.console import Console
from kltool.report.terminal.names import shortened
from kltool.values.decimals import decimal
from kltool.values.reading import DISCLAIMER, Reading, RefusedKnee, Unread
from kltool.values.spacing import NoSpacing
from kltool.values.width_change import WidthChange
from kltool.weights import Models
from tests.messages import holds
from tests.report.changes import knee_change, timeline

ReadSample = Callable[..., Reading]


PIPE = 80  # columns where nobody says how many there are


def printed(write: Callable[[Console], None], width: int = 250) -> str:
    out = io.StringIO()
    write(Console(file=out, width=width))
    return out.getvalue()


@pytest.mark.parametrize("width", [PIPE, 120])
def test_a_knee_is_one_line_with_its_side_grade_and_widths(width: int, read_sample: ReadSample) -> None:
    films = ("bilateral.dcm", "knee_left_moderate.dcm")
    records = [reading_record(read_sample(film)) for film in films]
    knee = records[1]["knees"][0]
    text = printed(lambda console: print_readings(records, console), width)
    assert len([line for line in text.splitlines() if line.startswith("bilateral.dcm ")]) == 2
    (row,) = (line for line in text.splitlines() if line.startswith("knee_left_") and "~" in line)
    grades = knee["kl"]["prediction_set"]
    cells = [knee["side"], f"{knee['kl']['grade']}~", f"{grades[0]}-{grades[-1]}"]
    for compartment in ("medial", "lateral"):
        minimum = knee["joint_space"][compartment]
        low, high = minimum["minimum_interval_mm"]
        cells.append(f"{decimal(minimum['minimum_mm'])} {decimal(low)}-{decimal(high)}")
    assert holds(row, "  ".join(cells).replace("  ", " "), knee["quality"])
    assert max(map(len, text.splitlines())) <= width
    assert DISCLAIMER in text.replace("\n", " ")


def test_one_film_is_a_summary_of_few_lines(read_sample: ReadSample) -> None:
    record = reading_record(read_sample("knee_left_moderate.dcm"))
    knee = record["knees"][0]
    text = printed(lambda console: print_readings([record], console), PIPE)
    assert len(text.splitlines()) <= 8
    medial = decimal(knee["joint_space"]["medial"]["minimum_mm"])
    assert holds(text, "knee_left_moderate.dcm", "left knee", f"KL {knee['kl']['grade']}", f"{medial} mm")


def test_grades_that_are_about_as_likely_are_both_named(read_sample: ReadSample) -> None:
    """The moderate knee has KL 2 with 0.47 and KL 3 with 0.42, the severe one KL 3 with 0.86."""
    moderate, severe = (
        reading_record(read_sample(film)) for film in ("knee_left_moderate.dcm", "knee_right_severe.dcm")
    )
    assert moderate["knees"][0]["kl"]["likely_grades"] == [2, 3]
    note = "KL 2 or 3: both are about as likely"
    alone = printed(lambda console: print_readings([moderate], console), PIPE).splitlines()
    assert alone[2].strip() == note
    assert alone[1].startswith("left knee, quality good: KL 2 (median")
    assert "as likely" not in printed(lambda console: print_readings([severe], console), PIPE)
    table = printed(lambda console: print_readings([moderate, severe], console), PIPE)
    assert f"knee_left_moderate.dcm: left knee: {note}" in table.splitlines()
    assert table.count(note) == 1
    (row,) = (line for line in table.splitlines() if "right " in line and "good" in line)
    assert "~" not in row


def test_names_are_shortened_in_the_middle_so_that_they_stay_different() -> None:
    names = [f"trial_{subject}_month_12_{side}.dcm" for subject in (1001, 1002) for side in ("right", "left")]
    short = shortened(names, 20)
    assert len(set(short)) == 4
    assert all(len(name) <= 20 for name in short)
    assert shortened(["knee.dcm", "膝" * 20], 20)[0] == "knee.dcm"
    alike = [f"a_name_of_great_length_{number}_and_as_much_again" for number in range(2)]
    assert shortened(alike, 10) == alike


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


def test_films_that_are_not_comparable_say_why_once_and_have_no_table(
    read_sample: ReadSample, models: Models
) -> None:
    visits = read_sample("case/before.dcm"), read_sample("knee_right_normal.dcm")
    (change,) = compare(*visits, models)
    text = printed(lambda console: print_change(change_record(change), console))
    assert text.count("different patient identifiers") == 1
    assert "medial 0.150" not in text


def test_a_width_that_was_not_measured_has_its_reason_under_the_table(read_sample: ReadSample) -> None:
    (knee,) = read_sample("case/before.dcm").knees
    record = change_record(knee_change(knee, knee))
    text = printed(lambda console: print_change(record, console), PIPE)
    assert holds(text, "not measured: lateral minimum: after: the margins cross by 2.5 mm")
    assert holds(text, "* independent change, not linked: the landmarks do not agree")


def test_every_doubt_and_each_films_warnings_stand_once(read_sample: ReadSample) -> None:
    (knee,) = read_sample("case/before.dcm").knees
    record = change_record(knee_change(knee, replace(knee, warnings=("the joint is cut off",))))
    first, *others = doubts = (*record["plausibility"], *record["reasons"])
    assert others
    record["sentence"] += f" {first}"
    text = printed(lambda console: print_change(record, console))
    for doubt in doubts:
        assert text.count(doubt) == 1
    assert text.count("caution: ") == len(others)
    assert text.count("after: the joint is cut off") == 1


def test_a_timeline_of_films_that_are_not_comparable_has_no_table(read_sample: ReadSample) -> None:
    record = timeline_record(timeline(read_sample("case/before.dcm"), read_sample("case/after.dcm")))
    text = printed(lambda console: print_timeline(record, console), PIPE)
    assert holds(text, "2022-01-09", "+1.00 mm", "V24: lateral minimum not measured: after: the margins")
    absent = {"not_measured": "not comparable"}
    for change in record["changes"]:
        change |= {"comparability": "not comparable", "reasons": ["x" * 30], "kl": absent}
        change["widths"] = dict.fromkeys(change["widths"], absent)
    text = printed(lambda console: print_timeline(record, console), PIPE)
    assert "verdict" not in text
    assert text.count("x" * 30) == len(record["changes"])


def test_without_a_pixel_spacing_the_table_holds_no_millimetres(
    read_sample: ReadSample, models: Models
) -> None:
    film = replace(
        read_sample("knee_right_normal.dcm").film, spacing=NoSpacing("no pixel spacing in the file")
    )
    text = printed(lambda console: print_readings([reading_record(read(film, models))], console))
    assert "% of the tibial width" in text
    assert " mm" not in text


def test_a_remark_of_several_films_stands_once_after_their_names(read_sample: ReadSample) -> None:
    record = reading_record(read_sample("case/before.dcm"))
    records = [{**record, "source": f"{name}.dcm", "notes": ["one of all"]} for name in "abcd"]
    records[0]["notes"] = ["one of all", "one of a"]
    text = printed(lambda console: print_readings(records, console), 200)
    assert holds(text, "a.dcm, b.dcm, c.dcm and 1 more: one of all", "a.dcm: one of a ")
    assert text.count("one of all") == 1


def test_a_number_is_never_cut_on_a_narrow_terminal(read_sample: ReadSample) -> None:
    record = change_record(knee_change(*read_sample("bilateral.dcm").knees))
    narrow, wide = (printed(lambda console: print_change(record, console), width) for width in (30, 200))
    numbers = re.findall(r"[-+]?\d\.\d+", wide.split("\n\n")[0])
    assert numbers
    assert all(number in narrow for number in numbers)
