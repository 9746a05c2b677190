"""What the grader looks at: the joint and what lies close to it, and nothing else.

The view ends a third of a tibial width above and below the joint, where films of any hospital still show
bone: how far a film was collimated is then no part of the picture that is graded.
"""

from typing import Final

from kltool.localize.brightness import standardize
from kltool.localize.canonical import Window, cut
from kltool.values.image import Float32, Placement

VIEW: Final = Window(rows=176, columns=320, tibia=250.0, joint=(91.5, 159.5))  # docs/choices.md#graders-view


def view(film: Float32, placement: Placement, window: Window = VIEW) -> Float32:
    """The grader's picture of a knee, (rows, columns) of the window, brightness standardized.

    film: turned to one hand, bone bright.
    """
    return standardize(cut(film, placement, window))
