"""Loops over arrays, compiled by numba on first use."""
