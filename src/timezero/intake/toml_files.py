"""What the study file and the claim file share: reading TOML, naming mistakes, writing values."""

from __future__ import annotations

import textwrap
import tomllib
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ValidationError

from timezero.errors import InputRefused, UnknownName, nearest_first
from timezero.findings import Finding, Severity

Model = TypeVar("Model", bound=BaseModel)

COMMENT_WIDTH: Final = 96
LARGEST_FILE: Final = 2_000_000
LONGEST_SHOWN: Final = 80


def read_toml(path: Path, *, called: str, get_one: str, example: str) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : Path
    called : str
        What the file is called in messages: ``the study file``.
    get_one : str
        How to come by such a file.
    example : str
        A line of TOML that shows how values are written.

    Raises
    ------
    InputRefused
        The file cannot be read, is larger than 2 MB, not UTF-8, or not TOML.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise InputRefused(
            what=f"{called} cannot be read: {getattr(error, 'strerror', None) or error}",
            where=str(path),
            mend=f"check the path, or {get_one}",
            code="TZ-IN-01",
        ) from error
    if len(raw) > LARGEST_FILE:
        raise InputRefused(
            what=f"{called} is larger than {LARGEST_FILE:,} bytes",
            where=path.name,
            mend="check that it is the right file; leave out what is not needed",
            code="TZ-IN-23",
        )
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputRefused(
            what=f"{called} is not UTF-8 text",
            where=f"{path.name}, byte {error.start}",
            mend="save it as UTF-8",
            code="TZ-IN-12",
        ) from error
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InputRefused(
            what=f"{called} is not TOML: {shortened(why, 200)}",
            where=path.name,
            mend=f"write text in quotation marks, lists in brackets: {example}",
            code="TZ-IN-08",
        ) from error


def as_model(model: type[Model], content: dict[str, Any], where: str) -> Model:
    """Make a model of the content of a file, or say everything that is wrong with it.

    Parameters
    ----------
    model : type
    content : dict
        As in the file.
    where : str
        What the source is called in messages.

    Raises
    ------
    InputRefused, UnknownName
        All mistakes, unknown keys first.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        refuse(mistakes(error, model, where))


def file_beside(file: str | Path, named: str | None) -> Path | None:
    """Return the path of a file that another one names, as seen from there; None without a name.

    Parameters
    ----------
    file : str or Path
        The file that names it; a relative name is looked up beside it.
    named : str or None
    """
    return None if named is None else Path(file).parent / named


def mistakes(error: ValidationError, model: type[BaseModel], where: str) -> tuple[Finding, ...]:
    """Return everything that pydantic found wrong, with the keys as they stand in the file.

    Parameters
    ----------
    error : ValidationError
    model : type
        What was validated.
    where : str
        What the source is called in messages.
    """
    problems = error.errors(include_url=False, include_input=True)
    return tuple(_finding(problem, model, where) for problem in problems)


def changed_types(content: dict[str, Any], model: BaseModel, where: str) -> Iterator[Finding]:
    """Yield the values that a model took for another type: true for 1, a text for a number.

    Parameters
    ----------
    content : dict
        As read from the file.
    model : BaseModel
        What was made of it; a bare value that became a table is not looked at.
    where : str
        What the source is called in messages.
    """
    for location, value, kept in _leaves(content, model.model_dump(by_alias=True), ()):
        if any(isinstance(value, kind) != isinstance(kept, kind) for kind in (bool, str)):
            key = key_path(location)
            wanted = (
                "true or false" if isinstance(kept, bool) else "a number without quotation marks"
            )
            yield Finding(
                code="invalid_value",
                severity=Severity.ERROR,
                what=f"{key}{_value(value)} is not possible",
                where=f"{where}, {key}",
                mend=f"write {wanted}",
            )


def _leaves(
    given: Any, kept: Any, location: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], object, object]]:
    """Yield each value that is no table or list, beside what was made of it."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, inner in cast("dict[str, Any]", given).items():
            yield from _leaves(inner, cast("dict[str, Any]", kept).get(key), (*location, key))
    elif isinstance(given, list) and isinstance(kept, tuple):
        pairs = zip(cast("list[Any]", given), cast("tuple[Any, ...]", kept), strict=False)
        for k, (inner, made) in enumerate(pairs):
            yield from _leaves(inner, made, (*location, k))
    elif not isinstance(kept, dict):
        yield location, given, kept


