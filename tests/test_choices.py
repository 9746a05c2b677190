"""Every constant that names its source names one that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"docs/(choices[a-z-]*\.md)((?: and)? ?#[a-z-]+(?: and #[a-z-]+)*)")


def named_sources() -> set[tuple[str, str]]:
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "kltool").rglob("*.py"))
    pairs = (found.groups() for text in texts for found in NAMED.finditer(text))
    return {(page, anchor) for page, anchors in pairs for anchor in re.findall(r"#([a-z-]+)", anchors)}


@pytest.mark.parametrize(("page", "anchor"), sorted(named_sources()))
def test_a_source_that_the_code_names_is_a_heading_of_that_page(page: str, anchor: str) -> None:
    headings = re.findall(r"(?m)^#+ (.+)$", (ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert anchor in [heading.strip().lower().replace(" ", "-") for heading in headings]
