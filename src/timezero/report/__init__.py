"""Results to documents: sections, figures, renderers. Nothing is computed here."""
