"""The figures behind the limits of the pixel spacing: python scripts/spacing_limits.py ../shared/data.

Writes docs/results/spacing.md: the tibial widths of annotated knees by their spacing, and by spacings that
are wrong by a known factor; and how far the femoral widths of two films of one simulated knee differ.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from evaluation.markdown import MarkdownTable
from evaluation.reading import read_one, without_grader

from kltool.comparison.magnification import scales_of
from kltool.localize.spacing import fit_spacing, tibial_width_mm, usual_widths_mm
from kltool.simulate.scene import SimulatedFilm
from kltool.simulate.visits import simulate_visits
from kltool.training.data.annotated import RELIABLE_FIT, AnnotatedKnee, load_annotated
from kltool.training.data.simulated import film_of
from kltool.training.detection import first_knee
from kltool.training.parallel import each
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading
from kltool.values.spacing import LARGEST_SPACING_MM, Calibration, NoSpacing, Spacing
from kltool.weights import Models, load_models

OUT = Path(__file__).resolve().parents[1] / "docs" / "results" / "spacing.md"
FACTORS = (0.2, 0.3, 0.5, 0.7, 1.0, 1.3, 1.5, 2.0)
OUTCOMES = ("no remark", "a warning", "no millimetres")
FIRST_SEED = 700_000  # docs/choices.md#visits

Located = tuple[AnnotatedKnee, Knee]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with oai_kl/ and landmarks/")
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    models = load_models()
    known = [knee for split in ("train", "val") for knee in load_annotated(options.data, split)]
    found = [(knee, at) for knee in known if (at := first_knee(knee.film, models)) is not None]
    seeds = range(FIRST_SEED, FIRST_SEED + options.pairs)
    ratios = [one for pair in each(_femoral_ratios, seeds, "simulated pairs", options.jobs) for one in pair]
    sections = [
        "# The limits of the pixel spacing\n\nMade by `python scripts/spacing_limits.py ../shared/data`.",
        _widths(found),
        _wrong_spacings(found),
        _changes_of_the_femur(ratios),
    ]
    OUT.write_text("\n\n".join(sections) + "\n")
    print(OUT.read_text())


def _widths(found: Sequence[Located]) -> str:
    reliable = [one for one in found if one[0].fit >= RELIABLE_FIT]
    rows = [_width_row("all", found), _width_row(f"fit {RELIABLE_FIT} and better", reliable)]
    columns = ("spacing", "knees", "mean, mm", "SD", "smallest", "largest", *OUTCOMES)
    return (
        "## Tibial widths of annotated knees\n\nAs kltool finds them on `train` and `val` crops, by the "
        "spacing that was fitted to each crop, in the plane of the detector.\n\n"
        + str(MarkdownTable(columns, rows))
    )


def _width_row(name: str, found: Sequence[Located]) -> tuple[object, ...]:
    widths = np.array([tibial_width_mm(_spacing(known, 1.0), knee) for known, knee in found])
    spread = (f"{mm:.1f}" for mm in (widths.mean(), widths.std(ddof=1), widths.min(), widths.max()))
    return name, len(found), *spread, *_outcomes(found, 1.0)


def _wrong_spacings(found: Sequence[Located]) -> str:
    reliable = [one for one in found if one[0].fit >= RELIABLE_FIT]
    rows = [(f"{factor:g}", *_outcomes(reliable, factor)) for factor in FACTORS]
    return f"## Spacings that are wrong by a known factor, the same {len(reliable)} knees\n\n" + str(
        MarkdownTable(("factor", *OUTCOMES), rows)
    )


def _outcomes(found: Sequence[Located], factor: float) -> tuple[int, ...]:
    each_one = [_outcome(_spacing(known, factor), knee) for known, knee in found]
    return tuple(each_one.count(outcome) for outcome in OUTCOMES)


def _outcome(spacing: Spacing, knee: Knee) -> str:
    film, _ = fit_spacing(replace(knee.film, spacing=spacing), [knee])
    if isinstance(film.spacing, NoSpacing):
        return "no millimetres"
    low, high = usual_widths_mm(spacing)
    return "no remark" if low <= tibial_width_mm(spacing, knee) <= high else "a warning"


def _spacing(known: AnnotatedKnee, factor: float) -> Spacing:
    mm = min(known.mm_per_px * factor, LARGEST_SPACING_MM)  # larger ones are refused at the intake
    return Spacing(mm, mm, Calibration.DETECTOR)


def _femoral_ratios(models: Models, seed: int) -> list[float]:
    """Later over earlier femoral width of two films of one knee; empty where one was not read."""
    films = simulate_visits(seed, [0.0])
    readings = [read_one(_at_detector(film), without_grader(models)) for film in films]
    known = [reading for reading in readings if isinstance(reading, KneeReading)]
    if len(known) < len(readings):
        return []
    before, after = known
    scales = scales_of(before, after, (before.joint_space.axis, after.joint_space.axis))
    return [float(np.exp(scales.bone_log_ratio))]


def _at_detector(simulated: SimulatedFilm) -> Radiograph:
    mm = simulated.film.spacing_mm
    return replace(film_of(simulated), spacing=Spacing(mm, mm, Calibration.DETECTOR))


def _changes_of_the_femur(ratios: Sequence[float]) -> str:
    away = 100 * (np.exp(np.abs(np.log(ratios))) - 1)
    return (
        f"## Femoral widths of two films of one simulated knee, at the detector, half on another unit\n\n"
        f"{len(away)} pairs (seeds from {FIRST_SEED}): they differ by {np.median(away):.1f}% (median), "
        f"{np.quantile(away, 0.95):.1f}% (95th percentile), {away.max():.1f}% at most."
    )


if __name__ == "__main__":
    main()
