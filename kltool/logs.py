"""The log of kltool, on standard error.

A message says what was found and what to do; what caused it, as the error of a decoder, is in the log at
DEBUG. Causes may quote a file's content, names included: nothing of them is shown unless asked for.
"""

import logging
import sys
from typing import Final

LOG: Final = logging.getLogger("kltool")
FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_causes() -> None:
    """Write everything that kltool logs to standard error, from DEBUG on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    LOG.handlers[:] = [handler]
    LOG.setLevel(logging.DEBUG)


def are_causes_logged() -> bool:
    return LOG.isEnabledFor(logging.DEBUG)
