"""Train a network, or export trained ones: python -m kltool.training VERB ... (extra 'train').

A run keeps checkpoint, log and weights in the folder --out; started again with it, training resumes.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from kltool.errors import KltoolError
from kltool.training import consistency, landmarks, letters, linked, margins, verbs
from kltool.training.export import GRAPHS
from kltool.training.networks.backbone import IMAGENET

GRADED: Final = "folder with train/ and val/, each with 0/ to 4/"
FILMS: Final = "folder with landmarks/, oai_kl/ and full_field/"
FILMS_AND_CROPS: Final = "folder with oai_kl/ and full_field/"
ANNOTATED: Final = "folder with landmarks/ and oai_kl/"
MARKS: Final = "table of the full fields with letter, letter_row and letter_column"
SIMULATED: Final = "folder of scripts/simulate_joints.py"

Run = Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    if "out" in options:
        options.out.mkdir(parents=True, exist_ok=True)
    try:
        options.run(options)
    except KltoolError as error:
        sys.exit(f"error: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m kltool.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="VERB")

    def trainer(name: str, run: Run, what: str, data: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, description=what, help=what)
        command.add_argument("data", type=Path, help=data)
        command.add_argument("--out", type=Path, required=True, help="folder of checkpoint, log and weights")
        command.add_argument("--seed", type=int, default=1)
        command.set_defaults(run=run)
        return command

    _finder(trainer("finder", verbs.train_finder, "Where knees are, on composite and real films.", FILMS))
    _knee_class(trainer("knee-class", verbs.train_knee_class, "What a candidate shows.", FILMS_AND_CROPS))
    _landmarks(trainer("landmarks", verbs.train_landmarks, "Points on the joint's margins.", ANNOTATED))
    _margins(trainer("margins", verbs.train_margins, "The margins of the joint space.", ANNOTATED))
    _consistency(
        trainer("consistency", verbs.train_consistency, "The margins, further, on unmarked joints.", FILMS)
    )
    _measured_together(
        trainer("linked", verbs.train_linked, "The margins, with another film beside.", ANNOTATED)
    )
    _letters(trainer("letters", verbs.train_letters, "The letters R and L on a film.", FILMS_AND_CROPS))
    _grader(trainer("grader", verbs.train_grader, "The Kellgren-Lawrence grade.", GRADED))
    what = "Write models/NAME.onnx and the models' entries in models/manifest.toml."
    _export(commands.add_parser("export", description=what, help=what))
    return parser


def _finder(command: argparse.ArgumentParser) -> None:
    command.add_argument("marks", type=Path, help="tests/localize/full_fields.csv")


def _knee_class(command: argparse.ArgumentParser) -> None:
    command.add_argument("marks", type=Path, help="tests/localize/full_fields.csv")
    command.add_argument("--simulated", type=Path, required=True, help=SIMULATED)
    command.add_argument("--epochs", type=int, default=8)
    command.add_argument("--begin", type=Path, help="aspect.onnx to begin with, not ImageNet weights")
    command.add_argument("--rate", type=float, default=4e-4, help="the highest learning rate")


def _landmarks(command: argparse.ArgumentParser) -> None:
    command.add_argument("simulated", type=Path, help=SIMULATED)
    command.add_argument("--steps", type=int, default=landmarks.SCHEDULE.steps)


def _margins(command: argparse.ArgumentParser) -> None:
    command.add_argument("simulated", type=Path, help=SIMULATED)
    command.add_argument("--steps", type=int, default=margins.SCHEDULE.steps)
    command.add_argument("--annotated", type=float, default=margins.ANNOTATED_SHARE, help="their share")


def _consistency(command: argparse.ArgumentParser) -> None:
    command.add_argument("marks", type=Path, help="tests/localize/full_fields.csv")
    command.add_argument("simulated", type=Path, help=SIMULATED)
    command.add_argument("--steps", type=int, default=consistency.SCHEDULE.steps)


def _measured_together(command: argparse.ArgumentParser) -> None:
    command.add_argument("visits", type=Path, help="folder of scripts/simulate_visits.py")
    command.add_argument("--steps", type=int, default=linked.SCHEDULE.steps)
    help_of_marks = "tests/localize/full_fields.csv; half of the simulated films get styles of real ones"
    command.add_argument("--marks", type=Path, help=help_of_marks)


def _letters(command: argparse.ArgumentParser) -> None:
    command.add_argument("marks", type=Path, help=MARKS)
    command.add_argument("--steps", type=int, default=letters.SCHEDULE.steps)


def _grader(command: argparse.ArgumentParser) -> None:
    command.add_argument("--backbone", choices=sorted(IMAGENET), default="lite0")
    command.add_argument("--epochs", type=int, default=24)
    command.add_argument("--coarse", type=int, help="epochs at 0.6 of the resolution; default: a quarter")
    command.add_argument("--begin", type=Path, help="grader.onnx to begin with, not ImageNet weights")
    command.add_argument("--member", type=int, default=0, help="which of its graders")
    command.add_argument(
        "--teachers", type=Path, nargs="*", default=[], help="grader.pt or grader.onnx files"
    )
    command.add_argument("--rate", type=float, default=6e-4, help="the highest learning rate")


def _export(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=Path, help="of NAME.pt; grader.pt: of scripts/calibrate_grader.py")
    command.add_argument("--only", nargs="*", choices=list(GRAPHS), default=list(GRAPHS), metavar="NAME")
    command.set_defaults(run=verbs.export)


if __name__ == "__main__":
    main()
