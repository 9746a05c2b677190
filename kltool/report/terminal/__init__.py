"""Readings, changes and agreement as tables on a terminal."""
