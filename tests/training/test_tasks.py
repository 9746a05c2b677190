"""Each network takes its first steps on a few knees: weights change, losses are finite, the log reports."""

import re
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")
pytest.importorskip("efficientnet_lite_pytorch", reason="needs the extra 'train'")

from dataclasses import replace

from torch import nn

from kltool.training import finder, landmarks, letters, linked, margins
from kltool.training.data.annotated import AnnotatedKnee, load_annotated
from kltool.training.data.backgrounds import Backgrounds
from kltool.training.data.full_fields import FullField, MarkedKnee
from kltool.training.data.graded import GradedKnee
from kltool.training.data.joints import Joint, joint_of_annotation
from kltool.training.data.simulated_joints import CoarseFilm
from kltool.training.data.styles import style_of
from kltool.training.finder import FindingKnees
from kltool.training.grader import LABELS, Grading, Recipe, targets_of
from kltool.training.knee_class import ClassifyingKnees, schedule_of
from kltool.training.landmarks import PlacingLandmarks
from kltool.training.letters import ReadingLetters
from kltool.training.linked import LinkingMargins
from kltool.training.loop import TrainingTask, fit
from kltool.training.margins import TracingMargins
from kltool.training.networks.grader import Grader
from kltool.values.knee import Placement
from kltool.weights import load_models, models_folder
from tests.jointspace.test_joint_patch import edge_film

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CLASSIFIER = models_folder() / "aspect.onnx"
PLACE = Placement((310.0, 600.0), 700.0, 0.0, False)


@pytest.fixture(scope="module")
def annotated() -> list[AnnotatedKnee]:
    if not DATA.exists():
        pytest.skip("../shared/data is not here")
    return load_annotated(DATA, "val")[:3]


def simulated(row: float = 330.0) -> Joint:
    columns = np.linspace(150.0, 1050.0, 300)
    rows = {"femur": 290.0, "tibia": row, "upper_plateau_margin": row, "lower_plateau_margin": row + 10}
    curves = {name: [np.column_stack([np.full(300, at), columns])] for name, at in rows.items()}
    return Joint(edge_film((640, 1200), row, 0.0, 2.0) * 1000, PLACE, 0.11, curves, None)


def coarse() -> CoarseFilm:
    film = edge_film((300, 300), 150.0, 0.0, 2.0).astype(np.float32) * 1000
    ends = np.array([[150.0, 60.0], [150.0, 240.0]])
    return CoarseFilm(film, Placement((150.0, 150.0), 170.0, 0.0, False), ends)


def graded(count: int) -> list[GradedKnee]:
    random = np.random.default_rng(0)
    film = (np.tile(np.linspace(0, 200, 224), (224, 1)) + random.uniform(0, 50, (224, 224))).astype(np.uint8)
    place, widths = (
        Placement((132.0, 112.0), 168.0, 0.0, False),
        np.array([5.0, 6.0, np.nan, 7.0], np.float32),
    )
    return [GradedKnee(f"{9000000 + n}R", film, place, widths, n % 5) for n in range(count)]


def check(task: TrainingTask[torch.nn.Module], folder: Path) -> str:
    """The log of two steps."""
    torch.manual_seed(task.schedule.seed)
    before = [value.clone() for value in task.model().parameters()]
    after = list(fit(task, folder).parameters())
    assert any(not torch.equal(one, other) for one, other in zip(before, after, strict=True))
    assert all(torch.isfinite(value).all() for value in after)
    return (folder / f"{task.name}-training.txt").read_text()


def field() -> FullField:
    film = np.random.default_rng(5).uniform(0, 1, (300, 400)).astype(np.float32)
    knees = [
        MarkedKnee(np.array([150.0, column]), np.array([[150.0, column - 50], [150.0, column + 50]]))
        for column in (110.0, 290.0)
    ]
    return FullField("drawn", film, tuple(knees))


