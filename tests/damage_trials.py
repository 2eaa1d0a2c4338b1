"""Damage files of a study store, and look whether it is noticed."""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import text

from kill_trials import LONG, opened, part
from store_fixture import filled
from timezero.errors import TimezeroError
from timezero.store import open_store
from timezero.store.store import Store

FILES = ("database", "database with journal", "journal", "head file", "blob")
OUTCOMES = ("open", "read", "verify", "nothing", "parts", "silent")
SHARE_CUT = 0.2


def work_a_while(store: Store, name: str, first: int) -> None:
    """Fill a store, and keep two parts of a job that is not done."""
    filled(store, study=name, data=f"patient,time\n{name},2\n".encode() * 50)
    store.jobs.add(LONG, kind="study")
    store.jobs.claim(LONG)
    for k in (first, first + 1):
        store.jobs.keeper(LONG).write(f"part-{k:02}", {"numbers": part(k)})
    store.jobs.interrupt(LONG)


def make_stores(folder: Path) -> tuple[Path, Path]:
    """Make a store that was closed, and one with its journal, as a crash leaves it."""
    closed, crashed = folder / "closed", folder / "crashed"
    with opened(str(folder / "live")) as store:
        work_a_while(store, "first", 0)
    shutil.copytree(folder / "live", closed)
    with opened(str(folder / "live")) as store:
        work_a_while(store, "second", 2)
        store.jobs.claim(LONG)
        store.jobs.keeper(LONG).write("part-04", {"numbers": part(4)})
        store.jobs.interrupt(LONG)
        shutil.copytree(folder / "live", crashed)
    (crashed / "timezero.db-shm").unlink()
    return closed, crashed


def seen(store: Store) -> dict[str, Any]:
    """Return all that a reader can see; every blob is read, and so compared with its digest."""
    runs = store.runs()
    with store._session.reading() as connection:
        query = text("SELECT blob FROM exports UNION SELECT blob FROM inputs ORDER BY 1")
        blobs = [sha256 for (sha256,) in connection.execute(query) if sha256]
        texts = [
            [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
            for table in ("studies", "protocols", "recipes", "inputs", "exports")
        ]
    return {
        "runs": runs,
        "log": store.log.entries(),
        "jobs": [(job.key, job.state, job.attempts) for job in store.jobs.list()],
        "results": [store.blobs.read(run.result_blob) for run in runs if run.result_blob],
        "blobs": [store.blobs.read(sha256) for sha256 in blobs],
        "texts": texts,
    }


def parts_seen(store: Store) -> dict[str, bytes | None]:
    """Return the finished parts of the job; None for one that is not as it was written."""
    keeper = store.jobs.keeper(LONG)
    found = {name: keeper.read(name) for name in store.jobs.chunks(LONG)}
    return {name: None if f is None else f["numbers"].tobytes() for name, f in found.items()}


def harm(path: Path, draw: random.Random) -> str:
    """Flip bits of one byte of a file, or cut the file short; return which."""
    content = bytearray(path.read_bytes())
    at = draw.randrange(len(content))
    if draw.random() < SHARE_CUT:
        os.truncate(path, at)
        return "cut"
    content[at] ^= draw.randrange(1, 256)
    path.write_bytes(content)
    return "flipped"


def outcome(place: Path, whole: dict[str, Any], parts: dict[str, Any], *, write: bool) -> str:
    """Return where damage is noticed, or that it has no consequence, or that it is silent."""
    step = "open"
    try:
        with open_store(place, read_only=not write) as store:
            step = "read"
            same, kept = seen(store) == whole, parts_seen(store)
            step = "verify"
            if not store.verify().ok:
                return "verify"
    except TimezeroError:
        return step
    if same and kept == parts:
        return "nothing"
    left = all(parts.get(name) == content for name, content in kept.items() if content is not None)
    return "parts" if same and left else "silent"


def victim_of(file: str, place: Path, draw: random.Random) -> Path:
    """Return the file to be damaged."""
    if file == "blob":
        blobs = (place / "timezero.blobs").rglob("*")
        return draw.choice(sorted(path for path in blobs if path.is_file()))
    names = {"journal": "timezero.db-wal", "head file": "timezero.head.json"}
    return place / names.get(file, "timezero.db")


def damages(folder: Path, n: int, *, seed: int) -> Counter[tuple[str, str, str]]:
    """Damage n copies of a store; count by file, by kind of damage, and by where it was noticed.

    Every other copy is opened for writing, as the next command would.
    """
    draw = random.Random(seed)  # noqa: S311
    closed, crashed = make_stores(folder)
    expected: dict[Path, tuple[dict[str, Any], dict[str, Any]]] = {}
    for place in (closed, crashed):
        shutil.copytree(place, folder / "intact", dirs_exist_ok=True)
        with open_store(folder / "intact", read_only=True) as store:
            assert store.verify().ok
            expected[place] = seen(store), parts_seen(store)
        shutil.rmtree(folder / "intact")
    found: Counter[tuple[str, str, str]] = Counter()
    for k in range(n):
        file = FILES[k % len(FILES)]
        original = crashed if "journal" in file else closed
        copy = folder / "copy"
        shutil.copytree(original, copy)
        damage = harm(victim_of(file, copy, draw), draw)
        found[file, damage, outcome(copy, *expected[original], write=k % 2 == 1)] += 1
        shutil.rmtree(copy)
    return found
