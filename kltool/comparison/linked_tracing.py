"""Two films of one knee traced together: each film's margins while the network sees the other in register."""

from kltool.geometry.joint_frame import frame_of
from kltool.geometry.registration import carried
from kltool.jointspace.margin_network import Base, find_linked_curves
from kltool.jointspace.margins import TraceSettings, joint_of
from kltool.localize.crop import turned
from kltool.values.radiograph import Knee
from kltool.values.reading import TracedJoint
from kltool.weights import Network


def trace_linked(
    before: Knee, after: Knee, network: Network, settings: TraceSettings
) -> tuple[TracedJoint, TracedJoint]:
    """The margins of both films, each in its own pixels.

    The films are brought into register twice, by the frame of the one and by that of the other, so that
    which of them is the earlier changes nothing.
    """
    return _traced(before, after, network, settings), _traced(after, before, network, settings)


def _traced(this: Knee, other: Knee, network: Network, settings: TraceSettings) -> TracedJoint:
    film, beside = (turned(knee.film.pixels, knee.placement.mirrored) for knee in (this, other))
    own, far = frame_of(this.placement), frame_of(other.placement)
    bases = (
        Base(own, beside, carried(own, this, other)),
        Base(carried(far, other, this), beside, far),
    )
    return joint_of(find_linked_curves(film, own, bases, network), this, settings)
