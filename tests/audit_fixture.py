"""Made-up audits for the renderers: every part filled, parts missing, infinities, hostile words."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from timezero.findings import Finding, Severity
from timezero.model.audit_result import (
    SETTINGS,
    Assumption,
    AuditProvenance,
    AuditResult,
    Benchmark,
    CheckResult,
    ClosedForm,
    CompatibleEffect,
    CurveAccuracy,
    DoNothing,
    MissingNumber,
    Quantiles,
    SelectionSetting,
    SmallWorld,
    Split,
    Tipping,
    UsedNumber,
    WorldPatient,
)
from timezero.model.claim import Claim
from timezero.model.result import DataTable, Verdict

NAN, INF = math.nan, math.inf
SIGMAS = (-1.96, -1.645, -0.674, 0.0, 0.674, 1.645, 1.96)
NAMES = ("q025", "q05", "q25", "q50", "q75", "q95", "q975")
SIZES = "The made-up registry holds 60 patients, of whom 18 had a second operation."
MEDIANS = (
    "Median survival was 62.0 months after a second operation, against 25.1 months in the others "
    "(p = 0.004)."
)
POOLED = "Half of all patients lived 33.0 months or more."
VERDICTS = {
    "waiting_could_produce_it": "Waiting alone could produce it.",
    "moderate_selection_could_produce_it": "It is more than waiting alone is likely to make, but a "
    "moderate choice of fitter patients could produce it.",
    "strong_selection_could_produce_it": "It is more than waiting and a moderate choice of fitter "
    "patients are likely to make, but a strong choice could produce it.",
    "more_than_waiting_and_selection": "It is more than waiting and a strong choice of fitter "
    "patients are likely to make.",
    "harm_may_be_hidden": "Harm may be hidden: a treatment that does nothing would have looked "
    "better than this.",
    "cannot_tell": "What is printed does not allow an answer.",
}


def spread(middle: float, sigma: float, *, infinite_from: float = INF) -> Quantiles:
    """Quantiles of a log-normal law; those above a limit are not reached."""
    values = (middle * math.exp(z * sigma) for z in SIGMAS)
    return Quantiles(**{n: v if v < infinite_from else INF for n, v in zip(NAMES, values)})  # noqa: B905


def around(middle: float, sigma: float) -> Quantiles:
    return Quantiles(**{n: middle + z * sigma for n, z in zip(NAMES, SIGMAS, strict=True)})


def made_up_claim(**changes: Any) -> Claim:
    claim = Claim.model_validate(
        {
            "title": "Second operation in a made-up registry",
            "text": f"{SIZES} {POOLED} {MEDIANS} Call 555 0100 for an appointment.",
            "source": {
                "citation": "Nobody N. A made-up paper. Journal of Examples 2001;1:1-2.",
                "date": "2001",
                "authors_caution": "Patients were not assigned by chance.",
                "facts_from": "made up for the tests",
                "simulated": True,
            },
            "question": {
                "time_zero": "the first operation",
                "treatment": "a second operation",
                "trigger": "recurrence",
                "outcome": "death from any cause",
                "patients": "patients with a made-up disease",
                "comparison": "ever_treated",
            },
            "numbers": {
                "n": {"printed": "60", "sentence": SIZES},
                "n_late": {"printed": "18", "sentence": SIZES},
                "median": {"printed": "33.0", "sentence": POOLED},
                "median_late": {"printed": "62.0", "sentence": MEDIANS},
                "median_never": {"printed": "25.1", "sentence": MEDIANS},
                "p_value": {"printed": "0.004", "sentence": MEDIANS},
            },
        }
    )
    return claim.model_copy(update=changes)


def used(name: str, label: str, printed: str, sentence: str, **more: Any) -> UsedNumber:
    value = float(printed.rstrip("%"))
    half = 0.0 if "." not in printed else 0.5 * 10.0 ** -len(printed.split(".")[1])
    fields = {"lower": value - half, "upper": value + half, "rule": "rounded", "use": "contrast"}
    return UsedNumber(
        name=name, label=label, printed=printed, sentence=sentence, **{**fields, **more}
    )


def made_up_numbers() -> tuple[UsedNumber, ...]:
    return (
        used("n", "patients in all", "60", SIZES, use="size", rule="a count"),
        used("n_late", "late treated patients", "18", SIZES, use="size", rule="a count"),
        used("median", "median survival of all", "33.0", POOLED, use="pooled"),
        used("median_late", "median survival of the late treated", "62.0", MEDIANS),
        used("median_never", "median survival of the never treated", "25.1", MEDIANS),
        used("p_value", "p-value of the comparison", "0.004", MEDIANS),
        used(
            "follow_up_end", "longest possible follow-up", "96", "", lower=96.0, upper=INF,
            rule="'over'", use="pooled",
        ),
    )  # fmt: skip


def made_up_checks() -> tuple[CheckResult, ...]:
    finding = Finding(
        code="p_agrees_with_medians",
        severity=Severity.WARNING,
        what="P = 0.004 is smaller than these medians and group sizes usually give",
        where="p_value '0.004' in “Median survival was 62.0 months ...”",
        mend="ask the authors which test was used",
    )
    return (
        CheckResult(
            name="p_agrees_with_medians", title="P agrees with the medians", status="found",
            findings=(finding,),
        ),
        CheckResult(name="groups_add_up", title="Groups add up to the whole", status="passed"),
        CheckResult(
            name="interval_holds_its_estimate",
            title="An interval contains its estimate",
            status="not_possible",
        ),
    )  # fmt: skip


def ratio_bins(middle: float, sigma: float, *, low: float, high: float) -> DataTable:
    edges = [low * (high / low) ** (k / 40) for k in range(41)]
    heights = [
        math.exp(-0.5 * (math.log(math.sqrt(a * b) / middle) / sigma) ** 2)
        for a, b in itertools.pairwise(edges)
    ]
    return DataTable(
        name="do_nothing",
        title="The naive comparison when the treatment does nothing",
        columns={
            "left": tuple(edges[:-1]),
            "right": tuple(edges[1:]),
            "share": tuple(0.96 * h / sum(heights) for h in heights),
        },
        notes={"not_reached": 0.04},
    )


def plain_bins(middle: float, sigma: float) -> DataTable:
    edges = [middle + sigma * (k - 20) / 6 for k in range(41)]
    heights = [
        math.exp(-0.5 * (((a + b) / 2 - middle) / sigma) ** 2) for a, b in itertools.pairwise(edges)
    ]
    return DataTable(
        name="do_nothing",
        title="The naive comparison when the treatment does nothing",
        columns={
            "left": tuple(edges[:-1]),
            "right": tuple(edges[1:]),
            "share": tuple(h / sum(heights) for h in heights),
        },
        notes={"not_reached": 0.0},
    )


def do_nothing(setting: str, shift: float, p_as_large: float) -> DoNothing:
    return DoNothing(
        setting=setting,  # type: ignore[arg-type]
        contrasts={
            "median_ratio": spread(1.62 * shift, 0.42, infinite_from=4.0),
            "median_difference": around(15.0 * shift, 12.0),
            "hazard_ratio": spread(0.52 / shift, 0.3),
            "log_rank_p": spread(0.06 / shift, 1.1),
            "survival_difference 36": around(0.17 * shift, 0.11),
        },
        observed={
            "median_ratio": (2.466, 2.474),
            "median_difference": (36.8, 37.0),
            "log_rank_p": (0.0035, 0.0045),
        },
        p_as_large=p_as_large,
        compared_on="median_ratio",
        monte_carlo_error=0.008,
        n_worlds=4_000,
        effective_n=1_850.4,
        histogram=ratio_bins(1.62 * shift, 0.42, low=0.4, high=9.0),
    )


def compatible(setting: str, middle: float, p_benefit: float) -> CompatibleEffect:
    grid = [middle * math.exp(0.45 * (k - 30) / 8) for k in range(61)]
    return CompatibleEffect(
        setting=setting,  # type: ignore[arg-type]
        hazard_ratio=spread(middle, 0.45),
        p_benefit=p_benefit,
        n_worlds=3_000,
        effective_n=1_204.7,
        fits=1.0,
        density=DataTable(
            name="compatible_effect",
            title="True hazard ratios that fit the printed numbers",
            columns={
                "hazard_ratio": tuple(grid),
                "density": tuple(math.exp(-0.5 * (math.log(g / middle) / 0.45) ** 2) for g in grid),
            },
        ),
    )


def made_up_selection() -> tuple[SelectionSetting, ...]:
    words = {
        "none": "The treated were no fitter than others alive and untreated at the same time.",
        "moderate": "Without the treatment, those chosen for it would have died at about two "
        "thirds of the rate of others alive then.",
        "strong": "Without the treatment, those chosen for it would have died at half the rate of "
        "others alive then.",
    }
    values = (("none", 0.0, 0.0, 1.0, 1.0), ("moderate", 0.33, 1.0, 0.67, 1.5),
              ("strong", 0.5, 1.0, 0.5, 2.0))  # fmt: skip
    return tuple(
        SelectionSetting(
            setting=setting,  # type: ignore[arg-type]
            frailty_variance=variance, selection=selection, hazard_ratio_anyway=ratio,
            longer_anyway=longer, words=words[setting],
        )
        for setting, variance, selection, ratio, longer in values
    )  # fmt: skip


def made_up_tipping() -> Tipping:
    variances, selections = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0, 1.5), (0.0, 0.5, 1.0, 1.5, 2.0)
    as_large = tuple(
        tuple(1.0 / (1.0 + math.exp(1.8 - 3.2 * math.sqrt(v * s))) for s in selections)
        for v in variances
    )
    level = (1.8 / 3.2) ** 2
    at = [0.17 + 0.02 * k for k in range(67)]
    return Tipping(
        compared_on="median_ratio",
        frailty_variances=variances,
        selections=selections,
        as_large=(*as_large[:-1], (*as_large[-1][:-1], NAN)),
        middle=tuple(tuple(1.62 + 0.9 * p for p in row) for row in as_large),
        contour=tuple((v, level / v) for v in at),
        everywhere=False,
        nowhere=False,
        benchmarks=(
            Benchmark(name="sex", hazard_ratio=1.46, prevalence=0.59, frailty_variance=0.03,
                      source="Made-up source of a factor"),
            Benchmark(name="extent of disease", hazard_ratio=3.1, prevalence=0.5,
                      frailty_variance=0.26, source="Made-up source of another factor"),
            Benchmark(name="complete removal", hazard_ratio=3.5, prevalence=0.4,
                      frailty_variance=0.37, source="Made-up source of a third factor"),
        ),
    )  # fmt: skip


def made_up_world(title: str, *, chosen: bool) -> SmallWorld:
    lines: list[WorldPatient] = []
    for k in range(14):
        leave = 96.0 - 6.6 * k + (2.0 if chosen else 0.0)
        late = k in ((0, 1, 2, 4) if chosen else (0, 2, 5, 7))
        early = k in ((6, 9) if chosen else (9, 11))
        lines.append(
            WorldPatient(
                exit=leave,
                died=k not in (0, 3),
                initiation=0.45 * leave if late else NAN,
                would_have=leave + 9.0 + k if early else NAN,
            )
        )
    return SmallWorld(
        title=title,
        patients=tuple(lines),
        median_late=NAN if chosen else 70.0,
        median_never=37.5,
    )


def made_up_assumptions() -> tuple[Assumption, ...]:
    return (
        Assumption(name="accrual", label="length of accrual", lower=24.0, upper=72.0,
                   kept_lower=27.1, kept_upper=68.0, origin="default"),
        Assumption(name="never_eligible", label="share who could never have the treatment",
                   lower=0.0, upper=0.7, kept_lower=0.04, kept_upper=0.55, origin="default"),
        Assumption(name="waiting_shape", label="Weibull shape of the waiting time", lower=0.5,
                   upper=3.0, kept_lower=0.6, kept_upper=2.7, origin="set in the claim file"),
    )  # fmt: skip


def _rich() -> AuditResult:
    effects = zip(SETTINGS, (1.0, 1.22, 1.45), (0.17, 0.34, 0.52), strict=True)
    fits = zip(SETTINGS, (0.62, 0.84, 1.05), (0.86, 0.66, 0.45), strict=True)
    return AuditResult(
        claim=made_up_claim(),
        numbers=made_up_numbers(),
        checks=made_up_checks(),
        closed_form=ClosedForm(
            share_late=0.3, rate_ratio=0.412, mean_ratio=2.429, median_ratio=2.92,
            corrected_rate_ratio=1.33, inverse_from="a ratio of medians, as printed, of 2.47",
        ),
        do_nothing={s: do_nothing(s, shift, p) for s, shift, p in effects},
        selection=made_up_selection(),
        compatible={s: compatible(s, middle, p) for s, middle, p in fits},
        split=Split(
            contrast="median_ratio", printed=2.47, waiting=spread(1.62, 0.42, infinite_from=4.0),
            share=around(0.53, 0.45), unit_printed=36.9, unit_waiting=15.0, unit_lower=-4.7,
            unit_upper=34.7, words="waiting alone makes a ratio of medians of 1.62 (90% of worlds "
            "0.81 to 3.23); 2.47 is printed: waiting alone explains 53% of it on the log scale",
        ),
        tipping=made_up_tipping(),
        missing=(
            MissingNumber(name="waiting_times", label="waiting times to the treatment",
                          narrowing=0.31, words="the median and the quartiles of the time from "
                          "the first operation to a second operation, among those who had it"),
            MissingNumber(name="deaths_per_group", label="deaths in each group", narrowing=0.18,
                          words="how many patients died in each group by the end of follow-up"),
        ),
        worlds=(
            made_up_world("Simulated: the treatment does nothing, and anybody alive could get it",
                          chosen=False),
            made_up_world("Simulated: the treatment does nothing, and fitter patients are chosen "
                          "for it", chosen=True),
        ),
        assumptions=made_up_assumptions(),
        curves=(
            CurveAccuracy(group="late", n=18, n_events=9, largest_gap=0.021,
                          root_mean_square_gap=0.008, n_at_risk_gap=1.0, n_points=44,
                          words="read points lie within 2.1 percentage points"),
        ),
        not_possible=("the comparison of survival at a time: no survival at a time is printed",),
        verdict=Verdict(
            code="waiting_could_produce_it",
            headline=VERDICTS["waiting_could_produce_it"],
            number="If it did nothing, the ratio of medians would be 1.62 (90% of simulated "
            "studies 0.81 to 3.23); 2.47 is printed",
            reasons=("17% of do-nothing studies show a ratio of medians of 2.47 or more",),
            not_answered=("whether fitter patients were chosen for a second operation",),
        ),
        provenance=AuditProvenance(
            claim_digest="c" * 64, seed=1, n_simulated=240_000, settings={"effort": 1.0},
            versions={"numpy": "2.2.0"}, timezero_version="0.1.0",
            made_at="2001-01-01T00:00:00+00:00",
        ),
    )  # fmt: skip


def _sparse() -> AuditResult:
    """Hardly anything is printed: no worlds, no effects, no sentences."""
    return replace(
        _rich(),
        claim=Claim.model_validate({"numbers": {"n": "60"}}),
        numbers=(used("n", "patients in all", "60", "", use="size"),),
        checks=(), closed_form=None, do_nothing={}, selection=(), compatible={}, split=None,
        tipping=None, missing=(), worlds=(), assumptions=(), curves=(),
        not_possible=("do-nothing worlds: no contrast of the groups is printed",),
        verdict=_verdict("cannot_tell", number=""),
    )  # fmt: skip


def _no_contrast() -> AuditResult:
    """Sizes are printed and a median of all, but nothing compares the groups."""
    rich = _rich()
    none = replace(
        rich.do_nothing["none"],
        observed={},
        p_as_large=NAN,
        histogram=DataTable(
            name="do_nothing", title="", columns={"left": (), "right": (), "share": ()}
        ),
    )
    return replace(
        rich, do_nothing={"none": none}, compatible={}, split=None, tipping=None,
        verdict=_verdict("cannot_tell"),
    )  # fmt: skip


def _not_reached() -> AuditResult:
    """The late group's median is not reached, in print and in most worlds."""
    rich = _rich()
    open_ended = spread(3.4, 0.5, infinite_from=3.5)
    worlds = {
        s: replace(
            w,
            contrasts={**w.contrasts, "median_ratio": open_ended,
                       "median_difference": Quantiles(**dict.fromkeys(NAMES, INF))},
            observed={"median_ratio": (2.4, INF), "median_difference": (36.0, INF)},
            histogram=replace(w.histogram, notes={"not_reached": 0.61}),
        )
        for s, w in rich.do_nothing.items()
    }  # fmt: skip
    numbers = tuple(
        replace(u, printed="not reached", lower=60.0, upper=INF) if u.name == "median_late" else u
        for u in rich.numbers
    )
    assert rich.split is not None
    share = replace(rich.split.share, q95=INF, q975=INF)
    split = replace(rich.split, printed=2.4, waiting=open_ended, share=share, unit_printed=36.0,
                    unit_waiting=INF, unit_lower=4.0, unit_upper=INF)  # fmt: skip
    return replace(rich, do_nothing=worlds, numbers=numbers, split=split)


