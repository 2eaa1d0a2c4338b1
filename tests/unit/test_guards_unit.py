"""Every guard: data that must trigger it, and a near miss that must not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from timezero.findings import Finding, Severity
from timezero.ladder.design import Design
from timezero.ladder.guard import Judged, Looked, acted_upon, guards
from timezero.model.cohort import Covariate
from timezero.model.estimate import Contrast, Curve
from timezero.model.guard import GuardJudgement, GuardStatus
from timezero.model.protocol import Protocol
from timezero.model.record import AnalysisRecord
from timezero.model.result import DataTable, Rung

NAN = float("nan")
BY_NUMBER = {guard.number: guard for guard in guards()}


def ratio(value: float = 0.7, **details: float) -> Contrast:
    return Contrast(
        measure="hazard_ratio",
        variant="unadjusted",
        value=value,
        standard_error=details.pop("standard_error", 0.3),
        lower=value / 2,
        upper=value * 2,
        details=details,
    )


def table(name: str, columns: Mapping[str, Sequence[Any]], **notes: float) -> DataTable:
    return DataTable(
        name=name, title=name, columns={k: tuple(v) for k, v in columns.items()}, notes=notes
    )


def rung(name: str = "time_varying", **changes: Any) -> Rung:
    return Rung(
        **{
            "name": name,
            "role": "published_error" if name == "ever_treated" else "correction",
            "title": name,
            "estimand": "",
            "symbols": "",
            "counted_from": "",
            "difference": "",
            "status": "ok",
            **changes,
        }
    )


REFUSED_TRIGGER = rung("from_trigger", status="refused", refusal="no trigger was recorded")


def cohort(n: int = 100, **changes: Any) -> SimpleNamespace:
    exits = np.arange(1.0, n + 1)
    initiation = np.where(np.arange(n) % 4 == 0, exits / 2, NAN)
    base: dict[str, Any] = {
        "n": n,
        "entry": np.full(n, -np.inf),
        "exit": exits,
        "event": np.ones(n, dtype=bool),
        "initiation": initiation,
        "initiated": ~np.isnan(initiation),
        "competing": None,
        "n_competing": 0,
        "centre": None,
        "findings": (),
        "potential": None,
    }
    return SimpleNamespace(**(base | changes))


def design(columns: np.ndarray | None = None, names: tuple[str, ...] = ()) -> Design:
    matrix = np.empty((100, 0)) if columns is None else columns
    return Design(names=names, columns=matrix, complete=~np.isnan(matrix).any(axis=1))


def looked(*rungs: Rung, sensitivity: Sequence[DataTable] = (), **climb: Any) -> Looked:
    base: dict[str, Any] = {
        "cohort": cohort(),
        "protocol": Protocol(),
        "record": None,
        "design": design(),
        "landmarks": (),
        "landmark_rule": "declared",
        "horizon_rule": "declared in the protocol",
        "horizons": (12.0,),
    }
    listed = (*rungs, REFUSED_TRIGGER) if all(r.name != "from_trigger" for r in rungs) else rungs
    if all(r.name != "time_varying" for r in listed):
        listed = (*listed, rung("time_varying", status="refused"))
    return Looked(
        climb=SimpleNamespace(**(base | climb)),  # type: ignore[arg-type]
        rungs={r.name: r for r in listed},
        sensitivity={t.name: t for t in sensitivity},
    )


def worst(number: str, what: Looked) -> GuardStatus:
    order = ("not_applicable", "passed", "cautioned", "failed", "withdrawn")
    found = BY_NUMBER[number].judgements(what)
    return max((j.status for j in found), key=order.index)


def weights(**columns: Sequence[float]) -> DataTable:
    base: dict[str, Sequence[Any]] = {
        "interval_start": [0.0],
        "arm": ["reference"],
        "n": [200.0],
        "mean": [1.0],
        "maximum": [3.0],
        "share_of_top_1_percent": [0.02],
    }
    return table("weight_summary", base | columns)


def effective(**details: float) -> Contrast:
    base = {
        "effective_sample_size_reference": 60.0,
        "effective_sample_size_intervention": 40.0,
        "weighted_events_reference": 30.0,
        "weighted_events_intervention": 20.0,
        "n_reference": 80.0,
        "n_intervention": 50.0,
    }
    return ratio(**(base | details))


def protocol(**data: Any) -> Protocol:
    return Protocol.model_validate({"data": data})


def curve(n_at_risk: Sequence[float], label: str = "treated") -> Curve:
    n = len(n_at_risk)
    filled = np.ones(n)
    return Curve(
        arm="intervention",
        label=label,
        starts_at=0.0,
        times=np.arange(1.0, n + 1),
        survival=filled,
        lower=filled,
        upper=filled,
        standard_error=filled,
        n_at_risk=np.array(n_at_risk),
        n_events=filled,
        n_censored=filled,
        n_crossed=filled,
    )


def centres(n: int) -> Covariate:
    return Covariate(
        name="centre",
        kind="categorical",
        values=np.arange(100.0) % n,
        levels=tuple(str(k) for k in range(n)),
    )


RANDOM = np.random.default_rng(5)
TWO = RANDOM.normal(size=(100, 2))
NEARLY = np.column_stack([TWO[:, 0], TWO[:, 0] + 0.01 * TWO[:, 1]])
LOOSELY = np.column_stack([TWO[:, 0], TWO[:, 0] + TWO[:, 1]])
MISSING_6 = np.where(np.arange(100) < 6, NAN, TWO[:, 0])[:, np.newaxis]
MISSING_5 = np.where(np.arange(100) < 5, NAN, TWO[:, 0])[:, np.newaxis]
MISSING_21 = np.where(np.arange(100) < 21, NAN, TWO[:, 0])[:, np.newaxis]
LATE = np.where(np.arange(100) < 97, 1.5, -np.inf)
GRACE = {
    "grace_period": [4, 6, 9],
    "standard_error": [0.05] * 3,
    "lower": [0.0] * 3,
    "upper": [0.1] * 3,
}
AFTER = Finding(
    code="covariate_after_time_zero", severity=Severity.WARNING, what="measured late", where="crp"
)
MARGINAL = "marginal_structural_cox"

NO_CELLS = table("positivity", {"cell": [], "interval_start": []})


def preference(**notes: float) -> DataTable:
    return table("preference", {"score": [0.5]}, **notes)


# Guard, data that must trigger it, the status it must give, and a near miss.
CASES: list[tuple[str, GuardStatus, Looked, Looked]] = [
    (
        "G1",
        "cautioned",
        looked(rung(contrasts=(ratio(n_events=19, n_variables=2),))),
        looked(rung(contrasts=(ratio(n_events=20, n_variables=2),))),
    ),
    (
        "G1",
        "withdrawn",
        looked(rung(contrasts=(ratio(n_events=5, n_variables=3),))),
        looked(rung(contrasts=(ratio(n_events=30, n_variables=3),))),
    ),
    (
        "G2",
        "failed",
        looked(rung(contrasts=(ratio(n_events=9),))),
        looked(rung(contrasts=(ratio(n_events=10),))),
    ),
    (
        "G3",
        "cautioned",
        looked(rung(contrasts=(ratio(),), cautions=("only Firth's estimate is finite",))),
        looked(rung(contrasts=(ratio(),), cautions=("Firth's estimate is also shown",))),
    ),
    (
        "G3",
        "withdrawn",
        looked(rung(contrasts=(ratio(3e9),))),
        looked(rung(contrasts=(ratio(30.0),))),
    ),
    (
        "G4",
        "cautioned",
        looked(rung(status="refused", refusal="it was still changing at the last iteration")),
        looked(rung(contrasts=(ratio(),))),
    ),
    (
        "G5",
        "cautioned",
        looked(rung(), design=design(NEARLY, ("a", "b"))),
        looked(rung(), design=design(LOOSELY, ("a", "b"))),
    ),
    (
        "G6",
        "failed",
        looked(
            rung(
                MARGINAL,
                tables=(
                    table("balance", {"covariate": ["age"], "before": [0.5], "after": [-0.11]}),
                ),
            )
        ),
        looked(
            rung(
                MARGINAL,
                tables=(
                    table("balance", {"covariate": ["age"], "before": [0.5], "after": [-0.10]}),
                ),
            )
        ),
    ),
    (
        "G7",
        "failed",
        looked(
            rung(MARGINAL, tables=(table("preference", {"score": [0.5]}, share_in_equipoise=0.19),))
        ),
        looked(
            rung(MARGINAL, tables=(table("preference", {"score": [0.5]}, share_in_equipoise=0.20),))
        ),
    ),
    (
        "G8",
        "failed",
        looked(rung(contrasts=(ratio(standard_error=0.83),))),
        looked(rung(contrasts=(ratio(standard_error=0.82),))),
    ),
    (
        "G9",
        "failed",
        looked(
            rung(),
            sensitivity=[
                table("negative_control", {"hazard_ratio": [0.6], "lower": [0.4], "upper": [0.9]})
            ],
        ),
        looked(
            rung(),
            sensitivity=[
                table("negative_control", {"hazard_ratio": [0.8], "lower": [0.6], "upper": [1.0]})
            ],
        ),
    ),
    (
        "G10",
        "cautioned",
        looked(rung(MARGINAL, tables=(weights(mean=[1.06]),))),
        looked(rung(MARGINAL, tables=(weights(mean=[1.04]),))),
    ),
    (
        "G10",
        "failed",
        looked(rung(MARGINAL, tables=(weights(mean=[0.85]),))),
        looked(rung(MARGINAL, tables=(weights(mean=[0.85], n=[30.0]),))),
    ),
    (
        "G11",
        "cautioned",
        looked(rung(MARGINAL, tables=(weights(maximum=[20.5]),))),
        looked(rung(MARGINAL, tables=(weights(maximum=[19.5]),))),
    ),
    (
        "G11",
        "cautioned",
        looked(rung(MARGINAL, tables=(weights(share_of_top_1_percent=[0.21]),))),
        looked(rung(MARGINAL, tables=(weights(share_of_top_1_percent=[0.21], n=[40.0]),))),
    ),
    (
        "G12",
        "cautioned",
        looked(rung(MARGINAL, contrasts=(effective(effective_sample_size_intervention=24.0),))),
        looked(rung(MARGINAL, contrasts=(effective(effective_sample_size_intervention=26.0),))),
    ),
    (
        "G12",
        "withdrawn",
        looked(rung(MARGINAL, contrasts=(effective(weighted_events_intervention=9.5),))),
        looked(rung(MARGINAL, contrasts=(effective(weighted_events_intervention=10.5),))),
    ),
    (
        "G13",
        "cautioned",
        looked(
            rung(
                MARGINAL, tables=(table("positivity", {"cell": ["old"], "interval_start": [0.0]}),)
            )
        ),
        looked(rung(MARGINAL, tables=(table("positivity", {"cell": [], "interval_start": []}),))),
    ),
    (
        "G13",
        "failed",
        looked(rung(MARGINAL, tables=(NO_CELLS, preference(share_extreme=0.011)))),
        looked(rung(MARGINAL, tables=(NO_CELLS, preference(share_extreme=0.010)))),
    ),
    (
        "G14",
        "withdrawn",
        looked(rung("ever_treated", contrasts=(ratio(),))),
        looked(
            rung("ever_treated", contrasts=(ratio(),)),
            cohort=cohort(initiation=np.zeros(100), initiated=np.ones(100, dtype=bool)),
        ),
    ),
    (
        "G14",
        "failed",
        looked(rung("ever_treated", contrasts=(ratio(),)), rung()),
        looked(rung()),
    ),
    (
        "G15",
        "failed",
        looked(rung(), protocol=protocol(covariates=["crp"]), cohort=cohort(findings=(AFTER,))),
        looked(rung(), protocol=protocol(covariates=["crp"], covariate_dates={"crp": "crp_date"})),
    ),
    (
        "G15",
        "cautioned",
        looked(rung(), protocol=protocol(covariates=["crp"])),
        looked(rung(), protocol=protocol()),
    ),
    ("G16", "cautioned", looked(rung(), landmarks=(6.0, 12.0)), looked(rung(), landmarks=(6.0,))),
    ("G17", "cautioned", looked(rung(), landmarks=(26.0,)), looked(rung(), landmarks=(25.0,))),
    (
        "G19",
        "cautioned",
        looked(
            rung(
                "clone_censor_weight",
                tables=(table("grace_sweep", GRACE | {"survival_difference": [0.0, 0.03, 0.06]}),),
            )
        ),
        looked(
            rung(
                "clone_censor_weight",
                tables=(table("grace_sweep", GRACE | {"survival_difference": [0.0, 0.02, 0.04]}),),
            )
        ),
    ),
    (
        "G19",
        "cautioned",
        looked(
            rung(
                "clone_censor_weight",
                tables=(table("grace_sweep", GRACE | {"survival_difference": [0.0, 0.01, NAN]}),),
            )
        ),
        looked(
            rung(
                "clone_censor_weight",
                tables=(table("grace_sweep", GRACE | {"survival_difference": [0.0, 0.01, 0.02]}),),
            )
        ),
    ),
    (
        "G20",
        "cautioned",
        looked(
            rung(),
            cohort=cohort(
                entry=LATE, exit=np.where(np.arange(100) == 99, 1.0, np.arange(2.0, 102.0))
            ),
        ),
        looked(rung(), cohort=cohort(entry=np.where(np.arange(100) < 90, 0.5, -np.inf))),
    ),
    (
        "G21",
        "cautioned",
        looked(rung(curves=(curve([9, 4]),))),
        looked(rung(curves=(curve([10, 4]),))),
    ),
    (
        "G22",
        "cautioned",
        looked(
            rung(
                curves=(curve([20]),),
                cautions=("rmst difference at 60 lies beyond the follow-up of an arm",),
            )
        ),
        looked(rung(curves=(curve([20]),), cautions=("something else",))),
    ),
    (
        "G23",
        "cautioned",
        looked(
            rung(
                contrasts=(Contrast(measure="rmst_difference", variant="by_state", value=1.0),),
                cautions=("fewer than 5 at risk at 60 among 'treated'",),
            )
        ),
        looked(
            rung(contrasts=(ratio(),), cautions=("fewer than 5 at risk at 60 among 'treated'",))
        ),
    ),
    (
        "G24",
        "cautioned",
        looked(rung(), horizon_rule="not declared: the last round time"),
        looked(rung(), protocol=Protocol.model_validate({"analysis": {"horizons": [12.0]}})),
    ),
    (
        "G25",
        "failed",
        looked(rung(tables=(table("schoenfeld", {"time": [1.0]}, p_value=0.049),))),
        looked(rung(tables=(table("schoenfeld", {"time": [1.0]}, p_value=0.051),))),
    ),
    (
        "G26",
        "cautioned",
        looked(rung(), cohort=cohort(centre=centres(39))),
        looked(rung(), cohort=cohort(centre=centres(40))),
    ),
    (
        "G26",
        "failed",
        looked(rung(), cohort=cohort(centre=centres(5))),
        looked(rung(), cohort=cohort(centre=centres(50))),
    ),
    (
        "G27",
        "cautioned",
        looked(rung(MARGINAL, contrasts=(ratio(),)), cohort=cohort(299)),
        looked(rung(MARGINAL, contrasts=(ratio(),)), cohort=cohort(300)),
    ),
    (
        "G28",
        "cautioned",
        looked(rung(contrasts=(ratio(n_replicates=1000, share_failed=0.011),))),
        looked(rung(contrasts=(ratio(n_replicates=1000, share_failed=0.010),))),
    ),
    (
        "G28",
        "failed",
        looked(rung(contrasts=(ratio(n_replicates=2000, share_failed=0.051),))),
        looked(rung(contrasts=(ratio(n_replicates=2000, share_failed=0.0),))),
    ),
    (
        "G29",
        "cautioned",
        looked(rung(), design=design(MISSING_6, ("age",))),
        looked(rung(), design=design(MISSING_5, ("age",))),
    ),
    (
        "G29",
        "failed",
        looked(rung(), design=design(MISSING_21, ("age",))),
        looked(rung(), design=design(MISSING_5, ("age",))),
    ),
    (
        "G30",
        "cautioned",
        looked(
            rung(),
            cohort=cohort(
                event=np.zeros(100, bool), exit=np.full(100, 7.9), potential=np.full(100, 10.0)
            ),
        ),
        looked(
            rung(),
            cohort=cohort(
                event=np.zeros(100, bool), exit=np.full(100, 8.1), potential=np.full(100, 10.0)
            ),
        ),
    ),
    (
        "G31",
        "cautioned",
        looked(rung(), cohort=cohort(competing=np.zeros(100, bool), n_competing=12)),
        looked(rung(), cohort=cohort(competing=np.zeros(100, bool), n_competing=11)),
    ),
    (
        "G32",
        "cautioned",
        looked(rung(contrasts=(ratio(0.19, n_events=49),))),
        looked(rung(contrasts=(ratio(0.19, n_events=50),))),
    ),
    (
        "G33",
        "failed",
        looked(rung(contrasts=(ratio(),))),
        looked(rung(contrasts=(ratio(),)), sensitivity=[table("tipping_map", {"x": [1.0]})]),
    ),
    (
        "G34",
        "failed",
        looked(
            rung(), sensitivity=[table("field_error", {"field": ["date"], "typical_move": [1.01]})]
        ),
        looked(
            rung(), sensitivity=[table("field_error", {"field": ["date"], "typical_move": [0.99]})]
        ),
    ),
    (
        "G35",
        "cautioned",
        looked(
            rung(),
            sensitivity=[
                table(
                    "fragility",
                    {"before": ["beyond the limit"], "changed_outcomes": [3.0]},
                    tried_at_most=10.0,
                )
            ],
        ),
        looked(
            rung(),
            sensitivity=[
                table(
                    "fragility",
                    {"before": ["beyond the limit"], "changed_outcomes": [4.0]},
                    tried_at_most=10.0,
                )
            ],
        ),
    ),
]


def judged(number: str, status: GuardStatus, subject: str = MARGINAL) -> GuardJudgement:
    return GuardJudgement(
        number=number, title="", threshold="", subject=subject, status=status, what="found"
    )


@pytest.mark.parametrize(("number", "status", "bad", "near_miss"), CASES)
def test_a_guard_speaks_when_it_must_and_only_then(
    number: str, status: GuardStatus, bad: Looked, near_miss: Looked
) -> None:
    assert worst(number, bad) == status
    assert worst(number, near_miss) in {"passed", "not_applicable"}


def test_every_guard_has_such_a_pair_or_cannot_judge_a_study() -> None:
    assert {case[0] for case in CASES} | {"G18", "G36", "G37"} == set(BY_NUMBER)
    assert [guard.number for guard in guards()] == [f"G{k}" for k in range(1, 38)]


@pytest.mark.parametrize("number", ["G18", "G36"])
def test_what_a_study_cannot_show_is_not_judged(number: str) -> None:
    assert worst(number, looked(rung())) == "not_applicable"


@pytest.mark.parametrize(
    ("n_protocols", "status"), [(1, "passed"), (2, "cautioned"), (14, "cautioned")]
)
def test_several_study_files_on_the_same_data_are_a_caution(
    n_protocols: int, status: GuardStatus
) -> None:
    known = AnalysisRecord(run="r", number=15, n_protocols=n_protocols, prespecified=False)
    assert worst("G18", looked(rung(), record=known)) == status


def test_the_number_of_analyses_is_said_even_when_it_is_the_first() -> None:
    known = AnalysisRecord(run="r", number=1, n_protocols=1, prespecified=True)
    (said,) = BY_NUMBER["G18"].judge(looked(rung(), record=known))
    assert "the first analysis of these data" in said.what
    assert "registered before" in said.what


@pytest.mark.parametrize("number", [f"G{k}" for k in range(3, 16) if k != 14])
def test_words_of_cause_need_guards_three_to_fifteen(number: str) -> None:
    alike = judged("G6", "passed")
    against = judged(number, "failed")
    what = looked(rung(MARGINAL))
    assert worst("G37", replace(what, judged=(alike, against))) == "failed"
    assert worst("G37", replace(what, judged=(alike,))) == "passed"


def test_without_a_comparable_group_no_word_of_cause_is_allowed() -> None:
    nothing = judged("G6", "not_applicable", subject="")
    assert worst("G37", replace(looked(rung()), judged=(nothing,))) == "failed"


def test_a_withdrawn_rung_keeps_its_tables_and_loses_its_numbers() -> None:
    why = weights(maximum=[60.0])
    before = rung(MARGINAL, contrasts=(ratio(),), tables=(why,))
    (after,) = acted_upon((before,), (judged("G12", "withdrawn"),))
    assert after.status == "refused"
    assert "guard G12" in after.refusal
    assert after.contrasts == ()
    assert after.tables == (why,)


def test_a_failed_guard_becomes_a_caution_of_its_rung_and_of_no_other() -> None:
    one, other = acted_upon((rung(MARGINAL), rung()), (judged("G6", "failed"),))
    assert one.cautions == ("found (guard G6)",)
    assert other.cautions == ()


def test_a_guard_that_repeats_what_the_rung_says_adds_no_caution() -> None:
    (same,) = acted_upon((rung(MARGINAL),), (judged("G1", "cautioned"),))
    assert same.cautions == ()


def test_a_judge_without_a_finding_says_not_applicable() -> None:
    silent = replace(BY_NUMBER["G5"], judge=lambda _: iter(()))
    assert [j.status for j in silent.judgements(looked(rung()))] == ["not_applicable"]
    speaking = replace(silent, judge=lambda _: iter((Judged(status="passed", what="fine"),)))
    assert [j.what for j in speaking.judgements(looked(rung()))] == ["fine"]
