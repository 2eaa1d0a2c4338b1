"""Honesty guards, one file each, exposing GUARD."""
