"""Radiograph to Knees: where, which side, a canonical crop."""

from kltool.localize.detect import THRESHOLD
from kltool.localize.knees import Found, find_knees

__all__ = ["THRESHOLD", "Found", "find_knees"]
