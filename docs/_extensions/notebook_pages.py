"""Notebooks as pages: each is executed when the site is built, and shown with its outputs."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from myst_parser.parsers.sphinx_ import MystParser
from nbclient import NotebookClient
from sphinx.application import Sphinx

FENCE = "``````"  # longer than those of the cells


class NotebookParser(MystParser):
    """A notebook as Markdown. An error in one of its cells ends the build."""

    supported = ("notebook",)

    def parse(self, inputstring: str, document: Any) -> None:
        notebook = nbformat.reads(inputstring, as_version=4)
        with TemporaryDirectory() as folder:
            place = {"metadata": {"path": folder}}
            NotebookClient(notebook, resources=place, extra_arguments=["--log-level=ERROR"]).execute()
        download = f"{{download}}`This page as a notebook <{Path(document['source']).name}>`"
        super().parse("\n\n".join([*_blocks(notebook.cells), download]), document)


def _blocks(cells: list[Any]) -> Iterator[str]:
    for cell in cells:
        if cell.cell_type == "markdown":
            yield cell.source
            continue
        yield f"{FENCE}python\n{cell.source}\n{FENCE}"
        for output in cell.outputs:
            yield _shown(output)


def _shown(output: Any) -> str:
    """The richest form of an output: HTML, else text."""
    data = output.get("data", {})
    if "text/html" in data:
        return f"{FENCE}{{raw}} html\n{data['text/html']}\n{FENCE}"
    return f"{FENCE}text\n{data.get('text/plain', output.get('text', ''))}\n{FENCE}"


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_source_suffix(".ipynb", "notebook")
    app.add_source_parser(NotebookParser)
    return {"parallel_read_safe": True}
