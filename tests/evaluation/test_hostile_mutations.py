"""Films damaged at random are read or refused for a stated reason; the watcher sees what does not hold."""

import os
import signal
from pathlib import Path

import pydicom
from evaluation.hostile.elements import Patch, patched
from evaluation.hostile.mutants import CORPUS, mutant, seeds
from evaluation.hostile.mutations import Trial, attack_mutations
from evaluation.hostile.watched import DIED, HUNG, Watched, watching

from kltool.samples import sample_path

TIMES = 60
FILM = sample_path("knee_right_normal.dcm")


def test_mutations_are_read_or_refused_in_little_memory() -> None:
    attack = attack_mutations(TIMES, seed=5)
    assert attack.is_held, attack.found
    assert attack.found.startswith("0 deaths, 0 hangs")


def test_a_mutation_is_the_same_every_time_and_differs_from_its_seed() -> None:
    made = [mutant(1, number) for number in range(200)]
    assert made == [mutant(1, number) for number in range(200)]
    changed = [one for one in made if one.data != seeds().get(one.seed, FILM.read_bytes())]
    assert len(changed) > 180, "a change may be none by chance"
    assert len({one.seed for one in made}) > 25


def test_a_process_that_dies_or_hangs_is_counted_and_replaced() -> None:
    with watching(hang_s=5.0) as watcher:
        os.kill(watcher.pid, signal.SIGKILL)
        assert watcher.read(FILM).code == DIED
        os.kill(watcher.pid, signal.SIGSTOP)
        assert watcher.read(FILM).code == HUNG
        assert watcher.read(CORPUS / "8-bit.png").code == "too_coarse"


def test_the_bar_can_be_missed() -> None:
    def missed(codes: tuple[str, ...], seconds: float = 1.0, megabytes: float = 1.0) -> str:
        return Trial(0, mutant(1, 0), Watched(codes, seconds, megabytes)).missed

    assert not missed(("read", "no_knee", "replaced"))
    assert missed((DIED,)) == DIED
    assert missed(("read", "KeyError")) == "not typed: KeyError"
    assert missed(("read",), seconds=11.0) == "11 s"
    assert missed(("read",), megabytes=600.0) == "600 MB"


def test_one_element_is_replaced_in_every_transfer_syntax(tmp_path: Path) -> None:
    patch = Patch(0x00100020, b"LO", b"ANOTHER ")
    for seed in sorted(CORPUS.glob("*.dcm")):
        path = tmp_path / seed.name
        path.write_bytes(patched(seed.read_bytes(), patch))
        before, after = pydicom.dcmread(seed, force=True), pydicom.dcmread(path, force=True)
        assert after.PatientID == "ANOTHER", seed.name
        after.PatientID = before.PatientID
        assert after == before, seed.name
