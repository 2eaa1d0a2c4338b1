"""Where things may be called what, and what the program may not do or say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TEMPLATES = sorted((ROOT / "src" / "timezero" / "report" / "templates").rglob("*.*"))
PLACED = pytest.mark.parametrize("path", SOURCES, ids=lambda p: "/".join(p.parts[-3:]))

SHAPELESS_NAMES = {"utils", "util", "common", "helpers", "helper", "core", "misc"}
NETWORK_MODULES = {"socket", "ssl", "http", "urllib", "requests", "httpx", "aiohttp", "ftplib"}
# Causal or partial words: an observational comparison cannot carry them.
BANNED_WORDS = re.compile(
    r"\b(prolongs?|prolonged survival|benefits? of|doubles survival|proven|proves|debunked)\b"
    r"|(?<!statistically )\bsignificant(ly)?\b|\bno difference\b",
    re.IGNORECASE,
)


def imported_modules(text: str) -> set[str]:
    """Return the top names of everything a source text imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


def printed_text(source: str) -> str:
    """Return the string literals of a source text that are not docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    literals = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    )
    return "\n".join(literals)


def banned_words(text: str) -> list[str]:
    """Return the words of a text that generated wording may not use."""
    return [match.group(0) for match in BANNED_WORDS.finditer(text)]


@PLACED
def test_module_names_say_what_is_inside(path: Path) -> None:
    assert not SHAPELESS_NAMES & set(path.with_suffix("").parts[len(ROOT.parts) :])


@PLACED
def test_nothing_opens_the_network(path: Path) -> None:
    assert not NETWORK_MODULES & imported_modules(path.read_text())


@PLACED
def test_numba_has_one_importer(path: Path) -> None:
    is_importer = path.parts[-2:] == ("kernels", "_jit.py")
    assert ("numba" in imported_modules(path.read_text())) == is_importer


@PLACED
def test_printed_words_are_symmetric_and_not_causal(path: Path) -> None:
    assert banned_words(printed_text(path.read_text())) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_template_words_are_symmetric_and_not_causal(path: Path) -> None:
    assert banned_words(path.read_text()) == []


def test_test_files_have_unique_names() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    "said",
    ["it prolongs life", "a benefit of surgery", "significant", "no difference was seen"],
)
def test_checker_sees_banned_words(said: str) -> None:
    assert banned_words(said)


def test_checker_lets_fair_words_pass() -> None:
    assert banned_words("no evidence of a difference; statistically significant; survival") == []


def test_checker_reads_what_is_printed_only() -> None:
    source = '"""A proven docstring."""\ndef f():\n    """Proven."""\n    return "it is proven"\n'
    assert banned_words(printed_text(source)) == ["proven"]


def test_checker_sees_imports_inside_functions() -> None:
    assert imported_modules("def f():\n    from urllib.request import urlopen\n") == {"urllib"}
