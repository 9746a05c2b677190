"""Rows of the same knee meet, however they are spelled; the others are counted; nonsense is refused."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kltool.agreement import Wanted, ratings_of
from kltool.agreement.ratings import KL, Ratings
from kltool.errors import UsageError
from tests.agreement.simulated import repeats, trial, write_csv
from tests.messages import holds

HEADINGS = ("subject", "visit", "side", "kl", "medial_mjsw_mm")
ONE = (("A", "V0", "right", 2, 3.5), ("A", "V0", "left", 1, 4.0), ("B", "V0", "right", 4, 0.0))
OTHER = (("B", "V0", "R", 3, 0.2), ("A", "V0", "2", 1, ""), ("A", "V0", "1", 3, 3.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def two(folder: Path, one: Sequence[Sequence[object]], other: Sequence[Sequence[object]]) -> list[Path]:
    return [
        write_csv(folder / "kltool.csv", HEADINGS, one),
        write_csv(folder / "reader.csv", HEADINGS, other),
    ]


def grades(ratings: Ratings) -> list[list[float]]:
    return [rater.columns[KL].values.tolist() for rater in ratings.raters]


def test_sides_are_spelled_as_people_do(folder: Path) -> None:
    """R, 1 and right are one side; 1 and 2 are those of the Osteoarthritis Initiative."""
    found = ratings_of(two(folder, ONE, OTHER), Wanted())
    assert [rater.name for rater in found.raters] == ["kltool", "reader"]
    assert found.reference == "reader"
    assert found.keys == ("subject", "visit", "side")
    assert (found.knees, found.participants) == (3, 2)
    assert grades(found) == [[1, 2, 4], [1, 3, 3]]
    (gap,) = found.left_out
    assert (gap.rater, gap.count) == ("reader", 1)
    assert "medial_mjsw_mm" in gap.reason


def test_the_order_of_rows_does_not_matter(folder: Path) -> None:
    first = ratings_of(two(folder, ONE, OTHER), Wanted())
    second = ratings_of(two(folder, ONE[::-1], OTHER[::-1]), Wanted())
    assert grades(first) == grades(second)
    assert first.people.tolist() == second.people.tolist()


def test_subjects_that_a_spreadsheet_made_numbers_of_are_the_same(folder: Path) -> None:
    tables = two(folder, [("9001695", "0", "R", 2, 1)], [("9001695.0", "0.0", "1.0", 3, 1)])
    assert grades(ratings_of(tables, Wanted())) == [[2], [3]]


def test_knees_that_only_one_has_are_counted(folder: Path) -> None:
    found = ratings_of(two(folder, ONE[:2], OTHER[:2]), Wanted())
    assert [(one.rater, one.count) for one in found.left_out[:2]] == [("kltool", 1), ("reader", 1)]
    assert all("no other rater" in one.reason for one in found.left_out[:2])
    assert found.knees == 1


def test_films_are_matched_by_path_where_a_table_has_no_subject(folder: Path) -> None:
    one = write_csv(folder / "a.csv", ("path", "side", "subject", "kl"), [(".\\x\\1.dcm", "L", "S", 2)])
    other = write_csv(folder / "b.csv", ("path", "side", "kl"), [("x/1.dcm", "left", 3)])
    found = ratings_of([one, other], Wanted())
    assert found.keys == ("path", "side")
    assert grades(found) == [[2], [3]]
    assert found.unnamed == 0  # one of the tables says whose it is


def test_whose_knee_it_is_need_not_be_known(folder: Path) -> None:
    rows = [("1.dcm", 2), ("2.dcm", 3)]
    tables = [write_csv(folder / f"{name}.csv", ("path", "kl"), rows) for name in "ab"]
    found = ratings_of(tables, Wanted())
    assert (found.unnamed, found.participants) == (2, 2)


def test_columns_to_match_on_may_be_named(folder: Path) -> None:
    one = write_csv(
        folder / "a.csv", ("film", "side", "subject", "kl"), [("f", "L", "S", 2), ("g", "L", "S", 1)]
    )
    other = write_csv(
        folder / "b.csv", ("film", "side", "subject", "kl"), [("g", "2", "S", 3), ("f", "2", "S", 4)]
    )
    assert grades(ratings_of([one, other], Wanted(on=("film", "side")))) == [[2, 1], [4, 3]]
    with pytest.raises(UsageError, match=r"--on hospital.*'hospital'"):
        ratings_of([one, other], Wanted(on=("hospital",)))


def test_every_reader_of_a_long_table_is_a_rater(folder: Path) -> None:
    rows = [(*knee[:4], reader) for knee in ONE for reader in ("Dr B", "Dr A", "Dr C")][:-1]
    table = write_csv(folder / "long.csv", (*HEADINGS[:4], "reader"), rows)
    found = ratings_of([table], Wanted(reference="Dr A"))
    assert [rater.name for rater in found.raters] == ["Dr A", "Dr B", "Dr C"]
    assert found.reference == "Dr A"
    assert found.raters[2].columns[KL].known.tolist() == [True, True, False]
    assert [(one.rater, one.count) for one in found.left_out] == [("Dr C", 1)]


def test_grades_that_a_table_carries_are_a_rater(folder: Path) -> None:
    found = ratings_of([trial(folder)["kltool"]], Wanted())
    assert [rater.name for rater in found.raters] == ["kltool", "given"]
    assert found.reference == "given"
    assert found.raters[1].widths == ()


def test_two_tables_of_one_name_are_two_raters(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        write_csv(folder / name / "reader.csv", HEADINGS, ONE)
    found = ratings_of([folder / "a" / "reader.csv", folder / "b" / "reader.csv"], Wanted())
    assert [rater.name for rater in found.raters] == ["reader", "reader (2)"]


def test_a_row_that_was_not_read_has_no_values_and_every_gap_its_reason(folder: Path) -> None:
    tables = trial(folder)
    found = ratings_of([tables["kltool"], tables["reader"]], Wanted())
    assert [(one.rater, one.count) for one in found.left_out] == [
        ("kltool", 1),
        ("reader A", 1),
        ("kltool", 1),
        ("kltool", 1),
    ]
    refused, alone, no_grade, no_width = (one.reason for one in found.left_out)
    assert holds(refused, "refused", "no_knee")
    assert holds(alone, "no other rater")
    assert holds(no_grade, "kl", "metal near the joint (1)")
    assert holds(no_width, "medial_mjsw_mm", "the margin is too uncertain (1)")
    assert (found.knees, found.participants) == (119, 60)


def test_only_widths_are_widths(folder: Path) -> None:
    """Not the film's pixels, not the distance of the rims, not errors, not the ends of intervals."""
    others = ("spacing_mm", "spacing_column_mm", "imd_mm", "medial_mjsw_low_mm", "medial_area_mm2")
    headings = ("subject", "medial_mjsw_mm", "medial_mjsw_sd_mm", *others)
    tables = [write_csv(folder / f"{name}.csv", headings, [("A", *[1.0] * 7)]) for name in "ab"]
    found = ratings_of(tables, Wanted())
    assert [rater.widths for rater in found.raters] == [("medial_mjsw_mm",)] * 2


