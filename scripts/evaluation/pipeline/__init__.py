"""The whole pipeline on knees with reference values, and films of other sources: docs/results/pipeline.md."""
