"""Colours, and the settings of matplotlib that every picture is drawn with."""

from typing import Final

import matplotlib

GROUND: Final = "#181818"
TEXT: Final = "#ebebeb"
DIM: Final = "#a5a5a5"
FAINT: Final = "#464646"
FEMUR: Final = "#ff8228"  # docs/choices.md#pictures-of-a-reading
TIBIA: Final = "#3cc8ff"
MINIMUM: Final = "#ffeb00"
FIXED: Final = "#bebebe"
AXIS: Final = "#c8a0dc"
SPHERE: Final = "#ff5fa2"
PLATEAU: Final = "#78e6be"

DEFAULTS: Final = {
    name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")
}
own_defaults = matplotlib.rc_context(  # a decorator: whatever a user's matplotlibrc says
    DEFAULTS | {"text.hinting": "no_hinting"}  # faster: docs/choices.md#pictures-of-a-reading
)
