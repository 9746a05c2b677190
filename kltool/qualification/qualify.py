"""The qualification of this installation, step by step."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from kltool.errors import KltoolError
from kltool.qualification.checks import INSTALLATION, OPERATION, Check, Qualification
from kltool.qualification.installation import INSTALLATION_CHECKS, environment
from kltool.qualification.operation import OPERATION_CHECKS, Operation
from kltool.version import __version__

log = logging.getLogger(__name__)


def qualify(report: Callable[[Check], None] = lambda check: None) -> Qualification:
    """Check the installation, then read the samples and compare every number.

    report: called with each check as it is done. A check that cannot be made has failed; the others are made.
    """
    began = datetime.now(UTC).isoformat(timespec="seconds")
    operation = Operation()
    checks = []
    for name, check in INSTALLATION_CHECKS.items():
        checks.append(_attempted(INSTALLATION, name, check))
        report(checks[-1])
    for name, of_operation in OPERATION_CHECKS.items():
        checks.append(_attempted(OPERATION, name, partial(of_operation, operation)))
        report(checks[-1])
    return Qualification(__version__, began, environment(), tuple(checks), operation.widths_if_read())


def _attempted(part: str, name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:  # whatever is wrong with an installation
        log.debug("%s: not made", name, exc_info=error)
        reason = str(error) if isinstance(error, KltoolError) else f"unexpected {type(error).__name__}"
        return Check(part, name, "a check that can be made", f"not made: {reason}", False)
