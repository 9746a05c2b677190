"""Knee joint space and Kellgren-Lawrence grade on plain radiographs, with their error.

The pipeline: a file becomes a Radiograph (intake), its knees are found (localize), measured (jointspace) and
graded (grading) into a Reading (reading); two readings of a knee make a change (comparison).

    import kltool

    before = kltool.read("before.dcm")
    after = kltool.read("after.dcm")
    for change in kltool.compare(before, after):
        print(change.sentence)

Research software, not a medical device. Names are imported when they are first used (SPEC 1), so that this
import, and with it the command line, starts fast.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
