"""From a published claim to what waiting and selection alone would produce."""
