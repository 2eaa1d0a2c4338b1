"""Kill a process that works with a study store, and look whether it kept its word.

A supervisor starts a process that does acknowledged actions: each is told on a pipe after the call
has returned. The process is killed, the store is opened again, and everything that was told must
be there. A store lives through several kills.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from store_fixture import DATA, PLENTY, VERSIONS
from timezero.errors import InputRefused, TimezeroError
from timezero.store import job_key, open_store, restore
from timezero.store.fault_points import FAULT_POINTS
from timezero.store.store import Store
from told_child import LONGEST_WAIT, Child, Tell, forked

LIVES = 4
MOST_PARTS = 24
PARTS_A_DAY = 3
AT_BIRTH = tuple(p for p in FAULT_POINTS if p.startswith("migration.") or p.endswith("_create"))
OFTEN = {"row": 60, "log": 40, "head": 40, "record": 20, "job": 20, "chunk": 12, "blob": 8}


def key_of(name: str) -> str:
    return job_key(data=DATA, recipe="", spec=name, seed=1, versions=VERSIONS)


LONG, POISON = key_of("long"), key_of("poison")


def part(k: int) -> np.ndarray:
    """Return the numbers of one part of the long job; each has random numbers of its own."""
    return np.random.default_rng([20261125, k]).normal(size=16)


def long_result(parts: list[np.ndarray]) -> str:
    return hashlib.sha256(np.concatenate(parts).tobytes()).hexdigest()


UNINTERRUPTED = long_result([part(k) for k in range(MOST_PARTS)])


def opened(place: str) -> Store:
    return open_store(place, create=True, who="a tester", free_space=lambda _: PLENTY)


def work(place: str, tell: Tell, *, lease: float = 60.0) -> None:
    """Do days of work, until somebody kills the process."""
    with opened(place) as store:
        tell("opened", store.store_id)
        claim_poison(store, tell, lease=lease)
        claim_long(store, tell, lease=lease)
        for k in count(store.status().counts["studies"]):
            register_and_run(store, f"study {k}", tell)
            go_on_with_long(store, tell)
            short_job(store, f"study {k}", tell, lease=lease)
            if "://" not in place:
                tell("backup", store.backup(keep=1).name)


def claim_poison(store: Store, tell: Tell, *, lease: float) -> None:
    """Begin the job that never gets anywhere."""
    store.jobs.add(POISON, kind="poison")
    try:
        tell("claimed", [POISON, store.jobs.claim(POISON, seconds=lease).attempts])
    except InputRefused as refusal:
        tell("given up", refusal.code)


def claim_long(store: Store, tell: Tell, *, lease: float) -> None:
    store.jobs.add(LONG, kind="study")
    if store.jobs.get(LONG).state == "done":
        return
    store.jobs.requeue(LONG, why="asked for again")
    tell("claimed", [LONG, store.jobs.claim(LONG, seconds=lease).attempts])


def go_on_with_long(store: Store, tell: Tell) -> None:
    """Do some of the parts that are missing; the last of them ends the job."""
    if store.jobs.get(LONG).state == "done":
        return
    there = set(store.jobs.chunks(LONG))
    missing = [k for k in range(MOST_PARTS) if f"part-{k:02}" not in there]
    keeper = store.jobs.keeper(LONG)
    for k in missing[:PARTS_A_DAY]:
        keeper.write(f"part-{k:02}", {"numbers": part(k)})
        tell("part", k)
        store.jobs.progress(LONG, "parts", k, MOST_PARTS)
    if len(missing) <= PARTS_A_DAY:
        tell("job", [LONG, store.jobs.finish(LONG, resumed(store))])


def resumed(store: Store) -> str:
    """Return the result of the long job from parts that are kept, and those still missing."""
    keeper = store.jobs.keeper(LONG)

    def computed(k: int) -> np.ndarray:
        return keeper.stage(f"part-{k:02}", lambda: {"numbers": part(k)})["numbers"]

    return long_result([computed(k) for k in range(MOST_PARTS)])


def register_and_run(store: Store, name: str, tell: Tell) -> None:
    """Register one of everything, run it twice, and hand something out."""
    tell("study", store.register_study(name).key)
    text, recipe = f'[question]\ntitle = "{name}"\n', f'[columns]\nname = "{name}"\n'
    tell("protocol", [name, text, store.register_protocol(text, study=name).key])
    tell("recipe", [name, recipe, store.register_recipe(recipe, study=name).key])
    content = f"patient,time\n{name},1\n".encode() * 100
    given = store.register_input(content, study=name, canonical_digest=DATA, keep=True)
    tell("blob", given.sha256)
    said = {"input": given.sha256, "protocol": hashlib.sha256(text.encode()).hexdigest()}
    run = store.start_run(name, **said, seed=1, versions=VERSIONS)
    tell("run", [run, "started"])
    store.finish_run(run, result=f"result of {name}", digest="e" * 64)
    tell("run", [run, "finished"])
    tell("export", [run, store.record_export(run, f"page of {name}".encode(), kind="html")])
    refused = store.start_run(name, **said, seed=2, versions=VERSIONS)
    store.fail_run(refused, why="TZ-LAD-10")
    tell("run", [refused, "failed"])
    head = store.log.note("a day", new={"study": name})
    tell("head", [head.seq, head.hash])


def short_job(store: Store, name: str, tell: Tell, *, lease: float) -> None:
    """Do one job from beginning to end, and cancel another one."""
    key, other = key_of(name), key_of(f"{name}, cancelled")
    store.jobs.add(key, kind="study", study=name)
    store.jobs.claim(key, seconds=lease)
    store.jobs.keeper(key).write("one", {"numbers": part(0)})
    tell("job", [key, store.jobs.finish(key, f"job of {name}")])
    store.jobs.add(other, kind="study", study=name)
    store.jobs.cancel(other)
    tell("cancelled", other)


@dataclass
class Life:
    """What one store was told to have done, over all its lives."""

    place: str
    folder: Path | None = None
    told: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    attempts: dict[str, int] = field(default_factory=dict[str, int])
    backup: str = ""
    given_up: bool = False

    def hear(self, lines: list[bytes]) -> int:
        """Take down what a process told before it was killed; return how much it was."""
        for line in lines:
            what, value = json.loads(line)
            if what == "claimed":
                self.attempts[value[0]] = value[1]
            elif what == "backup":
                self.backup = value
            elif what == "given up":
                self.given_up = True
            else:
                self.told.append((what, value))
        return len(lines)


def wrong(life: Life) -> Iterator[str]:
    """Open what a killed process left, and yield everything that is not as it must be."""
    with opened(life.place) as store:
        found = store.verify()
        yield from (f"{p.code} {p.where}" for p in found.problems)
        yield from lost(store, life)
        yield from half_done(store, life)
        yield from miscounted(store, life)


def lost(store: Store, life: Life) -> Iterator[str]:
    """Yield what was acknowledged and is not there, or is not what was acknowledged."""
    entries = {entry.seq: entry.hash for entry in store.log.entries()}
    runs = {run.id: run for run in store.runs()}
    parts, jobs = set(store.jobs.chunks(LONG)), {job.key: job for job in store.jobs.list()}
    over = LONG in jobs and jobs[LONG].state == "done"
    there: dict[str, Callable[[Any], bool]] = {
        "opened": lambda identity: store.store_id == identity,
        "study": lambda name: store.register_study(name).known,
        "protocol": lambda p: store.register_protocol(p[1], study=p[0]).known,
        "recipe": lambda r: store.register_recipe(r[1], study=r[0]).known,
        "blob": lambda sha256: len(store.blobs.read(sha256)) > 0,
        "run": lambda run: runs[run[0]].state in {run[1], "finished"},
        "export": lambda e: store.blobs.read(e[1]).startswith(b"page of"),
        "head": lambda head: entries[head[0]] == head[1],
        "part": lambda k: over or f"part-{k:02}" in parts,
        "job": lambda job: jobs[job[0]].result_blob == job[1],
        "cancelled": lambda key: jobs[key].state == "cancelled",
    }
    for what, value in life.told:
        try:
            if not there[what](value):
                yield f"lost: {what} {value}"
        except (KeyError, TimezeroError) as error:
            yield f"lost: {what} {value}: {error!r}"


def half_done(store: Store, life: Life) -> Iterator[str]:
    """Yield what is visible and was never finished."""
    for job in store.jobs.list():
        is_done = job.state == "done"
        if is_done != (job.result_blob is not None) or (is_done and store.jobs.chunks(job.key)):
            yield f"half done: job {job.kind} {job.state}"
        if job.state == "running":
            yield f"half done: job {job.kind} still runs"
    for run in store.runs():
        if (run.state == "finished") != (run.result_blob is not None):
            yield f"half done: run {run.state}"
        if run.result_blob is not None and not store.blobs.read(run.result_blob):
            yield "half done: result"
    if life.folder is None:
        return
    files = [p for p in life.folder.rglob("*") if p.is_file() and "backups" not in str(p)]
    yield from (f"left: {p.name}" for p in files if p.suffix in {".tmp", ".partial"})
    blobs = sum(p.parent.parent.name == "timezero.blobs" for p in files)
    if blobs != store.status().counts["blobs"]:
        yield f"left: {blobs} blobs for {store.status().counts['blobs']} rows"
    if max((p.name for p in backups_of(life)), default="") < life.backup:
        yield f"lost: backup {life.backup}"


def backups_of(life: Life) -> list[Path]:
    """Return the backups of a store that are whole, the oldest first."""
    found = [] if life.folder is None else life.folder.glob("*.backups/*")
    return sorted(p for p in found if not p.name.startswith(".") and p.suffix != ".partial")


def miscounted(store: Store, life: Life) -> Iterator[str]:
    """Yield attempts that were not counted, and a job without progress that is not given up."""
    for key, told in life.attempts.items():
        job = store.jobs.get(key)
        fits = told <= job.attempts <= min(told + 1, 3)
        if not (fits or (key == LONG and job.attempts <= 3)):
            yield f"miscounted: {job.kind} {job.attempts} after {told}"
        if key == POISON and (job.state == "failed") != (job.attempts == 3):
            yield f"miscounted: poison {job.state} after {job.attempts}"
    if life.given_up and store.jobs.get(POISON).state != "failed":
        yield "miscounted: poison was given up too early"


def last_look(life: Life) -> Iterator[str]:
    """End the long job as the next process would, and yield what differs from never stopping."""
    with opened(life.place) as store:
        claim_long(store, lambda _what, _value: None, lease=60.0)
        if store.jobs.get(LONG).state != "done":
            store.jobs.finish(LONG, resumed(store))
        if store.jobs.result(LONG) != UNINTERRUPTED.encode():
            yield "the resumed job came to something else"
        yield from (f"{p.code} {p.where}" for p in store.verify().problems)
    for backup in backups_of(life)[-1:]:
        found = restore(backup, f"{life.place}-restored")
        yield from (f"restored: {p.code} {p.where}" for p in found.problems)


def begun(place: str, *, fault: str = "", lease: float = 60.0) -> Child:
    """Start a process that works until it is killed."""
    return forked(lambda tell: work(place, tell, lease=lease), fault=fault)


@dataclass
class Tally:
    """What came of the trials."""

    n_killed: int = 0
    n_told: int = 0
    n_resumed: int = 0
    n_given_up: int = 0
    at: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])

    def add(self, other: Tally) -> None:
        self.n_killed += other.n_killed
        self.n_told += other.n_told
        self.n_resumed += other.n_resumed
        self.n_given_up += other.n_given_up
        self.at += other.at
        self.wrong += other.wrong


def schedule(n: int, seed: int) -> list[str]:
    """Return where each of the trials kills: every labelled point at least once, else at random."""
    draw = random.Random(seed)  # noqa: S311
    plan = [""] * n
    rounds = max(1, n // (2 * len(FAULT_POINTS)))
    for k, point in zip(range(0, n, LIVES), AT_BIRTH * rounds, strict=False):
        plan[k] = point
    free = [k for k in range(n) if not plan[k]]
    draw.shuffle(free)
    others = [point for point in FAULT_POINTS if point not in AT_BIRTH]
    for k, point in zip(free, others * rounds, strict=False):
        most = OFTEN.get(point.split(".")[0], 2)
        plan[k] = f"{point}#{draw.randint(1, most)}"
    return plan


def killed_at(place: str, point: str, draw: random.Random) -> Child:
    """Start a process and kill it: at a labelled point, or whenever it comes."""
    child = begun(place, fault=point)
    if point:
        until = time.monotonic() + LONGEST_WAIT
        while child.hear(1.0) and time.monotonic() < until:
            pass
        return child
    n = draw.randrange(60)
    while child.n_told() < n and child.hear(LONGEST_WAIT):
        pass
    time.sleep(draw.uniform(0.0, 0.01 if n else 0.1))
    return child


def lives_of_a_store(folder: Path, points: list[str], *, seed: int) -> Tally:
    """Kill the processes that work with one store, one after the other."""
    draw = random.Random(seed)  # noqa: S311
    life, tally = Life(str(folder), folder=folder), Tally()
    for point in points:
        child = killed_at(life.place, point, draw)
        reached = child.is_over
        tally.n_told += life.hear(child.end())
        tally.n_killed += 1
        name = point.split("#")[0] or "at random"
        tally.at[name] += 1
        if not child.was_killed or (point and not reached):
            tally.wrong.append(f"{name}: not killed there, status {child.status}")
        tally.wrong += [f"{name}: {what}" for what in wrong(life)]
    tally.wrong += list(last_look(life))
    tally.n_resumed += 1
    tally.n_given_up += life.given_up
    return tally
