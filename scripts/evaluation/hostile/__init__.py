"""Input made to harm: docs/results/hostile.md."""
