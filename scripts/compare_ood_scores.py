"""Kinds of out-of-distribution scores, side by side.

python scripts/compare_ood_scores.py ../shared/data --out FOLDER

Fitted on the features of the `train` crops; compared by how well they tell simulated shifts of `val` and the
full fields of the training share from `val`. Writes docs/results/ood-scores.md. FOLDER keeps the prepared
knees and their features; another grader needs another folder. Films of the other hospital are not read.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from evaluation.drift.scores import Score, scores_of
from evaluation.drift.shifts import SHIFTS, shifted
from evaluation.markdown import MarkdownTable, made_by
from evaluation.statistics import area_under_curve

from kltool.errors import Refusal
from kltool.grading.view import grader_view
from kltool.intake import load
from kltool.localize import find_knees
from kltool.training.data.full_fields import is_for_training
from kltool.training.data.graded import prepare
from kltool.training.data.oai import crops, side_of
from kltool.training.data.views import plain
from kltool.training.detection import first_knee
from kltool.training.grader_features import pooled_features
from kltool.training.parallel import each
from kltool.typing import Float32, Float64
from kltool.weights import Models, entry_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "ood-scores.md"
SHIFTED = 413  # `val` crops, spread over all
BEYOND = 0.045  # of `val`, as of the limit that is used
FIELDS = "full fields, training share"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with oai_kl/ and full_field/")
    parser.add_argument("--out", type=Path, required=True, help="folder of what is kept")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    train, val = (
        prepare(options.data / "oai_kl" / split, options.out / f"{split}.npz", jobs=2)
        for split in ("train", "val")
    )
    training, known = (
        _kept(options.out, name, lambda knees=knees: [plain(knee) for knee in knees])
        for name, knees in (("train", train), ("val", val))
    )
    others = _others(options.data, options.out)
    table = _table(scores_of(training, np.array([knee.grade for knee in train])), training, known, others)
    opening = made_by("python scripts/compare_ood_scores.py", {"grader": entry_of("grader").sha256})
    PAGE.write_text(f"# Out-of-distribution scores\n\n{opening}\n\n{table}\n")
    print(table)


def _others(data: Path, out: Path) -> dict[str, Float64]:
    """Features of films that are not like those of the OAI, by what they are."""
    paths = crops(data / "oai_kl" / "val", SHIFTED)
    fields = [path for path in sorted((data / "full_field").glob("*.jpg")) if is_for_training(path.name)]
    found = {
        name: _kept(out, f"shift-{number}", partial(_shifted_views, name, paths))
        for number, name in enumerate(SHIFTS)
    }
    return found | {FIELDS: _kept(out, "fields", partial(_field_views, fields))}


def _kept(folder: Path, name: str, views_of: Callable[[], list[Float32]]) -> Float64:
    file = folder / f"features-{name}.npy"
    if not file.exists():
        np.save(file, pooled_features(entry_of("grader").file, views_of()))
    return np.asarray(np.load(file), np.float64)


def _shifted_views(name: str, paths: list[Path]) -> list[Float32]:
    found = each(partial(_shifted_view, name=name), paths, name, jobs=2)
    return [view for view in found if view is not None]


def _shifted_view(models: Models, path: Path, name: str) -> Float32 | None:
    knee = first_knee(shifted(load(path, side=side_of(path)), SHIFTS[name]), models)
    return None if knee is None else grader_view(knee.pixels, knee.placement)


def _field_views(paths: list[Path]) -> list[Float32]:
    return [view for views in each(_views_of_field, paths, FIELDS, jobs=2) for view in views]


def _views_of_field(models: Models, path: Path) -> list[Float32]:
    try:
        knees = find_knees(load(path), models).knees
    except Refusal:
        return []
    return [grader_view(knee.pixels, knee.placement) for knee in knees]


def _table(
    scores: Mapping[str, Score], training: Float64, known: Float64, others: Mapping[str, Float64]
) -> MarkdownTable:
    rows = []
    for name, score in scores.items():
        of_known = score(known)
        limit = float(np.quantile(of_known, 1 - BEYOND))
        found = [_told(of_known, score(films), limit) for films in others.values()]
        mean = float(np.mean([auc for auc, _ in found]))
        beyond = f"{100 * (score(training) > limit).mean():.1f}%"
        rows.append(
            (name, f"{mean:.3f}", beyond, *(f"{auc:.3f}; {100 * share:.0f}%" for auc, share in found))
        )
    caption = (
        "AUC of the films against `val`, and the share of them beyond the limit that 4.5% of `val` pass. "
        "Mean: of the AUCs. `train`: the share of the training films beyond that limit."
    )
    return MarkdownTable(("score", "mean", "`train`", *others), rows, caption)


def _told(known: Float64, films: Float64, limit: float) -> tuple[float, float]:
    values, other = np.concatenate([known, films]), np.arange(len(known) + len(films)) >= len(known)
    return area_under_curve(values, other), float((films > limit).mean())


if __name__ == "__main__":
    main()
