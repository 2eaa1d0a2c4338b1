"""Horizons and landmarks when the protocol names none."""

from __future__ import annotations

import numpy as np

from timezero.align.time_varying import time_varying
from timezero.ladder.defaults import horizons_for, landmarks_for
from timezero.model.protocol import AnalysisPart, DataPart, Protocol

NEVER = float("nan")


def cohort_of(make_cohort, follow_up):
    n = 40
    exits = np.linspace(1.0, follow_up, n)
    initiations = np.where(np.arange(n) % 2 == 0, exits / 4.0, NEVER)
    return make_cohort(exits, np.ones(n), initiations)


def test_declared_horizons_are_sorted_and_kept(make_cohort):
    protocol = Protocol(analysis=AnalysisPart(horizons=(36.0, 12.0, 36.0)))
    rows = time_varying(cohort_of(make_cohort, 100.0))
    assert horizons_for(protocol, rows) == ((12.0, 36.0), "declared in the protocol")


def test_default_horizons_are_the_last_years_with_patients_in_both_states(make_cohort):
    protocol = Protocol(data=DataPart(unit="months"))
    rows = time_varying(cohort_of(make_cohort, 80.0))
    horizons, rule = horizons_for(protocol, rows)
    assert horizons == (24.0, 36.0, 60.0)
    assert "1, 2, 3, 5 and 10 years" in rule
    for horizon in horizons:
        for arm in (0, 1):
            n_at_risk = np.sum((rows.arm == arm) & (rows.entry < horizon) & (rows.exit >= horizon))
            assert n_at_risk >= 5


def test_short_follow_up_gets_a_round_horizon(make_cohort):
    rows = time_varying(cohort_of(make_cohort, 9.0))
    horizons, _ = horizons_for(Protocol(data=DataPart(unit="months")), rows)
    assert len(horizons) == 1
    assert horizons[0] == round(horizons[0])
    assert 0 < horizons[0] < 9


def test_default_landmarks_are_quartiles_of_the_wait(make_cohort):
    cohort = make_cohort([9] * 5, [1] * 5, [1, 2, 3, 4, NEVER])
    landmarks, rule = landmarks_for(Protocol(), cohort)
    assert landmarks == (1.0, 2.0, 3.0)
    assert "quartiles" in rule


def test_nobody_treated_gives_no_landmark(make_cohort):
    assert landmarks_for(Protocol(), make_cohort([5], [1], [NEVER]))[0] == ()
