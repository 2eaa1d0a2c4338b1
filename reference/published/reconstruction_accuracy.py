"""How well curves are put together again from pixels: data sets whose patients are known.

    python reference/published/reconstruction_accuracy.py

Draws both curves of each data set on a grid of 600 by 400 pixels, reads them off, puts the patients
together again with and without the numbers printed beside, and compares with the patients. Writes
``reconstruction_accuracy.json`` beside itself, and prints the table of
``docs/methods/reconstruction.md``. About twenty seconds.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from digitised_curve import digitise, patients, printed_beside, two_arms  # noqa: E402
from timezero.audit.curve_accuracy import curve_accuracy  # noqa: E402
from timezero.audit.digitised import clean_points  # noqa: E402
from timezero.audit.pooled_curve import person_time, pool  # noqa: E402
from timezero.audit.reading_error import reconstruct_repeatedly  # noqa: E402
from timezero.audit.reconstruct import Records, reconstruct  # noqa: E402
from timezero.audit.risk_numbers import RiskNumbers  # noqa: E402
from timezero.estimate.cox import fit_cox  # noqa: E402
from timezero.estimate.product_limit import survival_curve  # noqa: E402
from timezero.model.estimate import Curve  # noqa: E402
from timezero.model.person_time import PersonTime  # noqa: E402

SETS = (
    "lung",
    "veteran",
    "gbsg",
    "ovarian",
    "diabetic",
    "rats",
    "example:stanford_heart",
    "example:simulated_repeat_hipec_500",
    "example:simulated_repeat_effect_500",
)
N_REPEATS = 20
HEADINGS = (
    "patients",
    "printed beside the curves",
    "events, found / true",
    "largest gap of survival",
    "hazard ratio, true",
    "found",
    "off, in standard errors",
    "spread by reading",
)
AT = (0.1, 0.25, 0.5, 0.75, 0.9)


def beside(printed: RiskNumbers, kind: str) -> RiskNumbers:
    """Return what is taken as printed: everything, without events, or patients alone."""
    if kind == "numbers at risk and events":
        return printed
    if kind == "numbers at risk":
        return RiskNumbers(times=printed.times, at_risk=printed.at_risk)
    if kind == "patients and events":
        return RiskNumbers(n=printed.n, n_events=printed.n_events)
    return RiskNumbers(n=printed.n)


KINDS = ("numbers at risk and events", "numbers at risk", "patients and events", "patients")


def log_ratio(rows: PersonTime) -> tuple[float, float]:
    """Return the log hazard ratio and its standard error."""
    fit = fit_cox(rows, rows.arm[:, np.newaxis].astype(np.float64), cluster=False)
    return float(fit.coefficients[0]), math.sqrt(float(fit.covariance[0, 0]))


def survival(curve: Curve, times: Any) -> Any:
    """Return the heights of a curve at times."""
    heights = np.concatenate([[1.0], curve.survival])
    return heights[np.searchsorted(curve.times, times, side="right")]


def round_trip(name: str, kind: str) -> dict[str, Any]:
    """Compare the patients put together again with those the curves were drawn from."""
    exits, event, arm = two_arms(name)
    again: list[Records] = []
    gaps: list[float] = []
    arms: list[dict[str, float]] = []
    for which in (0.0, 1.0):
        x, e = exits[arm == which], event[arm == which]
        records = reconstruct(clean_points(*digitise(x, e)), beside(printed_beside(x, e), kind))
        at = np.array(AT) * x.max()
        gap = np.abs(survival(survival_curve(patients(x, e)), at) - survival(pool(records), at))
        gaps.append(float(gap.max()))
        accuracy = curve_accuracy(records)
        arms.append(
            {
                "n": int(x.size),
                "events": int(e.sum()),
                "events_again": records.n_events,
                "largest_point_gap": accuracy.largest_gap,
                "n_at_risk_gap": accuracy.n_at_risk_gap,
            }
        )
        again.append(records)
    true, error = log_ratio(patients(exits, event, arm))
    found, found_error = log_ratio(person_time(*again))
    return {
        "set": name,
        "printed": kind,
        "arms": arms,
        "largest_survival_gap": max(gaps),
        "log_hazard_ratio": true,
        "standard_error": error,
        "log_hazard_ratio_again": found,
        "standard_error_again": found_error,
        "log_hazard_ratio_spread": reading_spread(again),
    }


def reading_spread(arms: list[Records]) -> float:
    """Return the standard deviation of the log hazard ratio over repeated readings."""
    repeats = [
        reconstruct_repeatedly(a.points, a.numbers, n_repeats=N_REPEATS, seed=1, group=str(k))
        for k, a in enumerate(arms)
    ]
    pairs = zip(*repeats, strict=True)
    return float(np.std([log_ratio(person_time(*pair))[0] for pair in pairs]))


def markdown(rows: list[dict[str, Any]]) -> str:
    """Return the table of the documentation."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
    for row in rows:
        events = ", ".join(f"{arm['events_again']} / {arm['events']}" for arm in row["arms"])
        true, found = row["log_hazard_ratio"], row["log_hazard_ratio_again"]
        error = row["standard_error"]
        lines.append(
            f"| {row['set'].removeprefix('example:')} | {row['printed']} | {events} "
            f"| {row['largest_survival_gap']:.3f} | {math.exp(true):.3f} | {math.exp(found):.3f} "
            f"| {abs(found - true) / error:.2f} | {row['log_hazard_ratio_spread'] / error:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run every data set with every amount of print, and store the comparison."""
    rows = [round_trip(name, kind) for name in SETS for kind in KINDS]
    stored = {
        "grid": [600, 400],
        "survival_at_shares_of_follow_up": AT,
        "repeats": N_REPEATS,
        "rows": rows,
    }
    text = json.dumps(stored, indent=1)
    (HERE / "reconstruction_accuracy.json").write_text(f"{text}\n", encoding="utf-8")
    print(markdown(rows))


if __name__ == "__main__":
    main()
