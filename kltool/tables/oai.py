"""Column names of the Osteoarthritis Initiative: kltool's to the OAI's, and the OAI's, of any visit, back.

Source: OAI data sets kXR_QJSW_Duryea (quantitative joint space width) and kXR_SQ_BU (XRKL, joint space
narrowing and osteophytes). There x runs from the medial edge, widths are in millimetres, and SIDE is 1 for a
right and 2 for a left knee. Cells of the tables as distributed hold a code and its words, "1: Right"; SAS
writes a missing value as "." or ".A" to ".Z". A knee has a row for each reading project, READPRJ, that read
it. The case of the headings differs from release to release.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kltool.geometry.joint_axes import location_names
from kltool.tables.columns import KL, MINIMUM, READER, SIDE, SUBJECT, value_column, width_stem
from kltool.tables.words import ABSENT, whole
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
FEATURE_NAMES: Final = {  # grades 0 to 3 of the OARSI atlas, which kltool does not write
    "medial_narrowing": "XRJSM",
    "lateral_narrowing": "XRJSL",
    "medial_femoral_osteophyte": "XROSFM",
    "lateral_femoral_osteophyte": "XROSFL",
    "medial_tibial_osteophyte": "XROSTM",
    "lateral_tibial_osteophyte": "XROSTL",
}
PROJECT: Final = "READPRJ"
SIDES: Final = {"right": 1, "left": 2}
_FROM_OAI: Final = {oai: column for column, oai in (OAI_NAMES | FEATURE_NAMES | {READER: PROJECT}).items()}
_HEADING: Final = re.compile(r"(?:V(\d\d))?(.+)")
_VISIT: Final = re.compile(r"V\d\d", re.IGNORECASE)
_CODED: Final = re.compile(r"(\.[A-Z_]?|-?\d+(?:\.\d+)?)\s*:(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class OaiHeading:
    """column: kltool's name. visit: "V00"; empty without such a prefix, as of ID."""

    column: str
    visit: str


def oai_heading(heading: str) -> OaiHeading | None:
    """What a heading of the OAI means, in capitals or not; None for any other.

    ID counts in capitals alone: `id`, in small letters, may be anything's.
    """
    found = _HEADING.fullmatch(heading.upper())
    if found is None or found.group(2) not in _FROM_OAI:
        return None
    visit, name = found.groups()
    if name == OAI_NAMES[SUBJECT] and heading != heading.upper():
        return None
    return OaiHeading(_FROM_OAI[name], f"V{visit}" if visit else "")


def from_oai(heading: str) -> str:
    """Of V00XRKL "kl", whatever the visit; of a heading that is not the OAI's, the heading itself."""
    found = oai_heading(heading)
    return found.column if found else heading


def all_from_oai(headings: Sequence[str]) -> list[str]:
    """The same of each; those that would take the name of a column of the table stay as they are.

    In a table of the OAI, which has SIDE and a heading of a visit or the project, `id` is the subject, too.
    """
    present, upper = set(headings), [heading.upper() for heading in headings]
    is_oai = OAI_NAMES[SIDE] in upper and (PROJECT in upper or any(map(_is_of_visit, headings)))
    subject = OAI_NAMES[SUBJECT]
    theirs = [subject if is_oai and heading.upper() == subject else heading for heading in headings]
    names = map(from_oai, theirs)
    return [name if name not in present else own for name, own in zip(names, headings, strict=True)]


def visits_of_headings(headings: Iterable[str], columns: Sequence[str]) -> Mapping[str, str]:
    """The first heading of each visit of the OAI, by visit, of those that are not columns by themselves."""
    visits: dict[str, str] = {}
    for heading in headings:
        found = oai_heading(heading)
        if found and found.visit and found.column not in columns:
            visits.setdefault(found.visit, heading)
    return visits


def visit_of(cell: str) -> str:
    """A visit of the OAI in capitals, "v00" as "V00"; any other cell as it is."""
    return cell.upper() if _VISIT.fullmatch(cell) else cell


def project_readers(table: str, projects: Sequence[str]) -> list[str]:
    """Who read each row, (n,): "kxr_sq_bu00 project 15"; empty where no row states a project.

    table: its name. projects: READPRJ, (n,), without the words of the codes.
    """
    if not any(projects):
        return list(projects)
    return [f"{table} project {whole(one)}" if one else f"{table} without project" for one in projects]


def absence_of(cell: str) -> str:
    """Why a cell has no value: the words of its code or, without words, the code; empty for any other.

    Of ".: Missing Form/Incomplete Workbook" the words, of ".A" "coded .A", of "." alone nothing.
    """
    found = _CODED.fullmatch(cell)
    code, words = found.groups() if found else (cell, "")
    if not code.startswith(".") or not ABSENT.fullmatch(code):
        return ""
    return words.strip() or (f"coded {code}" if len(code) > 1 else "")


def code_of(cell: str) -> str:
    """ "1: Right" is "1", ".: Missing Form/Incomplete Workbook" is "."; any other cell as it is."""
    found = _CODED.fullmatch(cell)
    return found.group(1) if found else cell


def _is_of_visit(heading: str) -> bool:
    found = oai_heading(heading)
    return found is not None and bool(found.visit)
