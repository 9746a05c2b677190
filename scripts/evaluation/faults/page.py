"""docs/results/faults.md: every fault that users found, and situations of public threads, tried again."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from evaluation.faults import codestreams, display, headers, numbered, pictures
from evaluation.faults.numbered import Fault
from evaluation.faults.trial import Finding, Situation
from evaluation.markdown import MarkdownTable, Section, made_by, page
from kltool.weights import load_models

THREAD: Final = "https://github.com/{}/issues/{}"
NOT_HERE: Final = "not here"
KINDS: Final = {
    "Headers of DICOM files": headers.SITUATIONS,
    "Display of DICOM files": display.SITUATIONS,
    "Pixels of DICOM files": codestreams.SITUATIONS,
    "Pictures, files and folders": pictures.SITUATIONS,
}


def write(cases: Path, results: Path) -> Path:
    """The page in the folder `results`; returns its path. cases: shared/cases; where absent, `not here`."""
    faults = [(fault, _of_cases(fault, cases)) for fault in numbered.FAULTS]
    situations = {kind: [(one, tried(one.run)) for one in of_kind] for kind, of_kind in KINDS.items()}
    sections = [fault_section(faults)]
    first = 1
    for kind, of_kind in situations.items():
        sections.append(situation_section(kind, first, of_kind))
        first += len(of_kind)
    written = results / "faults.md"
    opening = made_by("python scripts/evaluate.py faults", load_models().hashes)
    written.write_text(page("Faults that users found, and situations of other tools", opening, sections))
    return written


def tried(run: Callable[[Path], Finding]) -> Finding:
    """An unexpected error is a finding too."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = run(Path(folder))
        except Exception as error:  # whatever happens is what was found
            return Finding(f"unexpected {type(error).__name__}", False)
        return Finding(found.text.replace(folder, "FOLDER"), found.holds)


def _of_cases(fault: Fault, cases: Path) -> Finding:
    if not cases.is_dir():
        return Finding(NOT_HERE, False)
    return tried(lambda folder: fault.run(cases, folder))


def fault_section(faults: Sequence[tuple[Fault, Finding]]) -> Section:
    rows = [
        (fault.number, fault.inputs, fault.before, fault.right, found.text, verdict(found))
        for fault, found in faults
    ]
    return Section(
        "Faults of 0.1.0",
        f"{_held(faults)}. Inputs are those of `../shared/cases` where a name is given. "
        "HTJ2K (read exactly) and JPEG XL (refused by name) of fault 22 are tried in "
        "`tests/intake/dicom/test_rare_formats.py`.",
        tables=(MarkdownTable(("number", "input", "0.1.0 found", "right", "found now", "holds"), rows),),
    )


def situation_section(kind: str, first: int, situations: Sequence[tuple[Situation, Finding]]) -> Section:
    rows = [
        (number, one.what, _link(one.thread), one.right, one.before or "right", found.text, verdict(found))
        for number, (one, found) in enumerate(situations, first)
    ]
    columns = ("number", "situation", "thread", "right", "when first tried", "found now", "holds")
    return Section(
        f"Situations of public threads: {kind[0].lower()}{kind[1:]}",
        f"{_held(situations)}. Each was made from the sample film as its thread describes it.",
        tables=(MarkdownTable(columns, rows),),
    )


def verdict(found: Finding) -> str:
    if found.text == NOT_HERE:
        return NOT_HERE
    return "yes" if found.holds else "**no**"


def _held(tried_ones: Sequence[tuple[object, Finding]]) -> str:
    held = sum(found.holds for _, found in tried_ones)
    return f"{held} of {len(tried_ones)} hold"


def _link(thread: str) -> str:
    repository, number = thread.split("#")
    return f"[{thread}]({THREAD.format(repository, number)})"
