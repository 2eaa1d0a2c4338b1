"""Every file of a registry folder keeps its promises: object, documentation, tests, references."""

from __future__ import annotations

import importlib
import importlib.util
import json
import pkgutil
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from timezero.errors import InternalFault
from timezero.registry import discover
from timezero.report.bibliography import bibliography

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {
    "timezero.ladder.rungs": "RUNG",
    "timezero.ladder.sensitivity": "SENSITIVITY",
    "timezero.ladder.guards": "GUARD",
    "timezero.intake.checks": "CHECK",
    "timezero.intake.readers": "READER",
    "timezero.intake.steps": "STEP",
    "timezero.intake.dictionary_exports": "EXPORT",
    "timezero.intake.plausibility": "RULE",
    "timezero.align": "ALIGNMENT",
    "timezero.report.sections": "SECTION",
    "timezero.report.figures": "FIGURE",
    "timezero.audit.checks": "CHECK",
    "timezero.intake.article.roles": "ROLE",
    "timezero.intake.article.words": "WORDS",
    "timezero.report.audit_sections": "SECTION",
    "timezero.report.audit_figures": "FIGURE",
}
PAGES = {
    "timezero.ladder.rungs": "rungs",
    "timezero.ladder.sensitivity": "sensitivity",
    "timezero.intake.checks": "checks",
    "timezero.intake.readers": "readers",
    "timezero.intake.steps": "steps",
    "timezero.intake.dictionary_exports": "dictionary-exports",
    "timezero.align": "alignments",
    "timezero.report.sections": "sections",
    "timezero.report.figures": "figures",
    "timezero.audit.checks": "print-checks",
    "timezero.intake.article.roles": "article-roles",
    "timezero.intake.article.words": "article-words",
    "timezero.report.audit_sections": "audit-sections",
    "timezero.report.audit_figures": "audit-figures",
    "timezero.cli": "commands",
}
RUNGS = [
    "ever_treated",
    "clock_reset",
    "waiting_excluded",
    "landmark",
    "landmark_supermodel",
    "mantel_byar",
    "simon_makuch",
    "time_varying",
    "from_trigger",
    "clone_censor_weight",
    "sequential_trials",
    "marginal_structural_cox",
    "risk_set_matching",
    "g_formula",
    "illness_death",
    "structural_failure_time",
    "bayesian",
]
PUBLISHED_ERRORS = {"ever_treated", "clock_reset", "waiting_excluded"}


