"""Made-up knees in tables of the format in which the OAI distributes its readings."""

from collections.abc import Callable, Sequence
from pathlib import Path

MISSING = ".: Missing Form/Incomplete Workbook"
SIDES = {"1": "1: Right", "2": "2: Left"}
FEATURES = ("XRJSM", "XRJSL", "XROSFM", "XROSFL", "XROSTM", "XROSTL", "XRSCFM", "XRSCTM", "XRCYFM", "XRATTM")
LOCATIONS = tuple(f"JSW{x}" for x in range(150, 301, 25))
LATERAL = tuple(f"LJSW{x}" for x in range(700, 901, 25))

Spelling = Callable[[str], str]


def mixed(heading: str) -> str:
    """Small letters for what stands in every release in another case."""
    return heading.lower() if heading in ("READPRJ", "VERSION") else heading


def semiquantitative(
    file: Path, rows: Sequence[tuple[str, str, str, str]], visit: str = "00", spelling: Spelling = str
) -> Path:
    """As kxr_sq_bu00.txt. rows: ID, SIDE, READPRJ, XRKL as the cells have them."""
    measures = (f"V{visit}BARCDBU", f"V{visit}XRKL", *(f"V{visit}{name}" for name in FEATURES))
    lines = [
        (knee, SIDES.get(side, side), project, "0.9", "016600000001", kl, "1: 1", "2.2", *["0: 0"] * 8)
        for knee, side, project, kl in rows
    ]
    return _written(file, ("ID", "SIDE", "READPRJ", "VERSION", *measures), lines, spelling)


def joint_space(
    file: Path, rows: Sequence[tuple[str, str, str, str]], visit: str = "00", spelling: Spelling = str
) -> Path:
    """As kxr_qjsw_duryea00.txt. rows: ID, SIDE, READPRJ, MCMJSW; JSW225 is wider by 0.5 mm."""
    names = ("BARCDJD", "MCMJSW", *LOCATIONS, "XMJSW", "TPCFDS", "BMANG", "NOLJSWX", "IMPIXSZ", *LATERAL)
    lines = [
        (
            *(knee, SIDES.get(side, side), project, "0.8", "016600000001", width),
            *(_wider(width) if name == "JSW225" else MISSING for name in LOCATIONS),
            *("0.212", "4.3", "10.0", ".A: Not Expected", "0.148"),
            *("6.5" if name == "LJSW850" else "." for name in LATERAL),
        )
        for knee, side, project, width in rows
    ]
    headings = ("ID", "SIDE", "READPRJ", "VERSION", *(f"V{visit}{name}" for name in names))
    return _written(file, headings, lines, spelling)


def _wider(width: str) -> str:
    return MISSING if width.startswith(".") else f"{float(width) + 0.5:.3f}"


def _written(file: Path, headings: Sequence[str], lines: Sequence[Sequence[str]], spelling: Spelling) -> Path:
    rows = [[spelling(heading) for heading in headings], *lines]
    file.write_text("".join(f"{'|'.join(row)}\n" for row in rows), encoding="ascii")
    return file
