"""Figures of the code itself: python scripts/code_figures.py [--old FOLDER] [--out docs/results/code.md].

Of kltool/ and scripts/evaluation/: lines of functions, share of functions that state the type they return,
files of more than 300 lines, and runs of six lines that stand in two places. --old: a checkout of another
version, measured beside this one.
"""

import argparse
import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDERS: Final = ("kltool", "scripts/evaluation")
LONG_FILE: Final = 300
RUN: Final = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """lines: of the code. function_lines: of each function, its signature and docstring included."""

    files: int
    lines: int
    function_lines: tuple[int, ...]
    typed: int
    long_files: tuple[str, ...]
    runs: tuple[str, ...]

    def rows(self) -> Iterator[tuple[str, str]]:
        count = len(self.function_lines)
        yield "files", str(self.files)
        yield "lines", f"{self.lines:,}"
        yield "functions", f"{count:,}"
        yield "lines of a function: median", f"{median(self.function_lines):.0f}"
        yield "lines of a function: 90th percentile", f"{quantiles(self.function_lines, n=10)[-1]:.0f}"
        yield "functions that state what they return", f"{100 * self.typed / count:.1f}%"
        yield f"files of more than {LONG_FILE} lines", f"{len(self.long_files)}"
        yield f"runs of {RUN} lines that stand in two places", f"{len(self.runs)}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--old", type=Path, help="checkout of another version")
    parser.add_argument("--out", type=Path, help="page to write the figures to")
    options = parser.parse_args()
    roots = [options.old, ROOT] if options.old else [ROOT]
    found = {f"version {_version_of(root)}": figures_of(root) for root in roots}
    page = _page(found)
    print(page)
    if options.out:
        options.out.write_text(page)


def _version_of(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"])


def figures_of(root: Path) -> Figures:
    paths = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]
    texts = {str(path.relative_to(root)): path.read_text() for path in paths}
    functions = [
        node
        for text in texts.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    sizes = {name: text.count("\n") for name, text in texts.items()}
    return Figures(
        len(texts),
        sum(sizes.values()),
        tuple((node.end_lineno or node.lineno) - node.lineno + 1 for node in functions),
        sum(node.returns is not None for node in functions),
        tuple(name for name, size in sizes.items() if size > LONG_FILE),
        tuple(_runs(texts)),
    )


def _runs(texts: dict[str, str]) -> Iterator[str]:
    """Where six lines with words in them stand that stand elsewhere, too; imports do not count."""
    places: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, text in texts.items():
        lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if _counts(line)]
        for start in range(len(lines) - RUN + 1):
            run = tuple(line for _, line in lines[start : start + RUN])
            places[run].append(f"{name}:{lines[start][0]}")
    yield from (" and ".join(where) for where in places.values() if len(where) > 1)


def _counts(line: str) -> bool:
    """Brackets alone, imports and lists of imported names are not code that was written twice."""
    words = line.strip()
    return any(letter.isalpha() for letter in words) and not words.startswith(("import ", "from "))


def _page(found: dict[str, Figures]) -> str:
    names = list(found)
    columns: Sequence[dict[str, str]] = [dict(figures.rows()) for figures in found.values()]
    rows = [f"| {row} | {' | '.join(column[row] for column in columns)} |" for row in columns[0]]
    present = list(found.values())[-1]
    long_files = ", ".join(f"`{name}`" for name in present.long_files)
    runs = "\n".join(f"- {where}" for where in present.runs)
    return "\n".join(
        [
            "# The code in figures",
            "",
            "Made by `python scripts/code_figures.py`.",
            "",
            f"| | {' | '.join(names)} |",
            f"|---|{'---|' * len(names)}",
            *rows,
            "",
            f"Longest files: {long_files or 'none'}.",
            *(["", "Runs that stand twice:", "", runs] if runs else []),
            "",
        ]
    )


if __name__ == "__main__":
    main()
