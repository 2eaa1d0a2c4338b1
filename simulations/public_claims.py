"""Claims as a paper would print them, from the summaries in reference/output/late_events.json.

Three levels of print, each with all that the one before it has: `sparse` (sizes, medians, p),
`usual` (deaths, hazard ratio with its interval, waiting quartiles, follow-up) and `full` (quartiles
of both curves, survival of all patients, numbers at risk). Numbers are rounded as papers do:
days and counts to whole ones, months and years to one decimal, survival to whole per cent.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from timezero.model.claim import (
    Asked,
    Claim,
    NumberAtShare,
    NumberAtTime,
    Numbers,
    PrintedNumber,
    Source,
)

STORED = Path(__file__).resolve().parents[1] / "reference" / "output" / "late_events.json"
LEVELS = ("sparse", "usual", "full")
DECIMALS = {"days": 0, "weeks": 0, "months": 1, "years": 1}
NOT_REACHED = "not reached"
SMALLEST_P = 0.001
N_SURVIVALS = 3

Summary = dict[str, Any]


def summaries() -> list[Summary]:
    """Return the stored summaries, one for each data set, late event and terminal event."""
    return json.loads(STORED.read_text("utf-8"))["studies"]


def printed_time(value: float | None, unit: str) -> str:
    """Return a time as a paper prints it; a median that is not reached says so."""
    return NOT_REACHED if value is None else f"{value:.{DECIMALS[unit]}f}"


def printed_ratio(value: float) -> str:
    """Return a ratio with two decimals, or with one from ten on."""
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def printed_p(value: float) -> str:
    """Return a p-value as journals ask for it."""
    if value < SMALLEST_P:
        return f"< {SMALLEST_P:g}"
    return f"{value:.3f}" if value < 0.0995 else f"{value:.2f}"


def printed_share(value: float) -> str:
    """Return a survival as whole per cent."""
    return f"{100.0 * value:.0f}%"


def build_claim(summary: Summary, level: str) -> Claim:
    """Return one study as a claim at one level of print."""
    numbers = _sparse(summary)
    if LEVELS.index(level) >= LEVELS.index("usual"):
        numbers |= _usual(summary)
    if level == "full":
        numbers |= _full(summary)
    return Claim(
        title=f"{summary['late']}, then {summary['terminal']} ({summary['name']}, {level})",
        source=Source(
            citation=f"{summary['reference']}; data: {summary['source']}",
            kind="computed from data",
            simulated=summary["note"] == "simulated",
        ),
        question=Asked(
            time_zero="entry into the study",
            treatment=summary["late"],
            outcome=summary["terminal"],
            unit=summary["unit"],
            comparison="ever_treated",
            test="log-rank",
        ),
        numbers=Numbers(**numbers),
    )


def _sparse(summary: Summary) -> dict[str, Any]:
    groups, unit = summary["groups"], summary["unit"]
    return {
        "n": PrintedNumber(printed=str(summary["n"])),
        "n_late": PrintedNumber(printed=str(summary["n_late"])),
        "median_late": PrintedNumber(printed=printed_time(groups["late"]["median"][0], unit)),
        "median_never": PrintedNumber(printed=printed_time(groups["never"]["median"][0], unit)),
        "p_value": PrintedNumber(printed=printed_p(summary["log_rank"]["p_value"])),
    }


def _usual(summary: Summary) -> dict[str, Any]:
    groups, unit, naive = summary["groups"], summary["unit"], summary["naive"]
    lower, upper = naive["ci95"]
    numbers: dict[str, Any] = {
        "n_never": PrintedNumber(printed=str(summary["n_never"])),
        "deaths_late": PrintedNumber(printed=str(groups["late"]["deaths"])),
        "deaths_never": PrintedNumber(printed=str(groups["never"]["deaths"])),
        "hazard_ratio": PrintedNumber(
            printed=printed_ratio(naive["hazard_ratio"]),
            lower=printed_ratio(lower),
            upper=printed_ratio(upper),
        ),
        "follow_up_end": PrintedNumber(printed=printed_time(summary["possible"], unit)),
    }
    if summary["follow_up"]["median"] is not None:
        numbers["follow_up"] = PrintedNumber(
            printed=printed_time(summary["follow_up"]["median"], unit)
        )
    if summary["accrual"] is not None:
        numbers["accrual"] = PrintedNumber(printed=printed_time(summary["accrual"], unit))
    names = ("wait_lower_quartile", "wait", "wait_upper_quartile")
    for name, value in zip(names, summary["waiting"]["quartiles"], strict=True):
        numbers[name] = PrintedNumber(printed=printed_time(value, unit))
    return numbers


def _full(summary: Summary) -> dict[str, Any]:
    groups, unit = summary["groups"], summary["unit"]
    times = summary["times"]
    quartiles = [
        NumberAtShare(
            printed=printed_time(groups[group]["quartiles"][k], unit), group=group, share=share
        )
        for group in ("late", "never")
        for k, share in ((0, 0.25), (2, 0.75))
        if groups[group]["quartiles"][k] is not None
    ]
    survival = [
        NumberAtTime(printed=printed_share(value), group="all", time=time)
        for time, value in zip(times[:N_SURVIVALS], groups["all"]["survival"], strict=False)
    ]
    at_risk = [
        NumberAtTime(printed=str(n), group=group, time=time)
        for group in ("late", "never")
        for time, n in zip(times, groups[group]["at_risk"], strict=True)
    ]
    return {
        "median": PrintedNumber(printed=printed_time(groups["all"]["median"][0], unit)),
        "wait_shortest": PrintedNumber(printed=printed_time(summary["waiting"]["min"], unit)),
        "wait_longest": PrintedNumber(printed=printed_time(summary["waiting"]["max"], unit)),
        "quantiles": tuple(quartiles),
        "survival": tuple(survival),
        "at_risk": tuple(at_risk),
    }


def log_width(lower: float, upper: float) -> float:
    """Return the width of an interval of ratios on the log scale."""
    return math.log(upper / lower) if lower > 0.0 else math.inf
