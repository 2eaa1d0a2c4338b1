"""The papers of the house: set-up commands, map, lock file, changelog, continuous integration."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT_ENDINGS = {".py", ".md", ".toml", ".cff", ".R", ".json", ".txt", ".lock", ".css", ".html", ""}
PLACES_OF_MACHINES = re.compile(r"(?<![\w.])/(?:home|root|Users|work|mnt)/\w+")
HOSTS = re.compile(r"https?://|file:|--(?:extra-)?index-url|--find-links|\S+ @ \S+")


def set_up_commands(text: str) -> list[str]:
    """Return the fenced blocks marked `sh`: the set-up commands, and nothing else."""
    return [
        found.strip() for found in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]


def named_paths(text: str) -> set[str]:
    """Return the paths that a document names between backticks."""
    quoted = re.findall(r"`([^`\s]+)`", text)
    tops = ("src/", "tests/", "docs/", "reference/", "benchmarks/", "simulations/", "mutation/")
    return {q for q in quoted if q.startswith(tops) or re.fullmatch(r"[A-Z]+\.md|\w+\.toml", q)}


def tracked_files() -> list[Path]:
    """Return the files under version control, or everything outside hidden folders."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = [name for name in listed.stdout.split("\0") if name]
    found = [ROOT / name for name in names] or list(ROOT.glob("[!.]*/**/*"))
    return [path for path in found if path.is_file() and path.suffix in TEXT_ENDINGS]


def places_of_machines(text: str) -> list[str]:
    """Return the folders of one particular machine that a text names."""
    return PLACES_OF_MACHINES.findall(text)


def test_readme_has_exactly_two_set_up_commands() -> None:
    commands = set_up_commands((ROOT / "README.md").read_text())
    assert len(commands) == 2
    assert all("\n" not in command for command in commands)
    assert commands[0].endswith("timezero study")
    assert "pytest" in commands[1]


def test_ci_runs_the_commands_of_the_readme() -> None:
    program = (ROOT / ".ci" / "run").read_text()
    runs = [f'bash -euo pipefail -c "$(command_of_readme {k})"' for k in (1, 2)]
    assert runs[0] in program
    assert program.rstrip().endswith(runs[1])
    assert "TIMEZERO_REQUIRE_ALL=1" in program
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_ci_reads_the_same_commands_as_this_test() -> None:
    program = (ROOT / ".ci" / "run").read_text()
    reader = program[program.index("command_of_readme() {") :].split("\n}\n")[0] + "\n}\n"
    for number, command in enumerate(set_up_commands((ROOT / "README.md").read_text()), start=1):
        done = subprocess.run(
            ["bash", "-c", f"{reader} command_of_readme {number}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == command


DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_a_document_names_exists(name: str) -> None:
    named = named_paths((ROOT / name).read_text())
    users_own = {"study.toml"}
    assert sorted(p for p in named - users_own if not (ROOT / p).exists()) == []


def test_map_names_every_layer() -> None:
    said = (ROOT / "MAP.md").read_text()
    layers = [p.name for p in (ROOT / "src" / "timezero").iterdir() if (p / "__init__.py").exists()]
    assert [name for name in layers if name not in said] == []


def test_lock_file_has_hashes_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert not HOSTS.search(text)
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    assert [e.splitlines()[0] for e in entries if "--hash=sha256:" not in e] == []


def test_lock_file_knows_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = [line for group in groups for line in group]
    names = {re.split(r"[\[<>=;~! ]", line)[0].lower() for line in wanted} - {"timezero"}
    locked = re.findall(
        r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    assert sorted(names - set(locked)) == []


def test_no_tracked_file_names_a_place_on_a_machine() -> None:
    guilty = {
        str(path.relative_to(ROOT)): found
        for path in tracked_files()
        if path != Path(__file__)
        and (found := places_of_machines(path.read_text(errors="replace")))
    }
    assert guilty == {}


def test_changelog_opens_each_release_with_changes_in_numbers() -> None:
    releases = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]
    headings = [re.findall(r"^### (.*)$", release, re.MULTILINE) for release in releases]
    assert headings
    assert all(found[0] == "Changes in numbers" for found in headings)


def test_versions_agree() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f'__version__ = "{version}"' in (ROOT / "src/timezero/provenance.py").read_text()
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_decisions_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [name[:4] for name in names] == [f"{k:04d}" for k in range(1, len(names) + 1)]


def test_checkers_see_bad_examples() -> None:
    assert set_up_commands("```sh\na && b\n```\n```text\nno\n```\n") == ["a && b"]
    assert named_paths("`docs/missing.md` and `MAP.md`, not `h(t)`") == {
        "docs/missing.md",
        "MAP.md",
    }
    assert places_of_machines("see /home/somebody/x") == ["/home/somebody"]
    assert places_of_machines("src/art/of/today") == []
    assert HOSTS.search("x @ https://somewhere/x.whl")
    assert not HOSTS.search("numpy==2.0 --hash=sha256:00ff")
