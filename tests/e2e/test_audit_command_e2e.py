"""The command ``timezero audit`` as a program: interrupted, piped, in hostile folders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PROGRAM = "from timezero.cli.app import main; main()"
PATIENCE = 60.0


@pytest.fixture
def surroundings(root: Path, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(root / "src"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


def started(
    arguments: list[str], folder: Path, surroundings: dict[str, str], **more: Any
) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM, "audit", *arguments],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **more,
    )


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out.decode(), err.decode()


def answer(out: str) -> dict[str, Any]:
    document = json.loads(out)
    del document["provenance"]["made_at"]
    return document


def kept_files(surroundings: dict[str, str]) -> list[Path]:
    return sorted(Path(surroundings["XDG_CACHE_HOME"]).rglob("*.npz"))


def test_an_interrupted_run_goes_on_and_ends_with_the_same_numbers(
    tmp_path: Path, surroundings: dict[str, str]
) -> None:
    arguments = ["--effort", "0.05", "--json", "-", "--html", "report.html"]
    elsewhere = surroundings | {"XDG_CACHE_HOME": str(tmp_path / "another cache")}
    code, whole, err = ended(started(arguments, tmp_path / "whole", elsewhere))
    assert (code, err) == (0, "")

    process = started(arguments, tmp_path / "stopped", surroundings)
    give_up = time.monotonic() + PATIENCE
    while not kept_files(surroundings) and process.poll() is None:
        assert time.monotonic() < give_up
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    code, out, err = ended(process)
    assert (code, out) == (130, "")
    assert "the same command goes on from there" in err
    assert "Traceback" not in err
    kept = kept_files(surroundings)
    assert kept
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    assert list((tmp_path / "stopped").iterdir()) == []

    code, resumed, err = ended(started(arguments, tmp_path / "stopped", surroundings))
    assert (code, err) == (0, "")
    assert answer(resumed) == answer(whole)
    assert kept_files(surroundings) == []
    assert list(Path(surroundings["XDG_CACHE_HOME"]).rglob("*.tmp")) == []
    pages = [
        (tmp_path / run / "report.html").read_text(encoding="utf-8").replace(made(said), "")
        for run, said in (("whole", whole), ("stopped", resumed))
    ]
    assert pages[0] == pages[1]


def made(out: str) -> str:
    return json.loads(out)["provenance"]["made_at"]


def test_a_press_release_in_one_command_ends_as_the_paper_does(
    root: Path, tmp_path: Path, surroundings: dict[str, str]
) -> None:
    article = root / "examples" / "press_release" / "article.html"
    quick = ["--effort", "0.1", "--no-html", "--json", "-"]
    code, of_release, err = ended(started([str(article), *quick], tmp_path / "a", surroundings))
    assert code == 0
    assert "not asked, default taken: " in err
    code, of_paper, _ = ended(started(quick, tmp_path / "b", surroundings))
    assert code == 0
    verdicts = [json.loads(out)["verdict"]["code"] for out in (of_release, of_paper)]
    assert verdicts == ["waiting_could_produce_it"] * 2
    numbers = json.loads(of_release)["claim"]["numbers"]
    assert numbers["n"]["printed"] == "almost thirty"
    assert numbers["n_late"]["printed"] == "Eight"
    assert numbers["median_late"]["printed"] == "over six years"


def test_programs_in_the_working_folder_are_not_run(
    tmp_path: Path, surroundings: dict[str, str]
) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("jinja2", "matplotlib", "statistics", "pickle", "timezero"):
        (folder / f"{name}.py").write_text('open("run", "w").close()\n', encoding="utf-8")
    code, _, err = ended(started(["--effort", "0.01"], folder, surroundings))
    assert (code, err) == (0, "")
    assert (folder / "timezero-audit.html").exists()
    assert not (folder / "run").exists()


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path, surroundings: dict[str, str]) -> None:
    arguments = ["--effort", "0.01", "--no-html", "--json", "-"]
    process = started(arguments, tmp_path, surroundings)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read().decode()
    assert process.wait(PATIENCE) == 141
    process.stderr.close()
    assert err == ""


def test_closed_standard_input_takes_defaults(tmp_path: Path, surroundings: dict[str, str]) -> None:
    sentence = (
        "Of 30 patients, 10 patients had a second operation. They survived 50 months with a "
        "second operation and 20 months with a single operation."
    )
    arguments = [sentence, "--effort", "0.01", "--no-html", "--plain"]
    process = started(arguments, tmp_path, surroundings, stdin=subprocess.DEVNULL)
    code, out, err = ended(process)
    assert (code, err) == (0, "")
    assert "not asked, default taken: " in out
    assert out.isascii()
