"""Two films of one knee traced together: each film's margins while the network sees the other in register."""

from kltool.geometry.joint_frame import joint_frame_of
from kltool.geometry.registration import corresponding_frame
from kltool.jointspace.margin_network import RegisteredView, trace_linked_curves
from kltool.jointspace.margins import TraceSettings, joint_from_curves
from kltool.values.knee import Knee
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
    film, beside = (knee.pixels for knee in (this, other))
    own, far = joint_frame_of(this.placement), joint_frame_of(other.placement)
    bases = (
        RegisteredView(own, beside, corresponding_frame(own, this, other)),
        RegisteredView(corresponding_frame(far, other, this), beside, far),
    )
    return joint_from_curves(trace_linked_curves(film, own, bases, network), this, settings)
