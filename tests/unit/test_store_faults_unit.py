"""The study store at each labelled fault point: killed, or refused by the disk."""

from __future__ import annotations

import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store_fixture import filled
from store_scenario import lost, work
from timezero.errors import InputRefused, InternalFault, TimezeroError
from timezero.store import fault_points, open_store
from timezero.store.fault_points import FAULT_POINTS, VARIABLE, reached
from timezero.store.store import Store

SOURCES = Path(fault_points.__file__).parent
N_FLIPS = 100
DURABLE_CALLS = (
    "os.fsync",
    "temporary.replace",
    ".rename",
    "source.backup",
    ".commit",
    "connection.begin",
    "engine.begin",
)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory where there is one: a killed process loses nothing of it."""
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_nothing_acknowledged_is_lost_when_killed_at_any_point(tmp_path: Path, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(root / "tests" / "store_scenario.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [f["point"] for f in found] == list(FAULT_POINTS)
    assert [f["point"] for f in found if not f["killed"]] == []
    assert [f for f in found if f["problems"] or f["lost"] or f["left"]] == []


@pytest.mark.parametrize(
    ("error", "said"),
    [("ENOSPC", "the disk is full"), ("EROFS", "read-only"), ("EIO", "reports an error")],
)
def test_a_disk_that_refuses_is_said_in_words_and_leaves_nothing_by_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str, said: str
) -> None:
    points = FAULT_POINTS if error == "ENOSPC" else FAULT_POINTS[::4]
    for k, point in enumerate(points):
        folder, told = tmp_path / str(k), tmp_path / f"{k}.told"
        monkeypatch.setattr(fault_points, "_times", fault_points.Counter())
        monkeypatch.setenv(VARIABLE, f"{point}={error}")
        with pytest.raises(InputRefused, match=said):
            work(folder, told)
        monkeypatch.delenv(VARIABLE)
        with open_store(folder, create=True) as store:
            assert store.verify().problems == (), point
            assert lost(store, told) == [], point
            assert [p for p in folder.rglob("*") if p.suffix in {".tmp", ".partial"}] == []


def test_a_point_that_is_not_listed_is_our_fault() -> None:
    with pytest.raises(InternalFault, match=r"nowhere\.before"):
        reached("nowhere.before")


def test_a_point_can_wait_for_its_third_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_points, "_times", fault_points.Counter())
    monkeypatch.setenv(VARIABLE, "log.before_write#3=EIO")
    reached("log.before_write")
    reached("log.after_write")
    reached("log.before_write")
    with pytest.raises(OSError, match="Input/output"):
        reached("log.before_write")
    reached("log.before_write")


def test_points_that_are_reached_can_be_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"?{tmp_path / 'names'}")
    work(tmp_path / "project", tmp_path / "told")
    assert set((tmp_path / "names").read_text().split()) == set(FAULT_POINTS)


def unlabelled(text: str) -> list[str]:
    """Name the functions that force, rename, copy or commit something without a fault point."""
    found: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            called = [ast.unparse(c.func) for c in ast.walk(node) if isinstance(c, ast.Call)]
            if any(c.endswith(DURABLE_CALLS) for c in called) and "reached" not in called:
                found.append(node.name)
    return found


def test_every_write_to_the_disk_has_its_fault_points() -> None:
    found = [f for path in SOURCES.rglob("*.py") for f in unlabelled(path.read_text())]
    # The folder's fsync stands between two labels of its callers; a connection is set up.
    assert sorted(found) == ["_server_engine", "fsync_folder", "prepare"]
    assert unlabelled("def f(x):\n    os.fsync(x)\n") == ["f"]


def everything(store: Store) -> str:
    """Return all that a reader can see."""
    blobs = [store.blobs.read(r.result_blob) for r in store.runs() if r.result_blob]
    return repr((store.runs(), store.log.entries(), store.jobs.list(), blobs))


def made(folder: Path) -> Store:
    store = open_store(folder, create=True)
    filled(store)
    store.jobs.add("k" * 64, kind="study")
    return store


def flipped_is_noticed(original: Path, path: Path, at: int, bit: int, scratch: Path) -> bool | None:
    """Flip one bit in a copy; True: noticed, None: without any consequence, False: neither."""
    with open_store(original, read_only=True) as store:
        before = everything(store)
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(original, scratch)
    victim = scratch / path.relative_to(original)
    content = bytearray(victim.read_bytes())
    content[at] ^= 1 << bit
    victim.write_bytes(bytes(content))
    try:
        with open_store(scratch, read_only=True) as store:
            if not store.verify().ok:
                return True
            return None if everything(store) == before else False
    except TimezeroError:
        return True


@pytest.mark.parametrize("which", ["timezero.db", "timezero.db-wal", "timezero.head.json", "blob"])
def test_a_flipped_bit_is_noticed_or_without_consequence(tmp_path: Path, which: str) -> None:
    store = made(tmp_path / "open")
    original = tmp_path / "project"
    if which == "timezero.db":
        store.close()
    shutil.copytree(tmp_path / "open", original)
    store.close()
    (original / "timezero.db-shm").unlink(missing_ok=True)
    blob = next(p for p in (original / "timezero.blobs").rglob("*") if p.is_file())
    path = blob if which == "blob" else original / which
    draw = random.Random(20261125)  # noqa: S311
    size = path.stat().st_size
    n = N_FLIPS if "db" in which else 20
    found = [
        flipped_is_noticed(original, path, draw.randrange(size), draw.randrange(8), tmp_path / "s")
        for _ in range(n)
    ]
    assert False not in found
    assert True in found
    if which == "blob":
        assert None not in found


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.7])
def test_a_journal_cut_short_is_noticed(tmp_path: Path, kept: float) -> None:
    store = made(tmp_path / "open")
    shutil.copytree(tmp_path / "open", tmp_path / "copy")
    store.close()
    (tmp_path / "copy" / "timezero.db-shm").unlink(missing_ok=True)
    journal = tmp_path / "copy" / "timezero.db-wal"
    size = journal.stat().st_size
    assert size > 10_000
    os.truncate(journal, int(size * kept))
    with pytest.raises(InputRefused, match=r"cut short|no study store|damaged"):
        open_store(tmp_path / "copy")


def test_fault_points_cost_nothing_when_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    ask: Callable[[str], None] = reached
    assert [ask(point) for point in FAULT_POINTS] == [None] * len(FAULT_POINTS)
