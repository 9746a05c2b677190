"""The path of one film through the packages, from the command line to the record.

python scripts/walk_path.py [FILM] [--out docs/results/path.md]

Runs `kltool read FILM --json` and records every call from one package of kltool into another. The page
lists the packages in the order of their first call, how often each is entered, and from where.
"""

import argparse
import contextlib
import io
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import kltool
from kltool.cli.main import app

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGE: Final = str(Path(kltool.__file__).parent) + "/"


@dataclass
class Walk:
    """entries: calls into each package, by the package that called."""

    entries: dict[str, Counter[str]] = field(default_factory=dict)

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or frame.f_code.co_name.startswith("<"):
            return
        here, caller = package_of(frame), _caller(frame)
        if here and here != caller:
            self.entries.setdefault(here, Counter())[caller or "start"] += 1


def package_of(frame: FrameType) -> str:
    """The package of kltool that a frame runs in; empty elsewhere."""
    file = frame.f_code.co_filename
    return file.removeprefix(PACKAGE).split("/")[0].removesuffix(".py") if file.startswith(PACKAGE) else ""


def _caller(frame: FrameType) -> str:
    """The nearest package of kltool that called."""
    above = frame.f_back
    while above is not None and not package_of(above):
        above = above.f_back
    return package_of(above) if above is not None else ""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "film", type=Path, nargs="?", default=ROOT / "sample_images" / "knee_right_normal.dcm"
    )
    parser.add_argument("--out", type=Path, help="page to write to")
    options = parser.parse_args()
    page = _page(walk(options.film), options.film)
    print(page)
    if options.out:
        options.out.write_text(page)


def walk(film: Path) -> Walk:
    """The second reading of a film: the first one imports modules."""
    walked = Walk()
    for profile in (None, walked):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            sys.setprofile(profile)
            try:
                app(["read", str(film), "--json"])
            finally:
                sys.setprofile(None)
    return walked


def _page(walked: Walk, film: Path) -> str:
    rows = [
        f"| `{package}` | {callers.total():,} | "
        f"{', '.join(f'{caller} {count:,}' for caller, count in callers.most_common())} |"
        for package, callers in walked.entries.items()
    ]
    return "\n".join(
        [
            "# The path of one film",
            "",
            "Made by `python scripts/walk_path.py`: calls from one package into another while "
            f"`kltool read {film.name} --json` runs, packages in the order of their first call.",
            "",
            "| package | entered | from |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    main()
