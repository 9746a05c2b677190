"""Where two grades are about as likely: python scripts/likely_grades.py ../shared/data [--knees 200].

Writes docs/results/likely-grades.md: how often the printed grade of `val` knees changes on slightly different
films, with and without the note that a second grade is about as likely, and how often the reader's grade is
one of them. Two hundred knees take some eight minutes of one core.
"""

import argparse
import resource
from collections.abc import Sequence
from pathlib import Path

from evaluation.grade.likely import RepeatedKnee, read_repeatedly, sections
from evaluation.markdown import made_by, page

from kltool.values.length import NotMeasured
from kltool.weights import load_models

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "likely-grades.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with oai_kl/")
    parser.add_argument("--knees", type=int, default=200, help="val crops, spread over all")
    parser.add_argument("--jobs", type=int, default=1, help="processes; changes no figure")
    options = parser.parse_args()
    read = read_repeatedly(options.data / "oai_kl" / "val", options.knees, options.jobs)
    PAGE.write_text(_page(read, options.knees, _minutes_of_the_processes()), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def _page(read: Sequence[RepeatedKnee | NotMeasured], knees: int, minutes: float) -> str:
    command = f"python scripts/likely_grades.py ../shared/data --knees {knees}"
    opening = made_by(command, load_models().hashes)
    return page("Where two grades are about as likely", f"{opening}\n\n{_about(minutes)}", sections(read))


def _about(minutes: float) -> str:
    return (
        f"It took {minutes:.1f} minutes of one core. The note is described in "
        "[output.md](../output.md#likely-grades), its margin in [choices.md](../choices.md#likely-grades)."
    )


def _minutes_of_the_processes() -> float:
    """Time of a core that the processes which read took, all together."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) / 60


if __name__ == "__main__":
    main()
