"""The study store keeps its word in the same way on SQLite and on PostgreSQL."""

# ruff: noqa: S608  statements are made of names in this file
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from postgres_server import needed_server
from store_fixture import DATA, PLENTY, VERSIONS, Clock, filled
from timezero.errors import InputRefused, InternalFault, UnknownName
from timezero.store import job_key, open_store, restore, schema
from timezero.store.records import Head
from timezero.store.refusals import JobCancelled
from timezero.store.store import Store
from timezero.store.tables import STUDIES

BACK_ENDS = ("sqlite", "postgresql")
KEY = job_key(data=DATA, recipe="", spec="{}", seed=1, versions=VERSIONS)
TRIGGERS = ("log_keeps_entries", "log_loses_nothing", "log_grows_by_one")


def new_place(back_end: str, tmp_path: Path, name: str = "project") -> str:
    if back_end == "postgresql":
        return needed_server().new_database()
    return str(tmp_path / name)


@pytest.fixture(params=BACK_ENDS)
def back_end(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def place(back_end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return new_place(back_end, tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(place: str, clock: Clock) -> Iterator[Callable[..., Store]]:
    """Return what opens the store; it is closed at the end, also when opened again."""
    stores: list[Store] = []

    def build(**changes: Any) -> Store:
        for store in stores:
            store.close()
        options = {"who": "a tester", "clock": clock, "free_space": lambda _: PLENTY}
        stores.append(open_store(place, **{**options, **changes}))
        return stores[-1]

    yield build
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[..., Store]) -> Store:
    return opened(create=True)


def execute(store: Store, *statements: str) -> None:
    """Change the database behind the back of the store."""
    with store._session.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def without_triggers(store: Store) -> None:
    is_file = store._session.place.database is not None
    on = "" if is_file else " ON audit_log"
    execute(store, *(f"DROP TRIGGER {name}{on}" for name in TRIGGERS))


def codes(store: Store, head: Head | None = None) -> set[str]:
    return {problem.code for problem in store.verify(head=head).problems}


def test_everything_is_there_when_opened_again(store: Store, opened: Callable[..., Store]) -> None:
    keys = filled(store)
    before = (store.runs(), store.log.entries(), store.store_id)
    again = opened()
    assert (again.runs(), again.log.entries(), again.store_id) == before
    assert again.blobs.read(keys["blob"]) == b"<html></html>"
    assert again.blobs.read(keys["input"]) == b"patient,time\n1,2\n"
    (run,) = again.runs("repeat")
    assert (run.seed, run.state, run.versions) == (7, "finished", VERSIONS)
    assert again.blobs.read(str(run.result_blob)) == b'{"hazard_ratio": 0.7}'
    assert again.verify().ok


def test_a_store_that_is_there_is_not_made_again(
    store: Store, opened: Callable[..., Store]
) -> None:
    filled(store)
    identity = store.store_id
    assert opened(create=True).store_id == identity


def test_registering_twice_changes_nothing(store: Store) -> None:
    keys = filled(store)
    n = store.head().seq
    assert store.register_study("repeat").known
    again = store.register_protocol("[question]\n", study="repeat")
    assert (again.known, again.key, again.study) == (True, keys["protocol"], "repeat")
    assert store.register_recipe("[columns]\n", study="repeat").known
    store.finish_run(keys["run"], result='{"hazard_ratio": 0.7}', digest="e" * 64)
    assert store.head().seq == n


def test_the_same_bytes_are_recognised(store: Store) -> None:
    filled(store)
    store.register_study("other")
    found = store.register_input(b"patient,time\n1,2\n", study="other", name="copy.csv")
    assert found.known
    assert [(k.study, k.name) for k in found.known_as] == [("repeat", "registry.csv")]
    assert found.known_as[0].at.startswith("2026-01-01T00:00:")
    new = store.register_input(b"patient,time\n1,3\n", study="other")
    assert (new.known, new.known_as) == (False, ())


def test_a_file_is_registered_by_its_content(store: Store, tmp_path: Path) -> None:
    store.register_study("repeat")
    path = tmp_path / "registry.csv"
    path.write_bytes(b"1,2\n")
    found = store.register_input(path, study="repeat", name=path.name)
    assert found.size == 4
    assert store.register_input(b"1,2\n", study="repeat").sha256 == found.sha256
    with pytest.raises(InputRefused, match=r"the disk refuses|no right"):
        store.register_input(tmp_path / "none.csv", study="repeat")


def test_data_described_anew_are_the_same_data(store: Store) -> None:
    store.register_study("repeat")
    first = store.register_input(b"1", study="repeat")
    protocol = store.register_protocol("[early]\n", study="repeat").key
    begin = {"input": first.sha256, "protocol": protocol, "seed": 1, "versions": VERSIONS}
    store.start_run("repeat", **begin)
    again = store.register_input(b"1", study="repeat", canonical_digest=DATA, keep=True)
    assert again.known
    assert store.blobs.read(again.sha256) == b"1"
    entry = store.log.entries()[-1]
    assert (entry.what, DATA in entry.new) == ("input described anew", True)
    late = store.register_protocol("[late]\n", study="repeat").key
    assert not store.is_prespecified(late, first.sha256)
    n = store.head().seq
    store.register_input(b"1", study="repeat")
    assert store.head().seq == n
    assert store.verify().ok


def test_rows_without_an_entry_are_our_fault_and_not_written(store: Store) -> None:
    def write() -> None:
        with store._session.writing() as work:
            work.insert(STUDIES, name="silent", title="", at=work.at)

    with pytest.raises(InternalFault, match="without an entry"):
        write()
    assert store.status().counts["studies"] == 0


def test_values_that_were_never_written_end_in_a_problem(store: Store, back_end: str) -> None:
    filled(store)
    if back_end == "sqlite":
        execute(store, "UPDATE recipes SET text = x'ff'")
    else:
        execute(
            store,
            "ALTER TABLE recipes ALTER COLUMN text DROP NOT NULL",
            "UPDATE recipes SET text = NULL",
        )
    assert "database_damaged" in codes(store)
    execute(store, "DELETE FROM audit_head")
    assert "head_unusable" in codes(store)
    with pytest.raises(InputRefused, match="never written"):
        store.log.note("x")


def test_analyses_of_the_same_data_are_counted(store: Store) -> None:
    keys = filled(store)
    other = store.register_protocol("[other]\n", study="repeat").key
    begin = {"input": keys["input"], "seed": 1, "versions": VERSIONS}
    second = store.start_run("repeat", protocol=other, **begin)
    third = store.start_run("repeat", protocol=other, **begin)
    store.fail_run(third, why="TZ-LAD-10: there is no event")
    count = store.n_analyses(DATA)
    assert (count.n_begun, count.n_finished, count.n_protocols) == (3, 1, 2)
    assert [store.analysis_number(r) for r in (keys["run"], second, third)] == [1, 2, 3]
    assert store.n_analyses("0" * 64).n_begun == 0
    store.register_study("elsewhere")
    same = store.register_input(b"as parquet", study="elsewhere", canonical_digest=DATA)
    run = store.start_run("elsewhere", protocol=other, **{**begin, "input": same.sha256})
    assert store.analysis_number(run) == 4


def test_prespecified_is_what_was_registered_before_the_first_run(
    store: Store, clock: Clock
) -> None:
    store.register_study("repeat")
    given = store.register_input(b"1", study="repeat", canonical_digest=DATA).sha256
    early = store.register_protocol("[early]\n", study="repeat").key
    assert store.is_prespecified(early, given)
    store.start_run("repeat", input=given, protocol=early, seed=1, versions=VERSIONS)
    clock.now = clock.now.replace(year=2020)
    late = store.register_protocol("[late]\n", study="repeat").key
    assert store.is_prespecified(early, given)
    assert not store.is_prespecified(late, given)
    other = store.register_input(b"2", study="repeat").sha256
    assert store.is_prespecified(late, other)
    same = store.register_input(b"1 as xlsx", study="repeat", canonical_digest=DATA).sha256
    assert not store.is_prespecified(late, same)


def test_what_is_not_registered_is_refused_by_name(store: Store) -> None:
    keys = filled(store)
    begin = {"input": keys["input"], "protocol": keys["protocol"], "seed": 1, "versions": {}}
    with pytest.raises(UnknownName, match="repeat"):
        store.start_run("repaet", **begin)
    for wrong in ("input", "protocol", "recipe"):
        with pytest.raises(UnknownName, match=wrong):
            store.start_run("repeat", **{**begin, wrong: "0" * 64})
    with pytest.raises(UnknownName):
        store.finish_run("none")
    with pytest.raises(UnknownName):
        store.is_prespecified("0" * 64, keys["input"])
    with pytest.raises(UnknownName):
        store.register_protocol("x", study="none")


def test_a_run_that_ended_is_not_changed(store: Store) -> None:
    run = filled(store)["run"]
    with pytest.raises(InputRefused, match="is not changed"):
        store.finish_run(run, result="another")
    with pytest.raises(InputRefused, match="is not changed"):
        store.fail_run(run, why="no")
    assert store.run(run).state == "finished"


@pytest.mark.parametrize("text_given", ["a\0b", "\ud800"])
def test_texts_that_no_database_holds_are_refused(store: Store, text_given: str) -> None:
    store.register_study("repeat")
    with pytest.raises(InputRefused, match="no text"):
        store.register_protocol(text_given, study="repeat")
    with pytest.raises(InputRefused, match="name"):
        store.register_study(text_given)
    store.log.note("noted", why=text_given)
    assert store.verify().ok


def test_log_says_who_when_what_why(opened: Callable[..., Store]) -> None:
    store = opened(create=True, who="Dr A")
    store.register_study("repeat", why="asked by the board")
    entry = store.log.entries()[-1]
    assert (entry.who, entry.what, entry.why) == ("Dr A", "study registered", "asked by the board")
    assert entry.at.endswith("Z")
    assert entry.new == '{"study":"repeat"}'
    assert [e.seq for e in store.log.entries()] == list(range(1, entry.seq + 1))
    assert store.log.entries(first=2, past=3) == (entry,)


def test_no_content_of_a_registry_reaches_the_log(store: Store) -> None:
    canary = "CANARY-MRN-4711"
    filled(store, data=f"{canary},1\n".encode())
    store.register_study("second", title=canary)
    store.register_input(canary.encode(), study="second", name=f"{canary}.csv")
    assert canary not in repr(store.log.entries())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET who = 'nobody' WHERE seq = 2",
        "DELETE FROM audit_log WHERE seq = 2",
        "DELETE FROM audit_log",
        (
            "INSERT INTO audit_log SELECT seq + 5, at, who, what, why, old, new, rows, previous, "
            "hash FROM audit_log WHERE seq = 2"
        ),
    ],
)
def test_database_refuses_to_change_the_log(store: Store, statement: str) -> None:
    filled(store)
    before = store.log.entries()
    with pytest.raises(Exception, match="append-only"):
        execute(store, statement)
    assert store.log.entries() == before
    assert store.verify().ok


