"""One file per data check, found by listing this folder."""
