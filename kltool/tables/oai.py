"""Column names of the Osteoarthritis Initiative: kltool's to the OAI's, and the OAI's, of any visit, back.

Source: OAI data sets kXR_QJSW_Duryea (quantitative joint space width) and kXR_SQ_BU (XRKL). There x runs from
the medial edge, widths are in millimetres, and SIDE is 1 for a right and 2 for a left knee.
"""

import re
from collections.abc import Sequence
from typing import Final

from kltool.geometry.joint_axes import location_names
from kltool.tables.columns import KL, MINIMUM, SIDE, SUBJECT, value_column, width_stem
from kltool.values.measure import Compartment

PREFIX: Final = {Compartment.MEDIAL: "", Compartment.LATERAL: "L"}
OAI_NAMES: Final = {
    SUBJECT: "ID",
    SIDE: "SIDE",
    KL: "XRKL",
    value_column(width_stem(Compartment.MEDIAL, MINIMUM), "mm"): "MCMJSW",
    **{
        value_column(width_stem(compartment, name), "mm"): f"{prefix}{name.upper()}"
        for compartment, prefix in PREFIX.items()
        for name in location_names(compartment)
    },
}
SIDES: Final = {"right": 1, "left": 2}
_FROM_OAI: Final = {oai: column for column, oai in OAI_NAMES.items()}


def from_oai(heading: str) -> str:
    """Of V00XRKL "kl", whatever the visit; of a heading that is not the OAI's, the heading itself."""
    return _FROM_OAI.get(re.sub(r"^V\d\d", "", heading), heading)


def all_from_oai(headings: Sequence[str]) -> list[str]:
    """The same of each; as they are where two would become one, as with two visits in one table."""
    names = [from_oai(heading) for heading in headings]
    return names if len(set(names)) == len(names) else list(headings)
