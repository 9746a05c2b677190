"""Changes between films, and whether films show one knee: docs/results/compare.md."""
