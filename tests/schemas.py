"""The schemas of docs/, ready to validate."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

Json = dict[str, Any]
DOCS = Path(__file__).resolve().parents[1] / "docs"
NAMES = ("reading.schema.json", "change.schema.json", "timeline.schema.json")
SCHEMAS: dict[str, Json] = {name: json.loads((DOCS / name).read_text()) for name in NAMES}
REGISTRY: Registry[Any] = Registry().with_resources(
    [(name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()]
)
READING, CHANGE, TIMELINE = (Draft202012Validator(SCHEMAS[name], registry=REGISTRY) for name in NAMES)


def problems(validator: Draft202012Validator, record: Json) -> list[str]:
    """Where a record does not keep to its schema."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(record)]
