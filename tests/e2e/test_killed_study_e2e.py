"""Studies and audits on record: killed, raced, cancelled and resumed to the same bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from study_trials import (
    Asked,
    audit_digest,
    begun,
    ended,
    killed,
    killed_often,
    made,
    wait_for_parts,
    whole,
)
from timezero.cli.app import EXIT_CANCELLED, EXIT_REFUSED, run
from timezero.store import open_store

SIZES = {"replicates": 60, "bootstrap": 60, "redeals": 50}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the digest of the study that was never stopped, and not recorded."""
    asked = made(tmp_path_factory.mktemp("whole"), **SIZES)
    whole(asked.command(more=("--record", "none")))
    return asked.digest()


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return made(tmp_path / "project", **SIZES)


def test_a_killed_study_comes_to_the_same_bits(asked: Asked, uninterrupted: str) -> None:
    assert killed_often(asked, 2, seed=5, most_parts=3, longest_wait=0.1) == 2
    assert asked.digest() == uninterrupted
    with open_store(asked.record) as store:
        assert [run.result_digest for run in store.runs()] == [uninterrupted]
        assert [job.state for job in store.jobs.list()] == ["done"]
        assert store.verify().ok


def test_of_two_that_race_one_works_and_the_other_is_told(asked: Asked, uninterrupted: str) -> None:
    with open_store(asked.record, create=True):
        pass
    both = [begun(asked.command(workers=1, to=f"out{k}.json")) for k in range(2)]
    found = [ended(process) for process in both]
    worked = [k for k, (code, _, _) in enumerate(found) if code == 0]
    for code, _, err in found:
        assert code in {0, EXIT_REFUSED}
        assert code == 0 or "another process writes to this store: process" in err
        assert "Traceback" not in err
    assert worked
    assert {asked.digest(f"out{k}.json") for k in worked} == {uninterrupted}
    with open_store(asked.record) as store:
        assert [run.result_digest for run in store.runs()] == [uninterrupted] * len(worked)
        assert store.verify().ok


def test_a_study_is_cancelled_from_outside_and_resumed(
    asked: Asked, uninterrupted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store(asked.record, create=True):
        pass
    process = begun(asked.command())
    assert wait_for_parts(process, asked.record, 1)
    with open_store(asked.record, read_only=True) as store:
        key = store.jobs.list("running")[0].key
    place = str(asked.folder)
    assert run(["store", "cancel", place, "--job", key[:8], "--plain"]) == 0
    assert "next: it stops at its next finished part" in capsys.readouterr().out
    code, _, err = ended(process)
    assert code == EXIT_CANCELLED, err
    assert "the job was cancelled" in err
    assert "run the command that began it again" in err
    assert run(["store", "resume", place, "--job", key[:8], "--plain"]) == 0
    said = capsys.readouterr().out
    assert "run the `timezero study` command of project again" in said
    with open_store(asked.record, read_only=True) as store:
        assert store.jobs.get(key).state == "queued"
        assert store.jobs.chunks(key)
    whole(asked.command())
    assert asked.digest() == uninterrupted
    with open_store(asked.record) as store:
        assert [run.state for run in store.runs()] == ["finished"]
        assert store.verify().ok


def test_a_killed_audit_comes_to_the_same_bits(tmp_path: Path) -> None:
    record = tmp_path / "timezero.db"
    with open_store(record, create=True):
        pass

    def command(name: str, *more: str) -> list[str]:
        out = ["--json", str(tmp_path / name), "--no-html", "--plain"]
        return ["audit", "--effort", "0.05", "--seed", "3", *out, *more]

    on_record = ("--record", str(record))
    whole(command("whole.json", "--workers", "1"))
    assert killed(command("out.json", *on_record), record, more_parts=1, wait=0.0)
    whole(command("out.json", *on_record))
    assert audit_digest(tmp_path / "out.json") == audit_digest(tmp_path / "whole.json")
    with open_store(record) as store:
        assert [job.state for job in store.jobs.list()] == ["done"]
        assert store.verify().ok
