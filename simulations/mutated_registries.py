"""Registries with one to five defects: no crash, nothing slow, no silent change of the estimate.

    python simulations/mutated_registries.py --files 10000 --workers 2

writes simulations/results/mutated_registries.md. The tests run the first files of the same list.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
RESULTS = ROOT / "simulations" / "results" / "mutated_registries.md"
OUTCOMES = ("same", "disclosed", "asked", "refused", "silent", "crashed", "slow")


def judged(seed: int) -> object:
    """Judge one file."""
    from bad_inputs.mutated import judge

    with tempfile.TemporaryDirectory() as folder:
        return judge(seed, Path(folder))


def main() -> int:
    """Judge all files, and store how many came to what."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-store", action="store_true")
    said = parser.parse_args()
    seeds = range(said.first, said.first + said.files)
    with ProcessPoolExecutor(said.workers) as pool:
        found = list(pool.map(judged, seeds, chunksize=20))
    bad = [one for one in found if one.bad]
    for one in bad[:40]:
        print(one)
    text = table(found, said.first)
    print(text)
    if not said.no_store:
        RESULTS.write_text(text, encoding="utf-8")
    return int(bool(bad))


def table(found: list[object], first: int) -> str:
    """Return the counts as a page."""
    outcomes = Counter(one.outcome for one in found)
    answered = Counter(one.answered for one in found if one.answered)
    per_defect: dict[str, Counter[str]] = {}
    for one in found:
        for name in one.defects:
            per_defect.setdefault(name, Counter())[one.answered or one.outcome] += 1
    lines = [
        "# Registries with one to five defects",
        "",
        (
            f"{len(found):,} files, seeds {first} to {first + len(found) - 1}; the registries are "
            f"simulated. Slowest file: {max(one.seconds for one in found):.1f} s."
        ),
        "",
        (
            "`same`: read, with the very times, events and treatments of the clean registry. "
            "`disclosed`: read with others, and every patient concerned is named in a finding. "
            "`asked`, `refused`: nothing is analysed. `silent`, `crashed`, `slow` must not happen."
        ),
        "",
        "| | " + " | ".join(OUTCOMES) + " |",
        "|---|" + "---:|" * len(OUTCOMES),
        "| as it comes | " + " | ".join(str(outcomes[o]) for o in OUTCOMES) + " |",
        "| questions answered truly | " + " | ".join(str(answered[o]) for o in OUTCOMES) + " |",
        "",
        "By defect (several in one file), after true answers:",
        "",
        "| defect | " + " | ".join(OUTCOMES) + " |",
        "|---|" + "---:|" * len(OUTCOMES),
    ]
    for name in sorted(per_defect):
        counts = " | ".join(str(per_defect[name][o]) for o in OUTCOMES)
        lines.append(f"| {name.replace('_', ' ')} | {counts} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
