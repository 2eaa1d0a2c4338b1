"""Everything public says what it is, first in words a clinician can read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).resolve().parents[2] / "src").rglob("*.py"))
LONGEST = 100
ESTIMATOR_SECTIONS = ("Estimates", "Assumes", "References")
# What several estimators share: quantiles of the normal law, risk sets, climbing to a maximum.
NOT_ESTIMATORS = {"normal", "risk_sets", "maximise", "likelihood_root", "tied_steps"}

Documented = ast.Module | ast.ClassDef | ast.FunctionDef


def public_things(tree: ast.Module) -> list[tuple[str, Documented]]:
    """List the module, its public classes and functions, and public methods."""
    found: list[tuple[str, Documented]] = [("module", tree)]
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            found.append((node.name, node))
            if isinstance(node, ast.ClassDef):
                found += [
                    (f"{node.name}.{inner.name}", inner)
                    for inner in node.body
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_")
                ]
    return found


def badly_documented(text: str) -> list[str]:
    """Say what is wrong with the docstrings of a source text."""
    wrong: list[str] = []
    for name, node in public_things(ast.parse(text)):
        said = ast.get_docstring(node)
        if not said:
            wrong.append(f"{name}: no docstring")
            continue
        first, *rest = said.splitlines()
        if not first.endswith((".", ":", "?")) or not (
            first[0].isupper() or first[0].isdigit() or first[0] == "`"
        ):
            wrong.append(f"{name}: the first line is no sentence")
        if len(first) > LONGEST:
            wrong.append(f"{name}: the first line is too long")
        if rest and rest[0]:
            wrong.append(f"{name}: no empty line after the first")
    return wrong


def missing_sections(text: str) -> list[str]:
    """Name the sections that no docstring of an estimator's file has."""
    said = "\n".join(ast.get_docstring(node) or "" for _, node in public_things(ast.parse(text)))
    lines = [line.strip() for line in said.splitlines()]
    return [title for title in ESTIMATOR_SECTIONS if title not in lines]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: "/".join(p.parts[-3:]))
def test_public_things_are_documented(path: Path) -> None:
    assert badly_documented(path.read_text()) == []


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in SOURCES
        if p.parent.name == "estimate"
        and not p.name.startswith("_")
        and p.stem not in NOT_ESTIMATORS
    ],
    ids=lambda p: p.stem,
)
def test_estimators_say_what_they_estimate_and_assume(path: Path) -> None:
    assert missing_sections(path.read_text()) == []


def test_checker_sees_missing_documentation() -> None:
    assert badly_documented("def f(): ...") == ["module: no docstring", "f: no docstring"]
    assert badly_documented('"""Fine."""\ndef _private(): ...') == []
    bad = '"""Fine."""\nclass A:\n    """not a sentence"""\n    def f(self): ...'
    assert badly_documented(bad) == ["A: the first line is no sentence", "A.f: no docstring"]
    assert badly_documented('"""One.\nTwo."""') == ["module: no empty line after the first"]


def test_checker_sees_missing_sections() -> None:
    said = '"""One.\n\nEstimates\n---------\nS(t)\n"""'
    assert missing_sections(said) == ["Assumes", "References"]
