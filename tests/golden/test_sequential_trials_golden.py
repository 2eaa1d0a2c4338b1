"""Sequential trials against R, TrialEmulation and pySEQTarget."""

from __future__ import annotations

import csv
import gzip
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from timezero.arrays import Bools, Floats, Ints
from timezero.estimate.sequential_trials import TrialsFit, fit_trials
from timezero.estimate.spline import NaturalSpline, natural_spline
from timezero.estimate.standardised_risk import standardised_survival
from timezero.estimate.treatment_weights import fit_switching, switch_rows, weight_steps
from timezero.estimate.trial_rows import (
    Trials,
    counts_of,
    make_trials,
    per_protocol,
    truncated,
)
from timezero.kernels.trial_counts import standardise

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
PUBLISHED = tomllib.loads((REFERENCE / "published/sequential_trials.toml").read_text("utf-8"))
# statsmodels stops at a relative change of 1e-8 in the deviance.
AS_CLOSE_AS_STATSMODELS = 1e-7


@dataclass(frozen=True)
class Table:
    """Person-periods of a file, patient by patient."""

    first: Ints
    columns: dict[str, Floats]

    def flag(self, name: str) -> Bools:
        """Return a column of 0 and 1."""
        return self.columns[name] == 1.0

    def several(self, *names: str) -> Floats:
        """Return some columns."""
        return np.column_stack([self.columns[name] for name in names])