def refuse(findings: Sequence[Finding]) -> typing.NoReturn:
    """Refuse a file for everything that is wrong with it.

    Parameters
    ----------
    findings : sequence of Finding
        At least one. The message says the first, unknown keys before all others.

    Raises
    ------
    UnknownName
        A key does not exist.
    InputRefused
        Something else is wrong.
    """
    unknown = [f for f in findings if f.code == "unknown_key"]
    first = (unknown or list(findings))[0]
    more = f"; and {len(findings) - 1} more" if len(findings) > 1 else ""
    refusal = UnknownName if unknown else InputRefused
    raise refusal(
        what=first.what + more,
        where=first.where,
        mend=first.mend,
        code="TZ-IN-09",
        findings=tuple(findings) if len(findings) > 1 else (),
    )


def _finding(problem: Any, model: type[BaseModel], where: str) -> Finding:
    location: tuple[str | int, ...] = problem["loc"]
    key = key_path(location) or "the whole file"
    if problem["type"] == "extra_forbidden":
        valid = _keys_at(model, location[:-1])
        return Finding(
            code="unknown_key",
            severity=Severity.ERROR,
            what=f"there is no key {shortened(repr(location[-1]))}",
            where=f"{where}, {shortened(key, 200)}",
            mend=f"use one of: {', '.join(nearest_first(str(location[-1])[:200], valid))}",
        )
    message = str(problem["msg"]).removeprefix("Value error, ")
    return Finding(
        code="invalid_value",
        severity=Severity.ERROR,
        what=f"{key}{_value(problem['input'])} is not possible",
        where=f"{where}, {key}",
        mend=message[:1].lower() + message[1:],
    )


def _value(given: object) -> str:
    """Return a value for a message; nothing of a table, and little of a long one."""
    if isinstance(given, dict | BaseModel):
        return ""
    try:
        return f" = {shortened(repr(given))}"
    except (ValueError, RecursionError):
        return " (a value too large to show)"


def key_path(location: Sequence[str | int]) -> str:
    """Return a place in a file as its keys: ``numbers.survival, entry 2, time``.

    Parameters
    ----------
    location : sequence of str or int
        Keys, and places in lists from 0.
    """
    said = ""
    for part in location:
        if isinstance(part, int):
            said += f", entry {part + 1}, "
        else:
            said += part if not said or said.endswith(" ") else f".{part}"
    return said.removesuffix(", ")


def shortened(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Return a text of at most so many characters, the cut shown.

    Parameters
    ----------
    text : str
    longest : int
        >= 1.
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _keys_at(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    parts = iter(location)
    for part in parts:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = None if field is None else _model_in(field.annotation)
        if field is None or inner is None:
            return []
        if typing.get_origin(field.annotation) is dict:
            next(parts, None)
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model in a type such as ``tuple[NumberAtTime, ...]`` or ``Source | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in typing.get_args(annotation))
    return next((inner for inner in found if inner is not None), None)


def wrapped(text: str) -> list[str]:
    """Return a text as lines of comment.

    Parameters
    ----------
    text : str
    """
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), COMMENT_WIDTH)]


def toml_value(value: object) -> str:
    """Return a value as TOML, on one line.

    Parameters
    ----------
    value : bool, int, float, str, list, tuple or dict
        A dictionary becomes an inline table.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        inside = ", ".join(f"{key} = {toml_value(inner)}" for key, inner in pairs)
        return f"{{ {inside} }}"
    if isinstance(value, tuple | list):
        items = cast("Sequence[object]", value)
        return f"[{', '.join(toml_value(item) for item in items)}]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
