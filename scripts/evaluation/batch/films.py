"""What a batch is timed on: crops of the OAI, and large simulated films in three transfer syntaxes."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.simulate import Film, sample_scene_and_film, simulate_knee, write_dicom
from kltool.simulate.compressed import SYNTAXES, compress
from kltool.simulate.population import ATTEMPTS
from kltool.simulate.scene import SimulatedFilm
from kltool.training.data.oai import grade_of, participant_of, side_of

FIRST_SEED: Final = 400_000  # docs/choices.md#evaluation-seeds
ROWS, COLUMNS, PITCH_MM = 3000, 2500, 0.1
REPEATS: Final = 5  # films of a simulated knee, each with grain of its own: simulation takes longest
GRAIN: Final = 12.0  # of 4095
RAW: Final = "raw"
SPACINGS_MM: Final = (0.46, 0.47)  # stated for a crop in turn, so that a crop can be read more than once


def list_crops(data: Path, count: int, manifest: Path) -> Path:
    """A manifest of `count` readings of OAI crops with side and spacing; a crop comes again when all were."""
    crops = sorted((data / "oai_kl").glob("*/[0-4]/*.png"))
    turns = ((crop, spacing) for spacing in SPACINGS_MM for crop in crops)
    with manifest.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("path", "subject", "side", "spacing_mm", "kl"))
        for (crop, spacing), _ in zip(turns, range(count), strict=False):
            rows.writerow((crop.resolve(), participant_of(crop.stem), side_of(crop), spacing, grade_of(crop)))
    return manifest


def write_films(folder: Path, count: int) -> dict[str, Path]:
    """Folders of `count` films each, the same ones raw and in every syntax of SYNTAXES."""
    folders = {syntax: folder / syntax.replace(" ", "") for syntax in (RAW, *SYNTAXES)}
    for place in folders.values():
        place.mkdir(parents=True, exist_ok=True)
    for number, simulated in enumerate(_films(count)):
        raw = write_dicom(
            simulated, folders[RAW] / f"{number:04}.dcm", patient_id=f"SIM-{number // REPEATS:04}"
        )
        for syntax in SYNTAXES:
            compress(raw, folders[syntax] / raw.name, syntax)
    return folders


def _films(count: int) -> Iterator[SimulatedFilm]:
    film = Film(rows=ROWS, columns=COLUMNS, spacing_mm=PITCH_MM)
    for knee in range(-(-count // REPEATS)):
        random = np.random.default_rng((FIRST_SEED, knee))
        simulated = _simulated(FIRST_SEED + knee, film)
        for _ in range(min(REPEATS, count - knee * REPEATS)):
            grain = random.normal(0.0, GRAIN, simulated.pixels.shape)
            pixels = np.clip(np.rint(simulated.pixels + grain), 0, 2**film.bits - 1).astype(np.uint16)
            yield SimulatedFilm(pixels, simulated.film, simulated.truth)


def _simulated(seed: int, film: Film) -> SimulatedFilm:
    """The first knee of a seed whose bones do not meet."""
    for attempt in range(ATTEMPTS):
        scene, _ = sample_scene_and_film(seed, attempt=attempt)
        try:
            return simulate_knee(scene, film)
        except UsageError:
            continue
    raise UsageError(f"seed {seed}: none of {ATTEMPTS} random knees can be simulated")
