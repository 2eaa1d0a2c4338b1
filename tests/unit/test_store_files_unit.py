"""The study store kept in files: modes, the lock of the writer, leftovers, and clear refusals."""

from __future__ import annotations

import errno
import importlib.util
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import postgres_server
from store_fixture import DATA, PLENTY, VERSIONS, filled
from timezero.errors import InputRefused, MissingExtra
from timezero.ladder.kept_replicates import KeptReplicates
from timezero.store import durable_files, job_key, open_store, restore
from timezero.store.places import find_place, network_drive
from timezero.store.refusals import database_refused, disk_refused
from timezero.store.store import Store

KEY = job_key(data=DATA, recipe="", spec="", seed=1, versions=VERSIONS)
WRITER = """
import sys, time
from timezero.store import open_store
store = open_store(sys.argv[1], create=True, who="the other one")
store.register_study("held")
print("open", flush=True)
sys.stdin.readline()
"""


def other_process(folder: Path, root: Path, program: str = WRITER) -> subprocess.Popen[str]:
    """Start another process that opens the store, and wait until it has."""
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    return child


def end(child: subprocess.Popen[str]) -> None:
    child.communicate(timeout=30)


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in (folder, *folder.rglob("*"))
    }


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_nobody_else_can_read_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with open_store(tmp_path / "new" / "project", create=True) as store:
            filled(store)
            backup = store.backup()
            found = modes(tmp_path / "new")
        restore(backup, tmp_path / "new" / "restored" / "study.db")
    finally:
        os.umask(before)
    found = {**found, **modes(tmp_path / "new")}
    assert "project/timezero.db-wal" in found
    assert "restored/study.head.json" in found
    folders = {name for name in found if (tmp_path / "new" / name).is_dir()}
    assert {found[name] for name in folders} == {0o700}
    assert {mode for name, mode in found.items() if name not in folders} == {0o600}


def test_files_opened_to_others_are_closed_and_it_is_said(tmp_path: Path) -> None:
    open_store(tmp_path / "p", create=True).close()
    (tmp_path / "p" / "timezero.db").chmod(0o644)
    with open_store(tmp_path / "p") as store:
        entry = store.log.entries()[-1]
    assert (entry.what, entry.old) == ("files closed to other users", '{"timezero.db":"644"}')
    assert modes(tmp_path / "p")["timezero.db"] == 0o600


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o755)
    (folder / "registry.csv").write_text("1")
    open_store(folder, create=True).close()
    assert modes(folder)["."] == 0o755
    assert (folder / "registry.csv").read_text() == "1"


def test_another_process_is_named_and_may_be_read_beside(tmp_path: Path, root: Path) -> None:
    child = other_process(tmp_path / "p", root)
    with pytest.raises(InputRefused) as refused:
        open_store(tmp_path / "p")
    assert f"process {child.pid} of the other one" in refused.value.what
    with open_store(tmp_path / "p", read_only=True) as reader:
        assert reader.status().counts["studies"] == 1
        assert str(child.pid) in reader.status().writer
        assert reader.verify().ok
    end(child)
    with open_store(tmp_path / "p", read_only=True) as reader:
        assert reader.status().writer == ""
    with open_store(tmp_path / "p") as store:
        assert store.status().writer == "this process"


def test_the_lock_ends_with_a_process_that_is_killed(tmp_path: Path, root: Path) -> None:
    child = other_process(tmp_path / "p", root)
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=30)
    with open_store(tmp_path / "p") as store:
        assert store.register_study("held").known


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_does_not_keep_the_lock(tmp_path: Path, root: Path) -> None:
    forking = WRITER.replace(
        'print("open", flush=True)',
        'import os\nif os.fork() == 0: time.sleep(5); os._exit(0)\nprint("open", flush=True)',
    ).replace("sys.stdin.readline()", "sys.stdin.readline(); os._exit(0)")
    child = other_process(tmp_path / "p", root, forking)
    assert child.stdin is not None
    child.stdin.close()
    child.wait(timeout=30)
    open_store(tmp_path / "p").close()
    assert child.stdout is not None
    child.stdout.close()


def test_a_disk_without_locks_is_not_taken_for_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", without_locks)
    with pytest.raises(InputRefused, match="No locks available"):
        open_store(tmp_path / "p", create=True)
    monkeypatch.undo()
    open_store(tmp_path / "p", create=True).close()


