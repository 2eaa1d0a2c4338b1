"""The command ``timezero audit``: every way in, every way out, and every exit code."""

from __future__ import annotations

import io
import json
import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hostile_files import simple_pdf
from timezero.audit import run as audit_run
from timezero.audit.run import audit_claim, audit_key
from timezero.checkpoints import default_folder
from timezero.cli import _report_process, app
from timezero.intake.claim_file import read_claim
from timezero.intake.claims import DEFAULT_CLAIM, claim_path, list_claims
from timezero.report.render.audit_json import audit_schema_text, render_audit_json

EFFORT = "0.01"
QUIET = ("--no-html", "--json", "-")
PRINTED_LINES = [
    "Of 30 patients, 10 patients had a second operation.",
    "Median survival was 50 months with a second operation",
    "and 20 months with a single operation.",
]
CLAIM = " ".join(PRINTED_LINES)
ANSWERS = {
    "How many patients in all?": "30",
    "How many of them had the late treatment?": "ten",
    "Median survival of the late treated?": "50",
    "Median survival of the never treated?": "20",
}

Ran = tuple[int, str, str]
Command = Callable[..., Ran]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return what runs ``timezero audit`` in an empty folder, drawing in this very process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NO_COLOR", raising=False)

    def no_second_process(*_given: object, **_named: object) -> None:
        raise OSError

    monkeypatch.setattr(_report_process.subprocess, "Popen", no_second_process)

    def run(*arguments: str) -> Ran:
        effort = () if "--effort" in arguments else ("--effort", EFFORT)
        code = app.run(["audit", *effort, *arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def nothing_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when an audit is begun."""

    def begun(*_given: object, **_named: object) -> None:
        pytest.fail("the audit was begun")

    monkeypatch.setattr(audit_run, "audit_claim", begun)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(audit_schema_text()))


def files() -> list[str]:
    return sorted(path.name for path in Path().iterdir() if path.name != "cache")


def answer(out: str) -> dict[str, Any]:
    """Return an audit without the moment it was made."""
    document = json.loads(out)
    del document["provenance"]["made_at"]
    return document


# What is given.


def test_without_a_claim_the_bundled_one_is_audited(command: Command) -> None:
    code, out, err = command()
    assert (code, err) == (0, "")
    assert out.startswith("Waiting alone could produce it")
    assert "wrote: report to timezero-audit.html" in out
    assert files() == ["timezero-audit.html"]


@pytest.mark.parametrize(
    "name", ["heart_transplant_stanford", "repeat_hipec_huang_2015", "second_surgery_desktop_3"]
)
def test_a_bundled_claim_is_audited_by_its_name(
    name: str, command: Command, validator: jsonschema.Draft202012Validator
) -> None:
    code, out, err = command(name, *QUIET)
    assert (code, err) == (0, "")
    validator.validate(json.loads(out))
    assert json.loads(out)["claim"]["title"] == read_claim(claim_path(name)).title
    assert files() == []


def test_a_claim_file_is_read(command: Command) -> None:
    Path("Mine.TOML").write_text("[numbers]\nn = 30\nn_late = 10\n", encoding="utf-8")
    code, out, _ = command("Mine.TOML", *QUIET)
    assert code == 0
    assert json.loads(out)["claim"]["numbers"]["n"]["printed"] == "30"


ARTICLES = {
    "html": ("a.html", f"<html><body><p>{CLAIM}</p><p>Nothing else.</p></body></html>".encode()),
    "txt": ("a.txt", CLAIM.encode()),
    "md": ("my article.md", f"# A claim\n\n{CLAIM}\n".encode()),
    "pdf": ("a.pdf", simple_pdf(PRINTED_LINES)),
}


@pytest.mark.parametrize(("name", "content"), ARTICLES.values(), ids=ARTICLES)
def test_an_article_is_read_and_its_draft_kept(name: str, content: bytes, command: Command) -> None:
    Path(name).write_bytes(content)
    code, out, err = command(name, "--no-html", "--plain")
    assert (code, err) == (0, "")
    assert "draft: timezero-claim.toml; edit it and run" in out
    numbers = read_claim("timezero-claim.toml").numbers
    assert [numbers.n.printed, numbers.n_late.printed] == ["30", "10"]
    assert [numbers.median_late.printed, numbers.median_never.printed] == ["50", "20"]
    table, _, rest = out.partition("draft: ")
    assert "median_late" in table
    assert "What is printed" in rest or "difference" in rest


def test_a_sentence_is_read_and_open_roles_are_told(command: Command) -> None:
    code, out, _ = command(CLAIM.replace("Median survival was", "They survived"), "--no-html")
    assert code == 0
    assert "not asked, default taken: " in out
    assert "Taken: median, by default" in out


def test_a_draft_gives_the_same_answer_as_its_article(command: Command) -> None:
    first = command(CLAIM, *QUIET)
    again = command("timezero-claim.toml", *QUIET)
    assert first[0] == again[0] == 0
    assert answer(first[1]) == answer(again[1])
    assert again[2] == ""


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("heart_transplant_stanfort", "TZ-CLI-07", "no such bundled claim"),
        ("missing.html", "TZ-CLI-07", "no such file"),
        ("my missing article.html", "TZ-ART-01", "cannot be read"),
        ("missing.toml", "TZ-IN-01", "cannot be read"),
        ("folder", "TZ-ART-01", "a folder was given"),
        ("folder.toml", "TZ-IN-01", "cannot be read"),
        (".", "TZ-ART-01", "a folder was given"),
        ("", "TZ-CLI-07", "no such file"),
        ("  ", "TZ-CLI-07", "no such file"),
        ("empty.txt", "TZ-ART-05", "no text"),
        ("https://example.org/article", "TZ-ART-09", "no pages on the network"),
        ("x" * 5_000, "TZ-CLI-07", "no such file"),
        ("\x1b[31mred", "TZ-CLI-07", "no such file"),
    ],
)
@pytest.mark.usefixtures("nothing_computed")
def test_what_is_no_claim_is_refused(given: str, code: str, words: str, command: Command) -> None:
    for folder in ("folder", "folder.toml"):
        Path(folder).mkdir()
    Path("empty.txt").touch()
    exit_code, out, err = command(given)
    assert (exit_code, out) == (2, "")
    assert err.startswith(f"[{code}]")
    assert words in err
    assert "\x1b" not in err
    assert files() == ["empty.txt", "folder", "folder.toml"]


@pytest.mark.parametrize("name", ["a.txt", "a.toml"])
def test_a_file_that_may_not_be_read_is_refused(
    name: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(name).write_text(CLAIM, encoding="utf-8")

    def forbidden(path: Path, *_given: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", forbidden)
    monkeypatch.setattr(Path, "read_bytes", forbidden)
    code, _, err = command(name)
    assert code == 2
    assert "cannot be read: Permission denied" in err


def test_an_empty_claim_lets_nobody_tell(command: Command) -> None:
    Path("empty.toml").touch()
    code, out, _ = command("empty.toml", "--no-html")
    assert code == 0
    assert out.startswith("What is printed does not let anyone tell.")


def test_numbers_of_an_article_that_contradict_are_refused_with_the_draft(
    command: Command,
) -> None:
    wrong = CLAIM.replace("10 patients", "290 patients")
    code, out, err = command(wrong, "--no-html")
    assert code == 2
    assert "timezero-claim.toml, numbers.n_late" in err
    assert "draft: timezero-claim.toml" in out
    assert command("timezero-claim.toml", "--no-html")[2] == err


# Questions.


def answering(monkeypatch: pytest.MonkeyPatch, said: str, *, terminal: bool = False) -> None:
    stream = io.StringIO(said)
    monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(sys, "stdin", stream)


def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    def said(prompt: str = "") -> str:
        asked = prompt or sys.stderr.getvalue().splitlines()[-1]
        return next((a for q, a in ANSWERS.items() if asked.strip().startswith(q)), "")

    monkeypatch.setattr("builtins.input", said)


def test_a_claim_is_asked_for(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch)
    code, out, _ = command("--new", "--no-html", "--draft", "mine.toml")
    assert code == 0
    assert "draft: mine.toml" in out
    assert read_claim("mine.toml").numbers.n_late.printed == "ten"


def test_answers_on_standard_input_make_a_claim(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "Twice operated\n" + "\n" * 100)
    code, out, _ = command("--new", "--no-html")
    assert code == 0
    assert "How many patients in all?" in out
    assert read_claim("timezero-claim.toml").title == "Twice operated"


@pytest.mark.parametrize("said", ["", "A title\nA paper\n"])
def test_questions_without_answers_are_refused(
    said: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, said)
    code, _, err = command("--new")
    assert code == 2
    assert "[TZ-CLI-09]" in err
    assert files() == []


def test_closed_standard_input_is_refused(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "[TZ-CLI-09]" in command("--new")[2]
    code, out, _ = command(CLAIM, "--no-html")
    assert code == 0
    assert "draft: " in out


def test_questions_go_to_standard_error_beside_json(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "\n" * 100)
    code, out, err = command("--new", *QUIET)
    assert code == 0
    assert json.loads(out)["claim"]["source"]["kind"] == "news"
    assert "How many patients in all?" in err


@pytest.mark.usefixtures("nothing_computed")
def test_a_claim_and_questions_are_too_much(command: Command) -> None:
    assert "[TZ-CLI-08]" in command("a.txt", "--new")[2]


OPEN = CLAIM.replace("Median survival was", "They survived")


def test_an_open_role_is_asked_at_a_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "nonsense\nmean\n", terminal=True)
    code, out, _ = command(OPEN, "--no-html")
    assert code == 0
    assert "answer one of: median, mean" in out
    assert "not asked" not in out
    numbers = read_claim("timezero-claim.toml").numbers
    assert numbers.median_late is None
    assert numbers.mean_late.printed == "50"


def test_yes_takes_the_default_at_a_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "", terminal=True)
    code, out, _ = command(OPEN, "--no-html", "--yes")
    assert code == 0
    assert "not asked, default taken: " in out


def test_an_open_role_that_nobody_answers_is_refused(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "", terminal=True)
    code, _, err = command(OPEN)
    assert code == 2
    assert "--yes" in err
    assert files() == []


# The list.


def test_the_bundled_claims_are_listed(command: Command) -> None:
    code, out, _ = command("--list", "--plain")
    assert code == 0
    for name in list_claims():
        assert name in out
    listed = json.loads(command("--list", "--json", "-")[1])
    assert [claim["name"] for claim in listed] == list(list_claims())
    assert command("--list", "--json", "list.json")[1] == ""
    assert json.loads(Path("list.json").read_bytes()) == listed


# What comes out.


def test_json_on_standard_output_is_nothing_but_json(
    command: Command, validator: jsonschema.Draft202012Validator
) -> None:
    code, out, err = command(OPEN, *QUIET)
    assert code == 0
    validator.validate(json.loads(out))
    assert "not asked, default taken: " in err
    assert "draft: timezero-claim.toml" in err


def test_every_output_is_written_and_named(
    command: Command, validator: jsonschema.Draft202012Validator
) -> None:
    code, out, err = command(
        "--html", "new/r.html", "--json", "new/r.json", "--article", "new/page.html", "--plain"
    )
    assert (code, err) == (0, "")
    for name in ("r.html", "r.json", "page.html"):
        assert f"new/{name}" in out
    validator.validate(json.loads(Path("new/r.json").read_bytes()))
    assert Path("new/r.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert Path("new/page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert files() == ["new"]


def test_no_html_writes_nothing(command: Command) -> None:
    assert command("--no-html")[0] == 0
    assert files() == []


def test_plain_output_is_ascii(command: Command) -> None:
    said = CLAIM.replace("patients had", "«patients» — hätten")
    for arguments in ((), (said,), ("--list",)):
        code, out, err = command(*arguments, "--no-html", "--plain")
        assert code == 0
        assert out.isascii()
        assert err == ""


@pytest.mark.parametrize(
    ("no_colour", "arguments", "coloured"),
    [("", (), True), ("1", (), False), ("", ("--plain",), False)],
)
def test_colour_only_at_a_terminal_that_wants_it(
    no_colour: str,
    arguments: tuple[str, ...],
    *,
    coloured: bool,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    out = command("--no-html", *arguments)[1]
    assert ("\x1b[" in out) is coloured


def test_the_exit_code_is_one_where_numbers_cannot_be_right(command: Command) -> None:
    Path("claim.toml").write_text(
        '[numbers]\nn = 30\nn_late = 10\nhazard_ratio = { printed = "0.50", lower = "0.60", '
        'upper = "0.90" }\n',
        encoding="utf-8",
    )
    code, out, _ = command("claim.toml", *QUIET)
    severities = {f["severity"] for c in json.loads(out)["checks"] for f in c["findings"]}
    assert "error" in severities
    assert code == 1
    assert command("claim.toml", "--no-html")[0] == 1


@pytest.mark.parametrize(
    "amount",
    [
        ("--effort", "0"),
        ("--effort", "nan"),
        ("--effort", "1e9"),
        ("--workers", "0"),
        ("--workers", "1000"),
        ("--seed", "-1"),
        ("--seed", "9223372036854775808"),
    ],
)
@pytest.mark.usefixtures("nothing_computed")
def test_odd_amounts_are_refused_before_anything_is_written(
    amount: tuple[str, str], command: Command
) -> None:
    code, out, err = command(CLAIM, *amount)
    assert (code, out) == (2, "")
    assert "[TZ-CLI-06]" in err
    assert amount[0] in err
    assert files() == []


@pytest.mark.parametrize("arguments", [("--effort", "much"), ("--nonsense",), ("a b", "c d")])
@pytest.mark.usefixtures("nothing_computed")
def test_a_wrong_command_line_is_refused(arguments: tuple[str, ...], command: Command) -> None:
    assert command(*arguments)[0] == 2
    assert files() == []


@pytest.mark.parametrize("flag", ["--html", "--json", "--article", "--draft"])
@pytest.mark.parametrize("place", ["file/out", "folder", "closed/out", "x" * 300, "circle/out"])
@pytest.mark.usefixtures("nothing_computed")
def test_places_that_cannot_be_written_are_refused_first(
    flag: str, place: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("file").touch()
    Path("folder").mkdir()
    Path("closed").mkdir()
    Path("circle").symlink_to("circle")
    may = os.access

    def access(path: Path, mode: int) -> bool:
        return Path(path).name != "closed" and may(path, mode)

    monkeypatch.setattr(os, "access", access)
    code, out, err = command(CLAIM, flag, place)
    assert (code, out) == (2, "")
    assert err.startswith("[TZ-CLI-05]")
    assert f"where: {flag}" in err
    assert files() == ["circle", "closed", "file", "folder"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.html", "--html", "a.html"),
        ("a.html", "--article", "./a.html"),
        ("a.html", "--json", "link.html"),
        ("a.html", "--draft", "a.html", "--force"),
        ("timezero-audit.html",),
        ("a.html", "--html", "r", "--json", "r"),
        ("--html", "r", "--article", "new/../r"),
        ("a.html", "--draft", "r.toml", "--json", "r.toml"),
    ],
)
@pytest.mark.usefixtures("nothing_computed")
def test_no_output_takes_the_place_of_another_file_of_the_run(
    arguments: tuple[str, ...], command: Command
) -> None:
    for name in ("a.html", "timezero-audit.html"):
        Path(name).write_text(CLAIM, encoding="utf-8")
    Path("link.html").symlink_to("a.html")
    code, _, err = command(*arguments)
    assert code == 2
    assert err.startswith("[TZ-CLI-11]")
    assert Path("a.html").read_text(encoding="utf-8") == CLAIM
    assert files() == ["a.html", "link.html", "timezero-audit.html"]


def test_two_outputs_may_go_nowhere(command: Command) -> None:
    code, _, err = command("--html", os.devnull, "--json", os.devnull)
    assert (code, err) == (0, "")


# Drafts.


def test_an_edited_draft_is_never_written_over(command: Command) -> None:
    command(CLAIM, "--no-html")
    edited = Path("timezero-claim.toml").read_text(encoding="utf-8") + "# edited\n"
    Path("timezero-claim.toml").write_text(edited, encoding="utf-8")
    for _ in range(2):
        code, out, _ = command(CLAIM, "--no-html")
        assert code == 0
        assert "draft: timezero-claim-2.toml; edit it and run" in out
    assert Path("timezero-claim.toml").read_text(encoding="utf-8") == edited
    assert files() == ["timezero-claim-2.toml", "timezero-claim.toml"]


def test_a_draft_that_says_the_same_is_left(command: Command) -> None:
    command(CLAIM, "--no-html")
    before = Path("timezero-claim.toml").stat().st_mtime_ns
    command(CLAIM, "--no-html")
    assert Path("timezero-claim.toml").stat().st_mtime_ns == before
    assert files() == ["timezero-claim.toml"]


def test_force_writes_over_a_draft(command: Command) -> None:
    Path("timezero-claim.toml").write_text("# mine\n", encoding="utf-8")
    assert command(CLAIM, "--no-html", "--force")[0] == 0
    assert read_claim("timezero-claim.toml").numbers.n.printed == "30"
    assert files() == ["timezero-claim.toml"]


@pytest.mark.usefixtures("nothing_computed")
def test_a_named_draft_that_is_there_is_refused(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mine.toml").write_text("# mine\n", encoding="utf-8")
    code, _, err = command(CLAIM, "--draft", "mine.toml")
    assert code == 2
    assert err.startswith("[TZ-CLI-10]")
    assert "--force" in err
    monkeypatch.setattr("builtins.input", lambda _prompt: pytest.fail("asked in vain"))
    assert command("--new", "--draft", "mine.toml")[0] == 2
    assert Path("mine.toml").read_text(encoding="utf-8") == "# mine\n"


def test_a_bundled_claim_is_copied_for_editing(command: Command) -> None:
    code, out, _ = command(DEFAULT_CLAIM, "--no-html", "--draft", "copy.toml")
    assert code == 0
    assert "draft: copy.toml" in out
    assert read_claim("copy.toml") == read_claim(claim_path())
    assert tomllib.loads(Path("copy.toml").read_text(encoding="utf-8"))["schema"]


# Interruption.


def test_an_interrupted_audit_says_that_it_can_go_on(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(audit_run, "audit_claim", interrupted)
    code, out, err = command()
    assert (code, out) == (130, "")
    assert "the same command goes on from there" in err
    assert files() == []


class Stopped(Exception):
    """Raised in the middle of an audit."""


def kept_after_stop(folder: Path) -> list[Path]:
    """Run an audit until its map of selection, and return the files it kept."""

    def stop(stage: str, _done: int, _total: int) -> None:
        if "effects" in stage and "strong" in stage:
            raise Stopped

    with pytest.raises(Stopped):
        audit_claim(read_claim(claim_path()), effort=0.01, keep_in=folder, progress=stop)
    return sorted(folder.iterdir())


def test_a_resumed_audit_gives_the_same_and_computes_only_the_rest(tmp_path: Path) -> None:
    claim = read_claim(claim_path())
    whole = audit_claim(claim, effort=0.01)
    kept = kept_after_stop(tmp_path / "kept")
    assert len(kept) == 5
    stages: set[str] = set()
    resumed = audit_claim(
        claim,
        effort=0.01,
        keep_in=tmp_path / "kept",
        progress=lambda stage, _done, _total: stages.add(stage),
    )
    assert answer(render_audit_json(resumed)) == answer(render_audit_json(whole))
    assert not any("does nothing, selection moderate" in stage for stage in stages)
    assert any("effects" in stage and "strong" in stage for stage in stages)
    assert not (tmp_path / "kept").exists()


def flipped(raw: bytes, place: int) -> bytes:
    return raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :]


def test_a_kept_file_that_is_damaged_is_computed_again(tmp_path: Path) -> None:
    claim = read_claim(claim_path())
    whole = answer(render_audit_json(audit_claim(claim, effort=0.01)))
    kept = kept_after_stop(tmp_path / "kept")
    damages: tuple[Callable[[bytes], bytes], ...] = (
        lambda _raw: b"",
        lambda raw: raw[: len(raw) // 2],
        lambda _raw: b"PK\x03\x04 and nothing more",
        lambda raw: flipped(raw, len(raw) // 2),
        lambda _raw: b"\x80\x04K\x01.",
    )
    for path, damage in zip(kept, damages, strict=True):
        path.write_bytes(damage(path.read_bytes()))
    again = audit_claim(claim, effort=0.01, keep_in=tmp_path / "kept")
    assert answer(render_audit_json(again)) == whole


def test_kept_files_are_named_by_everything_that_changes_the_numbers() -> None:
    claim = read_claim(claim_path())
    other = claim.model_copy(update={"title": "another"})
    keys = {
        audit_key(c, {}, seed=seed, effort=effort)
        for c in (claim, other)
        for seed in (1, 2)
        for effort in (0.1, 1.0)
    }
    assert len(keys) == 8
    assert len({default_folder(key) for key in keys}) == 8
