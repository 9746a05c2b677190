"""The letters on films against known ones."""
