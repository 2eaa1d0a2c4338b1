"""Figures of an audit, one file each."""