def test_two_processes_that_race_leave_one_writer(tmp_path: Path, root: Path) -> None:
    program = (
        "import sys\nfrom timezero.errors import InputRefused\n"
        "from timezero.store import open_store\n"
        "sys.stdin.readline()\n"
        "try:\n    store = open_store(sys.argv[1], create=True)\n"
        "    store.register_study('raced'); print('won', flush=True); sys.stdin.readline()\n"
        "except InputRefused as refusal:\n    print(refusal.code, flush=True)\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "p")],
            env={**os.environ, "PYTHONPATH": str(root / "src")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    said = []
    for child in children:
        assert child.stdout is not None
        said.append(child.stdout.readline().strip())
    for child in children:
        end(child)
    assert sorted(said) == ["TZ-STO-14", "TZ-STO-14", "won"]
    with open_store(tmp_path / "p") as store:
        assert store.verify().ok
        assert store.register_study("raced").known


def test_leftovers_of_a_crash_are_removed_and_it_is_said(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store:
        keys = filled(store)
    folder = tmp_path / "timezero.blobs"
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab" / ("ab" * 32)).write_bytes(b"nobody points here")
    (folder / "ab" / ".half.tmp").write_bytes(b"half")
    (tmp_path / ".timezero.head.json.x.tmp").write_bytes(b"half")
    (tmp_path / ".of-somebody-else.tmp").write_bytes(b"")
    with open_store(tmp_path) as store:
        entry = store.log.entries()[-1]
        assert entry.what == "leftovers of a crash removed"
        assert '"n":3' in entry.new
        assert store.blobs.read(keys["blob"]) == b"<html></html>"
        assert store.verify().ok
    assert (tmp_path / ".of-somebody-else.tmp").exists()
    assert list((folder / "ab").iterdir()) == []


def test_a_reader_removes_nothing(tmp_path: Path) -> None:
    open_store(tmp_path, create=True).close()
    half = tmp_path / "timezero.blobs" / ".half.tmp"
    half.parent.mkdir()
    half.write_bytes(b"half")
    open_store(tmp_path, read_only=True).close()
    assert half.exists()


def test_a_row_never_points_to_a_blob_that_is_gone_unnoticed(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store:
        keys = filled(store)
        (tmp_path / "timezero.blobs" / keys["blob"][:2] / keys["blob"]).unlink()
        assert [p.code for p in store.verify().problems] == ["blob_missing"]
        with pytest.raises(InputRefused, match="missing"):
            store.blobs.read(keys["blob"])
        with pytest.raises(InputRefused, match="no such blob"):
            store.blobs.read("0" * 64)
        run = keys["run"]
        assert store.record_export(run, b"<html></html>", kind="html") == keys["blob"]
        assert store.verify().ok


@pytest.mark.parametrize(
    ("content", "said"), [(None, "missing"), (b"{", "damaged"), (b"{}", "damaged")]
)
def test_a_store_without_its_head_is_not_written_to(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    open_store(tmp_path, create=True).close()
    head = tmp_path / "timezero.head.json"
    head.unlink()
    if content is not None:
        head.write_bytes(content)
    with pytest.raises(InputRefused, match=said):
        open_store(tmp_path)
    with open_store(tmp_path, read_only=True) as store:
        assert [p.code for p in store.verify().problems] == ["head_unusable"]


def test_files_of_two_stores_do_not_mix(tmp_path: Path) -> None:
    for name in ("a", "b"):
        open_store(tmp_path / name, create=True).close()
    shutil.copy(tmp_path / "a" / "timezero.head.json", tmp_path / "b")
    with pytest.raises(InputRefused, match="another store"):
        open_store(tmp_path / "b")


def test_an_older_database_put_in_place_is_noticed(tmp_path: Path) -> None:
    open_store(tmp_path / "p", create=True).close()
    older = (tmp_path / "p" / "timezero.db").read_bytes()
    with open_store(tmp_path / "p") as store:
        filled(store)
    (tmp_path / "p" / "timezero.db").write_bytes(older)
    with pytest.raises(InputRefused, match="cut short"):
        open_store(tmp_path / "p")
    assert list((tmp_path / "p" / "timezero.blobs").rglob("*")) != []


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "registry.csv"
    text.write_text("1")
    with pytest.raises(InputRefused, match="this is a file, and no store"):
        open_store(text, create=True)
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"no database at all" * 100)
    with pytest.raises(InputRefused, match="damaged"):
        open_store(garbage, read_only=True)
    assert garbage.read_bytes() == b"no database at all" * 100
    foreign = tmp_path / "foreign.db"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(InputRefused, match="no study store"):
        open_store(foreign)
    with pytest.raises(InputRefused, match="something else"):
        open_store(foreign, create=True)
    with pytest.raises(InputRefused, match="SQLite or PostgreSQL only") as refused:
        open_store("mysql://somebody:secret@host/db")
    assert "secret" not in str(refused.value)


def test_a_password_is_never_shown() -> None:
    place = find_place("postgresql://dr:secret@db.invalid:5432/registry?sslmode=require")
    assert "secret" in place.url
    assert "secret" not in place.shown
    assert "secret" not in str(place.backups)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/data/project/timezero.db", "nfs4"),
        ("/data/local disk/timezero.db", ""),
        ("/elsewhere/timezero.db", ""),
        ("\\\\server\\share\\timezero.db", "a shared folder"),
    ],
)
def test_network_drives_are_recognised(path: str, kind: str) -> None:
    mounts = [
        "/dev/sda1 / ext4 rw 0 0",
        "server:/x /data nfs4 rw 0 0",
        "/dev/sdb1 /data/local\\040disk ext4 rw 0 0",
        "short",
    ]
    assert network_drive(Path(path), mounts) == kind


def test_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timezero.store.places.network_drive", lambda _: "cifs")
    with pytest.raises(InputRefused, match="network drive"):
        open_store(tmp_path, create=True)


@pytest.mark.parametrize(
    ("free", "total", "fits"),
    [
        (600_000_000, 10**9, True),
        (499_999_999, 10**9, False),
        (4 * 10**10, 10**12, False),
        (6 * 10**10, 10**12, True),
    ],
)
def test_new_work_is_refused_when_little_room_is_left(
    tmp_path: Path, free: int, total: int, *, fits: bool
) -> None:
    room = [PLENTY]
    with open_store(tmp_path, create=True, free_space=lambda _: room[0]) as store:
        keys = filled(store)
        begin = {"input": keys["input"], "protocol": keys["protocol"], "seed": 1}
        run = store.start_run("repeat", versions={}, **begin)
        room[0] = (free, total)
        if fits:
            store.register_study("second")
        else:
            with pytest.raises(InputRefused, match="little room"):
                store.register_study("second")
            with pytest.raises(InputRefused, match="little room"):
                store.register_input(b"new", study="repeat", keep=True)
        store.finish_run(run, result="what was begun is finished")
        room[0] = (10, total)
        with pytest.raises(InputRefused, match="full"):
            store.backup()
        assert not list((tmp_path / "timezero.backups").iterdir())


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def without(*missing: str) -> Any:
        return lambda name, *a: None if name in missing else real(name, *a)

    monkeypatch.setattr(importlib.util, "find_spec", without("alembic"))
    with pytest.raises(MissingExtra, match="timezero\\[store\\]"):
        open_store(tmp_path, create=True)
    with pytest.raises(MissingExtra, match="alembic"):
        restore(tmp_path, tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", without("psycopg"))
    with pytest.raises(MissingExtra, match="timezero\\[postgres\\]") as refused:
        open_store("postgresql://dr:secret@host/db")
    assert "secret" not in str(refused.value)


def test_a_server_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be reached") as refused:
        open_store(f"postgresql://dr:secret@/db?host={tmp_path}")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("number", [13, 1, 30, 5, 28, 122, 99])
def test_every_error_of_a_disk_has_words(number: int) -> None:
    refusal = disk_refused(OSError(number, os.strerror(number)), "the store")
    assert refusal.what
    assert refusal.mend
    assert refusal.code.startswith("TZ-STO-0")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (sqlite3.OperationalError("database or disk is full"), "full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "read-only"),
        (sqlite3.OperationalError("unable to open database file"), "no right"),
        (sqlite3.OperationalError("disk I/O error"), "reports an error"),
        (sqlite3.OperationalError("database is locked"), "busy"),
        (sqlite3.DatabaseError("database disk image is malformed"), "damaged"),
        (sqlite3.DatabaseError("file is not a database"), "damaged"),
        (sqlite3.IntegrityError("UNIQUE constraint failed"), "IntegrityError"),
    ],
)
def test_every_error_of_the_database_has_words(error: sqlite3.Error, said: str) -> None:
    assert said in database_refused(error, "the store").what


@pytest.mark.parametrize(
    ("name", "state", "said"),
    [
        ("OperationalError", None, "cannot be reached"),
        ("DiskFull", "53100", "the disk is full"),
        ("InsufficientPrivilege", "42501", "gives no right"),
        ("RaiseException", "P0001", "RaiseException"),
    ],
)
def test_every_error_of_a_server_has_words(name: str, state: str | None, said: str) -> None:
    error = type(name, (Exception,), {"sqlstate": state})("secret value")
    refusal = database_refused(error, "the store")
    assert said in refusal.what
    assert "secret" not in str(refusal)


def test_a_job_of_a_process_that_died_is_interrupted_at_once(tmp_path: Path) -> None:
    store = open_store(tmp_path, create=True)
    store.jobs.add(KEY, kind="study")
    store.jobs.claim(KEY, seconds=1e6)
    store.close()
    with open_store(tmp_path) as again:
        assert again.jobs.get(KEY).state == "interrupted"
        assert again.jobs.claim(KEY).attempts == 2


def test_replicates_of_the_ladder_are_kept_in_the_store(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store:
        store.jobs.add(KEY, kind="study")
        store.jobs.claim(KEY)
        kept = KeptReplicates(name="time_varying", checkpoints=store.jobs.keeper(KEY))
        numbers = np.random.default_rng(1).normal(size=(5, 2))
        numbers[0, 0] = np.nan
        assert kept.get(0, 5) is None
        kept.put(0, 5, numbers)
        found = kept.get(0, 5)
        assert found is not None
        assert found.tobytes() == numbers.tobytes()


def test_a_reader_can_ask_the_writer_to_stop_a_job(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store:
        store.jobs.add(KEY, kind="study")
        store.jobs.claim(KEY)
        keeper = store.jobs.keeper(KEY)
        with open_store(tmp_path, read_only=True) as reader:
            assert reader.jobs.cancel(KEY).cancel_asked
        with pytest.raises(Exception, match="cancelled"):
            keeper.write("part", {"numbers": np.zeros(1)})
        assert store.jobs.get(KEY).state == "cancelled"
        assert list((tmp_path / "timezero.requests").iterdir()) == []
        store.jobs.requeue(KEY)
        assert store.jobs.claim(KEY).state == "running"


def test_a_restored_store_that_was_never_finished_can_be_restored_again(tmp_path: Path) -> None:
    with open_store(tmp_path / "p", create=True) as store:
        filled(store)
        backup = store.backup()
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "timezero.db").touch()
    assert restore(backup, tmp_path / "again").ok


def test_backups_that_were_never_finished_are_removed_after_a_day(tmp_path: Path) -> None:
    with open_store(tmp_path, create=True) as store:
        old, new = (tmp_path / "kept" / f".backup-{name}.partial" for name in ("old", "new"))
        for path in (old, new):
            path.mkdir(parents=True)
        then = time.time() - 2 * 86_400
        os.utime(old, (then, then))
        store.backup(tmp_path / "kept")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_store_in_a_folder_that_cannot_be_written_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path, create=True) as store:
        filled(store)
    closed = SimpleNamespace(access=lambda *_: False, W_OK=os.W_OK)
    monkeypatch.setattr("timezero.store.engine.os", closed)
    with open_store(tmp_path, read_only=True) as store:
        assert store.verify().ok


def test_a_missing_server_is_skipped_loudly_and_fails_where_all_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_server, "server", lambda: "PostgreSQL is not installed")
    monkeypatch.delenv("TIMEZERO_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="PostgreSQL is not installed"):
        postgres_server.needed_server()
    monkeypatch.setenv("TIMEZERO_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="forbids skipping"):
        postgres_server.needed_server()


def test_free_space_is_what_the_disk_says(tmp_path: Path) -> None:
    free, total = durable_files.free_space(tmp_path)
    assert 0 < free <= total


def test_who_acts_is_known_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIMEZERO_WHO", "the night shift")
    store: Store
    with open_store(tmp_path, create=True) as store:
        assert store.who == "the night shift"
    monkeypatch.delenv("TIMEZERO_WHO")
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(KeyError("uid")))
    with open_store(tmp_path) as store:
        assert store.who == "unknown"


@pytest.mark.parametrize("name", ["with space", "a#b?c%41&x=1", "Müller: Chirurgie", "mode=ro"])
def test_odd_names_of_folders_are_names(tmp_path: Path, name: str) -> None:
    with open_store(tmp_path / name / "study.db", create=True) as store:
        filled(store)
        backup = store.backup()
    assert (tmp_path / name / "study.db").is_file()
    assert restore(backup, tmp_path / name / "again").ok