def test_server_refuses_to_empty_the_log() -> None:
    place = needed_server().new_database()
    with open_store(place, create=True) as store, pytest.raises(Exception, match="append-only"):
        execute(store, "TRUNCATE audit_log")


COPIED = "at, who, what, why, old, new, rows, previous, hash"
TAMPERING = {
    "log_changed": ("UPDATE audit_log SET what = 'nothing' WHERE seq = 3",),
    "log_gap": ("DELETE FROM audit_log WHERE seq = 3",),
    "log_out_of_place": (
        "UPDATE audit_log SET seq = -3 WHERE seq = 3",
        "UPDATE audit_log SET seq = 3 WHERE seq = 4",
        "UPDATE audit_log SET seq = 4 WHERE seq = -3",
    ),
    "log_truncated": ("DELETE FROM audit_log WHERE seq > 4",),
    "log_added": (
        (
            f"INSERT INTO audit_log SELECT seq + 1, {COPIED} FROM audit_log "
            "WHERE seq = (SELECT MAX(seq) FROM audit_log)"
        ),
    ),
}


@pytest.mark.parametrize("code", TAMPERING)
def test_tampering_with_the_log_is_detected(store: Store, code: str) -> None:
    filled(store)
    without_triggers(store)
    assert codes(store) == {"schema_changed"}
    execute(store, *TAMPERING[code])
    assert code in codes(store)


