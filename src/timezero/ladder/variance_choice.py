"""How the standard error of a weighted rung is found: as declared, or by size, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from timezero.ladder.climb import Climb

Way: TypeAlias = Literal["sandwich", "person_bootstrap", "lef_bootstrap"]

PATIENTS_FOR_SANDWICH = 300
EVENTS_FOR_SANDWICH = 50
WORDS: dict[Way, str] = {
    "sandwich": "sandwich",
    "person_bootstrap": "bootstrap of patients, everything fitted again in each resample",
    "lef_bootstrap": "bootstrap of patients by linearised estimating functions",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceChoice:
    """Which variance, and why, in words."""

    way: Way
    reason: str

    @property
    def words(self) -> str:
        """The way and its reason, to be printed with the estimate."""
        return f"{WORDS[self.way]} ({self.reason})"


def choose_variance(
    climb: Climb, *, n_patients: int, n_events: float, n_centres: int = 0
) -> VarianceChoice:
    """Choose between the sandwich and the bootstrap of patients (guard G27).

    Parameters
    ----------
    n_patients : int
        Who takes part in the rung.
    n_events : float
        Events among them, in the arm that has fewer.
    n_centres : int
        Centres whose patients count as alike; 0 when each patient stands alone.
    """
    fitness = climb.protocol.fitness
    if fitness.replicates == 0:
        return VarianceChoice(
            way="sandwich", reason="the bootstrap was switched off: fitness.replicates = 0"
        )
    if fitness.variance != "automatic":
        return VarianceChoice(way=fitness.variance, reason="as declared")
    if n_centres:
        return VarianceChoice(
            way="sandwich", reason=f"by {n_centres} centres: the bootstrap draws patients"
        )
    if n_patients < PATIENTS_FOR_SANDWICH:
        return VarianceChoice(
            way="person_bootstrap",
            reason=f"{n_patients} patients, fewer than {PATIENTS_FOR_SANDWICH}: "
            "the sandwich is unreliable in so few",
        )
    if n_events < EVENTS_FOR_SANDWICH:
        return VarianceChoice(
            way="person_bootstrap",
            reason=f"{n_events:g} events in the arm with fewer, less than {EVENTS_FOR_SANDWICH}: "
            "the sandwich is unreliable with so few",
        )
    return VarianceChoice(
        way="sandwich",
        reason=f"{n_patients} patients and at least {EVENTS_FOR_SANDWICH} events in each arm",
    )
