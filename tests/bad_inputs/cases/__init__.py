"""One chapter of the acceptance table a file, each with its list CASES."""
