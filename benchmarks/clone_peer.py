"""Time the package clone-censor-weight of PyPI on the patients of clone_censor_weight.py.

Run by clone_censor_weight.py in an interpreter of its own: clone_peer.py TABLE GRACE HORIZON MONTH.
The package works in whole periods; within one it puts the event first, then treatment, so an event
of month k stands at time k + 1 and a treatment of month k at time k.
"""

from __future__ import annotations

import json
import math
import sys
import time
import warnings

import numpy as np
import pandas as pd
from ccw import CCW, DataSpec, InitiateBy, NoInitiationThrough


def by_month(table: pd.DataFrame, month: float, horizon: float) -> pd.DataFrame:
    """Write one row for each patient and month."""
    rows: list[dict[str, float]] = []
    names = [c for c in table if c not in {"exit", "event", "initiation"}]
    last = round(horizon / month)
    for patient, one in enumerate(table.to_dict("records")):
        ends = math.ceil(one["exit"] / month)
        begins = one["initiation"]
        begins = -1 if math.isnan(begins) else max(math.ceil(begins / month) - 1, 0)
        for k in range(min(ends, last) + 1):
            over = k == ends
            rows.append(
                {
                    "id": patient,
                    "time": k,
                    "treated": int(k == begins),
                    "died": int(over and one["event"] == 1.0),
                    "lost": int(over and one["event"] == 0.0 and k < last),
                    **{name: one[name] for name in names},
                }
            )
    return pd.DataFrame(rows)


def main() -> None:
    """Print wall and processor seconds and both survivals, as JSON."""
    path, grace, horizon, month = sys.argv[1], *map(float, sys.argv[2:5])
    warnings.simplefilter("ignore")
    table = pd.read_csv(path)
    names = tuple(c for c in table if c not in {"exit", "event", "initiation"})
    frame = by_month(table, month, horizon)
    last = round(grace / month) - 1
    study = CCW(
        spec=DataSpec(
            id="id",
            time="time",
            treatment="treated",
            outcome="died",
            censoring=("lost",),
            baseline=names,
        ),
        strategies={"one": InitiateBy(last), "none": NoInitiationThrough(last)},
        weight_models=" + ".join((*names, "time")),
        followup_end=round(horizon / month),
        censoring_model="protocol_only",
    )
    begun, busy = time.perf_counter(), time.process_time()
    found = study.fit(frame)
    spent = time.perf_counter() - begun, time.process_time() - busy
    numbers = {
        "survival_none": 1.0 - found.risk("none"),
        "survival_one": 1.0 - found.risk("one"),
        "rows": float(np.size(frame["id"])),
    }
    print(json.dumps({"wall": spent[0], "processor": spent[1], "numbers": numbers}))


if __name__ == "__main__":
    main()
