"""Radiograph to Knees: where, which side, a canonical crop."""

from kltool.localize.detect import THRESHOLD
from kltool.localize.knees import LocalizedKnees, find_knees

__all__ = ["THRESHOLD", "LocalizedKnees", "find_knees"]
