"""Roles that a number of an article can have: one file each, exposing ROLE."""