def test_many_different_reasons_are_summed_up(folder: Path) -> None:
    rows = [(knee, "V0", "R", "", 1.0, f"reason {min(knee, 5)}") for knee in range(8)]
    one = write_csv(folder / "kltool.csv", (*HEADINGS, "kl_reason"), [*rows, (9, "V0", "R", 2, 1.0, "")])
    other = write_csv(folder / "reader.csv", HEADINGS, [(knee, "V0", "R", 3, 1.0) for knee in range(10)])
    found = ratings_of([one, other], Wanted())
    told = found.left_out[-1].reason
    assert holds(told, "reason 5 (3); reason 0 (1); reason 1 (1); other reasons (3)")


def test_parquet_says_the_same_as_csv(folder: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import csv, parquet

    tables = trial(folder)
    parquet.write_table(csv.read_csv(tables["kltool"]), folder / "kltool.parquet")
    by_text, by_parquet = (
        ratings_of([path, tables["reader"]], Wanted())
        for path in (tables["kltool"], folder / "kltool.parquet")
    )
    assert pyarrow.__version__
    assert by_text.left_out == by_parquet.left_out
    for name, column in by_text.raters[0].columns.items():
        other = by_parquet.raters[0].columns[name]
        assert np.array_equal(column.known, other.known)
        assert np.array_equal(column.values[column.known], other.values[other.known])


def test_repeats_are_readings_by_path(folder: Path) -> None:
    found = ratings_of([repeats(folder, knees=30)], Wanted(repeat=True))
    assert [rater.name for rater in found.raters] == ["reading 1", "reading 2"]
    assert found.reference == "reading 1"
    assert (found.knees, found.participants, found.repeated) == (30, 15, True)
    rows = [line.split(",") for line in (folder / "repeats.csv").read_text().splitlines()[1:]]
    first = sorted(float(row[4]) for row in rows if row[0].startswith("a/"))
    assert sorted(found.raters[0].columns["medial_mjsw_mm"].values.tolist()) == first


def test_a_knee_read_three_times_has_a_third_reading(folder: Path) -> None:
    rows = [(f"{n}.dcm", "A", "R", 3.0 + n) for n in range(3)] + [(f"{n}.dcm", "B", "R", 2.0) for n in (4, 3)]
    table = write_csv(folder / "t.csv", ("path", "subject", "side", "w_mm"), [*rows, ("9", "C", "R", 1.0)])
    found = ratings_of([table], Wanted(repeat=True))
    third = found.raters[2].columns["w_mm"]
    assert (third.values[0], third.known.tolist()) == (5.0, [True, False])
    assert [(one.rater, one.count) for one in found.left_out if "once" in one.reason] == [("t", 1)]


NAMELESS = "S17"


@pytest.mark.parametrize(
    ("headings", "rows", "told"),
    [
        (HEADINGS, [(NAMELESS, "V0", "R", 7, 3)], r"kltool\.csv, line 2.*kl 7\.0.*0, 1, 2, 3"),
        (HEADINGS, [(NAMELESS, "V0", "R", 2, 3), (NAMELESS, "V0", "L", "two", 3)], r"line 3.*kl"),
        (HEADINGS, [(NAMELESS, "V0", "R", 2.5, 3)], r"line 2.*kl 2\.5"),
        (HEADINGS, [(NAMELESS, "V0", "R", 2, -1)], r"line 2.*medial_mjsw_mm -1\.0.*millimetres from 0"),
        (HEADINGS, [(NAMELESS, "V0", "R", 2, "inf")], r"line 2.*medial_mjsw_mm inf"),
        (HEADINGS, [(NAMELESS, "V0", "both", 2, 3)], r"line 2.*side.*right, left, R, L, 1 \(right\)"),
        (HEADINGS, [(NAMELESS, "V0", "R", 2, 3)] * 2, r"line 3.*subject, visit, side.*line 2"),
        (HEADINGS, [(NAMELESS, "V0", "R", 2, 3, 4)], r"line 2.*6 cells.*5"),
        (HEADINGS, [], r"no row"),
        (("kl", "kl"), [(1, 1)], r"'kl'.*twice"),
        (("kl",), [(1,)], r"no column.*match.*kltool: ; reader: subject"),
        ((*HEADINGS[:3], "colour"), [ONE[0][:4]], r"no column.*reader"),
        (("subject", "visit", "side", "kl"), [(NAMELESS, "V0", "R", 1)], r"no knee.*subject"),
        (("subject", "status", "kl"), [("A", "failed", "")], r"no row.*status ok"),
        (
            ("subject", "kl", *(f"kl_p{kl}" for kl in range(5))),
            [(NAMELESS, 1, 0.5, 0.1, 0.1, 0.1, 0.1)],
            r"line 2.*kl_p0 to kl_p4.*0\.900.*1",
        ),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_without_naming_anybody(
    headings: Sequence[str], rows: Sequence[Sequence[object]], told: str, folder: Path
) -> None:
    one = write_csv(folder / "kltool.csv", headings, rows)
    other = write_csv(folder / "reader.csv", HEADINGS, OTHER)
    with pytest.raises(UsageError, match=told) as refused:
        ratings_of([one, other], Wanted())
    assert NAMELESS not in str(refused.value)


def test_raters_who_are_not_there_are_asked_for(folder: Path) -> None:
    tables = two(folder, ONE, OTHER)
    with pytest.raises(UsageError, match=r"one rater.*two"):
        ratings_of(tables[:1], Wanted())
    with pytest.raises(UsageError, match=r"--reference 'Dr B'.*kltool, reader"):
        ratings_of(tables, Wanted(reference="Dr B"))
    with pytest.raises(UsageError, match=r"--repeat.*several readers"):
        ratings_of(tables, Wanted(repeat=True))
    with pytest.raises(UsageError, match=r"--repeat.*subject, visit, side.*kltool"):
        ratings_of(tables[:1], Wanted(repeat=True))


def test_a_reader_without_a_name_and_repeats_of_nobody_are_refused(folder: Path) -> None:
    long = write_csv(folder / "long.csv", ("subject", "reader", "kl"), [("A", "x", 1), ("A", "", 2)])
    with pytest.raises(UsageError, match=r"long\.csv, line 3.*reader"):
        ratings_of([long], Wanted())
    films = write_csv(folder / "films.csv", ("path", "kl"), [("1", 1), ("2", 2)])
    with pytest.raises(UsageError, match=r"--repeat.*subject"):
        ratings_of([films], Wanted(repeat=True))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe\x00", r"kltool\.csv.*Parquet.*UTF-8"),
        (b"PAR1 and nothing else", r"kltool\.csv.*Parquet"),
        (b'kl\n"1\n', "no column|not a CSV|no row"),
    ],
)
def test_a_file_that_is_no_table_is_refused(data: bytes, told: str, folder: Path) -> None:
    file = folder / "kltool.csv"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=told):
        ratings_of([file, write_csv(folder / "reader.csv", HEADINGS, OTHER)], Wanted())
    with pytest.raises(UsageError, match=r"missing\.csv"):
        ratings_of([folder / "missing.csv"], Wanted())


def test_a_table_of_the_oai_meets_one_of_a_batch(folder: Path) -> None:
    ours = write_csv(
        folder / "kltool.csv",
        ("subject", "side", "kl", "medial_mjsw_mm", "lateral_jsw850_mm"),
        [("9001695", "right", 2, 3.5, 6.0), ("9001695", "left", 1, 4.0, 6.5)],
    )
    theirs = folder / "readers.txt"
    theirs.write_text("ID|SIDE|V00XRKL|V00MCMJSW|V00LJSW850\n9001695|2|1|4.1|6.4\n9001695|1|3|3.2|6.1\n")
    found = ratings_of([ours, theirs], Wanted())
    assert found.keys == ("subject", "side")
    assert grades(found) == [[1, 2], [1, 3]]
    assert set(found.raters[1].widths) == {"medial_mjsw_mm", "lateral_jsw850_mm"}


def test_a_table_of_two_visits_of_the_oai_keeps_its_own_headings(folder: Path) -> None:
    theirs = folder / "readers.csv"
    theirs.write_text("ID,SIDE,V00XRKL,V03XRKL\n9001695,2,1,2\n")
    with pytest.raises(UsageError):
        ratings_of([theirs, theirs], Wanted())