def test_the_finder(annotated: list[AnnotatedKnee], tmp_path: Path) -> None:
    schedule = replace(finder.SCHEDULE, steps=2, batch=2)
    assert "step 2/2 loss" in check(FindingKnees(annotated, [field()], schedule), tmp_path)


def test_the_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "HELD_OUT", 6)
    grey = Backgrounds((), [np.tile(np.linspace(40, 160, 300).astype(np.uint8), (300, 1))])
    schedule = replace(letters.SCHEDULE, steps=2, batch=2)
    log = check(ReadingLetters(grey, grey, schedule), tmp_path)
    assert re.search(r"step 2/2 loss .* right 0\.\d+ wrong 0\.\d+ false \d", log)


def test_the_landmarks(annotated: list[AnnotatedKnee], tmp_path: Path) -> None:
    schedule = replace(landmarks.SCHEDULE, steps=2, batch=4)
    task = PlacingLandmarks(annotated, [coarse()], annotated[:1], [coarse()], schedule)
    assert "tibia" in check(task, tmp_path)


def test_the_margins(annotated: list[AnnotatedKnee], tmp_path: Path) -> None:
    schedule = replace(margins.SCHEDULE, steps=2, batch=2)
    joints = [joint_of_annotation(knee) for knee in annotated]
    task = TracingMargins([simulated()], joints, [simulated()], schedule, annotated_share=0.5)
    assert "annotation mm" in check(task, tmp_path)


def test_the_linked_margins_whose_norms_stay_as_they_are(tmp_path: Path) -> None:
    schedule = replace(linked.SCHEDULE, steps=2, batch=1)
    visits, graph = (simulated(), simulated(336.0)), models_folder() / "margins.onnx"
    task = LinkingMargins(graph, [visits], [], [[style_of(simulated())]], [visits], schedule)
    assert "change" in check(task, tmp_path)
    assert not task.model().train().training


def test_the_class_of_a_candidate(tmp_path: Path) -> None:
    knees = graded(4)
    task = ClassifyingKnees(knees, graded(8), schedule_of(len(knees), epochs=1, batch=2))
    assert re.search(r"by class( [01]\.\d+){4}", check(task, tmp_path))  # eight candidates are of all classes


def test_the_classifier_goes_on_from_its_graph_whose_norms_stay_as_they_are() -> None:
    task = ClassifyingKnees(graded(4), graded(8), schedule_of(4, epochs=1, batch=2), CLASSIFIER)
    pictures = np.random.default_rng(0).normal(0.0, 1.0, (2, 1, 128, 128)).astype(np.float32)
    with torch.inference_mode():
        found = task.model().eval()(torch.from_numpy(pictures))
    for one, other in zip(found, load_models().classifier(pictures), strict=True):
        assert one.numpy() == pytest.approx(other, abs=1e-4)
    learning = task.model().train()
    norms = [module for module in learning.modules() if isinstance(module, nn.BatchNorm2d)]
    assert learning.training
    assert norms
    assert not any(norm.training for norm in norms)


def test_the_grader_whose_average_is_kept(tmp_path: Path) -> None:
    recipe, knees = Recipe(shares=(0.3, 0.3, 0.3)), graded(4)
    task = Grading(knees, knees, recipe, recipe.schedule(len(knees), batch=4))
    lines = check(task, tmp_path).splitlines()
    assert "epoch 1/3 share 0.3" in lines[0]
    assert "val median: kappa" in lines[2]


def test_targets_are_probabilities_however_they_are_made() -> None:
    torch.manual_seed(0)
    knees, teacher = graded(5), Grader()
    made = {labels: targets_of(knees, labels, [teacher]) for labels in LABELS}
    for targets in made.values():
        torch.testing.assert_close(targets.sum(1), torch.ones(5))
    assert torch.equal(made["hard"], torch.eye(5))
    assert made["readers"][2].argmax() == 2