def test_an_entry_put_in_between_is_detected(store: Store) -> None:
    filled(store)
    without_triggers(store)
    moved = [f"UPDATE audit_log SET seq = {k + 1} WHERE seq = {k}" for k in range(20, 2, -1)]
    inserted = f"INSERT INTO audit_log SELECT 3, {COPIED} FROM audit_log WHERE seq = 2"
    execute(store, *moved, inserted)
    assert {"log_changed", "log_out_of_place"} <= codes(store)


def test_a_log_cut_together_with_its_head_is_detected_by_a_head_kept_elsewhere(
    store: Store, back_end: str
) -> None:
    filled(store)
    kept = store.head()
    without_triggers(store)
    cut = [
        "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit_log WHERE seq = 4)",
        "DELETE FROM audit_log WHERE seq > 4",
    ]
    execute(store, *cut)
    assert "log_truncated" in codes(store, head=kept)
    assert ("log_truncated" in codes(store)) == (back_end == "sqlite")


def test_a_log_written_anew_is_detected_by_a_head_kept_elsewhere(store: Store) -> None:
    filled(store)
    kept = store.head()
    assert "log_rewritten" in codes(store, head=Head(seq=kept.seq - 1, hash=kept.hash))
    assert store.verify(head=Head(seq=kept.seq, hash=kept.hash)).ok


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("row_changed", "UPDATE runs SET seed = '8'"),
        ("row_changed", "UPDATE protocols SET at = '2020-01-01T00:00:00.000000Z'"),
        ("text_changed", "UPDATE recipes SET text = 'x'"),
        ("row_missing", "DELETE FROM exports"),
        ("row_unrecorded", "INSERT INTO studies (name, title, at) VALUES ('x', '', '')"),
    ],
)
def test_rows_changed_behind_the_log_are_detected(store: Store, code: str, statement: str) -> None:
    filled(store)
    execute(store, statement)
    assert code in codes(store)


