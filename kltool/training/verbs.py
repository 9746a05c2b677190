"""What each verb of the command line does: load the knees, train on them, save the weights.

options: as `kltool.training.__main__` parses them. Weights are saved as OUT/NAME.pt, NAME as in
models/manifest.toml.
"""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import torch
from rich.progress import track

from kltool.errors import UsageError
from kltool.training import consistency, finder, landmarks, letters, linked, margins
from kltool.training.consistency import TracingRealMargins
from kltool.training.data.annotated import AnnotatedKnee, load_annotated, without_masks
from kltool.training.data.backgrounds import backgrounds, held_out_backgrounds
from kltool.training.data.candidates import PlacedKnee
from kltool.training.data.full_fields import knees_seen, load_full_fields
from kltool.training.data.graded import GradedKnee, prepare
from kltool.training.data.joints import Joint, joint_of_annotation
from kltool.training.data.oai import crops, shows_metal
from kltool.training.data.real_joints import joints_of_crops, joints_of_full_fields
from kltool.training.data.simulated_joints import load, load_coarse_film
from kltool.training.data.styles import styles_of
from kltool.training.export import export_model
from kltool.training.finder import FindingKnees, severe_more_often
from kltool.training.grader import Grading, Recipe
from kltool.training.knee_class import SEEN_TIMES, ClassifyingKnees, oversampled, schedule_of
from kltool.training.landmarks import PlacingLandmarks
from kltool.training.letters import ReadingLetters
from kltool.training.linked import LinkingMargins, traced
from kltool.training.loop import fit
from kltool.training.margins import TracingMargins
from kltool.training.networks.grader import Grader, packed, restored
from kltool.training.onnx_weights import graders_of
from kltool.weights import load_models, models_folder

HELD_OUT: Final = 100  # simulated knees to follow the training by
COARSE_SHARE: Final = 0.6  # of the view's resolution, in the first epochs
UNMARKED_CROPS: Final = 1500
JOBS: Final = 2  # processes that find joints

Item = TypeVar("Item")


def train_finder(options: Namespace) -> None:
    schedule = replace(finder.SCHEDULE, seed=options.seed)
    knees = severe_more_often(load_annotated(options.data, "train"))
    fields = load_full_fields(options.data / "full_field", options.marks)
    model = fit(FindingKnees(knees, fields, schedule), options.out)
    _save(model.state_dict(), "finder", options.out)


def train_knee_class(options: Namespace) -> None:
    """From ImageNet weights, or further from those of models/aspect.onnx."""
    graded, held_out = _graded(options.data / "oai_kl", options.out)
    coarse = [load_coarse_film(path) for path in sorted(options.simulated.glob("*.npz"))]
    natural = [knee for knee in graded if not shows_metal(knee.name)]
    on_films = SEEN_TIMES * knees_seen(options.data / "full_field", options.marks)
    knees: list[PlacedKnee] = [*oversampled(natural), *coarse, *on_films]
    schedule = schedule_of(len(knees), options.epochs, options.rate, options.seed)
    model = fit(ClassifyingKnees(knees, held_out, schedule, options.begin), options.out)
    _save(model.state_dict(), "aspect", options.out)


def train_landmarks(options: Namespace) -> None:
    coarse = [load_coarse_film(path) for path in sorted(options.simulated.glob("*.npz"))]
    held_out, simulated = _split(coarse, options.simulated)
    schedule = replace(landmarks.SCHEDULE, steps=options.steps, seed=options.seed)
    annotated, known = _annotated(options.data), load_annotated(options.data, "val")
    model = fit(PlacingLandmarks(annotated, simulated, known, held_out, schedule), options.out)
    _save(model.state_dict(), "landmarks", options.out)


def train_margins(options: Namespace) -> None:
    joints = [load(path) for path in track(sorted(options.simulated.glob("*.npz")), "loading")]
    held_out, simulated = _split(joints, options.simulated)
    annotated = [joint_of_annotation(knee) for knee in _annotated(options.data)]
    schedule = replace(margins.SCHEDULE, steps=options.steps, seed=options.seed)
    task = TracingMargins(simulated, annotated, held_out, schedule, options.annotated)
    _save(fit(task, options.out).network.state_dict(), "margins", options.out)


