"""Self-contained HTML pages: one file, no network access, readable without scripts and in print."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from kltool.errors import UsageError
from kltool.escaping import escaped
from kltool.files import write_file
from kltool.values.decimals import decimal
from kltool.values.reading import DISCLAIMER

SCRIPT: Final = "register.js"


def render(template: str, **values: object) -> str:
    """Render a template of this folder with values; all text in them is escaped.

    Its content security policy allows embedded images and styles, and no script but SCRIPT.
    """
    script = files("kltool.report.html").joinpath(SCRIPT).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = _environment().get_template(template)
    return page.render(disclaimer=DISCLAIMER, script=script, script_sha256=digest, **values)


def save(page: str, file: Path) -> None:
    """Write a page as UTF-8. Raises UsageError where the file cannot be written."""
    try:
        write_file(file, page.encode())
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}); choose a file in an existing, writable folder"
        ) from error


def base_name(source: str) -> str:
    """The name of a file without its folders, with separators of any system."""
    return source.replace("\\", "/").rsplit("/", 1)[-1]


def _shown(value: object) -> object:
    """What is markup already stays as it is."""
    return escaped(value) if type(value) is str else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kltool.report.html", "."),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["decimal"] = decimal
    return environment
