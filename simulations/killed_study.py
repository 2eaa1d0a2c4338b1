"""A study with a record is killed at random, again and again, and must end at the same bits.

    python simulations/killed_study.py --replicates 2000 --kills 20 --seed 20261125

writes simulations/results/killed_study.md. The tests do it with 60 replicates and 2 kills.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
RESULTS = ROOT / "simulations" / "results" / "killed_study.md"


def main() -> int:
    """Run a study without a stop and one that is killed, and store whether they agree."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=2_000)
    parser.add_argument("--redeals", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--most-parts", type=int, default=20)
    parser.add_argument("--no-store", action="store_true")
    said = parser.parse_args()
    from study_trials import killed_often, made, n_parts, whole
    from timezero.store import open_store

    began = time.monotonic()
    sizes = {"replicates": said.replicates, "bootstrap": said.replicates, "redeals": said.redeals}
    with tempfile.TemporaryDirectory() as folder:
        uninterrupted = made(Path(folder) / "whole", **sizes)
        digests = {}
        for workers in (1, 2):
            whole(uninterrupted.command(workers=workers, more=("--record", "none")))
            digests[f"never stopped, {workers} worker(s)"] = uninterrupted.digest()
        asked = made(Path(folder) / "killed", **sizes)
        n = killed_often(
            asked, said.kills, seed=said.seed, most_parts=said.most_parts, longest_wait=2.0
        )
        digests[f"killed {n} times, with 1 and 2 workers in turn"] = asked.digest()
        with open_store(asked.record) as store:
            log = [entry.what for entry in store.log.entries()]
            wrong = [problem.code for problem in store.verify().problems]
            runs = [(run.state, run.result_digest) for run in store.runs()]
        left = n_parts(asked.record)
    agree = len({*digests.values(), *(digest for _, digest in runs)}) == 1
    finished = [state for state, _ in runs] == ["finished"] * len(runs)
    lines = [
        "# A study that is killed again and again",
        "",
        (
            f"The Stanford data; {said.replicates:,} replicates of each bootstrap, "
            f"{said.redeals:,} redeals; seed of the kills {said.seed}; "
            f"{time.monotonic() - began:,.0f} s. Code: `tests/study_trials.py`."
        ),
        "",
        "| | digest of all numbers |",
        "|---|---|",
        *(f"| {name} | `{digest}` |" for name, digest in digests.items()),
        "",
        (
            f"Identical: **{'yes' if agree else 'no'}**. The job was begun "
            f"{log.count('job begun')} times; its attempts were counted anew "
            f"{log.count('job got further')} times because it had got further, and it was given "
            f"up {log.count('job failed')} times after three kills without a new part, and begun "
            f"again because it was asked for. It came to its end {len(runs)} times: "
            f"{said.kills - n} times before it was killed, then it was run anew. Finished parts "
            f"left over: {left}; problems found by the check: {len(wrong)}."
        ),
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if not said.no_store:
        RESULTS.write_text(text, encoding="utf-8")
    return int(not agree or bool(wrong) or not finished or bool(left) or n == 0)


if __name__ == "__main__":
    sys.exit(main())