def _hazard_ratio() -> AuditResult:
    """Only a hazard ratio is printed, and it favours the never treated less than nothing would."""
    rich = _rich()
    worlds = {
        s: replace(
            w, compared_on="hazard_ratio", observed={"hazard_ratio": (0.855, 0.865)},
            histogram=ratio_bins(w.contrasts["hazard_ratio"].q50, 0.3, low=0.15, high=1.6),
        )
        for s, w in rich.do_nothing.items()
    }  # fmt: skip
    numbers = (
        *rich.numbers[:3],
        used("hazard_ratio", "hazard ratio, late against never treated", "0.86", MEDIANS),
    )
    assert rich.split is not None
    assert rich.tipping is not None
    split = replace(rich.split, contrast="hazard_ratio", printed=0.86, waiting=spread(0.52, 0.3),
                    unit_printed=NAN, unit_waiting=NAN, unit_lower=NAN, unit_upper=NAN)  # fmt: skip
    return replace(
        rich, do_nothing=worlds, numbers=numbers, split=split,
        tipping=replace(rich.tipping, compared_on="hazard_ratio", contour=(), everywhere=True),
        compatible={s: replace(c, hazard_ratio=spread(1.6, 0.4), p_benefit=0.12)
                    for s, c in rich.compatible.items()},
        verdict=_verdict("harm_may_be_hidden"),
    )  # fmt: skip


