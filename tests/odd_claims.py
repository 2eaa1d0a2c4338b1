"""Claims that are allowed and odd: extremes by name, and any number drawn from a seed."""

from __future__ import annotations

import random
from typing import Any

Content = dict[str, Any]
PLAIN: Content = {
    "n": "30",
    "n_late": "10",
    "median": "30",
    "median_late": "50",
    "median_never": "20",
}


def _survival(late: str, never: str) -> list[Content]:
    return [
        {"group": group, "time": time, "printed": printed}
        for group, printed in (("late", late), ("never", never))
        for time in (12, 24)
    ]


EXTREMES: dict[str, Content] = {
    "two patients": {"n": "2", "n_late": "1", "median_late": "50", "median_never": "20"},
    "one of them treated": PLAIN | {"n_late": "1"},
    "all but one treated": PLAIN | {"n_late": "29"},
    "none treated": PLAIN | {"n_late": "0"},
    "all treated": PLAIN | {"n_late": "30"},
    "all dead": PLAIN | {"deaths_late": "10", "deaths_never": "20", "deaths": "30"},
    "none dead": PLAIN | {"deaths_late": "0", "deaths_never": "0", "deaths": "0"},
    "medians equal": PLAIN | {"median_late": "30", "median_never": "30"},
    "medians reversed": PLAIN | {"median_late": "20", "median_never": "50"},
    "medians of zero": PLAIN | {"median_late": "0", "median_never": "0", "median": "0"},
    "p of one": PLAIN | {"p_value": "1"},
    "p of nothing": PLAIN | {"p_value": "< 0.0000000001"},
    "ratio of fifty": {"n": "30", "n_late": "10", "hazard_ratio": "50"},
    "ratio of a hundredth": {"n": "30", "n_late": "10", "hazard_ratio": "0.01"},
    "ratio of one": {"n": "30", "n_late": "10", "hazard_ratio": "1.00"},
    "ratio with limits out of order": {
        "n": "30",
        "n_late": "10",
        "hazard_ratio": {"printed": "0.5", "lower": "0.9", "upper": "0.2"},
    },
    "late not reached": PLAIN | {"median_late": "not reached"},
    "never not reached": PLAIN | {"median_never": "not reached"},
    "none reached": PLAIN
    | {"median": "not reached", "median_late": "not reached", "median_never": "NR"},
    "waiting longer than follow-up": PLAIN | {"wait": "90", "follow_up_end": "60"},
    "waiting longer than life": PLAIN | {"wait": "500"},
    "accrual of a tenth of a month": PLAIN | {"accrual": "0.1"},
    "accrual of a thousand years": PLAIN | {"accrual": "12000"},
    "follow-up of a tenth of a month": PLAIN | {"follow_up_end": "0.1"},
    "all alive": {"n": "30", "n_late": "10", "survival": _survival("100 %", "100 %")},
    "all gone": {"n": "30", "n_late": "10", "survival": _survival("0 %", "0 %")},
    "all against none": {"n": "30", "n_late": "10", "survival": _survival("100 %", "0 %")},
    "none against all": {"n": "30", "n_late": "10", "survival": _survival("0 %", "100 %")},
    "nobody could have had it": PLAIN | {"never_eligible": "100 %"},
    "everybody could have had it": PLAIN | {"never_eligible": "0 %"},
    "share against count": PLAIN | {"share_late": "90 %"},
    "overall median outside": PLAIN | {"median": "500"},
    "survival that rises": PLAIN
    | {
        "survival": [
            {"group": "late", "time": 12, "printed": "10 %"},
            {"group": "late", "time": 24, "printed": "90 %"},
        ]
    },
    "ratio against medians": PLAIN | {"hazard_ratio": "20", "p_value": "0.9"},
    "quarters of the wait reversed": PLAIN
    | {"wait": "5", "wait_lower_quartile": "9", "wait_upper_quartile": "1"},
    "mean alone": {"n": "30", "n_late": "10", "mean_late": "50", "mean_never": "20"},
    "size alone": {"n": "30"},
    "medians alone": {"median_late": "50", "median_never": "20"},
}

_SIZES = (2, 3, 4, 5, 8, 8, 12, 12, 29, 29, 40, 60)
_COMPARISONS = (
    *["not_stated"] * 4,
    "ever_treated",
    "own_clocks",
    "waiting_excluded",
    "landmark",
    "randomised",
)


def drawn_claim(seed: int) -> Content:
    """Return a claim file's content with numbers of every kind, many of which cannot be true."""
    rng = random.Random(seed)  # noqa: S311  nothing is kept secret by it
    n = rng.choice(_SIZES)
    late = rng.randint(0, n) if rng.random() < 0.1 else rng.randint(1, n - 1)
    typical = 10.0 ** rng.uniform(-1.0, 3.0)
    return {
        "numbers": _numbers(rng, n, late, typical),
        "question": _question(rng, typical),
        "assumptions": _assumptions(rng, typical),
    }


