"""kltool calibrate: tables or a manifest in, site file and page out; --site of the commands that read."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kltool.errors import Exit
from kltool.sites import calibrate as calibrate_module
from kltool.sites.curve import CurvePoint
from kltool.weights import entry_of
from tests.agreement.simulated import write_csv
from tests.messages import holds
from tests.sites.simulated import site, site_table
from tests.tables.oai_tables import semiquantitative

Kltool = Callable[..., Any]
EXTERNAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "external"
STRICT = (1.3, 2.3, 3.3, 4.3)


@pytest.fixture(autouse=True)
def short_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve has tests of its own."""
    points = [CurvePoint(20, 0.7, 0.6, 0.8), CurvePoint(54, 0.8, 0.7, 0.9)]
    monkeypatch.setattr(calibrate_module, "learning_curve", lambda films: iter(points))


@pytest.fixture
def site_file(kltool: Kltool, tmp_path: Path) -> Path:
    model = f"kltool-0.2.0 grader-1:{entry_of('grader').sha256[:8]}"
    table = site_table(tmp_path / "graded.csv", site(60, STRICT), model)
    out = tmp_path / "site.toml"
    said = kltool("calibrate", str(table), "--out", str(out), "--replicates", "100")
    assert said.code == Exit.OK
    assert holds(said.words, "With 60 films: kappa 0.", "before 0.", str(out), "not a medical device")
    return out


def test_the_site_file_and_its_page_are_written(site_file: Path) -> None:
    page = site_file.with_suffix(".html").read_text("utf-8")
    assert hashlib.sha256(site_file.read_bytes()).hexdigest() in page
    assert holds(page, "How many films are enough", "With 60 films")


def test_every_command_that_reads_uses_it_and_says_so(
    kltool: Kltool, site_file: Path, samples: Path, tmp_path: Path
) -> None:
    film, sha256 = str(samples / "knee_right_normal.dcm"), hashlib.sha256(site_file.read_bytes()).hexdigest()
    shipped, calibrated = (
        json.loads(kltool("read", film, "--json", *options).out)
        for options in ((), ("--site", str(site_file)))
    )
    assert calibrated["produced_by"]["calibration"] == sha256
    assert calibrated["knees"][0]["kl"]["expected"] < shipped["knees"][0]["kl"]["expected"]
    assert holds(shipped["knees"][0]["kl"]["promised_for"], "OAI")
    assert holds(kltool("read", film).words, "Prediction sets are promised only", "OAI")
    assert holds(kltool("read", film, "--site", str(site_file)).words, "films like the 60", sha256[:8])
    case = [str(samples / "case" / name) for name in ("before.dcm", "after.dcm")]
    change = json.loads(kltool("compare", *case, "--json", "--site", str(site_file)).out)
    assert change["produced_by"]["before"]["calibration"] == sha256
    out = tmp_path / "table"
    said = kltool("batch", film, "--out", str(out), "--jobs", "1", "--site", str(site_file))
    assert said.code == Exit.OK
    (row,) = csv.DictReader((out / "readings.csv").read_text("utf-8").splitlines())
    assert row["model"].endswith(f" site:{sha256[:8]}")
    assert float(row["kl_expected"]) == pytest.approx(calibrated["knees"][0]["kl"]["expected"], abs=1e-3)
    assert json.loads((out / "run.json").read_text())["settings"]["site.calibration"] == sha256
    again = kltool("batch", film, "--out", str(out), "--jobs", "1")
    assert again.code == Exit.USAGE  # a run is not continued with another calibration
    refused = kltool("calibrate", str(out / "readings.csv"), "--out", str(tmp_path / "two.toml"))
    assert refused.code == Exit.USAGE


def test_a_batch_is_calibrated_by_a_table_of_the_oai(kltool: Kltool, tmp_path: Path) -> None:
    films = site(60, STRICT)
    model = f"kltool-0.2.0 grader-1:{entry_of('grader').sha256[:8]}"
    batch = site_table(tmp_path / "readings.csv", films, model)
    batch.write_text(batch.read_text("utf-8").replace("given_kl", "other"), encoding="utf-8")
    rows = [(f"S{film}", "21"[film % 2], "15", f"{kl}: {kl}") for film, kl in enumerate(films.grades[:50])]
    again = [(subject, side, "37", kl) for subject, side, _, kl in rows[:30]]
    table = semiquantitative(tmp_path / "kxr_sq_bu00.txt", [*rows, *again, ("9000001", "1", "15", "0: 0")])
    out = tmp_path / "site.toml"
    options = ("--out", str(out), "--replicates", "100", "--reader", "kxr_sq_bu00 project 15")
    said = kltool("calibrate", str(batch), str(table), *options)
    assert said.code == Exit.OK
    counts = "50 knees of readings.csv found in kxr_sq_bu00.txt, 10 not; 1 knee in kxr_sq_bu00.txt alone."
    assert holds(said.words, "With 50 films: kappa 0.", counts)
    assert counts in out.with_suffix(".html").read_text("utf-8")
    assert "project 15" in out.read_text("utf-8")


