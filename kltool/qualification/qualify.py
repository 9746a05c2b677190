"""The qualification of this installation, step by step."""

from collections.abc import Callable
from datetime import UTC, datetime

from kltool.qualification import operation
from kltool.qualification.checks import Check, Qualification
from kltool.qualification.installation import environment, installation_checks
from kltool.qualification.release import release_records
from kltool.version import __version__
from kltool.weights import load_models


def qualify(report: Callable[[Check], None] = lambda check: None) -> Qualification:
    """Check the installation, then read the samples and compare every number.

    report: called with each check as it is done. Raises InstallationError where nothing can be read.
    """
    checks: list[Check] = []

    def done(check: Check) -> None:
        checks.append(check)
        report(check)

    began = datetime.now(UTC).isoformat(timespec="seconds")
    for check in installation_checks():
        done(check)
    models, release = load_models(), release_records()
    samples = operation.read_samples(models)
    widths = operation.width_checks(samples, release)
    done(operation.truth_check(widths))
    change, check = operation.case_change(samples, models)
    done(check)
    done(operation.release_check(samples, change, release))
    done(operation.repeat_check(samples, models))
    done(operation.refusal_check(models))
    done(operation.batch_check(samples))
    return Qualification(__version__, began, environment(), tuple(checks), widths)
