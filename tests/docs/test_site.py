"""The site of docs/ is built without a warning, is complete, and loads nothing from elsewhere."""

import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import kltool
from kltool.values.reading import DISCLAIMER

ROOT = Path(__file__).resolve().parents[2]
REMOTE = re.compile(r"(?:https?:)?//")
LOADED = ("src", "srcset", "poster", "data", "background")  # of any element; `href` loads in <link> alone
LOADED_BY_STYLE = re.compile(r"url\(\s*['\"]?((?:https?:)?//[^'\")]+)|@import\s+['\"]((?:https?:)?//[^'\"]+)")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason="pip install 'kltool[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, str(ROOT / "scripts" / "build_site.py"), str(folder)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


class Resources(HTMLParser):
    """The addresses that a browser fetches by itself to show a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = (*LOADED, "href") if tag == "link" else LOADED
        loaded = [value or "" for name, value in attributes if name in names]
        self.addresses += [address for value in loaded for address in value.split(", ")]  # of a srcset
        self.addresses += remote_in_style(dict(attributes).get("style") or "")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self.addresses += remote_in_style(data)


def remote_in_style(text: str) -> list[str]:
    return [one or other for one, other in LOADED_BY_STYLE.findall(text)]


def pages_of(site: Path) -> list[Path]:
    """Without the templates of the theme."""
    return [page for page in site.rglob("*.html") if "_static" not in page.parts]


def remote_resources(site: Path) -> Iterator[tuple[str, str]]:
    for page in pages_of(site):
        for address in Resources(page.read_text(encoding="utf-8")).addresses:
            if REMOTE.match(address):
                yield str(page.relative_to(site)), address
    for style in site.rglob("*.css"):
        for address in remote_in_style(style.read_text(encoding="utf-8")):
            yield str(style.relative_to(site)), address


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    assert list(remote_resources(site)) == []


def test_every_document_is_a_page(site: Path) -> None:
    docs = ROOT / "docs"
    pages = {str(page.relative_to(docs).with_suffix("")) for page in docs.rglob("*.md")}
    assert {"index", "output", "results/grade"} <= pages
    assert [page for page in sorted(pages) if not (site / f"{page}.html").is_file()] == []


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    lines = zlib.decompress((site / "objects.inv").read_bytes().split(b"\n", 4)[4]).decode().splitlines()
    described = {line.split()[0]: line.split()[3] for line in lines if " py:" in line}
    assert [name for name in kltool.__all__ if f"kltool.{name}" not in described] == []
    errors = [
        one for one in vars(kltool.errors).values() if getattr(one, "__module__", "") == "kltool.errors"
    ]
    assert [one for one in errors if f"kltool.errors.{one.__name__}" not in described] == []


def test_anchors_of_choices_are_those_of_the_code(site: Path) -> None:
    page = (site / "choices.html").read_text(encoding="utf-8")
    assert 'id="median"' in page
    assert 'id="repositioning"' in page


def test_schemas_can_be_downloaded(site: Path) -> None:
    downloads = {file.name for file in (site / "_downloads").rglob("*.json")}
    assert {"reading.schema.json", "change.schema.json", "timeline.schema.json"} <= downloads


def test_every_script_of_the_gallery_shows_pictures(site: Path) -> None:
    scripts = [script.stem for script in (ROOT / "docs" / "gallery").glob("plot_*.py")]
    assert len(scripts) > 4
    for name in scripts:
        assert f"sphx_glr_{name}_001" in (site / "examples" / f"{name}.html").read_text(encoding="utf-8")


def test_every_page_says_that_kltool_is_no_medical_device(site: Path) -> None:
    pages = pages_of(site)
    assert [page for page in pages if DISCLAIMER not in page.read_text(encoding="utf-8")] == []
