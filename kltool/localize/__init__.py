"""Radiograph to Knees: where, which side, a canonical crop."""

from kltool.localize.candidates import THRESHOLD
from kltool.localize.find import Found, find_knees

__all__ = ["THRESHOLD", "Found", "find_knees"]
