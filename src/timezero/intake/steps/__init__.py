"""One step each from the cells of a file to a clean table."""
