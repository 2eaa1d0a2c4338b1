"""Report render, one file each."""
