"""Bundled example data, each folder with its source and licence."""
