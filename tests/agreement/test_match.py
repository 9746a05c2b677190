"""Rows of the same knee are matched despite spelling; exclusions are counted; invalid tables are refused."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kltool.agreement import MatchOptions, ratings_of
from kltool.agreement.ratings import Exclusion, Ratings
from kltool.errors import UsageError
from kltool.tables.columns import KL
from tests.agreement.simulated import repeats, trial, write_csv

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


def test_sides_are_matched_in_all_usual_spellings(folder: Path) -> None:
    """R, 1 and right are the same side; 1 and 2 are those of the Osteoarthritis Initiative."""
    found = ratings_of(two(folder, ONE, OTHER), MatchOptions())
    assert [rater.name for rater in found.raters] == ["kltool", "reader"]
    assert found.reference == "reader"
    assert found.keys == ("subject", "visit", "side")
    assert (found.knees, found.participants) == (3, 2)
    assert grades(found) == [[1, 2, 4], [1, 3, 3]]
    assert found.exclusions == (Exclusion("reader", 1, "medial_mjsw_mm is empty"),)


def test_rows_of_unknown_side_are_excluded_where_sides_match_them(folder: Path) -> None:
    one = (*ONE, ("C", "V0", "unknown", 2, ""), ("D", "V0", "Unknown", 2, ""))
    found = ratings_of(two(folder, one, OTHER), MatchOptions())
    assert found.knees == 3
    assert found.exclusions[0] == Exclusion("kltool", 2, "side is unknown")
    by_subject = ratings_of(
        two(folder, one[2:], (*OTHER[:1], ("C", "V0", "1", 3, 3.0))), MatchOptions(on=("subject",))
    )
    assert grades(by_subject) == [[4, 2], [3, 3]]


def test_the_order_of_rows_does_not_matter(folder: Path) -> None:
    first = ratings_of(two(folder, ONE, OTHER), MatchOptions())
    second = ratings_of(two(folder, ONE[::-1], OTHER[::-1]), MatchOptions())
    assert grades(first) == grades(second)
    assert first.participant_ids.tolist() == second.participant_ids.tolist()


def test_subjects_that_a_spreadsheet_wrote_as_numbers_are_matched(folder: Path) -> None:
    tables = two(folder, [("9001695", "0", "R", 2, 1)], [("9001695.0", "0.0", "1.0", 3, 1)])
    assert grades(ratings_of(tables, MatchOptions())) == [[2], [3]]


def test_knees_that_only_one_has_are_counted(folder: Path) -> None:
    found = ratings_of(two(folder, ONE[:2], OTHER[:2]), MatchOptions())
    alone = "no other rater has this knee"
    assert found.exclusions[:2] == (Exclusion("kltool", 1, alone), Exclusion("reader", 1, alone))
    assert found.knees == 1


def test_films_are_matched_by_path_where_a_table_has_no_subject(folder: Path) -> None:
    one = write_csv(folder / "a.csv", ("path", "side", "subject", "kl"), [(".\\x\\1.dcm", "L", "S", 2)])
    other = write_csv(folder / "b.csv", ("path", "side", "kl"), [("x/1.dcm", "left", 3)])
    found = ratings_of([one, other], MatchOptions())
    assert found.keys == ("path", "side")
    assert grades(found) == [[2], [3]]
    assert found.knees_without_participant == 0  # one of the tables states the subject


def test_the_subject_may_be_unknown(folder: Path) -> None:
    rows = [("1.dcm", 2), ("2.dcm", 3)]
    tables = [write_csv(folder / f"{name}.csv", ("path", "kl"), rows) for name in "ab"]
    found = ratings_of(tables, MatchOptions())
    assert (found.knees_without_participant, found.participants) == (2, 2)


def test_columns_to_match_on_may_be_named(folder: Path) -> None:
    one = write_csv(
        folder / "a.csv", ("film", "side", "subject", "kl"), [("f", "L", "S", 2), ("g", "L", "S", 1)]
    )
    other = write_csv(
        folder / "b.csv", ("film", "side", "subject", "kl"), [("g", "2", "S", 3), ("f", "2", "S", 4)]
    )
    assert grades(ratings_of([one, other], MatchOptions(on=("film", "side")))) == [[2, 1], [4, 3]]
    with pytest.raises(UsageError, match=r"--on hospital: a has no column 'hospital'"):
        ratings_of([one, other], MatchOptions(on=("hospital",)))


def test_every_reader_of_a_long_table_is_a_rater(folder: Path) -> None:
    rows = [(*knee[:4], reader) for knee in ONE for reader in ("Dr B", "Dr A", "Dr C")][:-1]
    table = write_csv(folder / "long.csv", (*HEADINGS[:4], "reader"), rows)
    found = ratings_of([table], MatchOptions(reference="Dr A"))
    assert [rater.name for rater in found.raters] == ["Dr A", "Dr B", "Dr C"]
    assert found.reference == "Dr A"
    assert found.raters[2].columns[KL].known.tolist() == [True, True, False]
    assert Exclusion("Dr C", 1, "no row for this knee") in found.exclusions


def test_given_grades_of_a_table_are_a_rater(folder: Path) -> None:
    found = ratings_of([trial(folder)["kltool"]], MatchOptions())
    assert [rater.name for rater in found.raters] == ["kltool", "given"]
    assert found.reference == "given"
    assert found.raters[1].widths == ()


def test_two_tables_of_one_name_are_two_raters(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        write_csv(folder / name / "reader.csv", HEADINGS, ONE)
    found = ratings_of([folder / "a" / "reader.csv", folder / "b" / "reader.csv"], MatchOptions())
    assert [rater.name for rater in found.raters] == ["reader", "reader (2)"]


def test_unread_rows_and_missing_values_are_excluded_with_their_reason(folder: Path) -> None:
    tables = trial(folder)
    found = ratings_of([tables["kltool"], tables["reader"]], MatchOptions())
    assert found.exclusions == (
        Exclusion("kltool", 1, "status refused, no_knee: not read"),
        Exclusion("reader A", 1, "no other rater has this knee"),
        Exclusion("kltool", 1, "kl is empty; metal near the joint (1)"),
        Exclusion("kltool", 1, "medial_mjsw_mm is empty; the margin is too uncertain (1)"),
    )
    assert (found.knees, found.participants) == (119, 60)


def test_lengths_that_are_no_widths_are_not_compared(folder: Path) -> None:
    """Not the pixel spacing, the inter-margin distance, errors or the ends of intervals."""
    others = ("spacing_mm", "spacing_column_mm", "imd_mm", "medial_mjsw_low_mm", "medial_area_mm2")
    headings = ("subject", "medial_mjsw_mm", "medial_mjsw_sd_mm", *others)
    tables = [write_csv(folder / f"{name}.csv", headings, [("A", *[1.0] * 7)]) for name in "ab"]
    found = ratings_of(tables, MatchOptions())
    assert [rater.widths for rater in found.raters] == [("medial_mjsw_mm",)] * 2


def test_rare_reasons_are_summarised(folder: Path) -> None:
    rows = [(knee, "V0", "R", "", 1.0, f"reason {min(knee, 5)}") for knee in range(8)]
    one = write_csv(folder / "kltool.csv", (*HEADINGS, "kl_reason"), [*rows, (9, "V0", "R", 2, 1.0, "")])
    other = write_csv(folder / "reader.csv", HEADINGS, [(knee, "V0", "R", 3, 1.0) for knee in range(10)])
    found = ratings_of([one, other], MatchOptions())
    reason = found.exclusions[-1].reason
    assert reason == "kl is empty; reason 5 (3); reason 0 (1); reason 1 (1); other reasons (3)"


def test_parquet_gives_the_same_as_csv(folder: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import csv, parquet

    tables = trial(folder)
    parquet.write_table(csv.read_csv(tables["kltool"]), folder / "kltool.parquet")
    by_text, by_parquet = (
        ratings_of([path, tables["reader"]], MatchOptions())
        for path in (tables["kltool"], folder / "kltool.parquet")
    )
    assert pyarrow.__version__
    assert by_text.exclusions == by_parquet.exclusions
    for name, column in by_text.raters[0].columns.items():
        other = by_parquet.raters[0].columns[name]
        assert np.array_equal(column.known, other.known)
        assert np.array_equal(column.values[column.known], other.values[other.known])


def test_repeats_are_numbered_readings_in_order_of_path(folder: Path) -> None:
    found = ratings_of([repeats(folder, knees=30)], MatchOptions(repeat=True))
    assert [rater.name for rater in found.raters] == ["reading 1", "reading 2"]
    assert found.reference == "reading 1"
    assert (found.knees, found.participants, found.repeated) == (30, 15, True)
    rows = [line.split(",") for line in (folder / "repeats.csv").read_text().splitlines()[1:]]
    first = sorted(float(row[4]) for row in rows if row[0].startswith("a/"))
    assert sorted(found.raters[0].columns["medial_mjsw_mm"].values.tolist()) == first


def test_a_knee_read_three_times_has_a_third_reading(folder: Path) -> None:
    rows = [(f"{n}.dcm", "A", "R", 3.0 + n) for n in range(3)] + [(f"{n}.dcm", "B", "R", 2.0) for n in (4, 3)]
    table = write_csv(folder / "t.csv", ("path", "subject", "side", "w_mm"), [*rows, ("9", "C", "R", 1.0)])
    found = ratings_of([table], MatchOptions(repeat=True))
    third = found.raters[2].columns["w_mm"]
    assert (third.values[0], third.known.tolist()) == (5.0, [True, False])
    assert Exclusion("t", 1, "read only once") in found.exclusions


NAMELESS = "S17"


@pytest.mark.parametrize(
    ("headings", "rows", "message"),
    [
        (
            HEADINGS,
            [(NAMELESS, "V0", "R", 7, 3)],
            r"kltool\.csv, line 2: kl 7.0 found; a KL grade, 0, 1, 2, 3",
        ),
        (
            HEADINGS,
            [(NAMELESS, "V0", "R", 2, 3), (NAMELESS, "V0", "L", "two", 3)],
            r"line 3: kl that is not a number found",
        ),
        (HEADINGS, [(NAMELESS, "V0", "R", 2.5, 3)], r"line 2: kl 2.5 found"),
        (
            HEADINGS,
            [(NAMELESS, "V0", "R", 2, -1)],
            r"line 2: medial_mjsw_mm -1.0 found; millimetres from 0 to",
        ),
        (HEADINGS, [(NAMELESS, "V0", "R", 2, "inf")], r"line 2: medial_mjsw_mm inf found"),
        (
            HEADINGS,
            [(NAMELESS, "V0", "both", 2, 3)],
            r"line 2: an unknown side found; right, left, R or L, or 1 \(right\)",
        ),
        (
            HEADINGS,
            [(NAMELESS, "V0", "R", 2, 3)] * 2,
            r"line 3: the same subject, visit, side as in .*, line 2",
        ),
        (HEADINGS, [(NAMELESS, "V0", "R", 2, 3, 4)], r"line 2: 6 cells found, 5 expected by the headings"),
        (HEADINGS, [], r"no row found; one knee per line expected"),
        (("kl", "kl"), [(1, 1)], r"column 'kl' found twice"),
        (("kl",), [(1,)], r"no column found by which to match the rows \(kltool: ; reader: subject"),
        (
            (*HEADINGS[:3], "colour"),
            [ONE[0][:4]],
            r"no column found in which reader and another rater have values",
        ),
        (
            ("subject", "visit", "side", "kl"),
            [(NAMELESS, "V0", "R", 1)],
            r"no common knee found, matched by subject",
        ),
        (("subject", "status", "kl"), [("A", "failed", "")], r"no row with the status ok found"),
        (
            ("subject", "kl", *(f"kl_p{kl}" for kl in range(5))),
            [(NAMELESS, 1, 0.5, 0.1, 0.1, 0.1, 0.1)],
            r"line 2: kl_p0 to kl_p4 with the sum 0\.900 found, 1 expected",
        ),
    ],
)
def test_an_invalid_table_is_refused_without_naming_a_subject(
    headings: Sequence[str], rows: Sequence[Sequence[object]], message: str, folder: Path
) -> None:
    one = write_csv(folder / "kltool.csv", headings, rows)
    other = write_csv(folder / "reader.csv", HEADINGS, OTHER)
    with pytest.raises(UsageError, match=message) as refused:
        ratings_of([one, other], MatchOptions())
    assert NAMELESS not in str(refused.value)


def test_missing_raters_and_repeats_are_refused(folder: Path) -> None:
    tables = two(folder, ONE, OTHER)
    with pytest.raises(UsageError, match="one rater found, at least two expected"):
        ratings_of(tables[:1], MatchOptions())
    with pytest.raises(UsageError, match="--reference 'Dr B' found; one of kltool, reader expected"):
        ratings_of(tables, MatchOptions(reference="Dr B"))
    with pytest.raises(UsageError, match="--repeat: tables of several readers found"):
        ratings_of(tables, MatchOptions(repeat=True))
    with pytest.raises(UsageError, match="--repeat: no subject, visit, side found twice in kltool"):
        ratings_of(tables[:1], MatchOptions(repeat=True))


def test_a_row_without_reader_and_repeats_without_subject_are_refused(folder: Path) -> None:
    long = write_csv(folder / "long.csv", ("subject", "reader", "kl"), [("A", "x", 1), ("A", "", 2)])
    with pytest.raises(UsageError, match=r"long\.csv, line 3: no reader found"):
        ratings_of([long], MatchOptions())
    films = write_csv(folder / "films.csv", ("path", "kl"), [("1", 1), ("2", 2)])
    with pytest.raises(UsageError, match="--repeat: no column subject found"):
        ratings_of([films], MatchOptions(repeat=True))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe\x00", "neither Parquet nor UTF-8 text"),
        (b"PAR1 and nothing else", "is no Parquet that can be read"),
        (b'kl\n"1\n', "no column found by which|not a CSV|no row found"),
    ],
)
def test_a_file_that_is_no_table_is_refused(data: bytes, message: str, folder: Path) -> None:
    file = folder / "kltool.csv"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=message):
        ratings_of([file, write_csv(folder / "reader.csv", HEADINGS, OTHER)], MatchOptions())
    with pytest.raises(UsageError, match="cannot be read"):
        ratings_of([folder / "missing.csv"], MatchOptions())


def test_a_table_of_the_oai_is_matched_with_one_of_a_batch(folder: Path) -> None:
    ours = write_csv(
        folder / "kltool.csv",
        ("subject", "side", "kl", "medial_mjsw_mm", "lateral_jsw850_mm"),
        [("9001695", "right", 2, 3.5, 6.0), ("9001695", "left", 1, 4.0, 6.5)],
    )
    theirs = folder / "readers.txt"
    theirs.write_text("ID|SIDE|V00XRKL|V00MCMJSW|V00LJSW850\n9001695|2|1|4.1|6.4\n9001695|1|3|3.2|6.1\n")
    found = ratings_of([ours, theirs], MatchOptions())
    assert found.keys == ("subject", "side")
    assert grades(found) == [[1, 2], [1, 3]]
    assert set(found.raters[1].widths) == {"medial_mjsw_mm", "lateral_jsw850_mm"}


def test_a_table_of_two_visits_of_the_oai_keeps_its_own_headings(folder: Path) -> None:
    theirs = folder / "readers.csv"
    theirs.write_text("ID,SIDE,V00XRKL,V03XRKL\n9001695,2,1,2\n")
    with pytest.raises(UsageError):
        ratings_of([theirs, theirs], MatchOptions())
