"""The size of an environment with kltool alone: python scripts/install_size.py [--old CHECKOUT] [--out PAGE].

Each wheel is built, installed in a fresh virtual environment with what it needs from the package index, and
runs `kltool doctor`.
"""

import argparse
import platform
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 12  # packages listed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=Path, help="a checkout of an earlier version")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    checkouts = {"this version": ROOT, **({_commit(given.old): given.old} if given.old else {})}
    page = "\n".join(_page(checkouts)) + "\n"
    if given.out:
        given.out.write_text(page, encoding="utf-8")
    print(page)


def _page(checkouts: dict[str, Path]) -> Iterator[str]:
    yield "# Size of an installation\n"
    yield (
        f"A fresh environment with kltool alone, pip and setuptools included: {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}. MB of 10⁶ bytes, byte code included. "
        "Command: `python scripts/install_size.py --old ../kltool-0.1.0`.\n"
    )
    yield "| environment | kltool | packages | MB |\n|---|---|---|---|"
    largest: dict[str, int] = {}
    for name, checkout in checkouts.items():
        with TemporaryDirectory() as folder:
            python = _installed(checkout, Path(folder))
            packages = _sizes(Path(folder) / "environment")
            listed = _run(python, "-m", "pip", "list", "--format=freeze").split()
        largest = largest or packages
        version = next(line for line in listed if line.startswith("kltool"))
        yield f"| {name} | {version} | {len(listed)} | {sum(packages.values()) / 1e6:.0f} |"
    yield "\nThe largest of this version:\n\n| folder | MB |\n|---|---|"
    for name, size in sorted(largest.items(), key=lambda one: -one[1])[:LARGEST]:
        yield f"| {name} | {size / 1e6:.0f} |"


def _commit(checkout: Path) -> str:
    return (
        "commit " + _run(Path("git"), "-C", str(checkout.resolve()), "rev-parse", "--short", "HEAD").strip()
    )


def _installed(checkout: Path, folder: Path) -> Path:
    """The Python of a fresh environment with the wheel of a checkout."""
    _run(Path(sys.executable), "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder), str(checkout))
    venv.create(folder / "environment", with_pip=True)
    python = folder / "environment" / "bin" / "python"
    (wheel,) = folder.glob("kltool-*.whl")
    _run(python, "-m", "pip", "install", "--quiet", str(wheel))
    _run(python, "-m", "kltool", "doctor")
    return python


def _sizes(environment: Path) -> dict[str, int]:
    """Bytes by folder of site-packages, and of the rest together."""
    (packages,) = environment.glob("lib/python*/site-packages")
    sizes = {entry.name: _size(entry) for entry in packages.iterdir()}
    return {**sizes, "the environment itself": _size(environment) - sum(sizes.values())}


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.lstat().st_size for file in files if not file.is_dir() or file.is_symlink())


def _run(python: Path, *arguments: str) -> str:
    done = subprocess.run([python, *arguments], capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise SystemExit(f"{python} {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
