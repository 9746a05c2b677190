"""How long kltool takes to start: python scripts/start_time.py [--old PYTHON] [--out PAGE].

PYTHON: the interpreter of an environment with another version. Each command runs ROUNDS times, all in turn,
so that a busy moment concerns all of them.
"""

import argparse
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 15
COMMANDS = {
    "a bare interpreter": ("-c", "pass"),
    "`import kltool`": ("-c", "import kltool"),
    "`kltool --help`": ("-m", "kltool", "--help"),
    "`kltool --version`": ("-m", "kltool", "--version"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    pythons = [Path(sys.executable), *([given.old] if given.old else [])]
    page = _page([_version(python) for python in pythons], _milliseconds(pythons))
    if given.out:
        given.out.write_text(page, encoding="utf-8")
    print(page)


def _milliseconds(pythons: list[Path]) -> dict[tuple[str, int], float]:
    """The median of each command of each interpreter."""
    times: dict[tuple[str, int], list[float]] = {}
    for _ in range(ROUNDS + 1):  # the first round fills the caches and does not count
        for name, arguments in COMMANDS.items():
            for number, python in enumerate(pythons):
                began = time.perf_counter()
                subprocess.run([python, *arguments], stdout=subprocess.DEVNULL, check=True, cwd="/")
                times.setdefault((name, number), []).append(1000 * (time.perf_counter() - began))
    return {key: statistics.median(found[1:]) for key, found in times.items()}


def _version(python: Path) -> str:
    command = [python, "-c", "from importlib.metadata import version; print(version('kltool'))"]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout.strip()


def _page(versions: list[str], medians: dict[tuple[str, int], float]) -> str:
    bare = [medians["a bare interpreter", number] for number in range(len(versions))]
    rows = [
        f"| {name} | "
        + " | ".join(
            f"{medians[name, number]:.0f} | {medians[name, number] - bare[number]:.0f}"
            for number in range(len(versions))
        )
        + " |"
        for name in COMMANDS
    ]
    headings = " | ".join(f"{version}, ms | over the bare interpreter, ms" for version in versions)
    return (
        "# Time to start\n\n"
        f"Medians of {ROUNDS} runs, all commands in turn, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}.\n"
        "Command: `python scripts/start_time.py --old ../venv-0.1.0/bin/python`.\n\n"
        f"| command | {headings} |\n|---|" + "---|---|" * len(versions) + "\n" + "\n".join(rows) + "\n"
    )


if __name__ == "__main__":
    main()
