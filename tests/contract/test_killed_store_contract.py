"""A store whose process, server or disk fails at any moment keeps what it acknowledged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from damage_trials import FILES, OUTCOMES
from kill_trials import LIVES, LONG, Life, opened, part, register_and_run, schedule, wrong
from postgres_server import needed, needed_server
from timezero.errors import InputRefused
from timezero.store.fault_points import FAULT_POINTS

N_TRIALS = 100
N_DAMAGES = 120
N_SERVER = 6
SEED = 20261125
MEMORY = "/dev/shm"  # noqa: S108  a killed process loses nothing of it


def told(root: Path, *command: str) -> dict[str, Any]:
    """Run a program of trials, and return its counts."""
    fast = {"TMPDIR": MEMORY} if os.access(MEMORY, os.W_OK) else {}
    paths = os.pathsep.join((str(root / "src"), str(root / "tests")))
    done = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": paths, **fast},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def trials(root: Path) -> dict[str, Any]:
    program = str(root / "simulations" / "killed_store.py")
    sizes = f"--trials={N_TRIALS}", f"--flips={N_DAMAGES}", f"--seed={SEED}"
    return told(root, program, *sizes, "--json")


def test_a_hundred_kills_lose_nothing_that_was_acknowledged(trials: dict[str, Any]) -> None:
    assert trials["wrong"] == []
    assert trials["n_killed"] == N_TRIALS
    assert trials["n_told"] > 10 * N_TRIALS
    assert trials["n_resumed"] == N_TRIALS // LIVES
    assert trials["n_given_up"] >= 1


def test_every_labelled_point_was_killed_at(trials: dict[str, Any]) -> None:
    assert set(trials["at"]) == {*FAULT_POINTS, "at random"}
    assert trials["at"]["at random"] > 30
    assert all(point in "".join(schedule(N_TRIALS, seed=7)) for point in FAULT_POINTS)


def test_damage_of_any_file_is_noticed_or_without_consequence(trials: dict[str, Any]) -> None:
    found: Counter[tuple[str, str]] = Counter()
    for file, _, outcome, n in trials["damages"]:
        found[file, outcome] += n
    assert found.total() == N_DAMAGES
    assert {outcome for _, outcome in found} <= set(OUTCOMES) - {"silent"}
    for file in FILES:
        assert sum(found[file, outcome] for outcome in ("open", "read", "verify")) > 0, file
    assert found["blob", "nothing"] == found["journal", "nothing"] == 0


def test_what_is_lost_or_half_done_is_seen_by_the_trials(tmp_path: Path) -> None:
    life = Life(str(tmp_path / "project"), folder=tmp_path / "project")
    with opened(life.place) as store:
        register_and_run(store, "one", lambda what, value: life.told.append((what, value)))
        store.jobs.add(LONG, kind="study")
        store.jobs.claim(LONG)
        store.jobs.keeper(LONG).write("part-00", {"numbers": part(0)})
    life.told.append(("part", 0))
    assert list(wrong(life)) == []
    life.told += [("study", "two"), ("part", 1), ("head", [1, "0" * 64]), ("run", ["x", "started"])]
    (tmp_path / "project" / "timezero.blobs" / "left").write_bytes(b"left")
    blob = next(p for p in (tmp_path / "project" / "timezero.blobs").rglob("*") if len(p.name) > 9)
    blob.write_bytes(b"other")
    life.attempts[LONG] = 3
    said = "; ".join(wrong(life))
    for expected in ("study two", "part 1", "head [1,", "run ['x'", "blob_changed"):
        assert expected in said


def test_a_server_killed_in_part_or_whole_loses_nothing(root: Path) -> None:
    needed(needed_server())
    program = str(root / "tests" / "server_trials.py")
    found = told(root, program, str(N_SERVER), str(SEED))
    assert found["wrong"] == []
    assert found["at"] == dict.fromkeys(("client", "backend", "postmaster"), N_SERVER // 3)
    assert found["n_told"] > N_SERVER


def test_a_job_that_gets_further_is_never_given_up(tmp_path: Path) -> None:
    """Twenty kills, a new part each time: the job comes to its end."""
    for k in range(20):
        with opened(str(tmp_path)) as store:
            store.jobs.add(LONG, kind="study")
            assert store.jobs.claim(LONG).attempts <= 2
            store.jobs.keeper(LONG).write(f"part-{k:02}", {"numbers": part(k)})
            assert store.jobs.get(LONG).attempts == 1
    with opened(str(tmp_path)) as store:
        assert len(store.jobs.chunks(LONG)) == 20
        assert sum(entry.what == "job got further" for entry in store.log.entries()) == 19
        assert store.verify().ok


def test_a_job_that_breaks_at_the_same_place_is_given_up(tmp_path: Path) -> None:
    for attempt in (1, 2, 3):
        with opened(str(tmp_path)) as store:
            store.jobs.add(LONG, kind="study")
            assert store.jobs.claim(LONG).attempts == attempt
            if attempt == 1:
                store.jobs.keeper(LONG).write("part-00", {"numbers": part(0)})
            kept = store.jobs.keeper(LONG).stage("part-00", dict)["numbers"]
            assert np.array_equal(kept, part(0))
    with opened(str(tmp_path)) as store:
        assert store.jobs.get(LONG).state == "failed"
        with pytest.raises(InputRefused, match="3 times and got no further"):
            store.jobs.claim(LONG)
        store.jobs.requeue(LONG, why="asked for again")
        assert store.jobs.claim(LONG).attempts == 1
        assert store.jobs.chunks(LONG) == ("part-00",)
