"""A day of work with a study store, killed at each labelled point; run in a process of its own.

``python store_scenario.py FOLDER`` prints one line of JSON for each fault point.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from store_fixture import DATA, PLENTY, VERSIONS
from timezero.store import job_key, open_store
from timezero.store.fault_points import FAULT_POINTS, VARIABLE
from timezero.store.store import Store

KEY = job_key(data=DATA, recipe="", spec="", seed=1, versions=VERSIONS)


def acknowledge(path: Path, what: str, value: Any) -> None:
    """Write down what the store has said is done."""
    with path.open("a") as file:
        file.write(json.dumps([what, value]) + "\n")


def work(folder: Path, told: Path) -> None:
    """Do one of everything, and write down what was acknowledged."""
    with open_store(folder, create=True, free_space=lambda _: PLENTY) as store:
        store.register_study("repeat")
        acknowledge(told, "study", "repeat")
        protocol = store.register_protocol("[question]\n", study="repeat").key
        acknowledge(told, "protocol", protocol)
        given = store.register_input(b"1,2\n", study="repeat", canonical_digest=DATA, keep=True)
        acknowledge(told, "blob", given.sha256)
        begin = {"input": given.sha256, "protocol": protocol, "seed": 1, "versions": VERSIONS}
        run = store.start_run("repeat", **begin)
        acknowledge(told, "run", [run, "started"])
        store.jobs.add(KEY, kind="study")
        store.jobs.claim(KEY)
        keeper = store.jobs.keeper(KEY)
        for k in range(2):
            keeper.write(f"part-{k}", {"numbers": np.full(4, float(k))})
            acknowledge(told, "part", k)
        store.jobs.progress(KEY, "parts", 2, 2)
        blob = store.jobs.finish(KEY, "the result")
        acknowledge(told, "job", blob)
        store.finish_run(run, result="the result")
        acknowledge(told, "run", [run, "finished"])
        acknowledge(told, "blob", store.record_export(run, b"page", kind="html"))
        store.backup()
        acknowledge(told, "backup", str(store.backup(keep=1)))


def lost(store: Store, told: Path) -> list[str]:
    """Return what was acknowledged and is not there."""
    lines = told.read_text().splitlines() if told.exists() else []
    said = [json.loads(line) for line in lines]
    done = any(what == "job" for what, _ in said)
    ended = done or (
        any(what == "part" for what, _ in said) and store.jobs.get(KEY).state == "done"
    )
    there: dict[str, Callable[[Any], bool]] = {
        "study": lambda name: store.register_study(name).known,
        "protocol": lambda _: store.register_protocol("[question]\n", study="repeat").known,
        "blob": lambda sha256: len(store.blobs.read(sha256)) > 0,
        "run": lambda run: store.run(run[0]).state in {run[1], "finished"},
        "part": lambda k: ended or f"part-{k}" in store.jobs.chunks(KEY),
        "job": lambda _: store.jobs.result(KEY) == b"the result",
        "backup": lambda place: Path(place).is_dir(),
    }
    return [what for what, value in said if not there[what](value)]


def main() -> None:
    """Kill a child at each point, open what it left, and say what was found."""
    top = Path(sys.argv[1])
    for point in FAULT_POINTS:
        folder, told = top / point, top / f"{point}.told"
        child = os.fork()
        if child == 0:
            os.environ[VARIABLE] = point
            work(folder, told)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        with open_store(folder, create=True) as store:
            found = store.verify()
            problems = [f"{p.code} {p.where}" for p in found.problems]
            missing = lost(store, told)
            left = [p.name for p in folder.rglob(".*.tmp") if "backups" not in str(p)]
        line = {"point": point, "killed": killed, "problems": problems, "lost": missing}
        sys.stdout.write(json.dumps({**line, "left": left}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
