"""The study file: one TOML file, one protocol, every default visible."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel

from timezero.intake.toml_files import as_model, file_beside, read_toml, toml_value, wrapped
from timezero.model.protocol import Protocol


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
    content = read_toml(
        path,
        called="the study file",
        get_one="write one with `timezero init FILE -o study.toml`",
        example='covariates = ["age", "pci"]',
    )
    return validated(content, where=path.name)


def registry_path(protocol: Protocol, study_file: str | Path) -> Path | None:
    """Return where the registry of a study file is; None when the file names none.

    Parameters
    ----------
    protocol : Protocol
    study_file : str or Path
        A relative ``data.file`` is looked up beside this file.
    """
    return file_beside(study_file, protocol.data.file)


def history_path(protocol: Protocol, study_file: str | Path) -> Path | None:
    """Return where the second table of a study file is; None when the file names none.

    Parameters
    ----------
    protocol : Protocol
    study_file : str or Path
        A relative ``data.history_file`` is looked up beside this file.
    """
    return file_beside(study_file, protocol.data.history_file)


def perfusion_path(protocol: Protocol, study_file: str | Path) -> Path | None:
    """Return where the perfusions of a study file are; None when the file names none.

    Parameters
    ----------
    protocol : Protocol
    study_file : str or Path
        A relative ``data.perfusion_file`` is looked up beside this file.
    """
    return file_beside(study_file, protocol.data.perfusion_file)


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
    return as_model(Protocol, content, where)


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
        f"schema = {toml_value(protocol.schema_)}",
    ]
    for part, field in Protocol.model_fields.items():
        if field.alias == "schema":
            continue
        model: BaseModel = getattr(protocol, part)
        lines += ["", f"[{part}]", *wrapped((type(model).__doc__ or "").strip())]
        tables: list[str] = []
        for name, entry in type(model).model_fields.items():
            value = getattr(model, name)
            written = _entry(name, value, notes.get(f"{part}.{name}", ""))
            comment = wrapped(entry.description or "")
            if isinstance(value, dict):
                tables += ["", *comment, *_table(part, name, cast("dict[str, object]", value))]
            else:
                lines += ["", *comment, written]
        lines += tables
    return "\n".join(lines) + "\n"


def _entry(name: str, value: object, note: str) -> str:
    beside = f"  # {note}" if note else ""
    if value is None:
        return f"# {name} ={beside}"
    return f"{name} = {toml_value(value)}{beside}"


def _table(part: str, name: str, value: dict[str, object]) -> list[str]:
    if not value:
        return [f"# [{part}.{name}]"]
    return [
        f"[{part}.{name}]",
        *(f"{toml_value(key)} = {toml_value(v)}" for key, v in value.items()),
    ]
