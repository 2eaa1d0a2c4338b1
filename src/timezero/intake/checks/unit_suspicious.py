"""Numbers that do not look like their unit: asked when nobody said the unit, else a warning."""

from __future__ import annotations

from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.conventions import DAYS_PER
from timezero.findings import Finding, Option, Question, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

CODE = "unit_suspicious"
# Fifty years and more of follow-up, in each unit.
LONGEST: Final = {"days": 18_263.0, "weeks": 2_609.0, "months": 600.0, "years": 50.0}
# Follow-up of patients that ends within a month, with fractions of days, is rarely days; and with
# fractions of months within a year and a quarter may be months or years.
SHORTEST_DAYS = 31.0
SHORTEST_MONTHS = 15.0
# Medians of two centres so far apart are two units: a year is 12 months, a month 30 days.
CENTRES_APART = 8.0
FEWEST_IN_CENTRE = 5
_BARS = 8


def unit_suspicious(draft: Draft) -> list[Finding]:
    """Find follow-up that is too long or too short for its unit, or differs between centres."""
    if draft.in_dates:
        return []
    times = draft.time("exit")
    known = np.isfinite(times)
    if not known.any():
        return []
    suspicion = _suspicion(draft, times, known)
    if suspicion is None:
        return []
    what, mask, mend = suspicion
    if "unit" in draft.protocol.data.model_fields_set:
        column = draft.moments["exit"].column
        return [draft.finding(CODE, Severity.WARNING, what, column=column, mask=mask, mend=mend)]
    return [_question(draft, what, mask)]


def _suspicion(draft: Draft, times: Floats, known: Bools) -> tuple[str, Bools, str] | None:
    """Say what does not fit the unit, in which cells, and what to ask oneself."""
    unit = draft.protocol.data.unit
    long = np.asarray(known & (times > LONGEST[unit]))
    if long.any():
        question = "days" if unit != "days" else "hours"
        what = f"more than {LONGEST[unit]:g} {unit} of follow-up in {counted(long, 'patient')}"
        return what, long, f"are these {question}? declare data.unit (--unit)"
    if apart := _centres_apart(draft, times, known):
        return apart, known, "is one unit used in every centre? put them in one, and declare it"
    broken = np.asarray(known & (times != np.round(times)))
    last = float(times[known].max())
    if unit == "days" and broken.any() and last <= SHORTEST_DAYS:
        what = "no follow-up is longer than a month, and some end at fractions of a day"
        return what, broken, "are these months or years? declare data.unit (--unit)"
    said = "unit" in draft.protocol.data.model_fields_set
    if unit == "months" and not said and broken.any() and last <= SHORTEST_MONTHS:
        what = f"no follow-up is longer than {last:g}, and some end at fractions: months, or years?"
        return what, broken, "declare data.unit (--unit)"
    return None


def _centres_apart(draft: Draft, times: Floats, known: Bools) -> str:
    """Say which centres have times so different that their units must be."""
    if draft.centre is None:
        return ""
    medians: dict[str, float] = {}
    for index, name in enumerate(draft.centre.levels):
        own = times[known & (draft.centre.values == index)]
        if own.size >= FEWEST_IN_CENTRE:
            medians[name] = float(np.median(own))
    if len(medians) < 2 or min(medians.values()) <= 0.0:
        return ""
    low, high = min(medians, key=lambda k: medians[k]), max(medians, key=lambda k: medians[k])
    if medians[high] < CENTRES_APART * medians[low]:
        return ""
    return (
        f"half of the patients of {low} have times up to {medians[low]:.3g}, and of {high} up to "
        f"{medians[high]:.3g}: two units?"
    )


def _question(draft: Draft, what: str, mask: Bools) -> Question:
    column, times = draft.moments["exit"].column, draft.time("exit")
    known = times[np.isfinite(times)]
    middle = float(np.median(known))
    options = tuple(
        Option(
            value=unit,
            words=f"{unit}: half are followed for {middle:.3g} {unit} = "
            f"{middle * per / DAYS_PER['years']:.2g} years or longer",
        )
        for unit, per in DAYS_PER.items()
    )
    return Question(
        code=CODE,
        what=f"the unit of the times is not said, and {what}",
        where=draft.table.where(column, mask),
        evidence=histogram(known),
        mend="answer it with `timezero init`, or write data.unit in the study file (--unit)",
        n_rows=int(mask.sum()),
        key=("data", "unit"),
        options=options,
    )


def histogram(values: Floats) -> tuple[str, ...]:
    """Return a histogram in text, one line a bar: ``0 to 10: ###### 6``.

    Parameters
    ----------
    values : (n,) float64
        Finite, n >= 1.
    """
    low, high = float(values.min()), float(values.max())
    if not high - low > 1e-9 * max(abs(low), abs(high)) or not np.isfinite(high - low):
        return (f"{low:.3g} to {high:.3g}: {values.size}",)
    counts, edges = np.histogram(values, bins=_BARS)
    tallest = max(int(counts.max()), 1)
    return tuple(
        f"{edges[k]:.3g} to {edges[k + 1]:.3g}: {'#' * round(20 * int(n) / tallest)} {int(n)}"
        for k, n in enumerate(counts)
    )


CHECK = unit_suspicious
