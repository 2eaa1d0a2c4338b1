"""One file per rule of plausibility for the CRS/HIPEC record, found by listing this folder."""
