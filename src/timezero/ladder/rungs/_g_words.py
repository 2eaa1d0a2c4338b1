"""What the g-formula says about its models: tables, cautions and refusals."""

from __future__ import annotations

from timezero.errors import AnalysisRefused
from timezero.estimate.g_formula import GData, GFits, NaturalCourse
from timezero.ladder.fitness_plan import FitnessPlan
from timezero.model.protocol import FitnessPart
from timezero.model.result import DataTable

EVENTS_AT_LEAST = 10
PER_COLUMN_CAUTION, PER_COLUMN_REFUSED = 10.0, 2.0
GAP_CAUTION, GAP_REFUSED = 2.0, 3.0
SHARE_CAUTION, SHARE_REFUSED = 0.05, 0.20


def refuse_few(data: GData) -> None:
    """Refuse models that their outcomes cannot carry, all at once (guards G1, G2 and G29).

    Raises
    ------
    AnalysisRefused
    """
    wrong: list[str] = []
    if data.event.n_outcomes < EVENTS_AT_LEAST:
        wrong.append(f"{data.event.n_outcomes} events, fewer than {EVENTS_AT_LEAST} (guard G2)")
    wrong += [
        f"{model.n_outcomes} outcomes for the {len(model.rows.names) - 1} columns of "
        f"{model.rows.where} (guard G1)"
        for model in data.models
        if model.per_column < PER_COLUMN_REFUSED
    ]
    share = data.n_left_out / (data.n_left_out + data.patient.size)
    if share > SHARE_REFUSED:
        wrong.append(f"{share:.0%} of the candidates have no first value of a history (guard G29)")
    if wrong:
        raise AnalysisRefused(
            what=f"too little for the models: {'; '.join(wrong)}",
            where="data.covariates and data.history",
            mend=f"fewer covariates, or more patients: at least {EVENTS_AT_LEAST} events, and "
            f"{PER_COLUMN_REFUSED:g} outcomes for each column of a model",
            code="TZ-LAD-43",
        )


def gap_words(found: NaturalCourse) -> list[str]:
    """Say whether the models give back what was observed; refuse when they do not.

    Raises
    ------
    AnalysisRefused
        The gap is more than three standard errors of the observed share.
    """
    where = f"{found.largest_gap:.1f} standard errors, at {found.gap_at:g}"
    if found.largest_gap > GAP_REFUSED:
        raise AnalysisRefused(
            what="the models do not give back what was observed: the largest gap of the natural "
            f"course is {where}, more than {GAP_REFUSED:g}",
            where="the natural course",
            mend="other covariates, or a shorter horizon or period",
            code="TZ-LAD-44",
        )
    if found.largest_gap > GAP_CAUTION:
        return [
            f"the models give back the observed course only roughly: the largest gap is {where}"
        ]
    return []


def model_cautions(data: GData, fits: GFits) -> list[str]:
    """Say which models rest on little, what was left out, and what histories cost."""
    cautions = [
        f"{model.n_outcomes} outcomes for {len(model.rows.names) - 1} columns in "
        f"{model.rows.where} (guard G1)"
        + (": Firth's penalty, intercept corrected" if fit is not None and fit.penalised else "")
        for model, fit in zip(data.models, fits.logistic, strict=True)
        if model.per_column < PER_COLUMN_CAUTION or (fit is not None and fit.penalised)
    ]
    if data.left_out_columns:
        listed = ", ".join(data.left_out_columns)
        cautions.append(f"the same in all candidates, and so not in the models: {listed}")
    share = data.n_left_out / (data.n_left_out + data.patient.size)
    if share > SHARE_CAUTION:
        cautions.append(
            f"{share:.0%} of the candidates have no first value of a history and are left out "
            "(guard G29)"
        )
    if data.histories:
        cautions.append(
            "with values that change, models of this kind can hardly all be right when the "
            "treatment does nothing (the g-null paradox): in a large study a small difference may "
            "come from them"
        )
    if data.competing is not None:
        cautions.append(
            "a competing event remains possible under both strategies: differences are of the "
            "share with the event, and no hazard ratio or mean time is given"
        )
    return cautions


def _switchboard_rows(
    data: GData, chosen: FitnessPart, plan: FitnessPlan
) -> tuple[tuple[str, str, str], ...]:
    return (
        ("grace period", f"{plan.grace_period:g}: {plan.grace_rule}", "see the sweep"),
        ("treatment within the grace period", chosen.grace, "natural; uniform"),
        ("period", f"{plan.width:g}: {plan.width_rule}", "any width"),
        (
            "order within a period",
            "histories, treatment, event, competing event, loss"
            if chosen.event_order == "treatment_first"
            else "histories, event, competing event, loss; treatment from the next period",
            "treatment_first; event_first",
        ),
        (
            "how it is added up",
            f"{chosen.simulated_patients} simulated patients, mirrored in pairs"
            if data.histories
            else "exactly, over all times of treatment",
            "simulation; exact without histories",
        ),
        (
            "just after treatment",
            f"an effect of its own for {data.early} periods" if data.early else "no own effect",
            "own effect where 10 events fall into it and 10 after it",
        ),
        ("reference strategy", "never treated", "not treated within the grace period"),
    )


def fit_tables(data: GData, fits: GFits, chosen: FitnessPart, plan: FitnessPlan) -> list[DataTable]:
    """Return the tables ``models`` and ``switchboard``."""
    penalised = [fit is not None and fit.penalised for fit in fits.logistic]
    kinds = [
        "linear, normal" if m.numeric else "logistic, Firth" if p else "logistic"
        for m, p in zip(data.models, penalised, strict=True)
    ]
    models = DataTable(
        name="models",
        title="The models that were put together",
        columns={
            "model": tuple(m.rows.where.removeprefix("the model of ") for m in data.models),
            "kind": tuple(kinds),
            "events": tuple(float(m.n_outcomes) for m in data.models),
            "person_periods": tuple(float(m.rows.used.sum()) for m in data.models),
            "terms": tuple("; ".join(m.rows.names) for m in data.models),
        },
    )
    rows = _switchboard_rows(data, chosen, plan)
    switchboard = DataTable(
        name="switchboard",
        title="Conventions of this estimate",
        columns={
            "convention": tuple(r[0] for r in rows),
            "choice": tuple(r[1] for r in rows),
            "alternatives": tuple(r[2] for r in rows),
        },
    )
    return [models, switchboard]
