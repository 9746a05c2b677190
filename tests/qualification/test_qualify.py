"""A qualification passes on the release, and fails on anything else."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.errors import InstallationError
from kltool.qualification import installation, operation, qualify
from kltool.qualification.checks import OPERATION, Check, Qualification, WidthCheck
from kltool.qualification.release import TOLERANCE, comparable, differences, numbers, release_records
from kltool.report.html.qualification import qualification_page
from kltool.report.record import reading_record
from kltool.samples import NAMES
from kltool.weights import Models
from tests.conftest import ReadSample

RECORDS = st.recursive(
    st.floats(-1e3, 1e3) | st.text(max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@pytest.fixture(scope="module")
def samples_read(read_sample: ReadSample) -> operation.SampleReadings:
    readings = {name: read_sample(name) for name in NAMES}
    return operation.SampleReadings(readings, {name: reading_record(one) for name, one in readings.items()})


@pytest.fixture
def release() -> dict[str, Any]:
    return release_records()


def test_this_installation_is_the_release(
    samples_read: operation.SampleReadings, models: Models, release: dict[str, Any]
) -> None:
    change, of_change = operation.case_change(samples_read, models)
    of_release = operation.release_check(samples_read, change, release)
    of_truth = operation.truth_check(operation.width_checks(samples_read, release))
    checks = [
        of_change,
        of_release,
        of_truth,
        *(check() for check in installation.INSTALLATION_CHECKS.values()),
    ]
    assert [(check.name, check.details) for check in checks if not check.passed] == []


def test_another_number_another_word_and_a_missing_knee_fail(
    samples_read: operation.SampleReadings, models: Models, release: dict[str, Any]
) -> None:
    change, _ = operation.case_change(samples_read, models)
    other_width, other_quality, without = (deepcopy(release) for _ in range(3))
    other_width["bilateral.dcm"]["knees"][0]["joint_space"]["medial"]["minimum_mm"] += 0.05
    other_quality["bilateral.dcm"]["knees"][0]["quality"] = "poor"
    without["bilateral.dcm"]["knees"].pop()
    for altered, place in ((other_width, "minimum_mm"), (other_quality, "quality"), (without, "knees")):
        check = operation.release_check(samples_read, change, altered)
        assert not check.passed
        assert len(check.details) == 1
        assert place in check.details[0]


def test_widths_beyond_their_errors_fail() -> None:
    far = tuple(WidthCheck("knee", "medial minimum", 4.0, 4.5, 0.1, 4.5) for _ in range(3))
    check = operation.truth_check(far)
    assert not check.passed
    assert "4.50 mm, truth 4.00 mm" in check.details[0]


@given(
    st.recursive(
        st.floats(-1e3, 1e3) | st.text(max_size=3) | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    )
)
def test_a_record_does_not_differ_from_itself(record: Any) -> None:
    assert list(differences(record, record)) == []


@given(st.floats(-100, 100), st.floats(-2, 2))
def test_a_number_differs_where_it_is_beyond_the_tolerance(expected: float, step: float) -> None:
    found = expected + step * TOLERANCE * max(1.0, abs(expected))
    beyond = abs(found - expected) > TOLERANCE * max(1.0, abs(expected), abs(found)) * (1 + 1e-9)
    within = abs(found - expected) < TOLERANCE * max(1.0, abs(expected)) * (1 - 1e-9)
    differs = bool(list(differences({"a": [found]}, {"a": [expected]})))
    assert differs or not beyond
    assert not differs or not within


def test_what_differs_from_run_to_run_is_left_out_and_nothing_else() -> None:
    record = {
        "source": "x",
        "produced_by": {"utc": "now", "kltool": "1", "file_sha256": "ab"},
        "knees": [{"kl": 2}],
    }
    assert comparable(record) == {"produced_by": {"file_sha256": "ab"}, "knees": [{"kl": 2}]}
    assert list(numbers(record)) == [2.0]


def test_a_model_that_was_altered_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    entries = installation.entries()
    file = tmp_path / "altered.onnx"
    file.write_bytes(entries[0].file.read_bytes() + b"x")
    monkeypatch.setattr(installation, "entries", lambda: (replace(entries[0], file=file), *entries[1:]))
    check = installation._models()
    assert not check.passed
    assert check.found == f"{len(entries) - 1} of {len(entries)}"


def test_a_decoder_that_is_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "decoders", lambda: {"JPEG 2000": [], "RLE": ["pydicom"]})
    assert not installation._decoders().passed


def test_figures_of_the_release_that_cannot_be_read_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kltool.qualification.release.FILE", "none.json")
    with pytest.raises(InstallationError, match="reinstall"):
        release_records()


def test_the_page_says_what_failed_and_escapes_what_it_quotes() -> None:
    checks = (
        Check(OPERATION, "good", "1", "1", True),
        Check(OPERATION, "bad", "<b>", "<script>", False, ("a & b",)),
    )
    width = WidthCheck("knee, right", "medial minimum", 4.0, 4.1, 0.1, 4.1)
    result = Qualification("9.9", "2026-01-02T03:04:05+00:00", {"machine": "<m>"}, checks, (width,))
    page = qualification_page(result.to_dict(), "ab" * 32)
    assert "Qualification of kltool 9.9: FAILED" in page
    assert "<script>&lt;" not in page
    assert "&lt;script&gt;" in page
    assert "a &amp; b" in page
    assert "+0.10" in page
    assert "ab" * 32 in page
    assert "not a medical device" in page
    assert not result.passed


@pytest.mark.parametrize("missing", ["sample_path", "_truth", "load_models", "release_records"])
def test_whatever_is_missing_fails_its_checks_and_the_others_are_made(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> Any:
        raise FileNotFoundError("/home/doe/secret")

    monkeypatch.setattr(operation, missing, gone)
    monkeypatch.setattr(operation, "batch_check", lambda samples: Check(OPERATION, "batch", "", "", True))
    result = qualify()
    failed = [check for check in result.checks if not check.passed]
    assert failed
    assert not result.passed
    assert all("not made: unexpected FileNotFoundError" in check.found for check in failed)
    assert "secret" not in qualification_page(result.to_dict(), "")
    assert len(result.checks) == 11


def test_code_that_was_added_to_an_installation_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_is_editable", lambda installed: False)
    check = installation._files()  # a checkout, as if it were an installation: nothing in it was recorded
    assert not check.passed
    assert any("not of the release" in line for line in check.details)


def test_a_checkout_is_not_compared_and_says_so() -> None:
    check = installation._files()
    assert check.outcome == "not compared" or not installation._is_editable(
        installation.distribution("kltool")
    )


def test_a_standard_deviation_may_differ_by_one_per_cent() -> None:
    assert not list(differences({"area_sd_px2": 16.88}, {"area_sd_px2": 16.83}))
    assert not list(differences({"at_sd_mm": {"0.250": 10.05}}, {"at_sd_mm": {"0.250": 10.0}}))
    assert list(differences({"area_px2": 16.88}, {"area_px2": 16.83}))