def test_a_site_file_of_another_grader_is_refused(kltool: Kltool, site_file: Path, samples: Path) -> None:
    text = site_file.read_text().replace(entry_of("grader").sha256, "00" * 32)
    site_file.write_text(text)
    film = str(samples / "knee_right_normal.dcm")
    for command in (("read", film), ("compare", film, film), ("batch", film, "--out", "table")):
        said = kltool(*command, "--site", str(site_file))
        assert said.code == Exit.USAGE
        assert holds(said.err, "00000000", entry_of("grader").sha256[:8])


def test_a_grade_above_4_is_refused_with_its_line(kltool: Kltool, tmp_path: Path) -> None:
    table = site_table(tmp_path / "graded.csv", site(30))
    lines = table.read_text().splitlines()
    lines[4] = f"{lines[4].rsplit(',', 1)[0]},9"
    table.write_text("\n".join(lines))
    said = kltool("calibrate", str(table), "--out", "site.toml")
    assert said.code == Exit.USAGE
    assert holds(said.err, "graded.csv, line 5", "9", "--missing")
    assert not Path("site.toml").exists()


@pytest.mark.parametrize("out", ["site.json", "site"])
def test_another_kind_of_file_is_refused(kltool: Kltool, out: str, tmp_path: Path) -> None:
    table = site_table(tmp_path / "graded.csv", site(30))
    said = kltool("calibrate", str(table), "--out", out)
    assert said.code == Exit.USAGE
    assert holds(said.err, f"--out {out}", ".toml")


@pytest.mark.parametrize(
    ("manifests", "facts"),
    [
        (["path,KL grade\na.png,1"], ("one.csv", "path, KL grade", "path and kl expected")),
        (["image,kl\na.png,1"], ("one.csv", "image", "path and kl expected")),
        (["path,reader,kl\na.png,A,1\na.png,B,2"], ("several readers", "kltool batch")),
        (["path,kl\na.png,1.5"], ("one.csv, line 2", "1.5", "a KL grade")),
        (["path,kl\na.png,KL1"], ("one.csv, line 2", "a KL grade")),
        (["path,kl\na.png,1\nb.png,"], ("1 found", "20")),
        (["path,kl\na.png,1", "path,kl\na.png,2"], ("2 tables", "kltool batch", "reader")),
    ],
)
def test_a_manifest_is_refused_before_its_films_are_read(
    manifests: list[str], facts: tuple[str, ...], kltool: Kltool, tmp_path: Path
) -> None:
    files = [tmp_path / f"{name}.csv" for name in ("one", "two")[: len(manifests)]]
    for file, text in zip(files, manifests, strict=True):
        file.write_text(text)
    said = kltool("calibrate", *map(str, files), "--out", str(tmp_path / "site.toml"))
    assert said.code == Exit.USAGE
    assert holds(said.err, *facts)
    assert "reading the films" not in said.err
    assert not (tmp_path / "site-readings").exists()


def test_a_file_that_is_there_is_never_overwritten(kltool: Kltool, site_file: Path) -> None:
    table, before = str(site_file.with_name("graded.csv")), site_file.read_bytes()
    for options in (
        ("--out", str(site_file)),
        ("--out", str(site_file.with_name("two.toml")), "--page", str(site_file.with_suffix(".html"))),
    ):
        said = kltool("calibrate", table, *options)
        assert said.code == Exit.USAGE
        assert holds(said.err, "is there already", "another name")
    said = kltool("calibrate", table, "--out", str(site_file.with_name("two.toml")), "--page", table)
    assert said.code == Exit.USAGE
    assert holds(said.err, "--page", ".html")
    assert site_file.read_bytes() == before
    assert not site_file.with_name("two.toml").exists()


def test_the_films_of_a_manifest_are_read_first(kltool: Kltool, tmp_path: Path) -> None:
    """Real knees of another hospital."""
    if not EXTERNAL.is_dir():
        pytest.skip("../shared/data is absent")
    with (EXTERNAL / "labels.csv").open() as table:
        single = [row for row in csv.DictReader(table) if row["kind"] == "single"]
    rows = [[str(EXTERNAL / row["image"]), "right", row["expert1_kl"]] for row in single[::6]]
    Image.new("L", (400, 400), 90).save(tmp_path / "blank.png")
    rows.append(["blank.png", "right", 0])
    manifest = write_csv(tmp_path / "graded.csv", ["path", "side", "kl"], rows)
    said = kltool("calibrate", str(manifest), "--out", str(tmp_path / "site.toml"), "--replicates", "100")
    assert said.code == Exit.OK
    readings = (tmp_path / "site-readings" / "readings.csv").read_text("utf-8").splitlines()
    read = sum(row["kl"] != "" for row in csv.DictReader(readings))
    assert holds(said.words, f"With {read} films: kappa 0.", "Cross-fitted over films")
    assert holds(said.words, "Excluded: kltool", "status refused")
