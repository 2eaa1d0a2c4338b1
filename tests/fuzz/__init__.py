"""Mutated files against every reader and step: only a refusal by name may come of them."""
