"""Knees found, on which side, which way up, and what is refused: docs/results/localize.md."""
