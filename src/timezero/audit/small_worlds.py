"""Two small simulated studies, patient by patient: who had to live long enough."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from timezero.arrays import Floats
from timezero.audit.do_nothing import MatchedWorlds
from timezero.audit.prior import PLACE, Prior, make_worlds
from timezero.audit.simulate import Design, Stream, simulate
from timezero.audit.worlds_of_claim import PURPOSES_OF_A_STAGE, Run, weighted_quantiles
from timezero.model.audit_result import SmallWorld, WorldPatient

PATIENTS: Final = 14
TRIES: Final = 400
FEWEST_LATE: Final = 3
# A treatment due after everybody's end says nothing, and would shrink the picture.
BEYOND_THE_LAST: Final = 1.2
TITLES: Final = {
    "none": "Simulated: the treatment does nothing, and anybody alive could get it",
    "strong": "Simulated: the treatment does nothing, and fitter patients are chosen for it",
}


def small_world(
    setting: str, prior: Prior, worlds: MatchedWorlds, run: Run, *, number: int
) -> SmallWorld | None:
    """Draw small studies from the worlds that match print, and take the most typical one.

    Parameters
    ----------
    setting : {"none", "strong"}
    prior : Prior
    worlds : MatchedWorlds
    run : Run
    number : int
        Of the stage, for its random streams.

    Returns
    -------
    SmallWorld or None
        None when no small study has enough patients in both groups.
    """
    from timezero.kernels.simulate_studies import draw_studies

    heaviest = np.argsort(-worlds.weight, kind="stable")[:TRIES]
    made = make_worlds(prior, worlds.x[heaviest], worlds.kind[heaviest])
    made.rows[:, PLACE["n"]] = PATIENTS
    stream = Stream(seed=run.seed, purpose=number * PURPOSES_OF_A_STAGE)
    design = Design()
    values = simulate(made, design, prior.tables, stream=stream, workers=1)
    typical = _most_typical(design, values, worlds)
    if typical < 0:
        return None
    patients = np.empty((1, PATIENTS, 4))
    part = made.part(typical, typical + 1)
    draw_studies(
        part.rows,
        stream.numbers(typical),
        part.knots,
        prior.tables.hazards,
        prior.tables.atoms,
        patients,
    )
    return _drawn(TITLES[setting], patients[0])


def _most_typical(design: Design, values: Floats, worlds: MatchedWorlds) -> int:
    """Return the study nearest to the middle of what matched worlds show; -1 when there is none."""
    n_late = values[:, design.names.index("n_late")]
    ratio = values[:, design.names.index("log_hazard_ratio")]
    n = worlds.table.column("n")
    share = float(np.average(worlds.table.column("n_late") / n, weights=worlds.weight))
    wanted = min(max(share * PATIENTS, FEWEST_LATE), PATIENTS - FEWEST_LATE)
    known = worlds.table.column("log_hazard_ratio")
    real = np.isfinite(known)
    middle = weighted_quantiles(known[real], worlds.weight[real], (0.5,))[0] if real.any() else 0.0
    far = np.abs(n_late - wanted) / 1.5 + np.abs(ratio - middle)
    far[(n_late < FEWEST_LATE) | (n_late > PATIENTS - FEWEST_LATE) | ~np.isfinite(far)] = math.inf
    place = int(np.argmin(far))
    return place if math.isfinite(far[place]) else -1


def _drawn(title: str, patients: Floats) -> SmallWorld:
    from timezero.kernels.naive_comparison import (
        EVER_TREATED,
        LATE,
        NEVER,
        TIME_OF_SHARE,
        arrange,
        count_at_deaths,
        draw_curve,
        read_curve,
    )

    rows, deaths = np.empty((PATIENTS, 4)), np.empty((PATIENTS, 4))
    curve = np.empty((PATIENTS, 2))
    arrange(patients, EVER_TREATED, 0.0, rows)
    found = count_at_deaths(rows, np.argsort(rows[:, 1]), deaths)
    medians: list[float] = []
    for group in (LATE, NEVER):
        steps = draw_curve(deaths[:found], group, curve)
        mine = rows[rows[:, 3] == (group == LATE), 1]
        median = read_curve(curve[:steps], TIME_OF_SHARE, 0.5, float(mine.max()))
        medians.append(median if math.isfinite(median) else math.nan)
    latest = BEYOND_THE_LAST * float(patients[:, 0].max())
    lines = [
        WorldPatient(
            exit=float(leave),
            died=bool(died),
            initiation=float(start) if start < leave else math.nan,
            would_have=float(start) if leave <= start < latest and died else math.nan,
        )
        for leave, died, start, _ in patients[np.argsort(-patients[:, 0])]
    ]
    return SmallWorld(
        title=title, patients=tuple(lines), median_late=medians[0], median_never=medians[1]
    )
