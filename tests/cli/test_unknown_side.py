"""A film whose side nothing states, on the command line: read, refused where asked to, and never compared."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.messages import holds
from tests.schemas import READING, problems
from tests.unknown_side import file_like_its_mirror_image

Kltool = Callable[..., Any]


@pytest.fixture
def film(samples: Path, tmp_path: Path) -> Path:
    return file_like_its_mirror_image(samples / "knee_right_severe.dcm", tmp_path)


def test_it_is_read_and_the_summary_says_what_is_not_known(kltool: Kltool, film: Path) -> None:
    said = kltool("read", film)
    assert said.code == 0
    words = (
        "knee of unknown side",
        "picture left minimum joint space width: 0.",
        "give the side with --side",
    )
    assert holds(said.words, *words, "picture right minimum joint space width: 0.")
    assert not holds(said.words, "medial minimum")


def test_its_json_keeps_to_the_schema(kltool: Kltool, film: Path) -> None:
    record = json.loads(kltool("read", "--json", film).out)
    assert problems(READING, record) == []
    assert record["knees"][0]["side"] == "unknown"


def test_a_table_of_several_has_its_widths_in_a_table_of_their_own(
    kltool: Kltool, film: Path, samples: Path
) -> None:
    said = kltool("read", film, samples / "knee_left_moderate.dcm")
    lines = said.out.splitlines()
    (row,) = (line for line in lines if "symmetric.dcm  " in line and " unknown " in line)
    assert row.split().count("-") == 2
    heading = next(number for number, line in enumerate(lines) if "picture left, 95%" in line)
    (widths,) = (line for line in lines[heading + 1 :] if line.split(" ")[0].endswith("symmetric.dcm"))
    assert len(widths.split()) == 5
    assert not holds(kltool("read", samples / "case").words, "picture left")


def test_it_is_refused_where_a_side_is_required(kltool: Kltool, film: Path) -> None:
    said = kltool("read", "--json", "--require-side", film)
    record = json.loads(said.out)
    assert (said.code, record["code"], record["knees"]) == (3, "side_unknown", [])
    assert problems(READING, record) == []


def test_a_given_side_settles_it_and_only_right_or_left_can_be_given(kltool: Kltool, film: Path) -> None:
    record = json.loads(kltool("read", "--json", "--require-side", "--side", "left", film).out)
    assert (record["knees"][0]["side"], record["knees"][0]["side_source"]) == ("left", "user")
    said = kltool("read", "--side", "unknown", film)
    assert said.code == 2
    assert holds(said.words, "'right'", "'left'")


def test_a_manifest_may_say_that_a_side_is_unknown(kltool: Kltool, film: Path, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path,side\nsymmetric.dcm,unknown\n")
    record = json.loads(kltool("read", "--json", "--manifest", tmp_path / "m.csv").out)
    assert record["knees"][0]["side"] == "unknown"


@pytest.mark.parametrize("before", [True, False])
def test_it_is_compared_with_no_film(before: bool, kltool: Kltool, film: Path, samples: Path) -> None:
    other = samples / "knee_right_severe.dcm"
    said = kltool("compare", *((film, other) if before else (other, film)))
    assert (said.code, said.out) == (3, "")
    assert holds(said.words, "not comparable", "side unknown", "--side")
    required = kltool("compare", "--require-side", film, other)
    assert required.code == 3
    assert holds(required.words, "its side is unknown")


def test_as_a_visit_it_is_left_out_with_the_reason(
    kltool: Kltool, film: Path, samples: Path, tmp_path: Path
) -> None:
    rows = [
        f"{samples}/case/before.dcm,one,2023-01-01",
        f"{samples}/case/after.dcm,two,2024-01-01",
        f"{film},three,2025-01-01",
    ]
    (tmp_path / "visits.csv").write_text("\n".join(["path,visit,date", *rows]) + "\n")
    said = kltool("compare", "--json", "--manifest", tmp_path / "visits.csv")
    assert said.code == 3
    assert holds(said.err, "visit three", "left out", "side of its knee is unknown", "column 'side'")
    (record,) = map(json.loads, said.out.splitlines())
    assert [visit["visit"] for visit in record["visits"]] == ["one", "two"]
