"""One line of the page: our sentence, and the words of others that it quotes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence of ours, with a quotation behind it.

    Parameters
    ----------
    text : str
    quote : str
        Words of the claim, shown between quotation marks and set apart from our own.
    """

    text: str
    quote: str = ""

    @property
    def stop(self) -> str:
        """Return the full stop behind the quotation, unless that ends with one of its own."""
        return "" if self.quote[-1:] in {".", "?", "!"} else "."
