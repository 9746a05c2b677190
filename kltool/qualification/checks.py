"""A check with its outcome, and the whole qualification."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from kltool.typing import Record
from kltool.values.reading import DISCLAIMER

INSTALLATION, OPERATION = "installation", "operation"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. part: INSTALLATION or OPERATION. expected, found: in words. details: one line each.

    compared: whether there was anything to compare with; where there was not, nothing has failed.
    """

    part: str
    name: str
    expected: str
    found: str
    passed: bool
    details: tuple[str, ...] = ()
    compared: bool = True

    @property
    def outcome(self) -> str:
        """ "passed", "FAILED" or "not compared"."""
        return ("passed" if self.compared else "not compared") if self.passed else "FAILED"


@dataclass(frozen=True, slots=True)
class WidthCheck:
    """One width of a sample: the simulated truth, this installation's and the release's reading, mm.

    sd: the stated standard deviation of the error. knee: sample and side.
    """

    knee: str
    measure: str
    truth: float
    found: float
    sd: float
    release: float

    @property
    def error(self) -> float:
        return self.found - self.truth


@dataclass(frozen=True, slots=True)
class Qualification:
    """All checks of one installation. environment: names and values. utc: date and time, ISO 8601."""

    version: str
    utc: str
    environment: dict[str, str]
    checks: tuple[Check, ...]
    widths: tuple[WidthCheck, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def of(self, part: str) -> Sequence[Check]:
        return [check for check in self.checks if check.part == part]

    def to_dict(self) -> Record:
        return {
            "kltool": self.version,
            "utc": self.utc,
            "passed": self.passed,
            "environment": self.environment,
            "checks": [{**asdict(check), "outcome": check.outcome} for check in self.checks],
            "widths": [asdict(width) for width in self.widths],
            "disclaimer": DISCLAIMER,
        }
