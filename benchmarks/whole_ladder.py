"""How long 1,000 resamples of the patients take through the whole ladder.

    python benchmarks/whole_ladder.py [--replicates 1000]

Each study is walked twice in one process: the first walk compiles, the second is timed. Studies are
the bundled simulated registry of 29 patients, Stanford heart, and the first 300 of the simulated
registry of 500. Wall time of the rungs on two threads, without reading and report.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from measure import where_it_ran

from timezero.intake.cohort import read_cohort
from timezero.intake.examples import example_study_file
from timezero.intake.protocol_file import read_protocol, registry_path
from timezero.ladder.run import ladder_methods, prepare_climb
from timezero.model.cohort import Cohort
from timezero.model.protocol import Protocol

RESULTS = Path(__file__).resolve().parent / "results" / "whole_ladder.md"
STUDIES = {
    "simulated_repeat_hipec_29": 29,
    "stanford_heart": 103,
    "simulated_repeat_hipec_500": 300,
}


def first_patients(cohort: Cohort, n: int) -> Cohort:
    """Return the first patients of a cohort without histories."""
    kept = np.arange(min(n, cohort.n))
    return replace(
        cohort,
        patient=tuple(cohort.patient[i] for i in kept),
        entry=cohort.entry[kept],
        exit=cohort.exit[kept],
        event=cohort.event[kept],
        initiation=cohort.initiation[kept],
        trigger=None if cohort.trigger is None else cohort.trigger[kept],
        potential=None,
        covariates=tuple(replace(c, values=c.values[kept]) for c in cohort.covariates),
    )


def walk(cohort: Cohort, protocol: Protocol) -> dict[str, tuple[float, str]]:
    """Walk the ladder; return seconds and status of each rung."""
    climb = prepare_climb(cohort, protocol)
    found: dict[str, tuple[float, str]] = {}
    for method in ladder_methods():
        begun = time.perf_counter()
        rung = method.rung(climb)
        found[method.name] = (time.perf_counter() - begun, rung.status)
    return found


def main() -> None:
    """Time the walks and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1_000)
    asked = parser.parse_args()
    timed: dict[str, dict[str, tuple[float, str]]] = {}
    for example, n in STUDIES.items():
        study_file = example_study_file(example)
        protocol = read_protocol(study_file)
        chosen = protocol.fitness.model_copy(update={"replicates": asked.replicates})
        protocol = protocol.model_copy(update={"fitness": chosen})
        cohort = first_patients(read_cohort(registry_path(protocol, study_file), protocol), n)
        walk(cohort, protocol)
        timed[f"{cohort.n} patients"] = walk(cohort, protocol)
    head = list(timed)
    lines = [
        f"# The whole ladder with {asked.replicates:,} resamples of the patients",
        "",
        (__doc__ or "").split("\n\n")[-1].replace("\n", " ").strip(),
        "",
        where_it_ran("numpy", "numba"),
        "",
        "| rung | " + " | ".join(f"{name}, s" for name in head) + " |",
        "|---|" + "---|" * len(head),
    ]
    for rung in timed[head[0]]:
        cells = [
            f"{timed[name][rung][0]:.2f}" + ("" if timed[name][rung][1] == "ok" else " (refused)")
            for name in head
        ]
        lines.append(f"| `{rung}` | " + " | ".join(cells) + " |")
    totals = [f"**{sum(t for t, _ in timed[name].values()):.1f}**" for name in head]
    lines.append("| in all | " + " | ".join(totals) + " |")
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
