"""Checks of what commands print, write and refuse, for the faults by number."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.faults.films import grey8, sample
from evaluation.faults.trial import Finding, command
from kltool.agreement.statistics.calibration import reliability
from kltool.errors import KltoolError
from kltool.tables.manifest import manifest_rows

KNEES: Final = 186


def one_rounding(cases: Path, __: Path) -> Finding:
    films = (cases / "rescaled-follow-up" / name for name in ("before.dcm", "after.dcm"))
    _, said = command("compare", *films)
    sentence = re.search(
        r"from ([\d.]+) to ([\d.]+) mm, .*? ([-+\u2212]?[\d.]+) mm \(95%", " ".join(said.split())
    )
    row = re.search(r"medial minimum +([\d.]+) +([\d.]+) +([-+\u2212]?[\d.]+)", said)
    both = [tuple(match.groups()) if match else () for match in (sentence, row)]
    text = "; ".join(" ".join(numbers) for numbers in both)
    return Finding(
        f"sentence and table: {text}", bool(both[0]) and both[0] == both[1] and "-0.00" not in said
    )


def same_film(name: str) -> Callable[[Path, Path], Finding]:
    def run(cases: Path, folder: Path) -> Finding:
        film = folder / name
        film.write_bytes(sample() if name.endswith("dcm") else _png())
        again = folder / f"again.{name.split('.')[-1]}"
        again.write_bytes(film.read_bytes())
        _, said = command("compare", film, again, "--json", "--side", "right")
        plain = said.lower()
        marked = '"same_film": true' in plain
        return Finding(
            f"said: {'yes' if marked and 'one film' in plain else 'no'}", marked and "one film" in plain
        )

    return run


def _png() -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", grey8())[1].tobytes())


def same_visit(cases: Path, folder: Path) -> Finding:
    films = cases / "rescaled-follow-up"
    table = folder / "visits.csv"
    rows = [f"{films / 'before.dcm'},V{visit},X,20{visit}0-01-01" for visit in (1, 2)]
    table.write_text("\n".join(("path,visit,subject,date", *rows)))
    code, said = command("compare", "--manifest", table)
    return Finding(f"exit {code}", code != 0 and "one film" in " ".join(said.split()))


def narrow(cases: Path, folder: Path) -> Finding:
    film = folder / "a_film_whose_name_is_longer_than_any_column_of_80_characters_can_be_in_a_table.dcm"
    film.write_bytes(sample())
    _, said = command("read", film)
    table = [line for line in said.splitlines() if line.strip() and not line.startswith("Research")]
    return Finding(f"{len(table)} lines for one knee", len(table) <= 8 and max(map(len, table)) <= 80)


def incomparable(cases: Path, __: Path) -> Finding:
    films = cases / "rescaled-follow-up"
    _, said = command("compare", films / "before.dcm", films / "after_stale_spacing.dcm")
    lines = len(said.splitlines())
    return Finding(f"{lines} lines", lines <= 40)


def closed_pipe(_: Path, __: Path) -> Finding:
    run = subprocess.run(
        f"set -o pipefail; {sys.executable} -m kltool models | head -1 >/dev/null",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    ended = run.returncode in (0, 128 + signal.SIGPIPE)
    return Finding(f"exit {run.returncode}, {len(run.stderr)} letters of errors", ended and not run.stderr)


def other_files(cases: Path, folder: Path) -> Finding:
    (folder / "film.dcm").write_bytes(sample())
    (folder / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    code, said = command("read", folder)
    return Finding(f"exit {code}", code == 0 and "not_an_image" not in said)


def readme(cases: Path, __: Path) -> Finding:
    text = (Path(__file__).resolve().parents[3] / "README.md").read_text()
    named = [word for word in ("minutes", "GB") if re.search(rf"\b{word}\b", text)]
    return Finding(f"names {' and '.join(named) or 'neither'}", len(named) == 2)


def reliability_bins(cases: Path, __: Path) -> Finding:
    """Made probabilities, most of them near 0 or 1, and outcomes that agree with them."""
    random = np.random.default_rng(186)
    predicted = random.beta(0.3, 0.3, KNEES)
    count = reliability(predicted, random.random(KNEES) < predicted).count
    text = f"{len(count)} bins of {count.min()} to {count.max()} knees"
    return Finding(text, bool(count.max() <= 1.5 * count.min() and count.min() >= 10))


def timeline_tables(cases: Path, folder: Path) -> Finding:
    films = cases / "rescaled-follow-up"
    table = folder / "visits.csv"
    rows = [
        f"{films / name}.dcm,{visit},X,20{visit}-01-01" for name, visit in (("before", 18), ("after", 19))
    ]
    table.write_text("\n".join(("path,visit,subject,date", *rows)))
    command("compare", "--manifest", table, "--tables", folder / "tables")
    made = sorted(path.name for path in (folder / "tables").glob("*.csv"))
    return Finding(", ".join(made) or "no table", len(made) == 2)


def of_manifest(*path: str) -> Callable[[Path, Path], Finding]:
    """A side and a spacing of a manifest, taken or refused by name."""

    def run(cases: Path, __: Path) -> Finding:
        try:
            (row,) = manifest_rows(cases.joinpath(*path))
        except KltoolError as error:
            return Finding(f"refused: {str(error)[-80:]}", True)
        return Finding(f"side {row.side}, spacing {row.spacing_mm or 'none'}", row.side is not None)

    return run


def visits(cases: Path, __: Path) -> Finding:
    code, said = command("compare", "--manifest", cases / "manifest-headings" / "visits.csv", "--json")
    plain = " ".join(said.split())
    verdict = re.search(r'"verdict": "(\w+)"', plain)
    text = verdict[1] if verdict else "refused"
    return Finding(f"{text}, exit {code}", text == "worsened" or code == 2)


def of_agreement(
    folder: str, table: str, right: Callable[[int, str], bool]
) -> Callable[[Path, Path], Finding]:
    def run(cases: Path, scratch: Path) -> Finding:
        tables = (cases / folder / name for name in ("kltool.csv", table))
        code, said = command("agreement", *tables, "--out", scratch / "out")
        return Finding(f"exit {code}", right(code, said))

    return run
