"""The joint space against simulation, annotation, masks and itself: docs/results/jointspace.md."""
