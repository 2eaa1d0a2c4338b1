"""The study file: one TOML file, one protocol, every default visible."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from timezero.errors import InputRefused, UnknownName, nearest_first
from timezero.findings import Finding, Severity
from timezero.model.protocol import Protocol

COMMENT_WIDTH = 96


def read_protocol(path: str | Path) -> Protocol:
    """Read a study file.

    Parameters
    ----------
    path : str or Path
        A TOML file as ``timezero init`` writes it.

    Raises
    ------
    InputRefused
        The file cannot be read, or a value is not allowed; all of them are listed.
    UnknownName
        A key does not exist; the message lists those there are, nearest first.
    """
    path = Path(path)
    try:
        raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except OSError as error:
        raise InputRefused(
            what=f"the study file cannot be read: {error.strerror or error}",
            where=str(path),
            mend="check the path, or write one with `timezero init FILE -o study.toml`",
            code="TZ-IN-01",
        ) from error
    except UnicodeDecodeError as error:
        raise InputRefused(
            what="the study file is not UTF-8 text",
            where=f"{path.name}, byte {error.start}",
            mend="save it as UTF-8",
            code="TZ-IN-12",
        ) from error
    try:
        content = tomllib.loads(raw)
    except tomllib.TOMLDecodeError as error:
        raise InputRefused(
            what=f"the study file is not TOML: {error}",
            where=path.name,
            mend='write text in quotation marks, lists in brackets: covariates = ["age", "pci"]',
            code="TZ-IN-08",
        ) from error
    return validated(content, where=path.name)


def registry_path(protocol: Protocol, study_file: str | Path) -> Path | None:
    """Return where the registry of a study file is; None when the file names none.

    Parameters
    ----------
    protocol : Protocol
    study_file : str or Path
        A relative ``data.file`` is looked up beside this file.
    """
    if protocol.data.file is None:
        return None
    return Path(study_file).parent / protocol.data.file


def validated(content: dict[str, Any], *, where: str = "the protocol") -> Protocol:
    """Make a protocol of its parts, or say everything that is wrong with them.

    Parameters
    ----------
    content : dict
        As in the study file: ``{"data": {"id": ...}, ...}``.
    where : str
        What the source is called in messages.

    Raises
    ------
    InputRefused, UnknownName
        As :func:`read_protocol`.
    """
    try:
        return Protocol.model_validate(content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=True)
    findings = tuple(_finding(problem, where) for problem in problems)
    unknown = [f for f in findings if f.code == "unknown_key"]
    first = (unknown or list(findings))[0]
    more = f"; and {len(findings) - 1} more" if len(findings) > 1 else ""
    refusal = UnknownName if unknown else InputRefused
    raise refusal(
        what=first.what + more,
        where=first.where,
        mend=first.mend,
        code="TZ-IN-09",
        findings=findings if len(findings) > 1 else (),
    )


def _finding(problem: Any, where: str) -> Finding:
    location: tuple[Any, ...] = problem["loc"]
    key = ".".join(str(part) for part in location) or "the whole file"
    if problem["type"] == "extra_forbidden":
        valid = list(_fields_of(location[:-1]))
        return Finding(
            code="unknown_key",
            severity=Severity.ERROR,
            what=f"there is no key {location[-1]!r}",
            where=f"{where}, {key}",
            mend=f"use one of: {', '.join(nearest_first(str(location[-1]), valid))}",
        )
    message = str(problem["msg"])
    message = message.removeprefix("Value error, ")
    return Finding(
        code="invalid_value",
        severity=Severity.ERROR,
        what=f"{key} = {problem['input']!r} is not possible"
        if not isinstance(problem["input"], dict)
        else f"{key} is not possible",
        where=f"{where}, {key}",
        mend=message[:1].lower() + message[1:],
    )


def _fields_of(location: tuple[Any, ...]) -> dict[str, Any]:
    model: type[BaseModel] = Protocol
    for part in location:
        field = model.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type):
            return {}
        model = field.annotation
    return {field.alias or name: field for name, field in model.model_fields.items()}


def write_protocol(protocol: Protocol, notes: dict[str, str] | None = None) -> str:
    """Return a protocol as a study file with every key, its meaning and its value.

    Parameters
    ----------
    protocol : Protocol
    notes : dict of str to str
        For a key such as ``data.exit``, a remark written beside it.

    Returns
    -------
    str
        TOML; a key that is not set stands there as a comment.
    """
    notes = notes or {}
    lines = [
        "# A timezero study file: the question, the data, the rules and the analyses.",
        "# Every key is here with its value; a key that begins with # is not set.",
        "",
        f"schema = {_toml(protocol.schema_)}",
    ]
    for part, field in Protocol.model_fields.items():
        if field.alias == "schema":
            continue
        model: BaseModel = getattr(protocol, part)
        lines += ["", f"[{part}]", *_wrapped((type(model).__doc__ or "").strip())]
        tables: list[str] = []
        for name, entry in type(model).model_fields.items():
            value = getattr(model, name)
            written = _entry(name, value, notes.get(f"{part}.{name}", ""))
            comment = _wrapped(entry.description or "")
            if isinstance(value, dict):
                tables += ["", *comment, *_table(part, name, cast("dict[str, str]", value))]
            else:
                lines += ["", *comment, written]
        lines += tables
    return "\n".join(lines) + "\n"


def _entry(name: str, value: object, note: str) -> str:
    beside = f"  # {note}" if note else ""
    if value is None:
        return f"# {name} ={beside}"
    return f"{name} = {_toml(value)}{beside}"


def _table(part: str, name: str, value: dict[str, str]) -> list[str]:
    if not value:
        return [f"# [{part}.{name}]"]
    return [f"[{part}.{name}]", *(f"{_toml(key)} = {_toml(v)}" for key, v in value.items())]


def _wrapped(text: str) -> list[str]:
    import textwrap

    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), COMMENT_WIDTH)]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return _quoted(str(value))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
