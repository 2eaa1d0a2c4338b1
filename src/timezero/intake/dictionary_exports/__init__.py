"""One file per form in which the CRS/HIPEC dictionary leaves, found by listing this folder."""
