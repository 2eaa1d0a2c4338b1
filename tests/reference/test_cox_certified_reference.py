"""Against solutions with 80 digits; ``reference/certified/make_certified.py`` wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cox_rows import NOTHING, rows_of
from timezero.estimate.cox import fit_cox
from timezero.estimate.firth import fit_firth
from timezero.estimate.profile_likelihood import profile_interval
from timezero.model.person_time import PersonTime

CERTIFIED = json.loads((Path(__file__).parent / "certified" / "cox.json").read_text())

# Correct digits promised for coefficients, standard errors and heights of the likelihood.
COEFFICIENT = 1e-12
STANDARD_ERROR = 1e-11
HEIGHT = 1e-13
# Limits and Firth's estimate are found by iterations that stop at steps of about this size.
ITERATED = 1e-11

BY_NAME = pytest.mark.parametrize("known", CERTIFIED, ids=lambda known: known["name"])
BY_TIES = pytest.mark.parametrize("ties", ["efron", "breslow"])


def read(known: dict[str, Any]) -> tuple[PersonTime, np.ndarray, np.ndarray]:
    rows = rows_of(
        known["exit"],
        known["event"],
        entry=[NOTHING if t is None else t for t in known["entry"]],
        stratum=known["stratum"],
        weight=known["weight"],
        patient=known["patient"],
    )
    return rows, np.array(known["design"]), np.array(known["offset"])


def agrees(value: Any, digits: list[str], tolerance: float) -> None:
    np.testing.assert_allclose(value, [float(d) for d in digits], rtol=tolerance, atol=0.0)


@BY_TIES
@BY_NAME
def test_cox_has_the_certified_digits(known: dict[str, Any], ties: Any) -> None:
    rows, design, offset = read(known)
    fit = fit_cox(rows, design, ties=ties, offset=offset)
    answer = known[ties]
    agrees(fit.coefficients, answer["coefficients"], COEFFICIENT)
    agrees(np.sqrt(np.diag(fit.covariance)), answer["standard_errors"], STANDARD_ERROR)
    robust = np.sqrt(np.diag(fit.robust_covariance))
    agrees(robust, answer["robust_standard_errors"], STANDARD_ERROR)
    agrees([fit.log_likelihood], answer["log_likelihood"], HEIGHT)
    agrees([fit.log_likelihood_null], answer["log_likelihood_null"], HEIGHT)


@BY_TIES
@pytest.mark.parametrize(
    "known",
    [k for k in CERTIFIED if "profile" in k["efron"] and not any(k["offset"])],
    ids=lambda known: known["name"],
)
def test_profile_limits_have_the_certified_digits(known: dict[str, Any], ties: Any) -> None:
    rows, design, _ = read(known)
    agrees(profile_interval(rows, design, 0, ties=ties), known[ties]["profile"], ITERATED)


@BY_TIES
def test_firth_has_the_certified_digits(ties: Any) -> None:
    known = next(k for k in CERTIFIED if "firth" in k["efron"])
    rows, design, _ = read(known)
    fit = fit_firth(rows, design, ties=ties)
    found = [float(fit.coefficients[0]), float(np.sqrt(fit.covariance[0, 0]))]
    agrees(found, known[ties]["firth"], ITERATED)
