"""The command `timezero store`, as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store_fixture import DATA, filled
from timezero.cli.app import run
from timezero.store import open_store

KEY = "a1" * 32


@pytest.fixture
def project(tmp_path: Path) -> str:
    place = str(tmp_path / "project")
    with open_store(place, create=True) as store:
        filled(store)
        store.jobs.add(KEY, kind="study", study="repeat")
    return place


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(["store", *arguments]) == code
    out, err = capsys.readouterr()
    return out + err


def test_a_store_is_made_and_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(tmp_path / "new")
    assert "there is no study store here" in said(capsys, "status", place, code=2)
    assert "sqlite, tables of revision" in said(capsys, "init", place, "--plain")
    assert "none known" in said(capsys, "status", place, "--plain")
    assert "there is no job" in said(capsys, "jobs", place)


def test_status_and_log(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "status", project, "--plain").splitlines()
    assert "runs       1" in [line.rstrip() for line in lines]
    log = said(capsys, "log", project, "--plain")
    assert "run finished" in log
    assert "state started -> digest" in log
    told = json.loads(said(capsys, "status", project, "--json"))
    assert told["counts"]["exports"] == 1
    assert len(json.loads(said(capsys, "log", project, "--json"))) == told["head"]["seq"]


def test_verify_and_its_exit_codes(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, "verify", project)
    assert "nothing is wrong" in found
    head = found.splitlines()[1].removeprefix("head: ")
    assert "nothing is wrong" in said(capsys, "verify", project, "--head", head)
    later = f"99:{head.split(':')[1]}"
    cut = said(capsys, "verify", project, "--head", later, code=1)
    assert "went on to 99 before" in cut
    assert "[log_truncated]" in cut
    assert "64 digits" in said(capsys, "verify", project, "--head", "x", code=2)
    blob = next(p for p in Path(project, "timezero.blobs").rglob("*") if p.is_file())
    blob.write_bytes(b"x")
    told = json.loads(said(capsys, "verify", project, "--json", code=1))
    assert [p["code"] for p in told["problems"]] == ["blob_changed"]


def test_backup_and_restore(
    project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = said(capsys, "backup", project).removeprefix("backup: ").strip()
    told = json.loads(said(capsys, "backup", project, "--to", str(tmp_path / "k"), "--json"))
    assert Path(told["backup"]).parent == tmp_path / "k"
    assert "--to" in said(capsys, "restore", made, code=2)
    to = str(tmp_path / "again")
    assert "nothing is wrong" in said(capsys, "restore", made, "--to", to)
    assert "there is a store already" in said(capsys, "restore", made, "--to", to, code=2)
    with open_store(to, read_only=True) as store:
        assert store.n_analyses(DATA).n_begun == 1


def test_jobs_are_cancelled_and_queued_again(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "queued" in said(capsys, "jobs", project, "--plain")
    assert "cancelled" in said(capsys, "cancel", project, "--job", KEY[:8], "--plain")
    assert "queued" in said(
        capsys, "resume", project, "--job", KEY[:8], "--why", "again", "--plain"
    )
    assert "again" in said(capsys, "log", project, "--plain")
    assert "names no job" in said(capsys, "cancel", project, "--job", "ff", code=2)
    assert "names no job" in said(capsys, "cancel", project, code=2)


def test_a_job_that_runs_is_asked_to_stop_from_outside(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store(project) as store:
        store.jobs.claim(KEY)
        assert "asked to stop" in said(capsys, "cancel", project, "--job", KEY[:6], "--plain")
        with pytest.raises(Exception, match="cancelled"):
            store.jobs.progress(KEY, "step", 1, 2)


def test_options_that_an_action_does_not_use_are_refused(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "does not use --to" in said(capsys, "status", project, "--to", "x", code=2)
    assert "does not use --job" in said(capsys, "verify", project, "--job", "x", code=2)


@pytest.mark.parametrize(
    ("action", "state", "said_next"),
    [
        ("resume", "done", "nothing, it is done"),
        ("resume", "queued", "run the `timezero study` command of {repeat} again as before"),
        ("cancel", "done", "nothing, it was done before"),
        ("cancel", "failed", "nothing, it had failed before"),
        ("cancel", "cancelled", "nothing works on it any more; to go on after all, run the"),
    ],
)
def test_what_happens_next_is_said(
    project: str, capsys: pytest.CaptureFixture[str], action: str, state: str, said_next: str
) -> None:
    key = "b2" * 32
    with open_store(project) as store:
        store.jobs.add(key, kind="study", study="{repeat}")
        if state in {"done", "failed"}:
            store.jobs.claim(key)
        if state == "done":
            store.jobs.finish(key, "result")
        if state == "failed":
            store.jobs.fail(key, why="TZ-LAD-11")
    assert f"next: {said_next}" in said(capsys, action, project, "--job", "b2b2", "--plain")
    with open_store(project, read_only=True) as store:
        assert store.jobs.get(key).state == state
