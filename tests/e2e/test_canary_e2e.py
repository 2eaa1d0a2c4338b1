"""Canaries in every identifying cell: no command shows one, writes one, or calls anybody."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from canary_fixture import MARK, canaries, canary_rows, write_registry, write_study

# Every attempt to reach another machine, or to ask for its name, is written down and refused.
WATCHED = """
import os, sys
def watch(event, args):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        family = getattr(args[0], "family", None) if args else None
        if event == "socket.bind" and family == 1:
            return
        with open(os.environ["CALLS_GO_TO"], "a") as file:
            file.write(event + " " + repr(args[1:]) + chr(10))
        raise OSError("no call leaves this machine")
sys.addaudithook(watch)
"""
MAIN = "from timezero.cli.app import main; main()"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the commands printed, and where they wrote."""

    folder: Path
    printed: dict[str, str]
    codes: dict[str, int]


def commands(folder: Path) -> dict[str, list[str]]:
    """Return the commands by a name of their own, in the order in which they are run."""
    registry, study = str(folder / "registry.csv"), folder / "study.toml"
    found = {
        "look": ["look", registry],
        "init": ["init", registry, "-o", str(folder / "new.toml"), "--yes"],
        "deidentify": ["deidentify", registry, "-o", str(folder / "out" / "s.csv"),
                       "--study", str(study)],
        "refused file": ["study", str(folder / "missing.csv")],
        "refused column": ["study", str(study), "--exit", "nothing", "--no-html"],
        "broken dates": ["study", str(folder / "broken.toml"), "--no-html"],
    }  # fmt: skip
    for profile in ("own", "publish", "cms"):
        found[f"study {profile}"] = [
            "study", str(study), "--profile", profile, "--plain",
            "--html", str(folder / "out" / f"{profile}.html"),
            "--json", str(folder / "out" / f"{profile}.json"),
        ]  # fmt: skip
    return found


def prepared(folder: Path) -> Path:
    """Write the registry, one with a date that is none, and their study files."""
    rows = canary_rows()
    registry = write_registry(folder / "registry.csv", rows)
    write_study(folder / "study.toml", registry)
    rows[3] = rows[3] | {"last_contact": "2031-02-30"}
    rows[5] = rows[5] | {"last_contact": "1999-01-01"}
    broken = write_registry(folder / "broken.csv", rows)
    write_study(folder / "broken.toml", broken)
    for name in ("out", "tmp", "cache", "home"):
        (folder / name).mkdir()
    return folder


