"""Finished bootstrap replicates of a rung, kept until the study is done."""

from __future__ import annotations

from dataclasses import dataclass

from timezero.arrays import Floats
from timezero.checkpoints import Checkpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReplicates:
    """Chunks of replicates of one rung, each a file.

    Parameters
    ----------
    name : str
        Of the rung.
    checkpoints : Checkpoints
        Of the study.
    """

    name: str
    checkpoints: Checkpoints

    def get(self, first: int, past: int) -> Floats | None:
        """Return a finished chunk, or None."""
        found = self.checkpoints.read(self._part(first, past))
        numbers = None if found is None else found.get("numbers")
        if numbers is None or numbers.ndim != 2 or numbers.shape[0] != past - first:
            return None
        return numbers

    def put(self, first: int, past: int, numbers: Floats) -> None:
        """Keep a finished chunk."""
        self.checkpoints.write(self._part(first, past), {"numbers": numbers})

    def _part(self, first: int, past: int) -> str:
        return f"{self.name}-{first}-{past}"
