"""Headings as the Osteoarthritis Initiative names them: ours to theirs, and theirs, of any visit, to ours.

Source: OAI data sets kXR_QJSW_Duryea (quantitative joint space width) and kXR_SQ_BU (XRKL). There x runs from
the medial edge, widths are in millimetres, and SIDE is 1 for a right and 2 for a left knee.
"""

import re
from typing import Final

from kltool.geometry.joint_axes import location_names
from kltool.values.measure import Compartment

PREFIX: Final = {Compartment.MEDIAL: "", Compartment.LATERAL: "L"}
OAI_NAMES: Final = {
    "subject": "ID",
    "side": "SIDE",
    "kl": "XRKL",
    "medial_mjsw_mm": "MCMJSW",
    **{
        f"{compartment}_{place}_mm": f"{prefix}{place.upper()}"
        for compartment, prefix in PREFIX.items()
        for place in location_names(compartment)
    },
}
SIDES: Final = {"right": 1, "left": 2}
_OURS: Final = {theirs: ours for ours, theirs in OAI_NAMES.items()}


def ours(heading: str) -> str:
    """Of V00XRKL "kl", whatever the visit; of what the OAI does not name so, the heading itself."""
    return _OURS.get(re.sub(r"^V\d\d", "", heading), heading)
