"""Made-up results for the renderers: every kind of rung, refusals, infinities, small counts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from timezero.arrays import Bools, Floats
from timezero.findings import Finding, Severity
from timezero.model.cohort import AttritionStep, Cohort, Covariate, TimeSource
from timezero.model.estimate import ArmSummary, AtTime, Contrast, Curve
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
    )


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


def made_up_result(
    *, n: int = 60, profile: str = "shared", with_trigger: bool = True
) -> StudyResult:
    cohort = made_up_cohort(n, with_trigger=with_trigger)
    protocol = Protocol.model_validate(
        {
            "question": {"title": "Second operation in a made-up registry"},
            "report": {"profile": profile},
            "data": {"simulated": True, "covariates": ["age", "histology"]},
        }
    )
    parts = (("published", -0.73), ("clock", 0.0), ("person_time", -0.81), ("remainder", 0.08))
    shares = [
        Share(scale=scale, part=part, value=k * v, lower=k * v - 0.4 * abs(k),
              upper=k * v + 0.4 * abs(k), status="ok", words=f"words of {part}", at=at)
        for scale, k, at in (("log_hazard_ratio", 1.0, NAN), ("rmst_difference", -11.0, 36.0))
        for part, v in parts
    ]  # type: ignore[arg-type]  # fmt: skip
    shares.append(
        Share(scale="log_hazard_ratio", part="trigger", value=NAN, lower=NAN, upper=NAN,
              status="not_assessed", words="removed by counting only candidates")
    )  # fmt: skip
    return StudyResult(
        cohort=cohort,
        protocol=protocol,
        rungs=made_up_rungs(cohort),
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
        ),
        findings=cohort.findings,
        provenance=Provenance(
            input_digest="a" * 64, protocol_digest="b" * 64, seed=1, versions={"numpy": "2.2.0"},
            timezero_version="0.1.0", protocol=protocol, made_at="2001-01-01T00:00:00+00:00",
        ),
    )  # fmt: skip
