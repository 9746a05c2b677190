"""Every example of the documentation runs as it stands, and its Python passes the type checker.

A page becomes one script: its Python blocks as they are, its shell blocks run by bash in between, all in one
empty folder. Blocks that cannot run (installation, addresses) have the language `text`.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
README: Final = ROOT / "README.md"  # its shell blocks install kltool: .ci/run has them in clones of their own
NOT_READ: Final = ("results", "notebooks")  # folders of docs whose pages are made by scripts and notebooks
BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN: Final = ("python", "bash")
FILMS: Final = {  # what pages read as their reader's own films
    "README.md": {"before.dcm": "case/before.dcm", "after.dcm": "case/after.dcm"},
    "docs/api.md": {"film.dcm": "knee_right_normal.dcm"},
}
SLOW: Final = ("docs/howto/researcher.md", "docs/howto/trial-site.md", "docs/tutorial.md")  # over 20 s each
NEVER_RUN: Final = ("console", "sh", "shell", "py", "pycon", "ipython")  # would look like examples that run

SHELL: Final = '''\
def _shell(commands):
    """Run by bash; its variables and folder persist."""
    import os, pathlib, subprocess
    state = pathlib.Path("{state}")
    script = f"set -a\\n{{commands}}\\nenv -0 > {{state}}"
    subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True)
    os.environ.update(pair.split("=", 1) for pair in state.read_text().split("\\0") if pair)
    os.chdir(os.environ["PWD"])


'''


@dataclass(frozen=True, slots=True)
class Block:
    language: str
    text: str


def blocks_of(page: Path) -> list[Block]:
    """The blocks that run, in the order of the page."""
    found = [Block(*parts) for parts in BLOCK.findall(page.read_text(encoding="utf-8"))]
    strange = {block.language for block in found} & set(NEVER_RUN)
    assert not strange, f"{page}: blocks of {strange} found; one of {RUN} expected, or text"
    languages = ("python",) if page == README else RUN
    return [block for block in found if block.language in languages]


def script_of(blocks: list[Block], state: Path) -> str:
    """state: the file that carries the variables of the shell from block to block."""
    return SHELL.format(state=state) + "\n".join(
        block.text if block.language == "python" else f"_shell({block.text!r})\n" for block in blocks
    )


def pages() -> list[Path]:
    """Those with a block that runs."""
    documents = (ROOT / "docs").rglob("*.md")
    own = [page for page in documents if not set(page.relative_to(ROOT).parts) & set(NOT_READ)]
    return [page for page in (README, *sorted(own)) if blocks_of(page)]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=name_of(page), marks=[pytest.mark.slow] if name_of(page) in SLOW else [])
        for page in pages()
    ],
)
def test_the_blocks_of_a_page_run_in_their_order(page: Path, tmp_path: Path) -> None:
    here, script = tmp_path / "here", tmp_path / "page.py"
    here.mkdir()
    for film, sample in FILMS.get(name_of(page), {}).items():
        shutil.copy(ROOT / "sample_images" / sample, here / film)
    script.write_text(script_of(blocks_of(page), tmp_path / "state"), encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, script],
        cwd=here,
        env={**os.environ, "PATH": path, "MPLBACKEND": "agg", "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_the_python_of_every_page_passes_mypy_strict(tmp_path: Path) -> None:
    scripts = []
    for page in pages():
        blocks = [block for block in blocks_of(page) if block.language == "python"]
        scripts.append(tmp_path / f"{name_of(page).replace('/', '_').removesuffix('.md')}.py")
        scripts[-1].write_text("\n".join(block.text for block in blocks), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *scripts],
        cwd=ROOT,  # its configuration
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
