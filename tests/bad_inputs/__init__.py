"""The acceptance suite of intake: one awkward file and one expected report for each case."""
