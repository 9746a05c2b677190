"""The terminal: every console of kltool is one of these, so that no text of others acts on a terminal."""

from typing import Any, Final, TextIO

import rich.console
import rich.markup
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from kltool.escaping import escaped, on_one_line

WIDEST: Final = 1_000  # columns


class Console(rich.console.Console):
    """Escapes each text before it is laid out; what colours and moves the cursor is rich's own."""

    def __init__(self, file: TextIO | None = None, width: int | None = None) -> None:
        """file: standard output where not given. width: in columns, of the terminal where not given."""
        super().__init__(file=file, width=width, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(escaped(text), **options)


def print_table(table: Table, console: Console) -> None:
    """Never cut, since a number cut short is another number: on a narrow terminal its lines run over."""
    natural = Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum
    if natural > console.width:
        table.width = natural
    console.print(table, crop=False, overflow="ignore", no_wrap=True)


def escape(text: str) -> str:
    """Text of others inside markup: on one line, and no markup itself."""
    return rich.markup.escape(on_one_line(text))
