"""G12: how many patients the weighted ones are worth."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked
from timezero.ladder.guards._numbers import ratios

CAUTION_SHARE = 0.5
PATIENTS = 20.0
EVENTS = 10.0
ARMS = ("reference", "intervention")


def _judge(looked: Looked) -> Iterator[Judged]:
    for rung in looked.standing():
        details = next(
            (c.details for c in ratios(rung) if "effective_sample_size_reference" in c.details),
            None,
        )
        if details is None:
            details = next(
                (
                    c.details
                    for c in rung.contrasts
                    if "effective_sample_size_reference" in c.details
                ),
                None,
            )
        if details is None:
            continue
        sizes = {arm: details[f"effective_sample_size_{arm}"] for arm in ARMS}
        counts = {arm: details.get(f"n_{arm}", float("nan")) for arm in ARMS}
        events = {arm: details.get(f"weighted_events_{arm}", float("inf")) for arm in ARMS}
        thin = min(sizes, key=lambda arm: sizes[arm])
        few = min(events, key=lambda arm: events[arm])
        what = f"the weighted patients of the {thin} arm are worth {sizes[thin]:.0f}"
        if sizes[thin] < PATIENTS or events[few] < EVENTS:
            status, what = "withdrawn", f"{what}, and the {few} arm has {events[few]:.1f} events"
        elif any(sizes[arm] < CAUTION_SHARE * counts[arm] for arm in ARMS):
            status, what = "cautioned", f"{what}, less than half of those there"
        else:
            status = "passed"
        yield Judged(subject=rung.name, status=status, what=what)


GUARD = Guard(
    number="G12",
    title="Effective sample size",
    threshold="below half of the patients cautioned; below 20, or below 10 weighted events in an "
    "arm, refused",
    judge=_judge,
)
