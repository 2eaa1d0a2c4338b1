"""The rungs of the ladder, one file each, found by listing this folder."""
