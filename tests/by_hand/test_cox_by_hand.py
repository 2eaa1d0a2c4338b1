"""Cox's model solved with pencil and paper; psi is the hazard ratio.

Four patients, x = 1, 0, 1, 0, who die at 1, 2, 3, 4. The likelihood is

    psi / (2 psi + 2)  *  1 / (psi + 2)  *  psi / (psi + 1)  *  1,

its derivative is zero where psi^2 = psi + 4, so psi = (1 + sqrt 17) / 2.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from cox_rows import NOTHING, column, rows_of
from timezero.estimate.cox import fit_cox
from timezero.estimate.firth import fit_firth
from timezero.estimate.profile_likelihood import profile_interval
from timezero.estimate.proportional_hazards import proportional_hazards_test
from timezero.estimate.separation import monotone_columns

# A few dozen operations on numbers of size one.
ROUND_OFF = 1e-12
# A root found to a height of 1e-12.
ROOT = 1e-10
CHI2_95 = 3.841458820694124

FOUR = rows_of([1, 2, 3, 4], [True] * 4)
X = column(1, 0, 1, 0)
PSI = (1 + sqrt(17)) / 2
P, Q = PSI / (PSI + 1), PSI / (PSI + 2)  # share of x = 1 at times 1 and 3, and at time 2


def test_cox_coefficient_and_variance_by_hand() -> None:
    fit = fit_cox(FOUR, X)
    assert fit.coefficients[0] == pytest.approx(log(PSI), abs=ROUND_OFF)
    information = 2 * P * (1 - P) + Q * (1 - Q)
    assert fit.covariance[0, 0] == pytest.approx(1 / information, rel=ROUND_OFF)
    expected = 2 * log(PSI) - log(2) - 2 * log(PSI + 1) - log(PSI + 2)
    assert fit.log_likelihood == pytest.approx(expected, rel=ROUND_OFF)
    assert fit.log_likelihood_null == pytest.approx(-log(24), rel=ROUND_OFF)


def test_cox_score_test_by_hand() -> None:
    # U = 1/2 - 1/3 + 1/2 = 2/3, V = 1/4 + 2/9 + 1/4 = 13/18.
    assert fit_cox(FOUR, X).score_statistic == pytest.approx(8 / 13, rel=ROUND_OFF)


def test_cox_robust_variance_by_hand() -> None:
    # Hazard increments are 1 / (2 psi + 2), 1 / (psi + 2), 1 / (psi + 1), 1.
    h1, h2, h3 = 1 / (2 * PSI + 2), 1 / (PSI + 2), 1 / (PSI + 1)
    r1 = (1 - P) - PSI * (1 - P) * h1
    r2 = (0 - Q) - ((0 - P) * h1 + (0 - Q) * h2)
    r3 = (1 - P) - PSI * ((1 - P) * h1 + (1 - Q) * h2 + (1 - P) * h3)
    r4 = 0 - ((0 - P) * h1 + (0 - Q) * h2 + (0 - P) * h3)
    fit = fit_cox(FOUR, X)
    np.testing.assert_allclose(fit.score_residuals[:, 0], [r1, r2, r3, r4], atol=ROUND_OFF)
    variance = fit.covariance[0, 0]
    alone = variance**2 * (r1**2 + r2**2 + r3**2 + r4**2)
    assert fit.robust_covariance[0, 0] == pytest.approx(alone, rel=ROUND_OFF)
    pairs = fit_cox(rows_of([1, 2, 3, 4], [True] * 4, patient=[0, 0, 1, 1]), X)
    together = variance**2 * ((r1 + r2) ** 2 + (r3 + r4) ** 2)
    assert pairs.robust_covariance[0, 0] == pytest.approx(together, rel=ROUND_OFF)


def test_cox_ties_by_hand() -> None:
    # x = 1 and x = 0 die together, a third with x = 0 is watched longer.
    rows, x = rows_of([1, 1, 2], [True, True, False]), column(1, 0, 0)
    # Efron: psi / ((psi + 2) (psi + 3) / 2) is largest at psi^2 = 6.
    assert fit_cox(rows, x).coefficients[0] == pytest.approx(log(6) / 2, abs=ROUND_OFF)
    # Breslow: psi / (psi + 2)^2 is largest at psi = 2.
    breslow = fit_cox(rows, x, ties="breslow")
    assert breslow.coefficients[0] == pytest.approx(log(2), abs=ROUND_OFF)


def test_cox_counts_nobody_who_enters_at_the_event() -> None:
    # C2: the fifth enters at 2, when the second dies, and leaves before 3.
    rows = rows_of([1, 2, 3, 4, 2.5], [True] * 4 + [False], entry=[NOTHING] * 4 + [2.0])
    fit = fit_cox(rows, column(1, 0, 1, 0, 1))
    assert fit.coefficients[0] == pytest.approx(log(PSI), abs=ROUND_OFF)
    assert fit.score_residuals[4, 0] == 0.0


def test_profile_limits_by_hand() -> None:
    def height(b: float) -> float:
        psi = np.exp(b)
        return 2 * b - log(2) - 2 * np.log(psi + 1) - np.log(psi + 2)

    for limit in profile_interval(FOUR, X, 0):
        assert 2 * (height(log(PSI)) - height(limit)) == pytest.approx(CHI2_95, rel=ROOT)


def test_profile_has_one_limit_where_one_arm_has_no_event() -> None:
    # 1 / (psi + 1) has its top, 1, at psi = 0 and falls to exp(-CHI2 / 2) of it.
    lower, upper = profile_interval(rows_of([1, 2], [True, False]), column(0, 1), 0)
    assert lower == -np.inf
    assert upper == pytest.approx(log(np.expm1(CHI2_95 / 2)), rel=ROOT)


def test_firth_by_hand_with_one_event() -> None:
    # With p the share of the treated at the only death, a treated one's, the penalised likelihood
    # is p sqrt(p (1 - p)), largest at p = 3/4: with 2 treated among 5, 2 psi = 3 * 3.
    rows, x = rows_of([1, 2, 2, 2, 2], [True] + [False] * 4), column(1, 1, 0, 0, 0)
    fit = fit_firth(rows, x)
    assert fit.coefficients[0] == pytest.approx(log(4.5), abs=ROUND_OFF)
    assert fit.covariance[0, 0] == pytest.approx(16 / 3, rel=ROUND_OFF)
    ratio = 3 * log(0.75 / 0.4) + log(0.25 / 0.6)
    assert fit.statistics[0] == pytest.approx(ratio, rel=ROUND_OFF)
    for limit in (fit.lower[0], fit.upper[0]):
        p = 2 * np.exp(limit) / (2 * np.exp(limit) + 3)
        fall = 3 * np.log(0.75 / p) + np.log(0.25 / (1 - p))
        assert fall == pytest.approx(CHI2_95, rel=ROOT)


def test_proportional_hazards_by_hand() -> None:
    g = np.array([1, 2, 3]) - 2.5  # the mean counts the death at 4, which compares nobody
    seen = np.array([1 - P, -Q, 1 - P])
    v = np.array([P * (1 - P), Q * (1 - Q), P * (1 - P)])
    left = g**2 @ v - (g @ v) ** 2 / v.sum()
    test = proportional_hazards_test(FOUR, fit_cox(FOUR, X), X, ("x",), transform="identity")
    assert test.chi2[0] == pytest.approx((g @ seen) ** 2 / left, rel=ROUND_OFF)
    assert test.global_chi2 == pytest.approx(test.chi2[0], rel=ROUND_OFF)
    scaled = np.append(seen, 0.0) / v.sum() * 4 + log(PSI)
    np.testing.assert_allclose(test.residuals[:, 0], scaled, rtol=ROUND_OFF)


def test_separation_by_hand() -> None:
    names = ("x", "z")
    four = [1, 2, 3, 4]
    falling, other = [4.0, 3.0, 2.0, 1.0], [0.0, 1.0, 1.0, 0.0]
    rows = rows_of(four, [True] * 4)
    # The one who dies always has the largest x: only x is to blame.
    assert monotone_columns(rows, np.column_stack([falling, other]), names) == ("x",)
    # x + z = 4, 3, 2, 1 though neither falls by itself.
    z = np.array([0.0, 2.0, -1.0, 1.0])
    assert monotone_columns(rows, np.column_stack([falling - z, z]), names) == ("x", "z")
    # One exchange of ranks and no direction is left.
    assert monotone_columns(rows, X, ("x",)) == ()
    # The row that spoils the order is at risk only after 2.
    late = rows_of([1, 2, 9], [True, True, False], entry=[NOTHING, NOTHING, 2.0])
    assert monotone_columns(late, column(1, 0, 7), ("x",)) == ("x",)
    early = rows_of([1, 2, 9], [True, True, False], entry=[NOTHING, NOTHING, 1.5])
    assert monotone_columns(early, column(1, 0, 7), ("x",)) == ()
