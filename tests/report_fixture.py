"""Made-up results for the renderers: every kind of rung, refusals, infinities, small counts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding, Severity
from timezero.model.cohort import AttritionStep, Cohort, Covariate, TimeSource
from timezero.model.estimate import ArmSummary, AtTime, Contrast, Curve
from timezero.model.guard import GuardJudgement
from timezero.model.perfusion import Perfusion, SensorHeat
from timezero.model.protocol import Protocol
from timezero.model.result import DataTable, Provenance, Rung, Share, StudyResult, Verdict

NAN, INF = math.nan, math.inf
HORIZONS = (12.0, 36.0)
LABELS = {"reference": "no second operation", "intervention": "second operation"}


def made_up_cohort(n: int = 60, *, with_trigger: bool = True, seed: int = 7) -> Cohort:
    rng = np.random.default_rng(seed)
    trigger = np.round(rng.exponential(14.0, n), 1) + 1.0
    wait = trigger + np.round(rng.exponential(9.0, n), 1) + 0.5
    death = np.round(rng.exponential(38.0, n), 1) + 0.3
    end = np.round(rng.uniform(20.0, 110.0, n), 1)
    leave = np.minimum(death, end)
    age = np.round(rng.normal(58.0, 9.0, n))
    age[3] = NAN
    return Cohort(
        patient=tuple(f"P{k}" for k in range(n)),
        entry=np.full(n, -INF),
        exit=leave,
        event=death <= end,
        initiation=np.where(wait < leave, wait, NAN),
        trigger=np.where(trigger < leave, trigger, NAN) if with_trigger else None,
        covariates=(
            Covariate(name="age", kind="numeric", values=age),
            Covariate(
                name="histology",
                kind="categorical",
                values=(rng.random(n) < 0.2).astype(np.float64),
                levels=("epithelioid", "biphasic"),
            ),
        ),
        time_unit="months",
        zero_exit=0.05,
        name="made-up registry",
        simulated=True,
        sources=(TimeSource(name="exit", table="r.csv", column="last", rule="as it stands"),),
        attrition=(
            AttritionStep(step="rows in the file", n_patients=n + 3),
            AttritionStep(
                step="patients analysed", n_patients=n, n_removed=3, reason="not eligible"
            ),
        ),
        findings=(
            Finding(
                code="missing_covariate",
                severity=Severity.WARNING,
                what="1 patient has no age",
                where="r.csv, column age, row 5",
                evidence=("B5: empty",),
                mend="left out where estimates are adjusted",
                n_rows=1,
            ),
        ),
        digest="a" * 64,
        perfusions=made_up_perfusions(),
    )


def made_up_perfusions() -> tuple[Perfusion, ...]:
    """More than are drawn: with and without phases, flow, a plan, and a sensor with a gap."""
    minutes = np.arange(0.0, 101.0, 5.0)
    warm = 42.0 - 5.0 * np.exp(-minutes / 8.0)
    with_gap = np.where((minutes > 40.0) & (minutes < 75.0), NAN, warm)
    nothing = np.full(minutes.size, NAN)
    phases = ((0.0, 10.0, "fill"), (10.0, 90.0, "circulate"), (90.0, 100.0, "drain"))
    made = [
        Perfusion(
            patient=k // 2, procedure=1 + k % 2, minutes=minutes, inflow=warm + 0.6,
            outflow=warm - 0.3 if k else nothing, abdomen=with_gap if k == 2 else warm + 0.1 * k,
            flow=nothing if k == 3 else np.full(minutes.size, 1.2),
            phases=() if k == 1 else phases, planned=90.0 if k else NAN,
            recorded=80.0 if k == 1 else NAN, circulated=NAN if k == 1 else 80.0,
            heat=tuple(
                SensorHeat(sensor=sensor, minutes_warm=70.0 + k, dose=20.0 + k,
                           mean=NAN if k == 1 else 41.5, highest=42.6)
                for sensor in ("inflow", "outflow", "abdomen")[(0 if k else 1):]
                if not (k == 2 and sensor == "abdomen")
            ) + ((SensorHeat(sensor="abdomen", minutes_warm=NAN, dose=NAN, mean=NAN, highest=42.0,
                             why_not="35 minutes without a reading"),) if k == 2 else ()),
        )
        for k in range(6)
    ]  # type: ignore[arg-type]  # fmt: skip
    return tuple(made)


def made_up_curve(
    arm: str, entry: Floats, leave: Floats, event: Bools, crossed: Bools, *, starts: float = 0.0
) -> Curve:
    """Kaplan-Meier by hand, so that the pictures look like curves."""
    times = np.unique(leave)
    at_risk = np.array([np.sum((entry < t) & (leave >= t)) for t in times], dtype=np.float64)
    count = {
        name: np.array([np.sum(mask & (leave == t)) for t in times], dtype=np.float64)
        for name, mask in {"d": event, "x": crossed, "c": ~event & ~crossed}.items()
    }
    survival = np.cumprod(1.0 - count["d"] / at_risk)
    variance = np.cumsum(count["d"] / (at_risk * np.maximum(at_risk - count["d"], 0.5)))
    se = survival * np.sqrt(variance)
    return Curve(
        arm=arm,  # type: ignore[arg-type]
        label=LABELS[arm],
        starts_at=starts,
        times=times,
        survival=survival,
        lower=np.clip(survival - 1.96 * se, 0.0, 1.0),
        upper=np.clip(survival + 1.96 * se, 0.0, 1.0),
        standard_error=se,
        n_at_risk=at_risk,
        n_events=count["d"],
        n_censored=count["c"],
        n_crossed=count["x"],
    )


def ever_never(cohort: Cohort) -> tuple[Curve, Curve]:
    ever = cohort.initiated
    return tuple(  # type: ignore[return-value]
        made_up_curve(
            arm,
            cohort.entry[keep],
            cohort.exit[keep],
            cohort.event[keep],
            cohort.event[keep] & False,
        )
        for arm, keep in (("reference", ~ever), ("intervention", ever))
    )


def by_state(cohort: Cohort, *, starts: float = 0.0) -> tuple[Curve, Curve]:
    ever = cohort.initiated
    leave = np.where(ever, cohort.initiation, cohort.exit)
    kept = leave > starts
    reference = made_up_curve(
        "reference", cohort.entry[kept], leave[kept], (cohort.event & ~ever)[kept], ever[kept],
        starts=starts,
    )  # fmt: skip
    treated = ever & (cohort.exit > starts)
    none = np.zeros(int(treated.sum()), dtype=bool)
    intervention = made_up_curve(
        "intervention", np.maximum(cohort.initiation[treated], starts), cohort.exit[treated],
        cohort.event[treated], none, starts=starts,
    )  # fmt: skip
    return reference, intervention


def ratio_pair(
    value: float, se: float, *, variant: str = "unadjusted", at: float = NAN, **more: float
) -> list[Contrast]:
    log = math.log(value)
    lower, upper = log - 1.96 * se, log + 1.96 * se
    fields = {
        "variant": variant,
        "standard_error": se,
        "p_value": math.erfc(abs(log / se) / math.sqrt(2.0)),
        "statistic": (log / se) ** 2,
        "at": at,
        "method": "Cox, Efron ties, Wald interval and test",
        "details": {"n_events": 41.0, **more},
    }
    return [
        Contrast(measure="log_hazard_ratio", value=log, lower=lower, upper=upper, **fields),  # type: ignore[arg-type]
        Contrast(
            measure="hazard_ratio",
            value=value,
            lower=math.exp(lower),
            upper=math.exp(upper),
            **fields,  # type: ignore[arg-type]
        ),
    ]


def lived(values: tuple[float, ...], *, variant: str = "unadjusted") -> list[Contrast]:
    found: list[Contrast] = []
    for at, value in zip(HORIZONS, values, strict=True):
        se = 0.1 * at
        found.append(
            Contrast(
                measure="rmst_difference", variant=variant, value=value, standard_error=se,
                lower=value - 1.96 * se, upper=value + 1.96 * se, p_value=0.031, at=at,
                method="area between the curves",
            )
        )  # fmt: skip
        found.append(
            Contrast(
                measure="survival_difference", variant=variant, value=value / (3 * at),
                standard_error=0.05, lower=value / (3 * at) - 0.1, upper=value / (3 * at) + 0.1,
                p_value=0.21, at=at, method="difference of product-limit estimates",
            )
        )  # fmt: skip
    found.append(
        Contrast(measure="median_difference", variant=variant, value=NAN, method="medians")
    )
    return found


def arms(curves: tuple[Curve, ...]) -> tuple[ArmSummary, ...]:
    return tuple(
        ArmSummary(
            arm=c.arm,  # type: ignore[arg-type]
            label=c.label,
            n_patients=int(c.n_events.sum() + c.n_censored.sum() + c.n_crossed.sum()),
            n_events=int(c.n_events.sum()),
            person_time=float(c.times.sum()),
            median=NAN if c.survival[-1] > 0.5 else float(c.times[np.argmax(c.survival <= 0.5)]),
            median_lower=7.25,
            median_upper=NAN,
            survival=(AtTime(at=12.0, value=0.7, standard_error=0.05, lower=0.6, upper=0.8),),
            rmst=(AtTime(at=12.0, value=9.7, standard_error=0.5, lower=8.6, upper=10.8),),
        )
        for c in curves
    )


def _words(name: str, title: str, role: str = "correction") -> dict[str, object]:
    return {
        "name": name,
        "title": title,
        "role": role,
        "estimand": f"What {title.lower()} estimates.",
        "symbols": "h(t | Z(t)) = h_0(t) exp{beta Z(t)}",
        "counted_from": "everybody from time zero",
        "difference": "It differs from the one before.",
        "references": ("mantel1974", "cox1972"),
        "status": "ok",
    }


def _null_table(name: str, observed: float) -> DataTable:
    edges = np.exp(np.linspace(math.log(0.25), math.log(1.6), 41))
    middle = np.sqrt(edges[1:] * edges[:-1])
    share = np.exp(-0.5 * (np.log(middle / 0.6) / 0.25) ** 2)
    return DataTable(
        name=name,
        title="Naive comparison when the treatment does nothing",
        columns={
            "bin_left": tuple(edges[:-1].tolist()),
            "bin_right": tuple(edges[1:].tolist()),
            "share": tuple((share / share.sum()).tolist()),
        },
        notes={"observed": observed, "median": 0.6, "mean": 0.61, "lower": 0.37, "upper": 0.98,
               "share_as_extreme": 0.34, "share_not_estimable": 0.0, "n_deals": 10_000.0},
    )  # fmt: skip


def _landmark_table() -> DataTable:
    at = np.linspace(8.0, 40.0, 17)
    value = 0.05 * np.sin(at / 4.0) + 0.02
    se = 0.25 + at / 100.0
    columns = {
        "landmark": at, "n": 60.0 - at, "n_treated": at / 2.0, "n_events": 41.0 - at,
        "log_hazard_ratio": value, "standard_error": se, "lower": value - 1.96 * se,
        "upper": value + 1.96 * se, "band_lower": value - 2.7 * se, "band_upper": value + 2.7 * se,
    }  # fmt: skip
    return DataTable(
        name="landmark_curve",
        title="Hazard ratio by landmark",
        columns={k: tuple(v.tolist()) for k, v in columns.items()},
        notes={"critical_value": 2.7},
    )


def _schoenfeld() -> DataTable:
    rng = np.random.default_rng(3)
    times = np.sort(rng.exponential(20.0, 41))
    return DataTable(
        name="schoenfeld",
        title="Scaled Schoenfeld residuals of the treatment over time",
        columns={"time": tuple(times.tolist()), "residual": tuple(rng.normal(0.1, 2, 41).tolist())},
        notes={"chisq": 0.4, "p_value": 0.52, "global_chisq": 0.4, "global_p_value": 0.52},
    )


def made_up_rungs(cohort: Cohort) -> tuple[Rung, ...]:
    naive, states, later = ever_never(cohort), by_state(cohort), by_state(cohort, starts=14.0)
    firth = [replace(c, variant="firth", upper=INF) for c in ratio_pair(1.05, 0.32)]
    landmark = [
        c for at, hr in ((9.5, 1.1), (17.0, 0.95), (29.3, 0.8))
        for c in ratio_pair(hr, 0.4, variant=f"landmark={at:g}", at=at)
    ]  # fmt: skip
    deals = {"n_deals": 10_000.0, "enumerated": 0.0}
    exact = [
        replace(c, variant="exact", p_value=0.683, details=deals) for c in ratio_pair(1.13, 0.3)
    ]
    error = "published_error"
    return (
        Rung(**_words("ever_treated", "Ever treated against never treated", error),
             arms=arms(naive), curves=naive,
             contrasts=(*ratio_pair(0.48, 0.28), *lived((1.9, 8.0))),
             cautions=("fewer than 5 at risk at 36 among 'second operation'",)),
        Rung(**_words("clock_reset", "Treated timed from treatment", error), arms=arms(naive),
             curves=naive, contrasts=(*ratio_pair(0.7, 0.29), *lived((1.0, 4.0)))),
        Rung(**_words("landmark", "Landmark: groups fixed at a day"), contrasts=tuple(landmark),
             tables=(_landmark_table(),)),
        Rung(**_words("landmark_supermodel", "Landmark supermodel"),
             contrasts=(*ratio_pair(1.02, 0.3, variant="ipl"),
                        *ratio_pair(1.01, 0.3, variant="ipl_star"))),
        Rung(**_words("mantel_byar", "Mantel-Byar test"),
             contrasts=(*ratio_pair(1.13, 0.3, variant="peto"), *exact),
             tables=(_null_table("null_naive_hazard_ratio", 0.48),
                     _null_table("null_naive_median_ratio", 1.9))),
        Rung(**_words("simon_makuch", "Simon-Makuch curves"), arms=arms(later), curves=later,
             contrasts=tuple(lived((-0.2, -0.9), variant="by_state"))),
        Rung(**_words("time_varying", "Cox model with the treatment as it happened"),
             arms=arms(states), curves=states, tables=(_schoenfeld(),),
             contrasts=(*ratio_pair(1.08, 0.31), *ratio_pair(1.01, 0.33, variant="adjusted"),
                        *firth, *ratio_pair(1.08, 0.3, variant="robust"))),
        Rung(**{**_words("from_trigger", "From the trigger"), "status": "refused"},
             refusal="no trigger was recorded", needed="the date of recurrence"),
    )  # type: ignore[arg-type]  # fmt: skip


def _table(
    name: str, title: str, notes: dict[str, float] | None = None, **columns: object
) -> DataTable:
    return DataTable(
        name=name,
        title=title,
        notes=notes or {},
        columns={k: tuple(v) for k, v in columns.items()},  # type: ignore[arg-type]
    )


def _weights() -> tuple[DataTable, ...]:
    starts = [0.0, 6.0, 12.0, 18.0, 24.0]
    rows = [(s, arm, k) for k, s in enumerate(starts) for arm in ("reference", "intervention")]
    spread = [0.1 + 0.12 * k + (0.2 if arm == "intervention" else 0.0) for _, arm, k in rows]
    summary = _table(
        "weight_summary", "Weights by interval and arm",
        interval_start=[s for s, _, _ in rows], arm=[arm for _, arm, _ in rows],
        n=[60.0 - 9.0 * k if arm == "reference" else 2.0 + 4.0 * k for _, arm, k in rows],
        mean=[1.0 + 0.02 * k for _, _, k in rows], sd=spread,
        minimum=[0.5 - 0.05 * k for _, _, k in rows], p1=[0.6 - 0.05 * k for _, _, k in rows],
        median=[0.97 for _ in rows], p99=[1.0 + 4.0 * s for s in spread],
        maximum=[1.2 + 6.0 * s for s in spread],
        effective_sample_size=[
            (60.0 - 9.0 * k) * 0.8 if arm == "reference" else (2.0 + 4.0 * k) * 0.6
            for _, arm, k in rows
        ],
        share_of_top_1_percent=[0.02 + s / 20.0 for s in spread],
    )  # fmt: skip
    sweep = _table(
        "truncation_sweep", "The estimate with weights truncated at quantiles",
        quantile=[1.0, 0.995, 0.99, 0.95], log_hazard_ratio=[0.05, 0.04, 0.02, -0.03],
        standard_error=[0.35, 0.34, 0.33, 0.31], largest_weight=[7.4, 6.1, 5.2, 2.9],
    )  # fmt: skip
    switchboard = _table(
        "switchboard", "Conventions chosen", convention=["weight model", "hazard at"],
        choice=["pooled logistic", "before"], alternatives=["Cox", "through"],
    )  # fmt: skip
    balance = _table(
        "balance", "Standardised mean differences",
        covariate=["age", "histology: biphasic", "time from time zero to the trigger"],
        before=[-0.42, 0.18, 0.31], after=[-0.06, 0.12, -0.02],
    )  # fmt: skip
    positivity = _table(
        "positivity", "Kinds of patients of whom none, or all, were treated in an interval",
        cell=["age above 65", "histology biphasic"], interval_start=[0.0, 12.0], n=[14.0, 3.0],
        n_treated=[0.0, 3.0], problem=["none treated", "all treated"],
    )  # fmt: skip
    preference = _table(
        "preference", "Preference scores of those who began treatment and of those who did not",
        {"share_in_equipoise": 0.61, "share_extreme": 0.0},
        score=[0.05 + 0.1 * k for k in range(10)],
        treated=[0.0, 1.0, 3.0, 5.0, 6.0, 8.0, 7.0, 6.0, 2.0, 1.0],
        untreated=[9.0, 30.0, 44.0, 51.0, 40.0, 33.0, 12.0, 7.0, 4.0, 0.0],
    )  # fmt: skip
    influence = _table(
        "influence", "How far single patients move the log hazard ratio",
        rank=[1.0, 2.0, 3.0], change_in_log_hazard_ratio=[0.09, -0.07, 0.04],
    )  # fmt: skip
    return summary, sweep, switchboard, balance, positivity, preference, influence


def _states() -> tuple[DataTable, ...]:
    time = np.linspace(0.0, 60.0, 31)
    names = ("first operation", "recurrence", "second operation")
    shares = [np.exp(-time / 14.0), 0.9 * (np.exp(-time / 40.0) - np.exp(-time / 14.0)),
              0.25 * (np.exp(-time / 70.0) - np.exp(-time / 20.0))]  # fmt: skip
    dead = 1.0 - sum(shares)
    occupancy = _table(
        "occupancy", "Share of the patients in each state over time", time=time.tolist(),
        **{n: v.tolist() for n, v in zip((*names, "dead"), (*shares, dead), strict=True)},
    )  # fmt: skip
    transitions = _table(
        "transitions", "Transitions", **{
            "from": [names[0], names[0], names[1], names[1], names[2]],
            "to": [names[1], "dead", names[2], "dead", "dead"],
            "n": [38.0, 9.0, 17.0, 14.0, 3.0], "person_time": [840.0, 840.0, 420.0, 420.0, 510.0],
            "rate": [0.045, 0.011, 0.04, 0.033, 0.0059],
        },
    )  # fmt: skip
    return occupancy, transitions


def fitness_rungs(cohort: Cohort) -> tuple[Rung, ...]:
    """The rungs that make the treated comparable: with weights, matches, models and none."""
    curves = by_state(cohort, starts=14.0)
    sweep = _table(
        "grace_sweep", "The grace period changed", grace_period=[4.0, 6.0, 9.0],
        survival_difference=[0.03, 0.02, -0.01], lower=[-0.12, -0.13, -0.17],
        upper=[0.18, 0.17, 0.15], standard_error=[0.08, 0.08, 0.08], hazard_ratio=[0.9, 0.94, 1.02],
    )  # fmt: skip
    course = np.linspace(0.0, 36.0, 13)
    natural = _table(
        "natural_course", "Survival as observed and as simulated", time=course.tolist(),
        observed=np.exp(-course / 30.0).tolist(), simulated=np.exp(-course / 31.0).tolist(),
    )  # fmt: skip
    bounds = _table("bounds", "Rosenbaum bounds", gamma=[1.0, 1.5, 2.0],
                    p_lower=[0.4, 0.2, 0.08], p_upper=[0.4, 0.66, 0.83])  # fmt: skip
    priors = _table(
        "priors", "Priors and posteriors", prior=["sceptical", "neutral", "enthusiastic"],
        prior_median=[1.0, 1.0, 0.7], prior_lower=[0.6, 0.2, 0.3], prior_upper=[1.6, 5.0, 1.5],
        posterior_median=[1.01, 1.04, 0.93], posterior_lower=[0.72, 0.6, 0.55],
        posterior_upper=[1.4, 1.9, 1.5], probability_below_1=[0.48, 0.44, 0.61],
    )  # fmt: skip
    tables = _weights()
    time_ratio = Contrast(
        measure="time_ratio", variant="g_estimate", value=0.95, lower=0.7, upper=1.4,
        standard_error=0.18, p_value=0.8, method="G-estimation with recensoring",
    )  # fmt: skip
    incidence = Contrast(
        measure="cumulative_incidence_difference", variant="clock_forward", value=-0.01,
        lower=-0.1, upper=0.09, standard_error=0.05, p_value=0.8, at=36.0, method="Aalen-Johansen",
    )  # fmt: skip
    return (
        Rung(**_words("clone_censor_weight", "Clone, censor, weight"), curves=curves,
             contrasts=(*ratio_pair(0.94, 0.36, variant="weighted"),
                        *lived((0.1, 0.6), variant="weighted")),
             tables=(*tables, sweep)),
        Rung(**_words("sequential_trials", "Sequential trials"), tables=tables[:1],
             contrasts=(*ratio_pair(0.97, 0.34, variant="per_protocol"),
                        *ratio_pair(0.99, 0.3, variant="intention_to_treat"))),
        Rung(**_words("marginal_structural_cox", "Weighted Cox model"), tables=tables[:4],
             contrasts=(*ratio_pair(1.05, 0.35, variant="weighted"),)),
        Rung(**_words("risk_set_matching", "Matched in risk sets"), tables=(tables[3], bounds),
             contrasts=(*ratio_pair(1.1, 0.4, variant="matched"),)),
        Rung(**_words("g_formula", "Parametric g-formula"), tables=(natural,),
             contrasts=tuple(lived((0.1, 0.4), variant="standardised"))),
        Rung(**_words("illness_death", "Illness-death model"), tables=_states(),
             contrasts=(incidence,)),
        Rung(**_words("structural_failure_time", "Structural failure time model"),
             contrasts=(time_ratio, replace(time_ratio, measure="log_time_ratio", value=-0.051,
                                            lower=-0.357, upper=0.336))),
        Rung(**_words("bayesian", "Bayesian illness-death model"), tables=(priors,),
             contrasts=(*ratio_pair(1.04, 0.3, variant="posterior_neutral"),
                        *ratio_pair(1.01, 0.2, variant="posterior_sceptical"))),
    )  # type: ignore[arg-type]  # fmt: skip


def tipping_tables() -> tuple[DataTable, ...]:
    """Log hazard ratio 0.05 as it would be with something unmeasured of a strength."""
    strengths, selections = np.linspace(1.0, 4.0, 7), np.linspace(1.0, 3.0, 5)
    grid = [(s, w, 0.05 + 0.45 * math.log(s) * math.log(w) - 0.1 * math.log(w))
            for s in strengths for w in selections]  # fmt: skip
    return (
        _table("tipping_map", "With something unmeasured that makes patients fitter",
               {"log_hazard_ratio": -0.4, "lower": -0.75, "upper": -0.05},
               hazard_ratio_of_unmeasured=[g[0] for g in grid],
               time_to_treatment_ratio=[g[1] for g in grid],
               corrected_log_hazard_ratio=[g[2] - 0.45 for g in grid]),
        _table("tipping_benchmarks", "Measured characteristics, on the same scales",
               covariate=["age", "histology"], hazard_ratio_of_unmeasured=[1.5, 2.4],
               time_to_treatment_ratio=[1.3, 1.1]),
    )  # fmt: skip


def judgements() -> tuple[GuardJudgement, ...]:
    """One judgement of each kind."""
    kinds = (("G1", "passed", ""), ("G6", "cautioned", "marginal_structural_cox"),
             ("G12", "failed", "clone_censor_weight"), ("G13", "withdrawn", "g_formula"),
             ("G29", "not_applicable", ""))  # fmt: skip
    return tuple(
        GuardJudgement(number=number, title=f"what {number} looks at", threshold="above 0.10",
                       subject=subject, status=status, what=f"the fact behind {number}")  # type: ignore[arg-type]
        for number, status, subject in kinds
    )  # fmt: skip


def made_up_result(
    *, n: int = 60, profile: str = "publish", with_trigger: bool = True
) -> StudyResult:
    cohort = made_up_cohort(n, with_trigger=with_trigger)
    protocol = Protocol.model_validate(
        {
            "question": {"title": "Second operation in a made-up registry"},
            "report": {"profile": profile},
            "data": {"simulated": True, "covariates": ["age", "histology"]},
        }
    )
    parts = (("published", -0.73), ("clock", 0.0), ("person_time", -0.81), ("trigger", NAN),
             ("fitness", 0.03), ("remainder", 0.05))  # fmt: skip
    shares = [
        Share(scale=scale, part=part, value=k * v, lower=k * v - 0.4 * abs(k),
              upper=k * v + 0.4 * abs(k), status="not_assessed" if math.isnan(v) else "ok",
              words=f"words of {part}", at=at)
        for scale, k, at in (("log_hazard_ratio", 1.0, NAN), ("rmst_difference", -11.0, 36.0))
        for part, v in parts
    ]  # type: ignore[arg-type]  # fmt: skip
    shares.insert(
        len(parts),
        Share(scale="log_hazard_ratio", part="chance", value=0.4, lower=-0.4, upper=0.4,
              status="ok", words="how far chance alone moves an estimate"),
    )  # fmt: skip
    return StudyResult(
        cohort=cohort,
        protocol=protocol,
        rungs=(*made_up_rungs(cohort), *fitness_rungs(cohort)),
        guards=judgements(),
        verdict=Verdict(
            code="waiting_explains_it",
            headline="Waiting explains it: counted fairly, there is no evidence of a difference.",
            number="Hazard ratio 0.48 (95% CI 0.28 to 0.83) as first counted; "
            "1.08 (95% CI 0.59 to 1.98) counted fairly",
            reasons=("as first counted, the hazard ratio is 0.48",),
            not_answered=("whether fitter patients were chosen for the treatment",),
        ),
        decomposition=tuple(shares),
        sensitivity=(
            DataTable(
                name="e_value",
                title="E-value on the risk-ratio scale",
                columns={"rung": ("time_varying",), "variant": ("unadjusted",),
                         "e_value": (1.3,), "e_value_of_limit_nearest_1": (1.0,)},
            ),
            *tipping_tables(),
        ),
        findings=cohort.findings,
        provenance=Provenance(
            input_digest="a" * 64, protocol_digest="b" * 64, seed=1, versions={"numpy": "2.2.0"},
            timezero_version="0.1.0", protocol=protocol, made_at="2001-01-01T00:00:00+00:00",
        ),
    )  # fmt: skip