def _survival() -> AuditResult:
    """Survival at a time is all that is printed of the groups; the axis is not logarithmic."""
    rich = _rich()
    name = "survival_difference 36"
    worlds = {
        s: replace(w, compared_on=name, observed={name: (0.305, 0.315)},
                   histogram=plain_bins(w.contrasts[name].q50, 0.11))
        for s, w in rich.do_nothing.items()
    }  # fmt: skip
    numbers = (
        *rich.numbers[:3],
        used(
            "survival late 36",
            "survival at 36 months of the late treated",
            "74%",
            MEDIANS,
            lower=0.735,
            upper=0.745,
        ),
        used(
            "survival never 36",
            "survival at 36 months of the never treated",
            "0.43",
            MEDIANS,
            lower=0.425,
            upper=0.435,
        ),
    )
    assert rich.tipping is not None
    nowhere = replace(rich.tipping, compared_on=name, contour=(), nowhere=True)
    return replace(rich, do_nothing=worlds, numbers=numbers, split=None, tipping=nowhere,
                   verdict=_verdict("more_than_waiting_and_selection"))  # fmt: skip


def _hostile() -> AuditResult:
    """Words from outside try to become markup, wherever they can stand."""
    bad = "<script>alert(1)</script> & \"quoted\" 'so'"
    rich = _rich()
    claim = made_up_claim()
    sentence = f"{bad} 62.0 months {bad}"
    source = claim.source.model_copy(
        update={"citation": bad, "url": "javascript:alert(1)", "authors_caution": bad,
                "conflicts": bad, "doi": bad, "date": bad}
    )  # fmt: skip
    question = claim.question.model_copy(
        update={"time_zero": bad, "treatment": bad, "trigger": bad, "outcome": bad,
                "patients": bad}
    )  # fmt: skip
    finding = replace(rich.checks[0].findings[0], what=bad, where=bad, mend=bad)
    return replace(
        rich,
        claim=claim.model_copy(
            update={"title": bad, "text": f"{bad} {sentence} {SIZES}", "source": source,
                    "question": question}
        ),
        numbers=(*rich.numbers, used("mean", bad, "62.0", sentence, rule=bad)),
        checks=(replace(rich.checks[0], title=bad, findings=(finding,)),),
        missing=tuple(replace(m, label=bad, words=bad) for m in rich.missing),
        worlds=tuple(replace(w, title=f"Simulated {bad}") for w in rich.worlds),
        assumptions=tuple(replace(a, label=bad) for a in rich.assumptions),
        not_possible=(bad,),
        verdict=replace(rich.verdict, headline=bad, number=bad, reasons=(bad,)),
    )  # fmt: skip


def _verdict(code: str, *, number: str = "2.47 is printed") -> Verdict:
    return Verdict(
        code=code, headline=VERDICTS[code], number=number, reasons=(),
        not_answered=("whether fitter patients were chosen",),
    )  # fmt: skip


VARIANTS: dict[str, Callable[[], AuditResult]] = {
    "rich": _rich,
    "sparse": _sparse,
    "no_contrast": _no_contrast,
    "not_reached": _not_reached,
    "hazard_ratio": _hazard_ratio,
    "survival": _survival,
    "hostile": _hostile,
    **{
        code: lambda code=code: replace(_rich(), verdict=_verdict(code))  # type: ignore[misc]
        for code in VERDICTS
    },
}


def made_up_audit(variant: str = "rich", **changes: Any) -> AuditResult:
    """Return a made-up audit: one of ``VARIANTS``, with fields changed by name."""
    return replace(VARIANTS[variant](), **changes)
