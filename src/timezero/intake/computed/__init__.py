"""Quantities computed from what is recorded, each by a stated formula."""
