"""Radiograph to Knees: where, which side, a canonical crop."""

from kltool.localize.find import Found, find_knees

__all__ = ["Found", "find_knees"]