def _time(rng: random.Random, typical: float) -> str:
    return f"{typical * 10.0 ** rng.uniform(-0.6, 0.6):.{rng.choice((0, 1, 2))}f}"


def _median(rng: random.Random, typical: float) -> str:
    return "not reached" if rng.random() < 0.1 else _time(rng, typical)


def _numbers(rng: random.Random, n: int, late: int, typical: float) -> Content:
    dead = rng.choice(((late, n - late), (0, 0), (rng.randint(0, late), rng.randint(0, n - late))))
    ratio = 10.0 ** rng.uniform(-2.0, 2.0)
    limits = {"lower": f"{ratio / 3.0:.2g}", "upper": f"{ratio * 3.0:.2g}"}
    some: dict[str, tuple[float, object]] = {
        "n": (0.95, str(n)),
        "n_late": (0.95, str(late)),
        "n_never": (0.4, str(n - late)),
        "share_late": (0.3, f"{100.0 * late / n:.1f} %"),
        "never_eligible": (0.1, rng.choice(("0 %", "100 %", "30 %"))),
        "n_triggered": (0.1, str(rng.randint(late, n))),
        "deaths_late": (0.3, str(dead[0])),
        "deaths_never": (0.3, str(dead[1])),
        "median": (0.3, _median(rng, typical)),
        "median_late": (0.7, _median(rng, 1.5 * typical)),
        "median_never": (0.7, _median(rng, typical)),
        "mean_late": (0.1, _time(rng, typical)),
        "mean_never": (0.1, _time(rng, typical)),
        "hazard_ratio": (0.3, {"printed": f"{ratio:.2g}", **rng.choice((limits, {}))}),
        "p_value": (0.3, rng.choice(("1", "0.5", "p = .007", "< .001", "0.0000001"))),
        "times_as_long": (0.15, f"{10.0 ** rng.uniform(-1.0, 1.0):.1f}"),
        "accrual": (0.3, rng.choice((_time(rng, typical), "0.1", "200"))),
        "follow_up": (0.2, _time(rng, typical)),
        "follow_up_end": (0.3, _time(rng, 3.0 * typical)),
        "wait": (0.3, _time(rng, 0.5 * typical)),
        "wait_lower_quartile": (0.15, _time(rng, 0.2 * typical)),
        "wait_upper_quartile": (0.15, _time(rng, typical)),
        "trigger_time": (0.1, _time(rng, 0.3 * typical)),
        "survival": (0.4, _shares(rng, typical)),
        "at_risk": (0.15, _at_risk(n, late, typical)),
        "rmst": (0.15, _of_both(rng, typical, "time", round(2.0 * typical, 2))),
        "quantiles": (0.15, _of_both(rng, typical, "share", 0.25)),
    }
    return {name: value for name, (share, value) in some.items() if rng.random() < share}


def _shares(rng: random.Random, typical: float) -> list[Content]:
    return [
        {
            "group": group,
            "time": round(typical * k, 2),
            "printed": f"{rng.choice((0.0, 100.0, rng.uniform(0.0, 100.0))):.0f} %",
        }
        for group in ("late", "never", "all")
        if rng.random() < 0.6
        for k in (1, 2)
    ]


def _at_risk(n: int, late: int, typical: float) -> list[Content]:
    return [
        {"group": "late", "time": 0, "printed": str(late)},
        {"group": "never", "time": 0, "printed": str(n - late)},
        {"group": "late", "time": round(typical, 2), "printed": str(late // 2)},
    ]


def _of_both(rng: random.Random, typical: float, key: str, at: float) -> list[Content]:
    return [
        {"group": group, key: at, "printed": _time(rng, typical)} for group in ("late", "never")
    ]


def _question(rng: random.Random, typical: float) -> Content:
    comparison = rng.choice(_COMPARISONS)
    asked: Content = {
        "unit": rng.choice(("months", "years", "days", "weeks")),
        "comparison": comparison,
    }
    if comparison == "landmark":
        asked["landmark"] = round(typical * rng.uniform(0.05, 3.0), 2)
    if rng.random() < 0.2:
        asked["trigger"] = "recurrence"
    return asked


def _assumptions(rng: random.Random, typical: float) -> Content:
    some: dict[str, object] = {
        "trigger": True,
        "harm_window": round(typical / 20.0, 3),
        "never_eligible": rng.choice(([0.0, 0.0], [1.0, 1.0], [0.2, 0.5])),
        "cure": rng.choice(([0.0, 0.0], [1.0, 1.0], [0.3, 0.49])),
        "frailty_law": rng.choice(("gamma", "log_normal")),
        "hazard_ratio": rng.choice(([0.5, 0.5], [0.9, 40.0])),
        "waiting_shape": [1.0, 1.0],
    }
    return {name: value for name, value in some.items() if rng.random() < 0.1}
