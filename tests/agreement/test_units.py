"""Widths that no joint space has, in other units or as codes, are refused by name or read as missing."""

from pathlib import Path

import pytest

from kltool.agreement import MatchOptions, agreement_of, ratings_of
from kltool.agreement.bootstrap import Resampling
from kltool.errors import UsageError
from tests.agreement.simulated import write_csv
from tests.messages import holds

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is absent")
HEADINGS = ("subject", "side", "medial_mjsw_mm")


@needs_cases
def test_the_code_99_of_the_case_is_refused_or_read_as_missing() -> None:
    tables = [CASES / "missing-code-99" / name for name in ("kltool.csv", "sentinel_mm.csv")]
    with pytest.raises(UsageError) as refused:
        ratings_of(tables)
    assert holds(str(refused.value), "line 2", "medial_mjsw_mm 99.0", "0 to 15", "--missing 99")
    found = agreement_of(ratings_of(tables, MatchOptions(missing=("99",))), Resampling(100, 1))
    bias = next(one for one in found.widths[0].estimates if one.name == "bias_mm")
    assert (bias.knees, round(float(bias.value), 1)) == (110, -0.1)


@needs_cases
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("kxr_sq_bu00_ascii.txt", "Missing Form/Incomplete Workbook"),
        ("bu00_sas.csv", "coded .A"),
    ],
)
def test_a_table_of_the_oai_as_distributed_is_a_rater(name: str, why: str) -> None:
    found = ratings_of([CASES / "oai-ascii-table" / "kltool.csv", CASES / "oai-ascii-table" / name])
    assert found.knees == 120
    assert [(one.count, one.reason) for one in found.exclusions] == [(8, f"kl is empty; {why} (8)")]


def test_centimetres_are_refused_by_the_name_of_their_rater(tmp_path: Path) -> None:
    rows = [(f"{n}", "R", 2 + n / 10) for n in range(20)]
    one = write_csv(tmp_path / "mm.csv", HEADINGS, rows)
    other = write_csv(tmp_path / "cm.csv", HEADINGS, [(s, side, mm / 10) for s, side, mm in rows])
    with pytest.raises(UsageError) as refused:
        ratings_of([one, other])
    assert holds(str(refused.value), "medial_mjsw_mm", "cm may have centimetres")


def test_headings_of_different_visits_are_not_matched(tmp_path: Path) -> None:
    first = write_csv(tmp_path / "a.csv", ("ID", "SIDE", "V00XRKL"), [(1, 1, 2)])
    second = write_csv(tmp_path / "b.csv", ("ID", "SIDE", "V06XRKL"), [(1, 1, 3)])
    with pytest.raises(UsageError) as refused:
        ratings_of([first, second])
    assert holds(str(refused.value), "V00XRKL in a.csv", "V06XRKL in b.csv")
    same = write_csv(tmp_path / "c.csv", ("ID", "SIDE", "V00XRKL"), [(1, 1, 3)])
    assert ratings_of([first, same]).knees == 1


def test_a_code_leaves_the_keys_alone(tmp_path: Path) -> None:
    one = write_csv(tmp_path / "a.csv", HEADINGS, [("99", "R", 4.0), ("2", "R", 4.0)])
    other = write_csv(tmp_path / "b.csv", HEADINGS, [("99", "R", 4.5), ("2", "R", 99)])
    found = ratings_of([one, other], MatchOptions(missing=("99",)))
    assert found.knees == 2
    assert found.raters[1].columns["medial_mjsw_mm"].known.tolist() == [False, True]
