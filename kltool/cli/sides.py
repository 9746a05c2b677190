"""The options about the side of the body."""

from enum import StrEnum
from typing import Annotated

import typer

from kltool.values.radiograph import Side


class StatedSide(StrEnum):
    """The sides that a user can state."""

    RIGHT = "right"
    LEFT = "left"


SideOption = Annotated[
    StatedSide | None, typer.Option(help="Side of the body; overrides the tags, and is recorded.")
]
RequireSide = Annotated[
    bool,
    typer.Option(
        "--require-side",
        help="Refuse a knee whose side is unknown; otherwise it is read without medial and lateral.",
    ),
]


def side_of(stated: StatedSide | None) -> Side | None:
    """None where the user states none."""
    return None if stated is None else Side.given(stated)
