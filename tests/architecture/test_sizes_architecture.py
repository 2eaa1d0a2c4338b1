"""Files, functions and parameter lists stay small enough to be read in one go."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

FILE_LINES = 400
FUNCTION_LINES = 45
LOOP_LINES = 80
PARAMETERS = 6  # that the caller must give; an option costs nothing until it is used ...
PARAMETERS_AND_OPTIONS = 8  # ... but somebody must read them all
POSITIONAL = 4  # required ones, in the order of the sentence; options are keyword-only ...
OPTIONAL_POSITIONAL = 2  # ... unless there are no more than two parameters before them
COMMENT_SHARE = 0.05

# A kernel's single loop may be longer: splitting it would pass a dozen running sums around.
LONG_LOOPS = {
    "hazards_at_events",
    "count_risk",
    "right_censored_pass",
    "exact_course",
    "simulated_course",
    "person_rows_pass",
    "trial_pass",
    "approach_maximum",
}

SOURCES = sorted((Path(__file__).resolve().parents[2] / "src").rglob("*.py"))
PLACED = pytest.mark.parametrize("path", SOURCES, ids=lambda p: "/".join(p.parts[-3:]))


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a source text, methods and inner functions too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines from `def` to the end, less the docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    is_docstring = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return lines - ((first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0)


def too_long_functions(text: str, *, loops: set[str]) -> list[str]:
    """Name the functions that exceed their limit."""
    return [
        f"{node.name}: {length_without_docstring(node)} lines"
        for node in functions(text)
        if length_without_docstring(node) > (LOOP_LINES if node.name in loops else FUNCTION_LINES)
    ]


def crowded_functions(text: str) -> list[str]:
    """Name the functions with too many parameters, or too many without a name at the call."""
    crowded: list[str] = []
    for node in functions(text):
        given = node.args
        positional = [a.arg for a in (*given.posonlyargs, *given.args) if a.arg not in _IMPLIED]
        total = len(positional) + len(given.kwonlyargs)
        required = total - len(given.defaults) - sum(d is not None for d in given.kw_defaults)
        if required > PARAMETERS or total > PARAMETERS_AND_OPTIONS:
            crowded.append(f"{node.name}: {total} parameters")
        elif len(positional) > POSITIONAL:
            crowded.append(f"{node.name}: {len(positional)} positional parameters")
        elif given.defaults and len(positional) > OPTIONAL_POSITIONAL:
            crowded.append(f"{node.name}: an option that is not keyword-only")
    return crowded


_IMPLIED = {"self", "cls"}


def comment_lines(text: str) -> int:
    """Count the lines that carry a comment, tool directives excepted."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    said = (t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT)
    return sum(not words.startswith(("noqa", "pyright:", "type:")) for words in said)


@PLACED
def test_file_is_not_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= FILE_LINES


@PLACED
def test_functions_are_not_too_long(path: Path) -> None:
    loops = LONG_LOOPS if "kernels" in path.parts else set()
    assert too_long_functions(path.read_text(), loops=loops) == []


# A kernel takes one array for each of its inputs.
@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if "kernels" not in path.parts],
    ids=lambda p: "/".join(p.parts[-3:]),
)
def test_functions_take_few_parameters(path: Path) -> None:
    assert crowded_functions(path.read_text()) == []


def test_comments_say_only_why() -> None:
    texts = [path.read_text() for path in SOURCES]
    n_lines = sum(len(text.splitlines()) for text in texts)
    assert sum(comment_lines(text) for text in texts) <= COMMENT_SHARE * n_lines


def test_the_listed_long_loops_exist() -> None:
    kernels = [p.read_text() for p in SOURCES if "kernels" in p.parts]
    named = {node.name for text in kernels for node in functions(text)}
    assert named >= LONG_LOOPS


def test_checker_sees_a_long_function() -> None:
    body = "\n".join(f"    x{k} = {k}" for k in range(FUNCTION_LINES))
    assert too_long_functions(f"def long():\n{body}\n", loops=set()) == ["long: 46 lines"]
    assert too_long_functions(f"def long():\n{body}\n", loops={"long"}) == []
    assert too_long_functions(f'def fits():\n    """Say."""\n{body[:-9]}\n', loops=set()) == []


def test_checker_sees_too_many_parameters() -> None:
    assert crowded_functions("def f(a, b, *, c, d, e, f, g): ...") == ["f: 7 parameters"]
    assert crowded_functions("def f(a, b, *, c, d, e, f, g=1): ...") == []
    many = "def f(a, *, b=1, c=1, d=1, e=1, f=1, g=1, h=1, i=1): ..."
    assert crowded_functions(many) == ["f: 9 parameters"]
    assert crowded_functions("def f(a, b, c, d, e): ...") == ["f: 5 positional parameters"]
    optional = ["f: an option that is not keyword-only"]
    assert crowded_functions("def f(a, b, c=1): ...") == optional
    assert crowded_functions("class A:\n    def f(self, a, b=2, *, c=3): ...") == []


def test_checker_counts_comments() -> None:
    assert comment_lines("x = 1  # why\ny = 2  # noqa: E501\n# C2\nz = '# no'\n") == 2
