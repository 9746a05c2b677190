"""Names of films in as little room as a line has: without shared folders, and without their middle."""

import os
from collections.abc import Sequence

from rich.cells import cell_len

from kltool.escaping import on_one_line

ELLIPSIS = "…"


def without_shared_folders(sources: Sequence[str]) -> dict[str, str]:
    """Each source without the folders common to all, as a terminal may show it."""
    shared = os.path.commonpath([os.path.dirname(os.path.abspath(source)) for source in sources])
    return {source: on_one_line(os.path.relpath(os.path.abspath(source), shared)) for source in sources}


def shortened(names: Sequence[str], room: int) -> list[str]:
    """Names of at most `room` columns of a terminal, cut in the middle so that different ones stay different.

    Those that no cut keeps different from each other stay whole. room: 3 at least.
    """
    heads = sorted(range(room - 1), key=lambda head: abs(head - room // 2))
    cuts = ([_cut(name, room, head) for name in names] for head in heads)
    first = next(cuts)
    different = len(set(names))
    chosen = next((cut for cut in (first, *cuts) if len(set(cut)) == different), first)
    meant = {cut: {name for name, of in zip(names, chosen, strict=True) if of == cut} for cut in set(chosen)}
    return [cut if len(meant[cut]) == 1 else name for name, cut in zip(names, chosen, strict=True)]


def _cut(name: str, room: int, head: int) -> str:
    """The first `head` columns of a name and as many of its end as there is room for."""
    if cell_len(name) <= room:
        return name
    start = _fitting(name, head)
    end = _fitting(name[::-1], room - 1 - cell_len(start))[::-1]
    return f"{start}{ELLIPSIS}{end}"


def _fitting(text: str, room: int) -> str:
    """The longest beginning of a text that fits; letters of East Asia take two columns."""
    while cell_len(text) > room:
        text = text[: max(room, 0)] if len(text) > room else text[:-1]
    return text
