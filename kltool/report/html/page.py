"""Pages that hold everything they show: one file, no network, readable without scripts and on paper."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kltool.errors import UsageError
from kltool.values.reading import DISCLAIMER

if TYPE_CHECKING:
    from jinja2 import Environment

SCRIPT: Final = "register.js"


def render(template: str, **values: object) -> str:
    """The page that a template of this folder makes of values; all text in them is escaped.

    The page forbids the browser every source but itself, and every script but SCRIPT.
    """
    script = files("kltool.report.html").joinpath(SCRIPT).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = _environment().get_template(template)
    return page.render(disclaimer=DISCLAIMER, script=script, script_sha256=digest, **values)


def save(page: str, file: Path) -> None:
    """Write a page as UTF-8. Raises UsageError where the file cannot be written."""
    try:
        file.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}); name a file in a folder that exists and is yours"
        ) from None


def base_name(source: str) -> str:
    """The name of a film's file without its folders, whatever system they are of."""
    return source.replace("\\", "/").rsplit("/", 1)[-1]


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # late: docs/ARCHITECTURE.md

    return Environment(
        loader=PackageLoader("kltool.report.html", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
