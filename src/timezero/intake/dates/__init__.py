"""Dates as people write them: shapes, questions about their meaning, and what they become."""
