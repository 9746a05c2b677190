"""What --json prints keeps to the schemas in docs/, which describe every field."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from kltool import reading
from kltool.intake import load
from kltool.reading import Settings
from tests.intake.films import png
from tests.schemas import CHANGE, DOCS, NAMES, READING, SCHEMAS, TIMELINE, Json, problems

Kltool = Callable[..., Any]


def held(validator: Draft202012Validator, said: Any) -> list[Json]:
    """The records printed, each of which keeps to the schema."""

    def no_constant(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    found = [json.loads(line, parse_constant=no_constant) for line in said.out.splitlines()]
    for record in found:
        assert problems(validator, record) == []
    return found


def without_spacing(samples: Path, name: str, folder: Path) -> Path:
    pixels = load(samples / name).pixels
    file = folder / f"{Path(name).stem}.png"
    file.write_bytes(png(((pixels - pixels.min()) / np.ptp(pixels) * 65535).astype(np.uint16)))
    return file


@pytest.mark.parametrize("name", NAMES)
def test_the_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def fields(schema: Any, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every property below a schema."""
    if isinstance(schema, dict):
        for group in ("properties", "patternProperties"):
            if "if" not in schema and path.rsplit("/", 1)[-1] not in ("then", "if"):
                yield from ((f"{path}/{name}", field) for name, field in schema.get(group, {}).items())
        for key, part in schema.items():
            yield from fields(part, f"{path}/{key}")
    elif isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from fields(part, f"{path}/{number}")


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_described_and_every_object_is_closed(name: str) -> None:
    found = dict(fields(SCHEMAS[name]))
    assert len(found) > 40
    assert [path for path, field in found.items() if not field.get("description")] == []

    def objects(part: Any) -> Iterator[Json]:
        if isinstance(part, dict):
            if part.get("type") == "object":
                yield part
            for value in part.values():
                yield from objects(value)
        elif isinstance(part, list):
            for value in part:
                yield from objects(value)

    assert all(one["additionalProperties"] is False for one in objects(SCHEMAS[name]))


def case(samples: Path) -> tuple[Path, Path]:
    return samples / "case" / "before.dcm", samples / "case" / "after.dcm"


def manifest(samples: Path, folder: Path) -> Path:
    """A table of two visits of the sample case."""
    file = folder / "visits.csv"
    rows = [f"{film},{film.stem}" for film in case(samples)]
    file.write_text("\n".join(["path,visit", *rows]) + "\n", encoding="utf-8")
    return file


def test_every_field_that_is_printed_is_in_the_guide(kltool: Kltool, samples: Path, tmp_path: Path) -> None:
    guide = (DOCS / "output.md").read_text()
    (record,) = held(READING, kltool("read", "--json", samples / "knee_right_normal.dcm"))
    (change,) = held(
        CHANGE,
        kltool("compare", "--json", "--claim", "3:2", *case(samples)),
    )
    (timeline,) = held(TIMELINE, kltool("compare", "--json", "--manifest", manifest(samples, tmp_path)))
    knee = record["knees"][0]
    for part in (
        record,
        record["produced_by"],
        knee,
        knee["kl"],
        knee["spacing"],
        knee["joint_space"],
        knee["joint_space"]["medial"],
        change,
        change["kl"],
        change["widths"]["medial minimum"],
        change["widths"]["medial minimum"]["linked"],
        change["widths"]["medial minimum"]["linked"]["error"],
        change["identity_match"],
        change["claim"],
        change["produced_by"]["error_model"],
        timeline,
        timeline["slopes"]["medial minimum"],
    ):
        for name in part:
            assert re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", guide), name


def test_readings_with_millimetres_keep_to_the_schema(kltool: Kltool, samples: Path) -> None:
    found = held(READING, kltool("read", "--json", samples))
    assert [record["status"] for record in found] == ["ok"] * 6
    assert {knee["spacing"]["tier"] for record in found for knee in record["knees"]} == {"geometry"}
    assert {len(record["knees"]) for record in found} == {1, 2}


def test_readings_without_millimetres_keep_to_the_schema_and_hold_none(
    kltool: Kltool, samples: Path, tmp_path: Path
) -> None:
    file = without_spacing(samples, "knee_right_normal.dcm", tmp_path)
    (record,) = held(READING, kltool("read", "--json", "--side", "right", file))
    for compartment in (record["knees"][0]["joint_space"][name] for name in ("medial", "lateral")):
        for absent in (compartment["minimum_mm"], compartment["minimum_sd_mm"]):
            assert set(absent) == {"not_measured"}
            assert "no pixel spacing" in absent["not_measured"]
        assert all(set(width) == {"not_measured"} for width in compartment["at_mm"].values())
        assert compartment["minimum_px"] > 0
        assert compartment["minimum_percent"] > 0


def test_refused_and_failed_images_keep_to_the_schema(
    kltool: Kltool, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "words").write_text("only words")
    noise = np.random.default_rng(5).integers(0, 255, (300, 300), np.uint8)
    (tmp_path / "noise.png").write_bytes(png(noise))

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("unheard of")

    refused = kltool("read", "--json", tmp_path / "words", tmp_path / "noise.png")
    monkeypatch.setattr(reading, "read", broken)
    failed = kltool("read", "--json", samples / "knee_right_normal.dcm")
    codes = [(r["status"], r["code"]) for said in (refused, failed) for r in held(READING, said)]
    assert codes == [("refused", "not_an_image"), ("refused", "no_knee"), ("failed", "RuntimeError")]


def test_changes_keep_to_the_schema_with_and_without_millimetres_and_where_not_comparable(
    kltool: Kltool, samples: Path, tmp_path: Path
) -> None:
    before, after = samples / "case" / "before.dcm", samples / "case" / "after.dcm"
    (in_mm,) = held(CHANGE, kltool("compare", "--json", before, after))
    bare = [without_spacing(samples, f"case/{name}.dcm", tmp_path) for name in ("before", "after")]
    (in_percent,) = held(CHANGE, kltool("compare", "--json", "--side", "right", *bare))
    (apart,) = held(CHANGE, kltool("compare", "--json", before, samples / "knee_right_normal.dcm"))
    both = held(CHANGE, kltool("compare", "--json", *[samples / "bilateral.dcm"] * 2))
    assert {width["unit"] for width in in_mm["widths"].values()} == {"mm"}
    assert {width["unit"] for width in in_percent["widths"].values()} == {"% of tibial width"}
    assert all("not_measured" in width for width in apart["widths"].values())
    assert [change["side"] for change in both] == ["right", "left"]


def test_the_schema_is_strict(kltool: Kltool, samples: Path) -> None:
    (record,) = held(READING, kltool("read", "--json", samples / "knee_right_normal.dcm"))
    for altered in (
        {**record, "new": 1},
        {name: value for name, value in record.items() if name != "notes"},
        {**record, "status": "refused"},
        {**record, "knees": []},
        {**record, "knees": [{**record["knees"][0], "tibial_width_px": None}]},
        {**record, "knees": [{**record["knees"][0], "side": "both"}]},
    ):
        assert not READING.is_valid(altered)


def test_a_record_names_every_model_and_setting_that_made_it(kltool: Kltool, samples: Path) -> None:
    (record,) = held(READING, kltool("read", "--json", samples / "knee_right_normal.dcm"))
    made = record["produced_by"]
    assert {name.rsplit("-", 1)[0] for name in made["models"]} == {
        "finder",
        "aspect",
        "landmarks",
        "margins",
        "grader",
        "letters",
    }
    assert made["settings"] == Settings().to_dict()
    assert len(made["file_sha256"]) == len(made["pixels_sha256"]) == 64
