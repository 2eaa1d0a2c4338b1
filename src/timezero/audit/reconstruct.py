"""From one digitised survival curve and the numbers printed beside it to single patients.

The equations (RC3) to (RC7) are in ``docs/methods/reconstruction.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.audit.digitised import CurvePoints
from timezero.audit.risk_numbers import Intervals, RiskNumbers, intervals
from timezero.conventions import NEAR_TIE
from timezero.findings import Finding, Severity

# So many numbers of censored patients are all tried; of more, those near the crossing.
TRY_ALL: Final = 60
NEAR_CROSSING: Final = 12
# A root mean square gap worse by this is too much to meet the stated events: it is that of
# readings off by up to half a point of 100.
SAME_FIT: Final = 0.005 / math.sqrt(3.0)
# At this rate 95 percent are censored in the interval; it is halved down to one part in a billion.
LARGEST_RATE: Final = 3.0
HALVINGS: Final = 30
MIDDLE: Final = 0.5
JUST_BEFORE: Final = 1.0 - NEAR_TIE
JUST_AFTER: Final = 1.0 + NEAR_TIE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Records:
    """The patients of one group, as a curve and its numbers imply them.

    Parameters
    ----------
    exit : (n,) float64
        Ascending, in the unit of the curve.
    event : (n,) bool
        False: censored.
    points : CurvePoints
        What they were made from.
    numbers : RiskNumbers
        What was printed.
    group : str
    notes : tuple of Finding
        What was assumed or did not fit.
    """

    exit: Floats
    event: Bools
    points: CurvePoints
    numbers: RiskNumbers
    group: str
    notes: tuple[Finding, ...] = ()

    @property
    def n(self) -> int:
        """Number of patients."""
        return int(self.exit.size)

    @property
    def n_events(self) -> int:
        """Number of events."""
        return int(self.event.sum())


@dataclass(slots=True, kw_only=True, eq=False)
class _Walk:
    """Where one interval leads, for one number of patients censored in it."""

    deaths: list[int]
    censored: Floats
    n_left: int
    level: float
    misfit: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Stretch:
    """One interval as the walk finds it: its steps, who is at risk, and the curve so far."""

    start: float
    end: float
    times: Floats
    survival: Floats
    n: int
    level: float


def reconstruct(
    points: CurvePoints,
    numbers: RiskNumbers,
    *,
    group: str = "all",
    where: str = "curve",
    places: Floats | None = None,
) -> Records:
    """Find patients whose survival curve is the digitised one, deaths only where it steps.

    Parameters
    ----------
    points : CurvePoints
        From `clean_points`.
    numbers : RiskNumbers
        Patients or numbers at risk are needed; the rest makes the answer better.
    group, where : str
        Name of the group in the answer, and the user's name for the curve.
    places : (n,) float64, optional
        Where censored patients leave within equal parts of an interval, in (0, 1); default the
        middle of each.

    Returns
    -------
    Records
        Numbers at risk are met by censoring and never by deaths the curve does not show; where
        both cannot be, the curve is kept, and the notes say so.

    References
    ----------
    .. [guyot2012] the equations; [liu2021] their mending

    Raises
    ------
    InputRefused
        No number of patients; impossible numbers at risk.
    """
    cut = intervals(numbers, points.end, where=where)
    n = int(cut.at_risk[0])
    places = np.full(n, MIDDLE) if places is None else places
    walks: list[_Walk] = []
    left, level = n, 1.0
    for k in range(cut.starts.size):
        stretch = _stretch(points, cut, k, left=left, level=level)
        if k + 1 < cut.starts.size:
            walk = _meet_number_left(stretch, int(cut.at_risk[k + 1]), places)
        elif cut.left_at_end == 0:
            walk = _meet_number_left(stretch, 0, places)
        else:
            walk = _last_interval(stretch, walks, cut, numbers=numbers, places=places)
        walks.append(walk)
        left, level = walk.n_left, walk.level
    exits, events = _gathered(points, cut, walks)
    notes = (*points.notes, *cut.notes, *_notes(cut, numbers, exits, where=where))
    return Records(
        exit=exits, event=events, points=points, numbers=numbers, group=group, notes=notes
    )


def _stretch(points: CurvePoints, cut: Intervals, k: int, *, left: int, level: float) -> _Stretch:
    """Return interval k: [start, next start), the last one with its end (RC3)."""
    is_last = k + 1 == cut.starts.size
    start = float(cut.starts[k])
    end = cut.end if is_last else float(cut.starts[k + 1])
    past_end = end * (JUST_AFTER if is_last else JUST_BEFORE)
    first, past = np.searchsorted(points.times, [start * JUST_BEFORE, past_end]).tolist()
    return _Stretch(
        start=start,
        end=end,
        times=points.times[first:past],
        survival=points.survival[first:past],
        n=left,
        level=level,
    )


def _walk(stretch: _Stretch, censored: Floats) -> _Walk:
    """Go along the steps of an interval with patients censored at these times (RC4, RC5)."""
    gone = np.searchsorted(censored, stretch.times * JUST_BEFORE).tolist()
    level, misfit, dead = stretch.level, 0.0, 0
    deaths: list[int] = []
    for before, target in zip(gone, stretch.survival.tolist(), strict=True):
        at_risk = stretch.n - before - dead
        d = 0
        if at_risk > 0 and level > target:
            d = min(int(at_risk * (1.0 - target / level) + 0.5), at_risk)
            level *= 1.0 - d / at_risk
        dead += d
        misfit += (level - target) ** 2
        deaths.append(d)
    return _Walk(
        deaths=deaths,
        censored=censored,
        n_left=stretch.n - censored.size - dead,
        level=level,
        misfit=math.sqrt(misfit / max(len(deaths), 1)),
    )


def _walk_evenly(stretch: _Stretch, n_censored: int, places: Floats) -> _Walk:
    """Walk with so many censored in equal parts of the interval."""
    width = (stretch.end - stretch.start) / max(n_censored, 1)
    return _walk(stretch, stretch.start + width * (np.arange(n_censored) + places[:n_censored]))


def _walk_at_rate(stretch: _Stretch, rate: float, places: Floats) -> _Walk:
    """Walk with patients censored at one rate per patient and time (RC7).

    Parameters
    ----------
    rate : float
        Censored per patient and length of the interval, >= 0.
    """
    censored = np.zeros(0)
    if rate > 0.0 and stretch.end > stretch.start and stretch.level > 0.0:
        knots = np.concatenate([[stretch.start], stretch.times, [stretch.end]])
        height = np.concatenate([[stretch.level], stretch.survival]) / stretch.level
        length = stretch.end - stretch.start
        kept = np.exp(-rate * (knots - stretch.start) / length)
        share = np.concatenate([[0.0], np.cumsum(np.minimum(height, 1.0) * -np.diff(kept))])
        n_censored = int(stretch.n * share[-1] + 0.5)
        parts = (np.arange(n_censored) + places[:n_censored]) / max(n_censored, 1)
        censored = np.asarray(np.interp(parts * share[-1], share, knots), dtype=np.float64)
    walk = _walk(stretch, censored)
    while walk.n_left < 0:
        walk = _walk(stretch, walk.censored[: walk.n_left])
    return walk


def _meet_number_left(stretch: _Stretch, wanted: int, places: Floats) -> _Walk:
    """Censor so many that the printed number is left, as nearly as the curve allows (RC6)."""
    if stretch.n <= wanted:
        return _walk(stretch, np.zeros(0))
    tried = [_walk_evenly(stretch, c, places) for c in _candidates(stretch, wanted, places)]
    possible = [walk for walk in tried if walk.n_left >= 0]
    return min(
        possible, key=lambda w: (abs(w.n_left - wanted), round(w.misfit, 12), w.censored.size)
    )


def _candidates(stretch: _Stretch, wanted: int, places: Floats) -> range:
    """Return the numbers of censored to try: all, or those about where the number left crosses."""
    most = stretch.n - wanted
    if most <= TRY_ALL:
        return range(most + 1)
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if _walk_evenly(stretch, middle, places).n_left >= wanted:
            low = middle
        else:
            high = middle - 1
    first = max(0, low - NEAR_CROSSING)
    return range(first, min(most, low + NEAR_CROSSING) + 1)


def _last_interval(
    stretch: _Stretch,
    walks: list[_Walk],
    cut: Intervals,
    *,
    numbers: RiskNumbers,
    places: Floats,
) -> _Walk:
    """Walk the interval after the last number at risk: stated events, or the rate so far (RC7)."""
    usual = _usual_rate(stretch, walks, cut)
    walk = _walk_at_rate(stretch, usual, places)
    if numbers.n_events is None:
        return walk
    wanted = numbers.n_events - sum(sum(walk.deaths) for walk in walks)
    too_many = sum(walk.deaths) > wanted
    low, high = (usual, LARGEST_RATE) if too_many else (0.0, usual)
    worst_fit = walk.misfit + SAME_FIT
    best = walk
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        walk = _walk_at_rate(stretch, middle, places)
        fits = walk.misfit <= worst_fit
        if fits and abs(sum(walk.deaths) - wanted) < abs(sum(best.deaths) - wanted):
            best = walk
        if fits and sum(walk.deaths) > wanted:
            low = middle
        else:
            high = middle
    return best


def _usual_rate(stretch: _Stretch, walks: list[_Walk], cut: Intervals) -> float:
    """Return the rate of censoring until then, for the length of this interval (RC7)."""
    if not walks:
        return 0.0
    sizes = np.array([cut.at_risk[0], *(walk.n_left for walk in walks)], dtype=np.float64)
    time = float(np.diff(cut.starts) @ (sizes[:-1] + sizes[1:])) / 2.0
    rate = sum(walk.censored.size for walk in walks) / time
    return min(rate * (stretch.end - stretch.start), LARGEST_RATE)


def _gathered(points: CurvePoints, cut: Intervals, walks: list[_Walk]) -> tuple[Floats, Bools]:
    """Return exits and events, ascending, events before censorings (C3); who is left ends last."""
    deaths = [d for walk in walks for d in walk.deaths]
    died = np.repeat(points.times[: len(deaths)], deaths)
    lost = np.concatenate([walk.censored for walk in walks])
    stayed = np.full(walks[-1].n_left, cut.end)
    exits = np.concatenate([died, lost, stayed])
    events = np.zeros(exits.size, dtype=np.bool_)
    events[: died.size] = True
    order = np.lexsort((~events, exits))
    return exits[order], events[order]


def _notes(cut: Intervals, numbers: RiskNumbers, exits: Floats, *, where: str) -> list[Finding]:
    found: list[str] = []
    left = np.array([np.sum(exits >= t) for t in cut.starts])
    gaps = left - cut.at_risk
    if np.any(gaps != 0):
        worst = int(np.abs(gaps).argmax())
        found.append(
            f"{left[worst]} are at risk at {cut.starts[worst]:g}, where {cut.at_risk[worst]} are "
            "printed: the curve and the numbers at risk contradict each other, and the curve is "
            "kept"
        )
    if cut.starts.size == 1 and numbers.n_events is None and cut.left_at_end < 0:
        found.append(
            "without numbers at risk or events nobody counts as censored before the end of the "
            "curve; a hazard ratio from it would not be reliable"
        )
    return [
        Finding(code="curve_put_together", severity=Severity.NOTE, what=what, where=where)
        for what in found
    ]
