"""From an article, an abstract or one sentence to a draft claim, every number with its role."""
