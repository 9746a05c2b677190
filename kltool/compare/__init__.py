"""Two readings of the same knees to their change, with its error."""

from kltool.compare.change import compare

__all__ = ["compare"]
