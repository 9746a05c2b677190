"""Every output shows the same digits of a number, those that a reader gets who rounds the record."""

import ast
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kltool
from kltool.values.decimals import beside, decimal, from_to, signed, signed_from_to

NUMBERS = st.floats(-1000, 1000)
PACKAGE = Path(kltool.__file__).parent
FIXED_DECIMALS = re.compile(r"[:%][^{}:%]*\.(\d+|\{\w+\})[f%]|\|\s*round")  # of f-strings, templates, "%.2f"
RESULTS = (
    "agreement",
    "comparison",
    "grading",
    "jointspace",
    "localize",
    "qualification",
    "report",
    "values",
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.705, "0.71"), (1.335, "1.34"), (-1.335, "-1.34"), (0.70498, "0.71"), (-0.004, "0.00"), (2.0, "2.00")],
)
def test_halves_are_rounded_away_from_zero_and_zero_has_no_sign(value: float, text: str) -> None:
    assert decimal(value) == text


def test_a_change_has_its_sign_unless_it_rounds_to_zero() -> None:
    assert [signed(number) for number in (-0.001, 0.004, -0.006, 1.5)] == ["0.00", "0.00", "-0.01", "+1.50"]
    assert signed(-7.26, 1) == "-7.3"
    assert from_to((0.705, 1.335)) == "0.71 to 1.34"
    assert signed_from_to((-0.001, 0.705)) == "0.00 to +0.71"


@given(NUMBERS, st.integers(0, 2))
def test_a_value_and_its_record_show_the_digits_of_the_rounded_record(value: float, digits: int) -> None:
    record = round(value, 4)
    by_a_reader = Decimal(str(record)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert decimal(value, digits) == decimal(record, digits)
    assert Decimal(decimal(value, digits)) == by_a_reader


@given(NUMBERS)
def test_a_change_of_the_opposite_sign_shows_the_same_digits(value: float) -> None:
    assert decimal(-value).lstrip("-") == decimal(value).lstrip("-")


def test_beside_a_limit_a_number_has_the_decimals_that_show_its_side() -> None:
    assert [beside(value, 2.0, 1) for value in (2.04, 2.004, 1.96, 2.0, 3.21)] == [
        "2.04",
        "2.004",
        "1.96",
        "2.0",
        "3.2",
    ]


def test_no_result_is_formatted_in_another_way() -> None:
    modules = [file for name in RESULTS for file in (PACKAGE / name).rglob("*.py")]
    templates = list(PACKAGE.rglob("*.j2"))
    assert len(modules) > 100
    assert len(templates) > 5
    found = [place for file in modules if file.name != "decimals.py" for place in _number_formats(file)]
    found += [str(file) for file in templates if FIXED_DECIMALS.search(file.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize("code", ['f"{x:.2f}"', 'f"{x:+.{n}f}"', '"{:.1%}".format(x)', '"%.3f" % x'])
def test_formats_of_numbers_are_found(code: str, tmp_path: Path) -> None:
    (file := tmp_path / "module.py").write_text(f"text = {code}\n")
    assert _number_formats(file) == [f"{file}:1"]


def _number_formats(file: Path) -> list[str]:
    """Places of fixed numbers of decimals in format strings, such as ":.2f"."""
    lines = {
        node.lineno
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FormattedValue | ast.Constant) and FIXED_DECIMALS.search(ast.unparse(node))
    }
    return [f"{file}:{line}" for line in sorted(lines)]