def test_a_clock_put_back_is_noted_and_reorders_nothing(store: Store, clock: Clock) -> None:
    store.register_study("first")
    clock.now = clock.now.replace(year=2020)
    store.register_study("second")
    store.register_study("third")
    said = [entry.what for entry in store.log.entries()]
    registered = "study registered"
    assert said[1:] == [registered, "clock went backwards", registered, registered]
    assert store.verify().ok


def at_revision_one(
    opened: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> tuple[Store, str]:
    """Return a store as the first version wrote it, with a run in it."""
    with monkeypatch.context() as older:
        older.setattr(schema, "revisions", lambda: ("0001",))
        store = opened(create=True)
        store.register_study("repeat")
        protocol = store.register_protocol("[question]\n", study="repeat").key
        given = store.register_input(b"1", study="repeat", canonical_digest=DATA).sha256
        row = {
            "id": "r1",
            "study": "repeat",
            "input": given,
            "recipe": None,
            "protocol": protocol,
            "seed": "1",
            "versions": "{}",
            "started": store._session.now(),
            "seq": 99,
            "finished": None,
            "state": "started",
            "result_digest": "",
            "result_blob": None,
            "why": "",
        }
        with store._session.writing() as work:
            marks = ", ".join(f":{name}" for name in row)
            statement = f"INSERT INTO runs ({', '.join(row)}) VALUES ({marks})"
            work.connection.execute(text(statement), row)
            work.touch_row("runs", ("r1",), row)
            work.log("run started", new={"run": "r1"})
        assert store.verify().ok
        store.close()
    return store, given


def test_an_older_store_is_backed_up_and_brought_up_to_date(
    opened: Callable[..., Store], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, back_end: str
) -> None:
    at_revision_one(opened, monkeypatch)
    with pytest.raises(InputRefused, match="older timezero"):
        opened(read_only=True)
    store = opened()
    assert store.status().revision == schema.revisions()[-1] == "0002"
    assert store.n_analyses(DATA).n_begun == 1
    assert store.run("r1").canonical_digest == DATA
    assert store.verify().ok
    entry = store.log.entries()[-1]
    assert entry.what == "tables brought up to date"
    (backup,) = store._session.place.backups.glob("backup-*")
    with monkeypatch.context() as older:
        older.setattr(schema, "revisions", lambda: ("0001",))
        assert restore(backup, new_place(back_end, tmp_path, "older")).ok
    assert restore(backup, new_place(back_end, tmp_path, "newer")).ok


def test_a_damaged_older_store_is_not_brought_up_to_date(
    opened: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = at_revision_one(opened, monkeypatch)
    execute(store, "UPDATE runs SET seed = '2'")
    store.close()
    with pytest.raises(InputRefused, match="before the tables are brought up to date"):
        opened()


def test_a_newer_store_is_refused_and_not_touched(
    store: Store, opened: Callable[..., Store]
) -> None:
    execute(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(InputRefused, match="newer timezero"):
        opened()
    with pytest.raises(InputRefused, match="newer timezero"):
        opened(read_only=True)


def test_tables_are_what_the_steps_make(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from timezero.store.tables import METADATA

    with store._session.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []


def test_no_store_is_said_to_be_none(opened: Callable[..., Store]) -> None:
    with pytest.raises(InputRefused, match="no study store"):
        opened()
    with pytest.raises(InputRefused, match="no study store"):
        opened(read_only=True)


def test_reading_only_writes_nothing(store: Store, opened: Callable[..., Store]) -> None:
    keys = filled(store)
    reader = opened(read_only=True)
    assert reader.runs()[0].id == keys["run"]
    for attempt in (
        lambda: reader.register_study("x"),
        lambda: reader.log.note("x"),
        lambda: reader.jobs.add(KEY, kind="study"),
    ):
        with pytest.raises(InputRefused, match="reading only"):
            attempt()
    with pytest.raises(Exception, match=r"readonly|read-only"):
        execute(reader, "DELETE FROM exports")
    assert reader.verify().ok


@pytest.mark.parametrize("target", BACK_ENDS)
def test_a_backup_becomes_a_store_on_either_back_end(
    store: Store, tmp_path: Path, target: str
) -> None:
    keys = filled(store)
    store.jobs.add(KEY, kind="study")
    store.jobs.claim(KEY)
    store.jobs.keeper(KEY).write("part", {"numbers": np.array([1.0, 2.0])})
    backup = store.backup(tmp_path / "kept")
    to = new_place(target, tmp_path, "restored")
    found = restore(backup, to, who="a restorer")
    assert found.ok, found.problems
    with open_store(to) as restored:
        assert restored.store_id == store.store_id
        assert restored.run(keys["run"]) == store.run(keys["run"])
        assert restored.blobs.read(keys["blob"]) == b"<html></html>"
        assert restored.jobs.chunks(KEY) == ("part",)
        n = store.head().seq
        assert restored.log.entries(past=n + 1) == store.log.entries(past=n + 1)
        assert "store restored" in [e.what for e in restored.log.entries(first=n)]
        restored.register_study("goes on")
        assert restored.verify(head=store.head()).ok
    with pytest.raises(InputRefused, match="there is a store already"):
        restore(backup, to)


def test_damage_of_a_backup_is_refused(store: Store, tmp_path: Path) -> None:
    filled(store)
    backup = store.backup(tmp_path / "kept")
    files = sorted(p for p in backup.rglob("*") if p.is_file())
    assert len(files) > 4
    for path in files:
        whole = path.read_bytes()
        at = len(whole) // 2
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] if whole else b"x")
        with pytest.raises(InputRefused, match="damaged"):
            restore(backup, tmp_path / "nowhere")
        path.write_bytes(whole)
    (backup / "more").write_bytes(b"")
    with pytest.raises(InputRefused, match="not listed"):
        restore(backup, tmp_path / "nowhere")
    with pytest.raises(InputRefused, match="no backup"):
        restore(tmp_path, tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_seven_backups_are_kept(store: Store, tmp_path: Path) -> None:
    (tmp_path / "kept" / "backup-of-somebody-else").mkdir(parents=True)
    names = [store.backup(tmp_path / "kept").name for _ in range(9)]
    left = sorted(p.name for p in (tmp_path / "kept").iterdir())
    assert left == sorted([*names[-7:], "backup-of-somebody-else"])


def test_a_damaged_blob_is_noticed(store: Store) -> None:
    keys = filled(store)
    place = store._session.place
    if place.blobs is None:
        execute(store, f"UPDATE blobs SET content = 'x' WHERE sha256 = '{keys['blob']}'")
    else:
        (place.blobs / keys["blob"][:2] / keys["blob"]).write_bytes(b"x")
    with pytest.raises(InputRefused, match="not what was written"):
        store.blobs.read(keys["blob"])
    assert codes(store) == {"blob_changed"}
    with pytest.raises(InputRefused, match="damaged"):
        store.backup()


def test_status_counts_what_there_is(store: Store, back_end: str) -> None:
    filled(store)
    status = store.status()
    assert status.backend == back_end
    assert status.counts["runs"] == status.counts["exports"] == 1
    assert status.head == store.head()
    server_without_fsync = any("fsync off" in note for note in status.notes)
    assert server_without_fsync == (back_end == "postgresql")


def test_a_job_goes_its_way(store: Store, opened: Callable[..., Store]) -> None:
    assert store.jobs.add(KEY, kind="study", study="repeat").state == "queued"
    assert store.jobs.add(KEY, kind="other") == store.jobs.get(KEY)
    assert store.jobs.claim(KEY).attempts == 1
    with pytest.raises(InputRefused, match="somebody else"):
        store.jobs.claim(KEY)
    keeper = store.jobs.keeper(KEY)
    numbers = np.random.default_rng(3).normal(size=(10, 3))
    assert keeper.read("cox-0-10") is None
    keeper.write("cox-0-10", {"numbers": numbers})
    store.jobs.progress(KEY, "cox", 10, 20)
    store.jobs.interrupt(KEY)
    again = opened()
    assert again.jobs.get(KEY).state == "interrupted"
    job = again.jobs.claim(KEY)
    assert (job.attempts, job.step, job.done, job.total) == (2, "cox", 10, 20)
    resumed = again.jobs.keeper(KEY)
    assert np.array_equal(resumed.stage("cox-0-10", dict)["numbers"], numbers)
    resumed.done()
    assert again.jobs.chunks(KEY) == ("cox-0-10",)
    blob = again.jobs.finish(KEY, "result")
    assert again.jobs.finish(KEY, "result") == blob
    assert again.jobs.result(KEY) == b"result"
    assert again.jobs.chunks(KEY) == ()
    with pytest.raises(InputRefused, match="done"):
        again.jobs.claim(KEY)
    with pytest.raises(InputRefused, match="done"):
        again.jobs.finish(KEY, "another result")
    assert again.verify().ok


def test_a_job_stops_after_three_attempts(store: Store, clock: Clock) -> None:
    store.jobs.add(KEY, kind="study")
    for attempt in (1, 2, 3):
        assert store.jobs.claim(KEY, seconds=60).attempts == attempt
        clock.now = clock.now.replace(year=clock.now.year + 1)
    with pytest.raises(InputRefused, match="3 times"):
        store.jobs.claim(KEY)
    assert store.jobs.get(KEY).state == "failed"
    assert store.jobs.requeue(KEY).state == "queued"
    assert store.jobs.claim(KEY).attempts == 1
    assert store.verify().ok


def test_a_lease_that_ended_is_swept_and_one_that_is_renewed_is_not(
    store: Store, clock: Clock
) -> None:
    store.jobs.add(KEY, kind="study")
    store.jobs.claim(KEY, seconds=100)
    clock.now = clock.now.replace(minute=1)
    store.jobs.heartbeat(KEY)
    clock.now = clock.now.replace(minute=2)
    assert store.jobs.sweep() == ()
    clock.now = clock.now.replace(hour=2)
    assert store.jobs.sweep() == (KEY,)
    assert store.jobs.get(KEY).state == "interrupted"
    with pytest.raises(InputRefused):
        store.jobs.heartbeat(KEY)
    with pytest.raises(InputRefused):
        store.jobs.keeper(KEY).write("late", {"numbers": np.zeros(1)})


def test_a_job_is_cancelled_between_two_parts(store: Store) -> None:
    store.jobs.add(KEY, kind="study")
    store.jobs.claim(KEY)
    keeper = store.jobs.keeper(KEY)
    keeper.write("one", {"numbers": np.zeros(1)})
    assert store.jobs.cancel(KEY).cancel_asked
    with pytest.raises(JobCancelled):
        keeper.write("two", {"numbers": np.zeros(1)})
    assert store.jobs.get(KEY).state == "cancelled"
    assert store.jobs.chunks(KEY) == ("one", "two")
    with pytest.raises(JobCancelled):
        keeper.read("one")
    store.jobs.requeue(KEY)
    store.jobs.claim(KEY)
    assert store.jobs.keeper(KEY).read("one") is not None
    store.jobs.fail(KEY, why="TZ-LAD-10")
    assert [job.key for job in store.jobs.list("failed")] == [KEY]
    store.jobs.requeue(KEY)
    assert store.jobs.cancel(KEY).state == "cancelled"


def test_a_request_to_stop_outlives_the_process(store: Store, opened: Callable[..., Store]) -> None:
    store.jobs.add(KEY, kind="study")
    store.jobs.claim(KEY, seconds=1)
    store.jobs.cancel(KEY)
    again = opened()
    assert again.jobs.get(KEY).state == "cancelled"
    with pytest.raises(InputRefused, match="cancelled"):
        again.jobs.claim(KEY)
    assert again.jobs.result(KEY) is None
    for attempt in (again.jobs.get, again.jobs.claim, again.jobs.cancel):
        with pytest.raises(UnknownName):
            attempt("none")


def test_a_damaged_part_is_computed_again(store: Store) -> None:
    store.jobs.add(KEY, kind="study")
    store.jobs.claim(KEY)
    keeper = store.jobs.keeper(KEY)
    keeper.write("one", {"numbers": np.zeros(3)})
    execute(store, "UPDATE job_chunks SET digest = 'x'")
    assert codes(store) == {"chunk_changed"}
    assert np.array_equal(keeper.stage("one", lambda: {"n": np.ones(1)})["n"], np.ones(1))
    assert store.verify().ok


def test_many_at_once_leave_one_chain(
    store: Store, place: str, back_end: str, clock: Clock
) -> None:
    """Threads of one process on SQLite; several stores, as of several computers, on a server."""
    several = [store, store] if back_end == "sqlite" else [store, open_store(place, clock=clock)]
    failures: list[BaseException] = []

    def work(mine: Store, name: str) -> None:
        try:
            mine.register_study("shared")
            for k in range(10):
                mine.register_protocol(f"[{k}]\n", study="shared")
                mine.log.note(name)
        except Exception as error:  # noqa: BLE001  whatever it is
            failures.append(error)

    threads = [threading.Thread(target=work, args=(s, f"n{k}")) for k, s in enumerate(several * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in several[1:]:
        if other is not store:
            other.close()
    assert failures == []
    assert store.status().counts["protocols"] == 10
    assert store.head().seq == 1 + 1 + 10 + 40
    assert store.verify().ok


def test_one_of_two_gets_the_job(store: Store, place: str, back_end: str) -> None:
    store.jobs.add(KEY, kind="study")
    several = [store, store] if back_end == "sqlite" else [store, open_store(place)]
    got: list[str] = []

    def claim(mine: Store) -> None:
        try:
            got.append(mine.jobs.claim(KEY, seconds=1e9).state)
        except InputRefused as refusal:
            got.append(refusal.code)

    threads = [threading.Thread(target=claim, args=(s,)) for s in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if back_end == "postgresql":
        several[1].close()
    assert sorted(got) == ["TZ-STO-20", "running"]
    assert store.jobs.get(KEY).attempts == 1


def test_a_server_that_is_killed_loses_nothing_acknowledged() -> None:
    server = needed_server()
    place = server.new_database()
    with open_store(place, create=True) as store:
        keys = filled(store)
        store.jobs.add(KEY, kind="study")
        store.jobs.claim(KEY)
        store.jobs.keeper(KEY).write("part", {"numbers": np.ones(2)})
        head = store.head()
        server.stop()
        with pytest.raises(InputRefused, match="cannot be reached"):
            store.log.note("nobody hears this")
        server.start()
        assert store.head() == head
        assert store.run(keys["run"]).state == "finished"
        assert store.jobs.chunks(KEY) == ("part",)
        store.register_study("goes on")
        assert store.verify(head=head).ok


def test_a_connection_that_is_killed_in_a_transaction_leaves_nothing() -> None:
    place = needed_server().new_database()
    with open_store(place, create=True) as store, open_store(place) as other:
        head = store.head()
        query = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

        def cut_off() -> None:
            with other._session.engine.connect() as connection:
                connection.execute(query)

        def write() -> None:
            with store._session.writing() as work:
                work.log("half done")
                cut_off()
                work.log("never done")

        with pytest.raises(InputRefused, match="cannot be reached"):
            write()
        assert store.head() == head
        assert store.register_study("goes on").known is False
        assert store.verify().ok


def test_a_long_part_keeps_its_lease(place: str) -> None:
    with open_store(place, create=True) as store:
        store.jobs.add(KEY, kind="study")
        before = store.jobs.claim(KEY, seconds=0.3).lease_until
        with store.jobs.heart_beating(KEY):
            for _ in range(200):
                if store.jobs.get(KEY).lease_until > before:
                    break
                time.sleep(0.05)
        assert store.jobs.get(KEY).lease_until > before
        time.sleep(0.35)
        assert store.jobs.sweep() == (KEY,)
        with store.jobs.heart_beating(KEY):
            time.sleep(0.2)
        assert store.jobs.get(KEY).state == "interrupted"
