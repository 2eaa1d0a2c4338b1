"""What pySEQTarget says of the part of SEQdata kept in ``data/``: run by hand, stored beside.

pip install pySEQTarget==0.14.3
python sequential_trials.py > sequential_trials_pyseqtarget.json
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from pySEQTarget import SEQopts, SEQuential

DATA = Path(__file__).resolve().parents[1] / "data" / "seqdata_part.csv.gz"
ANALYSES = {
    "intention_to_treat": ("ITT", SEQopts()),
    "per_protocol": ("censoring", SEQopts(weighted=True, weight_preexpansion=True)),
}


def main() -> None:
    """Fit both analyses and print their coefficients."""
    found = {}
    for name, (method, options) in ANALYSES.items():
        asked = SEQuential(
            pl.read_csv(DATA),
            id_col="ID",
            time_col="time",
            eligible_col="eligible",
            treatment_col="tx_init",
            outcome_col="outcome",
            time_varying_cols=["N", "L", "P"],
            fixed_cols=["sex"],
            method=method,
            parameters=options,
        )
        asked.expand()
        asked.fit()
        model = asked.outcome_model[0]
        model = model if hasattr(model, "params") else model["outcome"]
        found[name] = {"n_rows": int(model.nobs), "coefficients": model.params.to_dict()}
        if name == "per_protocol":
            for part in ("numerator", "denominator"):
                for state, fit in enumerate(getattr(asked, f"{part}_model")):
                    found[f"{part}_from_{state}"] = {
                        "n_rows": int(fit.nobs),
                        "coefficients": fit.params.to_dict(),
                    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
