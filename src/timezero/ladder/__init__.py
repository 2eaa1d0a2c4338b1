"""Cohort and protocol to the ladder."""
