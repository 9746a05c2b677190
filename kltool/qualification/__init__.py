"""Qualification: is this installation the release (IQ), and does it read as the release does (OQ)?

    installation.py   libraries, files, decoders and models of this installation
    operation.py      the sample films, read here: against their truth, the release, and a second reading
    release.py        the records of the release, and how far a number may differ from them
    checks.py         a check with its outcome, and all of them

The command is `kltool doctor --qualify OUT`; docs/offline.md says what a site does with the report.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
