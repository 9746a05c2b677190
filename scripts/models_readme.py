"""The table of the models: python scripts/models_readme.py [--check].

Writes models/README.md from models/manifest.toml, the weight files and the first sentence of each card.
--check writes nothing; it fails where the page is not what would be written.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evaluation.markdown import MarkdownTable

from kltool.weights import ModelEntry, Network, entries, load_entry

FOLDER: Final = Path(__file__).resolve().parents[1] / "models"
PAGE: Final = FOLDER / "README.md"
COMMAND: Final = "python scripts/models_readme.py"
DOES: Final = re.compile(r"^\*\*What it does\.\*\* (.+?)\n\n", re.MULTILINE | re.DOTALL)
COLUMNS: Final = ("model", "what it does", "version", "input", "file", "bytes", "sha256", "trained on")
OPENING: Final = f"""# Models

The weight files of kltool. A file whose hash differs from that in `manifest.toml` is not loaded. The name of
a model leads to its card: what it was trained on, by which commands, its figures and its limits.
**Apache-2.0, the licence of the code, does not cover the weights**: [docs/weights.md](../docs/weights.md)
says what may be done with them. Input: rows x columns of pixels, and channels.

Made by `{COMMAND}` from `manifest.toml`, the files and the cards."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="fail where models/README.md is out of date")
    options = parser.parse_args(arguments)
    made = page()
    if not options.check:
        PAGE.write_text(made, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != made:
        sys.exit(f"{PAGE} is not what the manifest, the files and the cards say; run {COMMAND}")


def page() -> str:
    table = MarkdownTable(COLUMNS, [_row(load_entry(entry)) for entry in entries()])
    return f"{OPENING}\n\n{table}\n"


def _row(network: Network) -> tuple[str, ...]:
    entry = network.entry
    return (
        f"[{entry.name}]({entry.name}.md)",
        _what_it_does(entry),
        entry.version,
        _input(network),
        f"`{entry.file.name}`",
        f"{entry.file.stat().st_size:,}",
        f"`{entry.sha256}`",
        entry.trained_on,
    )


def _what_it_does(entry: ModelEntry) -> str:
    """The paragraph "What it does" of the card, on one line."""
    card = FOLDER / f"{entry.name}.md"
    found = DOES.search(card.read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"{card}: no paragraph 'What it does' found, one expected; add it")
    return " ".join(found[1].split())


def _input(network: Network) -> str:
    """Rows x columns and channels, as the graph states them; a size that it leaves open is a name."""
    _, channels, rows, columns = network.session.get_inputs()[0].shape
    size = f"{rows} x {columns}" if isinstance(rows, int) and isinstance(columns, int) else "any"
    return f"{size}, {channels}"


if __name__ == "__main__":
    main()