def surroundings(folder: Path) -> dict[str, str]:
    """Return the environment: temporary files, caches and home are folders that are looked at."""
    (folder / "watch").mkdir(exist_ok=True)
    (folder / "watch" / "sitecustomize.py").write_text(WATCHED, encoding="utf-8")
    path = os.pathsep.join([str(folder / "watch"), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {
        "PYTHONPATH": path,
        "CALLS_GO_TO": str(folder / "calls.txt"),
        "TMPDIR": str(folder / "tmp"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HOME": str(folder / "home"),
        "TIMEZERO_DEBUG": "1",
    }


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    folder = prepared(tmp_path_factory.mktemp("canaries"))
    printed: dict[str, str] = {}
    codes: dict[str, int] = {}
    for name, arguments in commands(folder).items():
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *arguments],
            env=surroundings(folder), cwd=folder, capture_output=True, check=False,
        )  # fmt: skip
        printed[name] = (done.stdout + done.stderr).decode("utf-8", "replace")
        codes[name] = done.returncode
    return Said(folder=folder, printed=printed, codes=codes)


def written(folder: Path) -> Iterator[Path]:
    """Yield every file that a command wrote: all but the registries and the study files given."""
    given = {"registry.csv", "broken.csv", "study.toml", "broken.toml", "sitecustomize.py"}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in given and "__pycache__" not in path.parts:
            yield path


def test_commands_did_what_they_should(said: Said) -> None:
    refused = {"refused file", "refused column", "broken dates"}
    done = {name: code for name, code in said.codes.items() if name not in refused}
    assert {name: code for name, code in done.items() if code not in (0, 1)} == {}, said.printed
    assert {said.codes[name] for name in refused} == {2}
    assert (said.folder / "out" / "own.html").stat().st_size > 10_000


IDS_IN_A_PAGE = {f"{row['patient']}</t" for row in canary_rows()}
# A patient id is what a single patient's own line is found by; it is a canary here, too.
SHOWS_PATIENTS = ("own.html",)


def test_no_canary_is_printed(said: Said) -> None:
    marks = canaries(canary_rows())
    hits = {
        name: sorted({mark for mark in marks if mark in text})
        for name, text in said.printed.items()
        if name != "look"
    }
    assert {name: found for name, found in hits.items() if found} == {}


def test_look_shows_no_cell_of_a_column_that_is_left_out(said: Said) -> None:
    """It is asked to show cells; it shows ids and a site, and nothing else of who somebody is."""
    rows = canary_rows()
    told = said.printed["look"]
    shown = set(re.findall(rf"{MARK}\w*", told))
    assert shown <= {row["patient"] for row in rows} | {f"{MARK}site"}
    assert [r["Phone"] for r in rows if r["Phone"] in told] == []


def test_no_canary_is_written(said: Said) -> None:
    marks = [mark.encode() for mark in canaries(canary_rows())]
    hits: dict[str, list[bytes]] = {}
    for path in written(said.folder):
        if path.name in SHOWS_PATIENTS:
            continue
        content = path.read_bytes()
        if found := [mark for mark in marks if mark in content]:
            hits[path.name] = found
    assert hits == {}


def test_own_report_shows_ids_and_nothing_else_of_who_they_are(said: Said) -> None:
    page = (said.folder / "out" / "own.html").read_text(encoding="utf-8")
    rows = canary_rows()
    assert set(re.findall(rf"{MARK}\S{{0,6}}", page)) <= IDS_IN_A_PAGE
    assert any(row["patient"] in page for row in rows)
    for name in ("Name", "MRN", "Date of birth", "Phone", "E-mail", "PLZ", "Notes", "Policy no"):
        assert [row[name] for row in rows if row[name] in page] == [], name


def test_nobody_is_called(said: Said) -> None:
    calls = said.folder / "calls.txt"
    assert not calls.exists(), calls.read_text()


def test_the_watch_sees_a_call(tmp_path: Path) -> None:
    call = "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run(
        [sys.executable, "-c", call], env=surroundings(tmp_path), capture_output=True, check=False
    )
    assert done.returncode != 0
    assert "socket." in (tmp_path / "calls.txt").read_text()


def test_what_is_kept_is_the_owners_alone(said: Said) -> None:
    for path in written(said.folder):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o133 == 0, (path.name, oct(mode))
        kept = {"cache", "tmp"} & set(path.relative_to(said.folder).parts)
        compiled = path.suffix in {".nbi", ".nbc"}
        if kept and not compiled and "matplotlib" not in str(path):
            assert mode & 0o077 == 0, (path.name, oct(mode))
    assert stat.S_IMODE((said.folder / "out" / "s.csv").stat().st_mode) == 0o600


def test_temporary_files_are_gone(said: Said) -> None:
    assert [p.name for p in (said.folder / "tmp").rglob("*") if p.is_file()] == []


def test_without_any_network(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-rn", "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("NOT TESTED: this machine gives no network namespace (unshare -rn)")
    folder = prepared(tmp_path)
    for name in ("look", "deidentify", "study publish"):
        done = subprocess.run(
            [unshare, "-rn", sys.executable, "-c", MAIN, *commands(folder)[name]],
            env=surroundings(folder), cwd=folder, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr.decode()
    assert not (folder / "calls.txt").exists()
