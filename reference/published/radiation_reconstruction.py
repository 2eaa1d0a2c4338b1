"""Put the two curves of IPDfromKM's Radiationdata together again, and store what comes out.

    python reference/published/radiation_reconstruction.py FOLDER

FOLDER holds ``radiation-radio.csv`` and ``radiation-radioplus.csv``: the columns of R's
``IPDfromKM::Radiationdata$radio`` and ``$radioplus`` (time in months, survival in percent), written
with ``write.csv(..., row.names = FALSE)``. They are under GPL-3 and stay outside the repository;
only the numbers computed from them are stored, in ``radiation_reconstruction.json`` beside this.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from timezero.audit.curve_accuracy import curve_accuracy
from timezero.audit.digitised import clean_points
from timezero.audit.pooled_curve import person_time, pool
from timezero.audit.reconstruct import Records, reconstruct
from timezero.audit.risk_numbers import RiskNumbers
from timezero.estimate.cox import fit_cox
from timezero.estimate.log_rank import log_rank
from timezero.estimate.normal import critical_value
from timezero.estimate.product_limit import median_survival, survival_at

HERE = Path(__file__).resolve().parent
# As printed under the figure, every ten months from 0.
EVERY = 10.0
AT_RISK = {"radio": (213, 122, 80, 51, 30, 10), "radioplus": (211, 143, 101, 66, 35, 9)}
AT = (6.0, 12.0, 24.0, 36.0, 48.0)


def read(folder: Path, group: str) -> Records:
    """Return the patients of one curve."""
    points = np.loadtxt(folder / f"radiation-{group}.csv", delimiter=",", skiprows=1)
    at_risk = AT_RISK[group]
    numbers = RiskNumbers(times=tuple(EVERY * k for k in range(len(at_risk))), at_risk=at_risk)
    return reconstruct(clean_points(points[:, 0], points[:, 1]), numbers, group=group)


def summary(records: Records) -> dict[str, Any]:
    """Return what is compared of one curve."""
    curve, accuracy = pool(records), curve_accuracy(records)
    interval = (records.exit // EVERY).astype(int)
    last = len(records.numbers.times) - 1
    interval = np.minimum(interval, last)
    median, lower, upper = median_survival(curve)
    return {
        "n": records.n,
        "n_events": records.n_events,
        "events_by_interval": np.bincount(interval[records.event], minlength=last + 1).tolist(),
        "censored_by_interval": np.bincount(interval[~records.event], minlength=last + 1).tolist(),
        "median": median,
        "median_log_log_limits": [lower, upper],
        "survival": [survival_at(curve, t).value for t in AT],
        "root_mean_square_gap": accuracy.root_mean_square_gap,
        "largest_gap": accuracy.largest_gap,
        "n_at_risk_gap": accuracy.n_at_risk_gap,
    }


def main(folder: Path) -> None:
    """Compute both groups and their contrast, and store them."""
    groups = {group: read(folder, group) for group in AT_RISK}
    rows = person_time(groups["radio"], groups["radioplus"])
    fit = fit_cox(rows, rows.arm[:, np.newaxis].astype(np.float64), cluster=False)
    b, error = float(fit.coefficients[0]), math.sqrt(float(fit.covariance[0, 0]))
    reach = critical_value(0.95) * error
    stored = {group: summary(records) for group, records in groups.items()} | {
        "contrast": {
            "hazard_ratio": [math.exp(b), math.exp(b - reach), math.exp(b + reach)],
            "log_rank": log_rank(rows).chi2,
        },
        "survival_at": AT,
    }
    text = json.dumps(stored, indent=1)
    (HERE / "radiation_reconstruction.json").write_text(f"{text}\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