def table(file: str, patient: str, period: str, *, at_most: int | None = None) -> Table:
    """Read person-periods and put them in order."""
    with gzip.open(REFERENCE / "data" / file, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    if at_most is not None:
        kept = np.isin(columns[patient], np.unique(columns[patient])[:at_most])
        columns = {name: column[kept] for name, column in columns.items()}
    order = np.lexsort((columns[period], columns[patient]))
    columns = {name: column[order] for name, column in columns.items()}
    changes = np.flatnonzero(np.diff(columns[patient])) + 1
    return Table(
        first=np.concatenate([[0], changes, [order.size]]),
        columns=columns | {f"{period} squared": columns[period] ** 2},
    )


def both_arms(basis: Floats) -> Floats:
    """Return the basis of follow-up, the same for both arms."""
    return np.stack([basis, basis])


def quadratic(longest: int) -> Floats:
    """Return follow-up and its square."""
    k = np.arange(float(longest))
    return both_arms(np.column_stack([k, k**2]))


def steps(
    data: Table, treated: Bools, known: Bools, numerator: tuple[str, ...], given: tuple[str, ...]
) -> tuple[Floats, dict[bool, Any]]:
    """Fit who switches from either state; return weights' steps and the models."""
    step, models = np.ones(treated.size), {}
    for came_from in (False, True):
        switch = switch_rows(
            data.first,
            treated,
            known,
            came_from=came_from,
            numerator=(data.several(*numerator), numerator),
            denominator=(
                data.several(*given) if given else np.empty((treated.size, 0)),
                given,
            ),
        )
        fitted = fit_switching(switch, data.first.size - 1)
        models[came_from] = fitted
        coefficients = (fitted.numerator.coefficients, fitted.denominator.coefficients)
        weight_steps(switch, coefficients, step)
    return step, models


# TrialEmulation ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example() -> Table:
    return table("trial_example.csv.gz", "id", "period")


def trials_of_example(example: Table, starts: Bools) -> Trials:
    """Return the sequence of trials of the vignette."""
    names, columns = [], []
    for factor in ("catvarA", "catvarB"):
        values = example.columns[factor]
        for level in np.unique(values[starts])[1:]:
            names.append(f"{factor} {level:g}")
            columns.append((values == level).astype(float))
    plain = ("nvarA", "nvarB", "nvarC", "period", "period squared")
    return make_trials(
        first=example.first,
        starts=starts,
        treated=example.flag("treatment"),
        event=example.flag("outcome"),
        columns=(np.column_stack([*columns, example.several(*plain)]), (*names, *plain)),
        follow_up=(
            quadratic(int(np.diff(example.first).max())),
            ("follow-up", "follow-up squared"),
        ),
    )


def with_events(example: Table) -> Bools:
    """Return the eligible periods but those of a level under which nobody has the event.

    R lets that level's coefficient wander off to minus infinity; the others are then what they
    are without its rows.
    """
    return example.flag("eligible") & (example.columns["catvarA"] != 3.0)


def kept_by_trial_emulation(example: Table) -> Bools:
    """Return the periods that TrialEmulation fits its treatment models to.

    After treatment changes in a period in which no trial could begin, periods are left out until
    one can.
    """
    treated, eligible = example.flag("treatment"), example.flag("eligible")
    kept = np.zeros(treated.size, dtype=np.bool_)
    for begin, past in zip(example.first[:-1], example.first[1:], strict=True):
        followed, ends = False, False
        for r in range(begin, past):
            if ends:
                followed = ends = False
            followed |= bool(eligible[r])
            kept[r] = followed
            ends = bool(r > begin and treated[r] != treated[r - 1] and not eligible[r])
    return kept


def rounds_to(ours: float, printed: str) -> bool:
    """Say whether a number rounds to what was printed."""
    return f"{ours:.{len(printed.partition('.')[2])}f}" == printed


def of_everybody(fit: TrialsFit, example: Table, trials: Trials) -> float:
    """Return the robust error with the factor of all patients, as R has it."""
    n, mine = example.first.size - 1, int(np.sum(np.diff(trials.trial_first) > 0))
    return fit.robust_error * float(np.sqrt(n / (n - 1.0) * (mine - 1.0) / mine))


def test_fit_trials_intention_to_treat_is_that_of_trial_emulation(example: Table) -> None:
    printed = PUBLISHED["trial_emulation"]["intention_to_treat"]
    assert (
        counts_of(trials_of_example(example, example.flag("eligible"))).n_rows
        == (printed["n_rows"])
    )
    trials = trials_of_example(example, with_events(example))
    fit = fit_trials(trials)
    assert rounds_to(fit.log_odds_ratio, printed["assigned_treatment"])
    assert rounds_to(float(fit.coefficients[0]), printed["intercept"])
    assert rounds_to(of_everybody(fit, example, trials), printed["robust_error"])


def test_fit_trials_per_protocol_is_that_of_trial_emulation(example: Table) -> None:
    printed = PUBLISHED["trial_emulation"]["per_protocol"]
    step, _ = steps(
        example,
        example.flag("treatment"),
        kept_by_trial_emulation(example),
        ("nvarA", "nvarB"),
        (),
    )
    everybody = per_protocol(trials_of_example(example, example.flag("eligible"))).weighted(step)
    counts = counts_of(everybody)
    assert counts.n_rows == printed["n_rows"]
    assert rounds_to(counts.mean_weight, printed["mean_weight"])
    assert rounds_to(counts.smallest, printed["smallest_weight"])
    assert rounds_to(counts.largest, printed["largest_weight"])
    trials = per_protocol(trials_of_example(example, with_events(example))).weighted(step)
    fit = fit_trials(trials)
    assert rounds_to(fit.log_odds_ratio, printed["assigned_treatment"])
    assert rounds_to(of_everybody(fit, example, trials), printed["robust_error"])


def test_a_level_without_events_is_not_printed_as_a_large_number(example: Table) -> None:
    fit = fit_trials(per_protocol(trials_of_example(example, example.flag("eligible"))))
    assert fit.penalised
    assert np.abs(fit.coefficients).max() < 10.0


def test_standardised_survival_follows_the_published_recursion() -> None:
    printed = PUBLISHED["trial_emulation"]["recursions"]
    hazards = np.array(printed["hazards"])
    logits = np.log(hazards / (1.0 - hazards))
    basis = np.stack([np.eye(3)] * 2)
    survival = np.zeros((2, 3))
    for row in logits:
        standardise(
            np.array([[1.0, 0.0]]),
            np.ones(1),
            basis,
            np.concatenate([[0.0, 0.0], row]),
            1,
            survival,
            np.zeros((2, 0, 5)),
        )
    np.testing.assert_allclose(survival[0] / 2.0, printed["survival"], rtol=1e-14)
    np.testing.assert_allclose(1.0 - survival[1] / 2.0, printed["cumulative_incidence"], rtol=1e-14)


# pySEQTarget ---------------------------------------------------------------------------------

THEIR_NAMES = {
    "(intercept)": "Intercept",
    "assigned treatment": "tx_init_bas[T.1]",
    "follow-up": "followup",
    "follow-up squared": "followup_sq",
    "time": "trial",
    "time squared": "trial_sq",
    "sex": "sex",
    "N": "N_bas",
    "L": "L_bas",
    "P": "P_bas",
}


@pytest.fixture(scope="module")
def seqdata() -> Table:
    return table("seqdata_part.csv.gz", "ID", "time")


@pytest.fixture(scope="module")
def theirs() -> Any:
    path = REFERENCE / "published" / "sequential_trials_pyseqtarget.json"
    return json.loads(path.read_text("utf-8"))


def trials_of_seqdata(data: Table, names: tuple[str, ...]) -> Trials:
    """Return the sequence of trials that pySEQTarget makes."""
    return make_trials(
        first=data.first,
        starts=data.flag("eligible"),
        treated=data.flag("tx_init"),
        event=data.flag("outcome"),
        columns=(data.several(*names), names),
        follow_up=(quadratic(int(np.diff(data.first).max())), ("follow-up", "follow-up squared")),
    )


def assert_their_coefficients(fit: TrialsFit, stored: dict[str, float]) -> None:
    """Compare by name."""
    expected = [stored[THEIR_NAMES[name]] for name in fit.names]
    np.testing.assert_allclose(fit.coefficients, expected, rtol=AS_CLOSE_AS_STATSMODELS)


def test_fit_trials_intention_to_treat_is_that_of_pyseqtarget(seqdata: Table, theirs: Any) -> None:
    trials = trials_of_seqdata(seqdata, ("time", "time squared", "sex", "N", "L", "P"))
    assert counts_of(trials).n_rows == theirs["intention_to_treat"]["n_rows"]
    assert_their_coefficients(fit_trials(trials), theirs["intention_to_treat"]["coefficients"])


def test_fit_trials_per_protocol_is_that_of_pyseqtarget(seqdata: Table, theirs: Any) -> None:
    """It weights the assignment too, but in a patient's first trial."""
    step, models = steps(
        seqdata,
        seqdata.flag("tx_init"),
        seqdata.columns["time"] > 0.0,
        ("sex", "time", "time squared"),
        ("sex", "N", "L", "P", "time", "time squared"),
    )
    for came_from, fitted in models.items():
        for part, fit in (("numerator", fitted.numerator), ("denominator", fitted.denominator)):
            stored = theirs[f"{part}_from_{int(came_from)}"]
            assert fit.n_rows == stored["n_rows"]
            np.testing.assert_allclose(
                fit.coefficients, list(stored["coefficients"].values()), rtol=1e-6
            )
    trials = per_protocol(trials_of_seqdata(seqdata, ("time", "time squared", "sex")))
    followed = trials.weighted(step, assignment=True)
    assert counts_of(followed).n_rows == theirs["per_protocol"]["n_rows"]
    assert_their_coefficients(fit_trials(followed), theirs["per_protocol"]["coefficients"])


# R ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def in_r(read_output: Callable[[str], Any]) -> Any:
    return read_output("sequential_trials")


@pytest.fixture(scope="module")
def few() -> Table:
    return table("seqdata_part.csv.gz", "ID", "time", at_most=60)


def trials_as_in_r(few: Table) -> Trials:
    """Arrange the first sixty patients with splines of follow-up and of the trial's time."""
    starts = few.flag("eligible")
    time = few.columns["time"]
    when = natural_spline(time[starts], 2)
    longest = int(np.diff(few.first).max())
    k = np.arange(float(longest))
    lengths = (few.first[1:].repeat(np.diff(few.first)) - np.arange(time.size))[starts]
    follow_up = natural_spline(k, 3, weight=np.array([np.sum(lengths > j) for j in k], dtype=float))
    return make_trials(
        first=few.first,
        starts=starts,
        treated=few.flag("tx_init"),
        event=few.flag("outcome"),
        columns=(
            np.column_stack([when.columns(time), few.several("sex", "L")]),
            ("time 1", "time 2", "sex", "L"),
        ),
        follow_up=(both_arms(follow_up.columns(k)), ("follow-up 1", "follow-up 2", "follow-up 3")),
    )


def test_natural_spline_spans_what_r_s_ns_spans(in_r: Any) -> None:
    x = np.arange(10.0)
    spline = natural_spline(x, 3)
    assert list(spline.knots[1:-1]) == in_r["spline"]["knots"]
    design = np.column_stack([np.ones(10), spline.columns(x)])
    fitted = design @ np.linalg.lstsq(design, np.sin(x), rcond=None)[0]
    np.testing.assert_allclose(fitted, in_r["spline"]["fitted"], rtol=1e-11)


def test_natural_spline_is_straight_outside_its_knots() -> None:
    far = NaturalSpline(knots=(0.0, 1.0, 3.0, 4.0)).columns(np.array([4.0, 5.0, 6.0, 7.0]))
    np.testing.assert_allclose(np.diff(far, n=2, axis=0), 0.0, atol=1e-12)


@pytest.mark.parametrize("name", ["intention_to_treat", "per_protocol", "truncated"])
def test_fit_trials_agrees_with_glm_in_value_and_standard_error(
    name: str, few: Table, in_r: Any, agrees: Callable[..., None]
) -> None:
    trials = trials_as_in_r(few)
    if name != "intention_to_treat":
        step, models = steps(
            few,
            few.flag("tx_init"),
            np.ones(few.columns["time"].size, dtype=np.bool_),
            ("sex", "time", "time squared"),
            ("sex", "N", "L", "P", "time", "time squared"),
        )
        for came_from, fitted in models.items():
            stored = in_r["models"][f"from_{int(came_from)}"]
            agrees("numerator", fitted.numerator.coefficients, stored["numerator"])
            agrees("denominator", fitted.denominator.coefficients, stored["denominator"])
        trials = per_protocol(trials).weighted(step)
        counts = counts_of(trials)
        agrees("mean weight", counts.mean_weight, in_r["weights"]["mean"])
        agrees("smallest weight", counts.smallest, in_r["weights"]["smallest"])
        agrees("largest weight", counts.largest, in_r["weights"]["largest"])
    if name == "truncated":
        trials = truncated(trials, 0.95)
        agrees("quantile", trials.cap, in_r["weights"]["quantile"])
    fit, stored = fit_trials(trials), in_r[name]
    assert counts_of(trials).n_rows == stored["n_rows"]
    place = {n: fit.coefficients[k] for k, n in enumerate(fit.names)}
    agrees("assigned treatment", fit.log_odds_ratio, stored["assigned"])
    agrees("sex", place["sex"], stored["sex"])
    agrees("L", place["L"], stored["L"])
    agrees("robust standard error", fit.robust_error, stored["robust_error"])
    agrees("model standard error", np.sqrt(fit.covariance[1, 1]), stored["model_error"])
    agrees("log-likelihood", fit.log_likelihood, stored["log_likelihood"])
    target = trials.trial_first[:-1][np.diff(trials.trial_first) > 0]
    curves = standardised_survival(
        trials, fit.scaled, target=target, weight=np.ones(target.size), width=1.0
    )
    agrees("survival", curves.survival, stored["survival"])
