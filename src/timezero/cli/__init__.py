"""The command line: one file per command; commands compute nothing."""