def names_in(package: str) -> list[str]:
    """Return the entries of a registry folder, without importing them."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    names = [m.name for m in pkgutil.iter_modules(spec.submodule_search_locations)]
    return sorted(
        n for n in names if n[0] != "_" and not (package == "timezero.cli" and n == "app")
    )


ENTRIES = [(package, name) for package in PAGES for name in names_in(package)]


@cache
def made_by(script: str) -> ModuleType:
    """Return a documentation script as a module."""
    path = ROOT / "docs" / f"{script}.py"
    spec = importlib.util.spec_from_file_location(script, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[script] = module
    spec.loader.exec_module(module)
    return module


@cache
def words_of_tests() -> str:
    """Return all tests that look at what the program does, as one text."""
    folders = [p for p in (ROOT / "tests").iterdir() if p.name != "architecture"]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    return "\n".join(path.read_text() for path in paths if path != Path(__file__))


def named_in(text: str, name: str) -> bool:
    """Say whether a text names an entry, in any spelling of its words."""
    return re.search(rf"(?<![A-Za-z]){name.replace('_', '[_ -]')}(?![A-Za-z])", text) is not None


@pytest.mark.parametrize("package", FOLDERS)
def test_every_file_exposes_its_object(package: str) -> None:
    found = discover(package, FOLDERS[package])
    assert sorted(found) == names_in(package)
    assert found


@pytest.mark.parametrize(("package", "name"), ENTRIES)
def test_every_entry_is_documented(package: str, name: str) -> None:
    page = (ROOT / "docs" / "reference" / f"{PAGES[package]}.md").read_text()
    assert f"\n## `{name}`\n" in page


@pytest.mark.parametrize(("package", "name"), ENTRIES)
def test_every_entry_is_tested(package: str, name: str) -> None:
    tests = words_of_tests()
    has_tests_over_the_whole_folder = f'discover("{package}"' in tests
    assert has_tests_over_the_whole_folder or named_in(tests, name), f"no test names {name}"


@pytest.mark.parametrize("name", RUNGS)
def test_every_rung_has_a_page_with_its_method(name: str) -> None:
    pages = [p.read_text() for p in (ROOT / "docs" / "methods").glob("*.md")]
    assert any(f"`{name}`" in page for page in pages)


def test_rungs_stand_in_the_order_of_the_ladder() -> None:
    rungs = discover("timezero.ladder.rungs", "RUNG")
    assert sorted(rungs, key=lambda name: rungs[name].order) == RUNGS
    assert all(rung.name == name for name, rung in rungs.items())
    assert {n for n, rung in rungs.items() if rung.role == "published_error"} == PUBLISHED_ERRORS


@pytest.mark.parametrize("name", RUNGS)
@pytest.mark.parametrize(
    "field", ["title", "estimand", "symbols", "counted_from", "difference", "needed"]
)
def test_every_rung_speaks(name: str, field: str) -> None:
    assert len(getattr(discover("timezero.ladder.rungs", "RUNG")[name], field)) > 10


@pytest.mark.parametrize("name", RUNGS)
def test_every_reference_of_a_rung_is_in_the_bibliography(name: str) -> None:
    references = discover("timezero.ladder.rungs", "RUNG")[name].references
    assert references
    assert [key for key in references if key not in bibliography()] == []


def test_every_reference_of_the_method_pages_is_in_the_bibliography() -> None:
    text = "\n".join(p.read_text() for p in (ROOT / "docs" / "methods").glob("*.md"))
    cited = set(re.findall(r"\b([a-z]+(?:19|20)\d\d[a-z]?)\b", text))
    assert cited
    assert sorted(cited - set(bibliography())) == []


def test_every_reference_of_a_docstring_is_in_the_bibliography() -> None:
    sources = (ROOT / "src" / "timezero").rglob("*.py")
    text = "\n".join(path.read_text() for path in sources)
    cited = set(re.findall(r"\[([a-z]+(?:19|20)\d\d[a-z]?)\]", text))
    assert cited
    assert sorted(cited - set(bibliography())) == []


def test_conventions_are_printed_as_they_are_documented() -> None:
    from timezero.conventions import CONVENTIONS

    page = (ROOT / "docs" / "conventions.md").read_text()
    missing = [c for c, words in CONVENTIONS.items() if f"| **{c}** | {words} |" not in page]
    assert missing == []


@pytest.mark.parametrize(
    "name",
    [
        "alignments",
        "article-roles",
        "article-words",
        "audit-figures",
        "audit-sections",
        "checks",
        "commands",
        "estimators",
        "figures",
        "print-checks",
    ],
)
def test_reference_pages_are_up_to_date(name: str) -> None:
    page = (ROOT / "docs" / "reference" / f"{name}.md").read_text()
    assert page == made_by("make_reference").simple_page(name), "run docs/make_reference.py"


def test_reference_page_of_the_ladder_is_up_to_date() -> None:
    page = (ROOT / "docs" / "reference" / "rungs.md").read_text()
    assert page == made_by("make_reference").rungs_page(), "run docs/make_reference.py"


def test_validation_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "validation.md").read_text()
    assert page == made_by("make_validation").page(), "run docs/make_validation.py"


def test_readme_shows_what_the_program_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    script = made_by("make_readme")
    shown = script.output_in((ROOT / "README.md").read_text())
    assert len(shown.splitlines()) > 20
    assert shown == script.printed_output(), "run docs/make_readme.py"


def test_every_estimator_has_evidence_for_value_and_error() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|(.*)\|$", (ROOT / "docs" / "validation.md").read_text(), re.MULTILINE
    )
    assert rows
    assert [name for name, cells in rows if "value" not in cells] == []
    exempt = {"separation"}  # decides yes or no: there is no error to estimate
    assert [name for name, cells in rows if "error" not in cells and name not in exempt] == []


def test_validation_tells_value_from_error() -> None:
    validation = made_by("make_validation")

    def test_of(source: str) -> Any:
        return validation.Evidence(
            kind="golden",
            file="tests/golden/test_x_golden.py",
            name="test_x",
            source=source,
            imports=frozenset({"timezero.estimate.cox.fit_cox"}),
        )

    assert validation.cell([]) == ""
    assert validation.cell([test_of("fit.coefficients[0]")]) == "value"
    assert validation.cell([test_of("fit.covariance[0, 0]")]) == "value, error"
    assert validation.speaks_for(test_of(""), "cox")
    assert not validation.speaks_for(test_of(""), "firth")


def test_a_file_without_its_object_is_our_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "made_up_registry"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "good.py").write_text("RUNG = 1\n")
    (folder / "_shared.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert discover("made_up_registry", "RUNG") == {"good": 1}
    (folder / "bad.py").write_text("")
    importlib.invalidate_caches()
    with pytest.raises(InternalFault, match="bad exposes no RUNG"):
        discover("made_up_registry", "RUNG")


def test_named_in_is_not_fooled_by_longer_words() -> None:
    assert named_in("the landmark rung", "landmark")
    assert named_in("ever-treated", "ever_treated")
    assert not named_in("landmarks", "landmark")


def test_json_schema_of_results_is_readable() -> None:
    path = ROOT / "src" / "timezero" / "report" / "schema" / "study-result-1.json"
    assert json.loads(path.read_text())["$schema"].startswith("https://json-schema.org/")
