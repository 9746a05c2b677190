"""The commands as typer parses them, with the arguments that its errors quote escaped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperGroup

from kltool.escaping import on_one_line


class EscapingCommands(TyperGroup):
    """An argument may be the name of a file of others, as a shell lists them."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        with _escaped():
            return super().make_context(*arguments, **options)

    def invoke(self, *arguments: Any) -> Any:
        with _escaped():
            return super().invoke(*arguments)


@contextmanager
def _escaped() -> Iterator[None]:
    """typer 0.26 to 0.29 have the class of usage errors in different modules; its message is `message`."""
    try:
        yield
    except Exception as error:
        if isinstance(message := getattr(error, "message", None), str):
            error.message = on_one_line(message)  # type: ignore[attr-defined]
        raise
