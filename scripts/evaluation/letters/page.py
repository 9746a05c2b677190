"""docs/results/letters.md: letters on films read, and which side they name."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from scipy.stats import beta

from evaluation.criteria import Criterion, Result
from evaluation.letters.drawn import NEAR, Outcome, letters_beside_signs, outcomes, read_at
from evaluation.letters.marks import MarkedLetter, films_without_letters, marked_letters
from evaluation.markdown import MarkdownTable, Section, made_by, page
from kltool.intake import load
from kltool.localize.letter_sides import CERTAIN
from kltool.localize.letters import LEAST_PROBABILITY, MOST_PROPOSED, find_letters
from kltool.training.data.oai import crops
from kltool.typing import Float32
from kltool.values.letter import Letter
from kltool.weights import Models, Network, load_models

RIGHT: Final = Criterion(least=90.0)
WRONG: Final = Criterion(most=0.5)
MS: Final = Criterion(most=50.0)
CROPS: Final = 300
SPEED_FILM: Final = (2400, 2000)
REPEATS: Final = 25
REACH: Final = 60.0 / 2660.0  # of the long side: how far from its mark a letter of a film is found

Found = tuple[MarkedLetter, Letter | None]


@dataclass(frozen=True, slots=True)
class LetterReadings:
    """Everything that was read. marked, without: by share, `training` or `testing`."""

    models: Models
    drawn: Sequence[Outcome]
    marked: dict[str, Sequence[Found]]
    without: dict[str, Sequence[Sequence[Letter]]]
    beside_signs: Sequence[Sequence[Letter]]
    milliseconds: float
    milliseconds_of_noise: float


def gather(data: Path, marks: Path) -> LetterReadings:
    """data: shared/data. marks: the table of the full fields."""
    models = load_models()
    network = models.letters
    marked: dict[str, Sequence[Found]] = {}
    without: dict[str, Sequence[Sequence[Letter]]] = {}
    for share, training in (("training", True), ("testing", False)):
        marked[share] = _marked(marked_letters(data, marks, training), network)
        without[f"full fields, {share} share"] = [
            _letters(path, network) for path in films_without_letters(data, marks, training)
        ]
    without["OAI `val` crops"] = [_letters(path, network) for path in crops(data / "oai_kl" / "val", CROPS)]
    two_letters = load(marked_letters(data, marks, training=True)[0].film, side="right").pixels
    sized = cv2.resize(two_letters, SPEED_FILM[::-1], interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(1).normal(1000, 100, SPEED_FILM).astype(np.float32)
    times = [_time(np.asarray(film, np.float32), network) for film in (sized, noise)]
    beside = letters_beside_signs(data, network)
    return LetterReadings(models, outcomes(data, marks, network), marked, without, beside, *times)


def write(readings: LetterReadings, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    opening = made_by("python scripts/evaluate.py letters", readings.models.hashes)
    sections = [
        drawn_section(readings.drawn),
        marked_section(readings.marked),
        without_section(readings.without, readings.beside_signs),
        Section(
            "Speed",
            f"Letters of a film of {SPEED_FILM[0]:,} x {SPEED_FILM[1]:,} pixels, a full field with two "
            "letters brought to this size: processor time of one thread, the model loaded, the least of "
            f"{REPEATS} runs, while other work shared the cores. Noise alone, in which {MOST_PROPOSED} "
            f"places are looked at in vain: {readings.milliseconds_of_noise:.0f} ms.",
            (Result("a film with two letters", readings.milliseconds, "ms", MS, ".0f"),),
        ),
    ]
    written = results / "letters.md"
    written.write_text(page("Letters on films", opening, sections))
    return written


def drawn_section(drawn: Sequence[Outcome]) -> Section:
    readable = [one for one in drawn if one.readable]
    right, wrong = (_percent(test, readable) for test in (_is_right, _is_wrong))
    certain_right = _percent(_is_certain_and_right, readable)
    certain_wrong = _percent(_is_certain_and_wrong, readable)
    manners = sorted({one.manner for one in readable})
    groups = [("all", readable), *((name, _of(readable, "group", name)) for name in _groups(readable))]
    groups += [(name, _of(readable, "manner", name)) for name in manners]
    rows = [_row(name, of_group) for name, of_group in groups]
    rows.append(_row("not readable", [one for one in drawn if not one.readable]))
    return Section(
        "Letters drawn on films",
        f"R and L in fonts that were not learned, cast, printed, burnt in or hollow, on {len(drawn)} films "
        "that were not learned (`val` crops; full fields of the testing share without letters), turned, "
        "mirrored, blurred, grained, compressed. Readable: 10 pixels high or more, with a contrast of 12% of "
        "the film's range and twice the grain, and half of the contrast between strokes and gaps left after "
        "blur and compression (so defined after looking at letters missed on `train` crops). Told "
        f"from a probability of {LEAST_PROBABILITY}; from "
        f"{CERTAIN} a letter counts as a source of the side. In brackets the exact 95% interval.",
        (
            Result("readable letters told rightly", right, "%", RIGHT, ".1f"),
            Result("the same, certain enough to name a side", certain_right, "%", RIGHT, ".1f"),
            Result("readable letters told as the other letter", wrong, "%", WRONG, ".2f"),
            Result("the same, certain enough to name a side", certain_wrong, "%", WRONG, ".2f"),
        ),
        (
            MarkdownTable(
                (
                    *("letters", "count", "right", "certain and right", "other letter"),
                    *("certain, other letter", "mirrored or not: wrong", "told elsewhere"),
                ),
                rows,
            ),
        ),
    )


def marked_section(marked: dict[str, Sequence[Found]]) -> Section:
    testing = marked["testing"]
    films = len({letter.film for letter, _ in testing})
    rows = []
    for share, found in marked.items():
        right = [letter for letter, read in found if read and read.name == letter.name]
        wrong = [letter for letter, read in found if read and read.name != letter.name]
        mirrored = [letter for letter, read in found if read and read.mirrored]
        certain = [letter for letter, read in found if read and read.probability >= CERTAIN]
        rows.append(
            (
                share,
                len({letter.film for letter, _ in found}),
                len(found),
                _with_interval(len(right), len(found)),
                len(certain),
                len(wrong),
                len(mirrored),
            )
        )
    right_share = 100 * sum(bool(read and read.name == one.name) for one, read in testing) / len(testing)
    wrong_share = 100 * sum(bool(read and read.name != one.name) for one, read in testing) / len(testing)
    return Section(
        "Letters of real films",
        f"The letters marked by eye on the full fields, all upright. {films} films of the testing share were "
        "read three times, once before and twice after reading was made to cost less; the network learned "
        "from rendered letters alone, but the manners of printing were chosen with the training share in "
        "view, and both shares come from one hospital, with two manners.",
        (
            Result("testing share, told rightly", right_share, "%", RIGHT, ".1f"),
            Result("testing share, told as the other letter", wrong_share, "%", WRONG, ".2f"),
        ),
        (
            MarkdownTable(
                ("share", "films", "letters", "right", "certain", "other letter", "told as mirrored"), rows
            ),
        ),
    )


def without_section(
    without: dict[str, Sequence[Sequence[Letter]]], beside_signs: Sequence[Sequence[Letter]]
) -> Section:
    rows = []
    for name, films in (*without.items(), ("OAI `val` crops with a drawn sign", beside_signs)):
        told = sum(bool(letters) for letters in films)
        certain = sum(any(one.probability >= CERTAIN for one in letters) for letters in films)
        rows.append((name, len(films), _with_interval(told, len(films)), _with_interval(certain, len(films))))
    films = [letters for of_group in without.values() for letters in of_group]
    certain = sum(any(one.probability >= CERTAIN for one in letters) for letters in films)
    return Section(
        "Films without letters",
        "No letter is to be told there. Drawn signs are frames, corners, arrows, crosses, rings, screws, "
        "wires and persons lying down; corners and bent wires often look as an L does. Films with them count "
        "for no criterion: no sample of real films has a sign on each.",
        (Result("films with a certain letter", 100 * certain / len(films), "%", WRONG, ".2f"),),
        (MarkdownTable(("films", "count", "a letter told", "certain enough to name a side"), rows),),
    )


def _row(name: str, letters: Sequence[Outcome]) -> tuple[object, ...]:
    tests = (_is_right, _is_certain_and_right, _is_wrong, _is_certain_and_wrong, _is_mirrored_wrongly)
    counts = [sum(map(test, letters)) for test in tests]
    return (
        name,
        len(letters),
        *(_with_interval(count, len(letters)) for count in counts),
        sum(one.false for one in letters),
    )


def _is_right(one: Outcome) -> bool:
    return one.is_right


def _is_wrong(one: Outcome) -> bool:
    return one.is_wrong


def _is_certain_and_right(one: Outcome) -> bool:
    return one.is_right and one.found is not None and one.found.probability >= CERTAIN


def _is_certain_and_wrong(one: Outcome) -> bool:
    return one.is_wrong and one.found is not None and one.found.probability >= CERTAIN


def _is_mirrored_wrongly(one: Outcome) -> bool:
    return one.found is not None and one.found.mirrored != one.mirrored


def _percent(test: Callable[[Outcome], bool], letters: Sequence[Outcome]) -> float:
    return 100 * sum(map(test, letters)) / max(len(letters), 1)


def _with_interval(count: int, of: int) -> str:
    """A share in per cent with its exact 95% interval (Clopper & Pearson 1934)."""
    if not of:
        return "-"
    low = 0.0 if count == 0 else float(beta.ppf(0.025, count, of - count + 1))
    high = 1.0 if count == of else float(beta.ppf(0.975, count + 1, of - count))
    return f"{100 * count / of:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def _groups(letters: Iterable[Outcome]) -> list[str]:
    return sorted({one.group for one in letters})


def _of(letters: Iterable[Outcome], field: str, value: str) -> list[Outcome]:
    return [one for one in letters if getattr(one, field) == value]


def _letters(path: Path, network: Network) -> tuple[Letter, ...]:
    return find_letters(load(path, side="right").pixels, network)


def _marked(letters: Sequence[MarkedLetter], network: Network) -> list[Found]:
    found = []
    for film in dict.fromkeys(letter.film for letter in letters):
        pixels = load(film, side="right").pixels
        read = find_letters(pixels, network)
        reach = REACH * max(pixels.shape) / NEAR
        found += [(one, read_at(read, one.centre, reach)) for one in letters if one.film == film]
    return found


def _time(film: Float32, network: Network) -> float:
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        find_letters(film, network)
        times.append(time.process_time() - began)
    return 1000 * min(times)
