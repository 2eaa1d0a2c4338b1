"""Processes that work with a study store are killed; bytes of stores are flipped and cut off.

    python simulations/killed_store.py --trials 1000 --flips 1000 --seed 20261125 --workers 1

writes simulations/results/killed_store.md. The tests do 100 of each.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
EXPLAINED = (
    "`open`, `read`, `verify`: noticed there. `nothing`: everything that was written is read back "
    "as it was. `parts`: finished parts of a job are gone, which the log does not answer for; they "
    "are computed again to the same bits. `silent` must not happen."
)
RESULTS = ROOT / "simulations" / "results" / "killed_store.md"


def killed(given: tuple[list[str], int, str | None]) -> object:
    """Kill the processes that work with one store."""
    from kill_trials import lives_of_a_store

    points, seed, at = given
    with tempfile.TemporaryDirectory(dir=at) as folder:
        return lives_of_a_store(Path(folder) / "project", points, seed=seed)


def damaged(given: tuple[int, int, str | None]) -> object:
    """Damage copies of one store."""
    from damage_trials import damages

    n, seed, at = given
    with tempfile.TemporaryDirectory(dir=at) as folder:
        return damages(Path(folder), n, seed=seed)


def main() -> int:
    """Do all trials, and store how many came to what."""
    from kill_trials import LIVES, Tally, schedule

    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=1_000)
    parser.add_argument("--flips", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--at", help="a folder on the disk to be used")
    parser.add_argument("--no-store", action="store_true")
    parser.add_argument("--json", action="store_true", help="print counts instead of a page")
    said = parser.parse_args()
    began = time.monotonic()
    plan = schedule(said.trials, said.seed)
    stores = [(plan[k : k + LIVES], said.seed + k, said.at) for k in range(0, said.trials, LIVES)]
    pieces = [(min(50, said.flips - k), said.seed + k, said.at) for k in range(0, said.flips, 50)]
    tally, found = Tally(), Counter()
    with ProcessPoolExecutor(said.workers) as pool:
        for one in pool.map(killed, stores):
            tally.add(one)
        for one in pool.map(damaged, pieces):
            found += one
    if said.json:
        counts = [[*what, n] for what, n in found.items()]
        print(json.dumps({**vars(tally), "damages": counts}))
        return 0
    text = page(tally, found, said.seed, len(stores), time.monotonic() - began)
    print(text + "\n".join(tally.wrong))
    if not said.no_store:
        RESULTS.write_text(text, encoding="utf-8")
    return int(bool(tally.wrong) or any(what == "silent" for _, _, what in found))


def bounds(tally: object) -> str:
    """Say how often a kill may fail at most, by the rule of three."""
    if tally.wrong:
        return "The rule of three does not apply: there were failures."
    return (
        f"None failed: with 95 % confidence at most 3/{tally.n_killed:,} = "
        f"{3 / tally.n_killed:.2%} of kills do (rule of three), and 3/{tally.n_told:,} = "
        f"{3 / tally.n_told:.3%} of acknowledged actions are lost, if actions fail independently."
    )


def page(tally: object, found: Counter, seed: int, stores: int, seconds: float) -> str:
    """Return the counts as a page."""
    from damage_trials import FILES, OUTCOMES

    at_points = sum(n for name, n in tally.at.items() if name != "at random")
    lines = [
        "# Killed processes and damaged files of study stores",
        "",
        f"Seed {seed}; {seconds:,.0f} s. Code: `tests/kill_trials.py`, `tests/damage_trials.py`.",
        "",
        "## Processes killed by SIGKILL",
        "",
        "| | |",
        "|---|---:|",
        f"| kills | {tally.n_killed:,} |",
        (
            f"| of these at a labelled point ({len(tally.at) - 1} points, each at least "
            f"{min(n for n in tally.at.values())} times) | {at_points:,} |"
        ),
        f"| of these at random | {tally.at['at random']:,} |",
        f"| stores, each living through several kills | {stores:,} |",
        f"| acknowledged actions, each looked for after every later kill | {tally.n_told:,} |",
        f"| jobs resumed to the digest of the uninterrupted one | {tally.n_resumed:,} |",
        f"| jobs without progress given up after three attempts | {tally.n_given_up:,} |",
        (
            f"| **anything lost, half visible, miscounted or wrong in the check** | "
            f"**{len(tally.wrong):,}** |"
        ),
        "",
        bounds(tally),
        "",
        "## Bytes flipped, and files cut short",
        "",
        "| file | damage | " + " | ".join(OUTCOMES) + " |",
        "|---|---|" + "---:|" * len(OUTCOMES),
    ]
    for file in FILES:
        for damage in ("flipped", "cut"):
            counts = " | ".join(str(found[file, damage, outcome]) for outcome in OUTCOMES)
            lines.append(f"| {file} | {damage} | {counts} |")
    total = " | ".join(
        str(sum(n for (_, _, what), n in found.items() if what == outcome)) for outcome in OUTCOMES
    )
    lines += [
        f"| all | | {total} |",
        "",
        EXPLAINED,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
