"""Report figures, one file each."""
