"""docs/results/hostile.md: input made to harm, tried, with what must hold and what was found."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from evaluation.hostile.addresses import attack_addresses
from evaluation.hostile.attack import Attack
from evaluation.hostile.kills import attack_kills
from evaluation.hostile.ledger import attack_ledger
from evaluation.hostile.memory import attack_memory
from evaluation.hostile.mutations import attack_mutations
from evaluation.hostile.text import attack_text
from evaluation.hostile.web import attack_http
from evaluation.markdown import MarkdownTable, Section, machine, made_by, page
from kltool.weights import load_models

ATTACKS: Final[Mapping[str, Callable[[], Attack]]] = {
    "mutations": attack_mutations,
    "addresses": attack_addresses,
    "bombs": attack_memory,
    "ledger": attack_ledger,
    "text": attack_text,
    "kills": attack_kills,
    "http": attack_http,
}
TITLE: Final = "Input made to harm"
INTRODUCTION: Final = (
    "Each attack is made anew from a stated seed, on the machine that runs the command, without a network. "
    "`SECURITY.md` of the repository says what is defended and what is not, how to run kltool on films of "
    "strangers in [untrusted files](../howto/untrusted-files.md)."
)


def write(results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    attacks = [_announced(name, attack) for name, attack in ATTACKS.items()]
    opening = (
        f"{made_by('python scripts/evaluate.py hostile', load_models().hashes)}\n\nMachine: {machine()}."
    )
    written = results / "hostile.md"
    written.write_text(page(TITLE, opening, [section(attacks)]))
    return written


def section(attacks: Sequence[Attack]) -> Section:
    rows = [(one.what, one.bar, one.found, "yes" if one.is_held else "**no**") for one in attacks]
    held = sum(one.is_held for one in attacks)
    return Section(
        "Attacks",
        f"{INTRODUCTION} {held} of {len(attacks)} bars are kept.",
        tables=(MarkdownTable(("attack", "bar", "found", "holds"), rows),),
    )


def _announced(name: str, attack: Callable[[], Attack]) -> Attack:
    print(f"{name} ...", flush=True)
    return attack()