def train_consistency(options: Namespace) -> None:
    """Training continues from models/margins.onnx."""
    joints = [load(path) for path in track(sorted(options.simulated.glob("*.npz")), "loading")]
    held_out, simulated = _split(joints, options.simulated)
    annotated = [joint_of_annotation(knee) for knee in _annotated(options.data)]
    unmarked = _unmarked(options)
    styles = [styles_of(group) for group in unmarked]
    schedule = replace(consistency.SCHEDULE, steps=options.steps, seed=options.seed)
    graph = models_folder() / "margins.onnx"
    task = TracingRealMargins(graph, simulated, annotated, unmarked, styles, held_out, schedule)
    _save(fit(task, options.out).network.state_dict(), "margins", options.out)


def _unmarked(options: Namespace) -> list[list[Joint]]:
    """Joints of people: of full fields of the training share, and of crops."""
    return [
        joints_of_full_fields(options.data / "full_field", options.marks, JOBS),
        joints_of_crops(crops(options.data / "oai_kl" / "train", UNMARKED_CROPS), JOBS),
    ]


def train_linked(options: Namespace) -> None:
    """Training continues from models/margins.onnx."""
    later = sorted(options.visits.glob("*_1.npz"))
    visits = [
        (load(path.with_name(path.name.replace("_1.", "_0."))), load(path))
        for path in track(later, "loading")
    ]
    held_out, simulated = _split(visits, options.visits)
    network = load_models().margins
    annotated = [traced(joint_of_annotation(knee), network) for knee in _annotated(options.data)]
    styles = [styles_of(group) for group in _unmarked(options)] if options.marks else []
    schedule = replace(linked.SCHEDULE, steps=options.steps, seed=options.seed)
    graph = models_folder() / "margins.onnx"
    task = LinkingMargins(graph, simulated, annotated, styles, held_out, schedule)
    _save(fit(task, options.out).network.state_dict(), "linked", options.out)


def train_letters(options: Namespace) -> None:
    schedule = replace(letters.SCHEDULE, steps=options.steps, seed=options.seed)
    known = backgrounds(options.data, options.marks)
    task = ReadingLetters(known, held_out_backgrounds(options.data), schedule)
    _save(fit(task, options.out).state_dict(), "letters", options.out)


def train_grader(options: Namespace) -> None:
    knees, held_out = _graded(options.data, options.out)
    coarse = options.epochs // 4 if options.coarse is None else options.coarse
    shares = (COARSE_SHARE,) * coarse + (1.0,) * (options.epochs - coarse)
    initial = graders_of(options.begin)[options.member] if options.begin else None
    teachers = [grader for file in options.teachers for grader in _graders_in(file)]
    recipe = Recipe(
        initial.kind if initial else options.backbone, shares, labels="distilled" if teachers else "readers"
    )
    schedule = recipe.schedule(len(knees), options.rate, seed=options.seed)
    model = fit(Grading(knees, held_out, recipe, schedule, initial, teachers), options.out)
    _save(packed(model), "grader", options.out)


def export(options: Namespace) -> None:
    for name in options.only:
        export_model(name, options.folder / f"{name}.pt", models_folder())


def _save(weights: Mapping[str, Any], name: str, folder: Path) -> None:
    torch.save(weights, folder / f"{name}.pt")


def _graded(data: Path, kept: Path) -> tuple[list[GradedKnee], list[GradedKnee]]:
    """`train`, and `val` to follow the training by."""
    train, val = (prepare(data / split, kept / f"{split}.npz", JOBS) for split in ("train", "val"))
    return train, val


def _annotated(data: Path) -> list[AnnotatedKnee]:
    return without_masks(load_annotated(data, "train"), data)


def _split(simulated: Sequence[Item], folder: Path) -> tuple[Sequence[Item], Sequence[Item]]:
    """The held-out ones, and those to learn from."""
    if len(simulated) <= HELD_OUT:
        raise UsageError(
            f"{len(simulated)} simulated knees found in {folder}, more than {HELD_OUT} expected, as so "
            "many are held out: make them with scripts/simulate_joints.py or scripts/simulate_visits.py"
        )
    return simulated[:HELD_OUT], simulated[HELD_OUT:]


def _graders_in(file: Path) -> list[Grader]:
    if file.suffix == ".onnx":
        return graders_of(file)
    return [restored(torch.load(file, weights_only=True))]
