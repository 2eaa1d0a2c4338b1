"""Simon-Makuch: survival curves by state, started where the risk set carries them."""

from __future__ import annotations

from timezero.align.time_varying import time_varying
from timezero.ladder.climb import Climb, RungMethod, RungNumbers
from timezero.ladder.compare import compare_from_stable_start


def _estimate(climb: Climb) -> RungNumbers:
    return compare_from_stable_start(climb, time_varying(climb.cohort), name="simon_makuch")


RUNG = RungMethod(
    name="simon_makuch",
    order=7,
    role="correction",
    title="Simon-Makuch: survival by state, from where the risk set carries it",
    estimand=(
        "The survival of a hypothetical patient who stays in one state, untreated or treated, "
        "given survival to the start of the curves."
    ),
    symbols="S_k(t | t_0) = prod_{t_0 < u <= t} (1 - d_k(u) / n_k(u)), k = state",
    counted_from="those alive at the start of the curves, each day in the state it was lived in",
    difference=(
        "The same person-time as the Mantel-Byar test, as curves and time lived. The number at "
        "risk among the treated rises as patients cross over; crossings are not censorings."
    ),
    references=("simon1984",),
    needed="enough treated and untreated patients at risk at the same time",
    estimate=_estimate,
)
