"""Write docs/validation.md: which estimator rests on which kinds of evidence.

A test counts for an estimator when it uses something imported from its file, or when its own file
has the estimator's name. It counts for the standard error when it speaks of one: a standard error,
a variance, an interval or a p-value.

Run: python docs/make_validation.py
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "validation.md"
KINDS = ("by_hand", "reference", "golden", "property", "simulation", "unit")
SHARED_PARTS = {"normal", "risk_sets", "maximise", "likelihood_root", "tied_steps"}
UNCERTAINTY = re.compile(
    r"standard_error|variance|covariance|lower|upper|interval|band|\bse\b|_se\b|p_value"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One test: where it is, and what its source says."""

    kind: str
    file: str
    name: str
    source: str
    imports: frozenset[str]


def imported_names(tree: ast.AST) -> dict[str, str]:
    """Return the timezero modules behind the names that a piece of source imports."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("timezero"):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def words_of(function: ast.FunctionDef, text: str, helpers: dict[str, str]) -> str:
    """Return the source of a test together with that of the helpers of its file it uses."""
    said = ast.get_source_segment(text, function) or ""
    left = dict(helpers)
    while used := [name for name in sorted(left) if re.search(rf"\b{name}\b", said)]:
        said = "\n".join([said, *(left.pop(name) for name in used)])
    return said


def evidence_of(path: Path) -> list[Evidence]:
    """Return the tests of one file with the modules that each of them uses."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    helpers = {
        node.name: ast.get_source_segment(text, node) or ""
        for node in functions
        if not node.name.startswith("test_")
    }
    names = imported_names(tree)
    found: list[Evidence] = []
    for node in functions:
        if node.name.startswith("test_"):
            said = words_of(node, text, helpers)
            used = {module for name, module in names.items() if re.search(rf"\b{name}\b", said)}
            found.append(
                Evidence(
                    kind=path.parent.name,
                    file=path.relative_to(ROOT).as_posix(),
                    name=node.name,
                    source=said,
                    imports=frozenset(used),
                )
            )
    return found


def estimators() -> list[str]:
    """Return the names of the estimators, from their files."""
    files = (ROOT / "src" / "timezero" / "estimate").glob("*.py")
    return sorted(p.stem for p in files if p.stem not in SHARED_PARTS and p.stem[0] != "_")


def speaks_for(test: Evidence, estimator: str) -> bool:
    """Say whether a test is evidence for an estimator."""
    module = f"timezero.estimate.{estimator}"
    imported = any(name == module or name.startswith(f"{module}.") for name in test.imports)
    return imported or Path(test.file).stem == f"test_{estimator}_{test.kind}"


def cell(tests: list[Evidence]) -> str:
    """Return what a table cell says about some tests."""
    if not tests:
        return ""
    on_error = any(UNCERTAINTY.search(test.source) for test in tests)
    return "value, error" if on_error else "value"


def page() -> str:
    """Return the whole page."""
    tests = [
        test
        for kind in KINDS
        for path in sorted((ROOT / "tests" / kind).glob("test_*.py"))
        for test in evidence_of(path)
    ]
    lines = [
        "# Validation: what each estimator rests on",
        "",
        "<!-- Written by docs/make_validation.py; a test compares it. -->",
        "",
        'In each cell: whether tests of this kind look at the estimate ("value") and at its',
        'standard error, variance, interval or p-value ("error"). An empty cell: missing evidence.',
        "",
        "| estimator | " + " | ".join(kind.replace("_", " ") for kind in KINDS) + " |",
        "|---" * (len(KINDS) + 1) + "|",
    ]
    places: list[str] = []
    for estimator in estimators():
        mine = [test for test in tests if speaks_for(test, estimator)]
        cells = [cell([test for test in mine if test.kind == kind]) for kind in KINDS]
        lines.append(f"| `{estimator}` | " + " | ".join(cells) + " |")
        files = sorted({test.file for test in mine})
        places.append(f"- `{estimator}`: " + (", ".join(f"`{f}`" for f in files) or "none"))
    return "\n".join([*lines, "", "## Where", "", *places, ""])


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
