"""What was read of a film whose quality is judged, kept as JSON so that a stopped run continues."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kltool.jointspace.expected_error import ErrorEvidence
from kltool.training.calibrate.expected_error import JudgedKnee
from kltool.training.calibrate.widening import DoubtedGrade
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import Quality


@dataclass(frozen=True, slots=True)
class QualityFilm:
    """One film of one knee that was read. knee: by which films are grouped. ordinary: not spoiled.

    true_mm: of each minimum, where it is known. grade: where the knee has a label.
    """

    knee: str
    ordinary: bool
    judged: JudgedKnee
    true_mm: Mapping[Compartment, float]
    grade: DoubtedGrade | None

    def error_percent(self, compartment: Compartment) -> float:
        """Absolute, per cent of the tibial width; of a minimum that was measured and whose truth is known."""
        found = self.judged.minima[compartment].width
        return abs(found - 100 * self.true_mm[compartment] / self.judged.tibia_mm)


def kept(path: Path, read: Callable[[], list[QualityFilm]]) -> list[QualityFilm]:
    """The films of one knee, from the file where there is one, else read and written."""
    if not path.exists():
        path.write_text(json.dumps([_record(film) for film in read()]))
    return [_film(record) for record in json.loads(path.read_text())]


def _record(film: QualityFilm) -> dict[str, Any]:
    return {
        "knee": film.knee,
        "ordinary": film.ordinary,
        "findings": str(film.judged.findings),
        "tibia_mm": film.judged.tibia_mm,
        "minima": {str(one): _evidence_record(found) for one, found in film.judged.minima.items()},
        "true_mm": {str(one): true for one, true in film.true_mm.items()},
        "grade": None
        if film.grade is None
        else [film.grade.label, film.grade.probabilities, film.grade.interval],
    }


def _evidence_record(evidence: ErrorEvidence) -> list[Any]:
    edge = None if isinstance(evidence.edge, NotMeasured) else evidence.edge
    return [evidence.deviation, evidence.width, evidence.disagreement, edge]


def _film(record: dict[str, Any]) -> QualityFilm:
    minima = {Compartment(one): _evidence(found) for one, found in record["minima"].items()}
    judged = JudgedKnee(Quality(record["findings"]), record["tibia_mm"], minima)
    true_mm = {Compartment(one): true for one, true in record["true_mm"].items()}
    grade = None
    if record["grade"] is not None:
        label, probabilities, (low, high) = record["grade"]
        grade = DoubtedGrade(label, tuple(probabilities), (low, high))
    return QualityFilm(record["knee"], record["ordinary"], judged, true_mm, grade)


def _evidence(found: list[Any]) -> ErrorEvidence:
    deviation, width, disagreement, edge = found
    return ErrorEvidence(
        deviation, width, disagreement, NotMeasured("no femoral margin was found") if edge is None else edge
    )
