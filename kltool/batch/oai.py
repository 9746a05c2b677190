"""Headings as the Osteoarthritis Initiative names them, without the prefix of the visit (V00 and so on).

Source: OAI data sets kXR_QJSW_Duryea (quantitative joint space width) and kXR_SQ_BU (XRKL). There x runs from
the medial edge, widths are in millimetres, and SIDE is 1 for a right and 2 for a left knee.
"""

from typing import Final

from kltool.batch.columns import Kind, places_of
from kltool.values.findings import Compartment

PREFIX: Final = {Compartment.MEDIAL: "", Compartment.LATERAL: "L"}
OAI_NAMES: Final = {
    "subject": "ID",
    "side": "SIDE",
    "kl": "XRKL",
    "medial_mjsw_mm": "MCMJSW",
    **{
        f"{compartment}_{place}_mm": f"{prefix}{place.upper()}"
        for compartment, prefix in PREFIX.items()
        for place in places_of(compartment)
    },
}
OAI_KINDS: Final = {"side": Kind.WHOLE}
SIDES: Final = {"right": 1, "left": 2}
