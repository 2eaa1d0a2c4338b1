"""Checks of the printed numbers against each other: one file each, exposing ``CHECK``."""
