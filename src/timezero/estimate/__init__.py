"""Person-time to numbers, one estimator a file."""
