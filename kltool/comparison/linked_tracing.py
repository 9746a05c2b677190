"""Linked tracing of two films of one knee: the network sees both films, registered to each other."""

from kltool.geometry.joint_frame import joint_frame_of
from kltool.geometry.registration import corresponding_frame
from kltool.jointspace.margin_network import RegisteredView, trace_linked_curves
from kltool.jointspace.margins import TraceSettings, joint_from_curves
from kltool.values.joint_space import TracedJoint
from kltool.values.knee import Knee
from kltool.weights import Network


def trace_linked(
    before: Knee, after: Knee, network: Network, settings: TraceSettings
) -> tuple[TracedJoint, TracedJoint]:
    """The margins of both films, each in its own pixels.

    The films are registered twice, to the joint frame of the one and to that of the other, so that the result
    does not depend on their order.
    """
    return _trace(before, after, network, settings), _trace(after, before, network, settings)


def _trace(this: Knee, other: Knee, network: Network, settings: TraceSettings) -> TracedJoint:
    own, far = joint_frame_of(this.placement), joint_frame_of(other.placement)
    bases = (
        RegisteredView(own, other.pixels, corresponding_frame(own, this, other)),
        RegisteredView(corresponding_frame(far, other, this), other.pixels, far),
    )
    return joint_from_curves(trace_linked_curves(this.pixels, own, bases, network), this, settings)
