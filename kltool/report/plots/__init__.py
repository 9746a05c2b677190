"""Pictures of a reading by matplotlib: what was measured on the film of a knee, for people to check it.

Each name is imported when it is first used, so that pages and records cost no matplotlib until one is drawn.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kltool.report.plots.change import in_register, traced
    from kltool.report.plots.knee import write_overlay

__all__ = ["in_register", "traced", "write_overlay"]
_MODULES: Final = {"in_register": "change", "traced": "change", "write_overlay": "knee"}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
