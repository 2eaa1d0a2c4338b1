"""Sections of an audit's report, one file each."""
