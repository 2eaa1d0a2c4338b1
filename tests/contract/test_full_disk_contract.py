"""A real disk that is full, read-only or closed: words, nothing by half, and on again after."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from kill_trials import LONG, Life, opened, register_and_run, short_job, wrong
from study_trials import begun, ended, made, whole
from timezero.cli._record import record_exports
from timezero.cli.app import EXIT_REFUSED
from timezero.errors import InputRefused
from timezero.store import open_store

SMALL = 6_000_000
NOBODY = 65_534
SIZES = {"replicates": 60, "bootstrap": 60, "redeals": 50}


def mounted(folder: Path, *options: str) -> bool:
    """Mount a small disk in memory; return whether that is possible here."""
    words = ["mount", "-t", "tmpfs", "-o", ",".join((f"size={SMALL}", *options)), "none"]
    done = subprocess.run([*words, str(folder)], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a small real disk; skipped loudly where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0 or not mounted(folder):
        # No set-up can give a machine this right: skipped where everything is required, too.
        pytest.skip("NOT TESTED: this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, *, leave: int) -> Path:
    """Fill the disk but for some bytes."""
    ballast = disk / "ballast"
    stat = os.statvfs(disk)
    ballast.write_bytes(b"0" * max(0, stat.f_bavail * stat.f_frsize - leave))
    return ballast


def remounted(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def a_day(life: Life, name: str) -> None:
    with opened(life.place) as store:

        def tell(what: str, value: object) -> None:
            life.told.append((what, value))

        register_and_run(store, name, tell)
        short_job(store, name, tell, lease=60.0)


def days(life: Life, name: str, n: int) -> None:
    for k in range(n):
        a_day(life, f"{name} {k}")


@pytest.mark.parametrize("leave", [0, 4_096, 40_000, 100_000])
def test_a_disk_that_is_full_loses_nothing(disk: Path, leave: int) -> None:
    life = Life(str(disk / "project"), folder=disk / "project")
    a_day(life, "before")
    ballast = fill(disk, leave=leave)
    with pytest.raises(InputRefused, match="the disk is full"):
        days(life, "full", 1_000)
    ballast.unlink()
    assert list(wrong(life)) == []
    a_day(life, "after")
    assert list(wrong(life)) == []


def test_a_disk_that_is_full_in_the_middle_of_a_job_keeps_its_parts(disk: Path) -> None:
    life = Life(str(disk / "project"), folder=disk / "project")
    with opened(life.place) as store:
        store.jobs.add(LONG, kind="study")
        store.jobs.claim(LONG)
        ballast = fill(disk, leave=200_000)
        names = iter(f"{k:03}" for k in range(1_000))

        def keep_all() -> None:
            for name in names:
                store.jobs.keeper(LONG).write(name, {"numbers": np.ones(2_000)})

        with pytest.raises(InputRefused, match="the disk is full") as refused:
            keep_all()
        assert "make room" in refused.value.mend
        kept = int(next(names)) - 1
        assert 0 < kept < 100
    ballast.unlink()
    with opened(life.place) as store:
        assert store.jobs.get(LONG).state == "interrupted"
        assert store.jobs.chunks(LONG) == tuple(f"{k:03}" for k in range(kept))
        assert store.verify().ok


def test_a_disk_that_becomes_read_only_is_said_to_be(disk: Path) -> None:
    life = Life(str(disk / "project"), folder=disk / "project")
    a_day(life, "before")
    remounted(disk, "ro")
    with pytest.raises(InputRefused, match="read-only") as refused:
        a_day(life, "never")
    assert "disk that can be written to" in refused.value.mend
    with open_store(life.place, read_only=True) as store:
        assert store.verify().ok
    remounted(disk, "rw")
    a_day(life, "after")
    assert list(wrong(life)) == []


def test_the_study_command_on_a_full_disk_says_so_and_goes_on_later(disk: Path) -> None:
    asked = made(disk / "project", **SIZES)
    with open_store(asked.record, create=True):
        pass
    ballast = fill(disk, leave=20_000)
    code, out, err = ended(begun(asked.command()))
    assert code == EXIT_REFUSED
    assert "the disk is full" in err
    assert "make room on the disk" in err
    assert "Traceback" not in out + err
    ballast.unlink()
    with open_store(asked.record) as store:
        assert store.verify().ok
        assert store.runs() == ()


def test_a_result_that_the_record_cannot_take_is_still_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last write fails; the same command then takes what is finished, as the same run."""
    asked = made(tmp_path / "project", **SIZES)
    with open_store(asked.record, create=True):
        pass
    with monkeypatch.context() as patched:
        patched.setenv("TIMEZERO_FAULT_POINT", "blob.before_rename#2=ENOSPC")
        code, out, err = ended(begun(asked.command()))
    assert code == EXIT_REFUSED
    assert "what was asked for is written, and the record does not hold all of it" in err
    assert "the disk is full" in err
    assert "wrote: json" in out
    first = asked.digest()
    with open_store(asked.record) as store:
        assert [run.state for run in store.runs()] == ["started"]
        assert [job.state for job in store.jobs.list()] == ["interrupted"]
    whole(asked.command())
    assert asked.digest() == first
    with open_store(asked.record) as store:
        assert [run.state for run in store.runs()] == ["finished"]
        assert store.verify().ok


def test_exports_that_the_record_cannot_take_are_said_to_be_written(tmp_path: Path) -> None:
    with open_store(tmp_path / "record", create=True):
        pass
    made_of = tmp_path / "out.json"
    made_of.write_text("{}")
    with pytest.raises(InputRefused, match="what was asked for is written"):
        record_exports(str(tmp_path / "record"), "no such run", {"json": made_of}, "own")


@contextmanager
def as_somebody_without_rights() -> Iterator[Path]:
    """Act as an ordinary user where the tests run as root; yield a folder that is theirs."""
    is_root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp())
    if is_root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        shutil.rmtree(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_rights_that_are_lost_in_the_middle_are_said_to_be(tmp_path: Path) -> None:
    a_day(Life(str(tmp_path / "loads what is imported late")), "one")
    with as_somebody_without_rights() as folder:
        project = folder / "project"
        life = Life(str(project), folder=project)
        a_day(life, "before")
        with opened(life.place) as store:
            project.chmod(0o500)
            (project / "timezero.blobs").chmod(0o500)
            with pytest.raises(InputRefused, match="no right to read or write") as refused:
                register_and_run(store, "never", lambda _what, _value: None)
            assert "ask for the rights" in refused.value.mend
        project.chmod(0o700)
        (project / "timezero.blobs").chmod(0o700)
        assert list(wrong(life)) == []
        a_day(life, "after")
        assert list(wrong(life)) == []
