"""The claim file: one TOML file, one printed claim, every number as printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.claim_numbers import number_findings
from timezero.intake.curve_files import curve_path
from timezero.intake.toml_files import (
    changed_types,
    mistakes,
    read_toml,
    refuse,
    toml_value,
    wrapped,
)
from timezero.model.claim import Claim, PrintedNumber

PARTS: Final = ("source", "question", "numbers", "assumptions")
HEADING: Final = (
    "# A timezero claim: what a paper or an article prints, each number as it is printed.",
    "# A key that begins with # is not set: leave out what is not printed.",
    '# A number is text, n = "29", or a table with its sentence and, if need be, its interval:',
    '# n = { printed = "almost thirty", sentence = "...", interval = [26, 29] }.',
)


def read_claim(path: str | Path) -> Claim:
    """Read a claim file.

    Parameters
    ----------
    path : str or Path
        A TOML file as :func:`write_claim` writes it, at most 2 MB.

    Raises
    ------
    InputRefused
        The file cannot be read, a value is not allowed, a number cannot be read or contradicts
        another, or the file of a curve is missing or elsewhere; all of them are listed.
    UnknownName
        A key does not exist; the message lists those there are, nearest first.
    MissingExtra
        A number is written in words, and text2num is not installed.
    """
    path = Path(path)
    content = read_toml(
        path,
        called="the claim file",
        get_one="write one with `timezero audit --new`",
        example='median_late = "80"',
    )
    return _checked(content, where=path.name, claim_path=path)


def validated_claim(content: dict[str, Any], *, where: str = "the claim") -> Claim:
    """Make a claim of its parts, or say everything that is wrong with them.

    Parameters
    ----------
    content : dict
        As in the claim file: ``{"numbers": {"n": "29", ...}, ...}``. Files of curves are not
        looked up.
    where : str
        What the source is called in messages.

    Raises
    ------
    InputRefused, UnknownName, MissingExtra
        As :func:`read_claim`.
    """
    return _checked(content, where=where, claim_path=None)


def _checked(content: dict[str, Any], *, where: str, claim_path: Path | None) -> Claim:
    try:
        claim = Claim.model_validate(content)
    except ValidationError as error:
        refuse(mistakes(error, Claim, where))
    found = [*changed_types(content, claim, where), *number_findings(claim, where)]
    if claim_path is not None:
        found += _missing_curves(claim, claim_path)
    if found:
        refuse(found)
    return claim


def _missing_curves(claim: Claim, path: Path) -> list[Finding]:
    found: list[Finding] = []
    for curve in claim.numbers.curves:
        try:
            curve_path(path, curve)
        except InputRefused as refusal:
            found.append(
                Finding(
                    code="curve_file",
                    severity=Severity.ERROR,
                    what=refusal.what,
                    where=f"{path.name}, {refusal.where}",
                    mend=refusal.mend,
                )
            )
    return found


def write_claim(claim: Claim, notes: dict[str, str] | None = None) -> str:
    """Return a claim as a claim file with every key, its meaning and its value.

    Parameters
    ----------
    claim : Claim
    notes : dict of str to str
        For a key such as ``numbers.n_late``, a remark written above it.

    Returns
    -------
    str
        TOML; reading it gives the same claim.
    """
    remarks = notes or {}
    lines = [*HEADING, "", f"schema = {toml_value(claim.schema_)}"]
    for name in ("title", "text"):
        lines += _key(claim, name, remarks.get(name, ""))
    for part in PARTS:
        model: BaseModel = getattr(claim, part)
        lines += ["", f"[{part}]", *wrapped((type(model).__doc__ or "").strip())]
        for name in type(model).model_fields:
            lines += _key(model, name, remarks.get(f"{part}.{name}", ""))
    return "\n".join(lines) + "\n"


def _key(model: BaseModel, name: str, remark: str) -> list[str]:
    value = getattr(model, name)
    about = wrapped(type(model).model_fields[name].description or "")
    beside = wrapped(f"Note: {remark}") if remark else []
    if value is None or value == ():
        return ["", *about, *beside, f"# {name} ="]
    return ["", *about, *beside, f"{name} = {_value(value)}"]


def _value(value: object) -> str:
    if isinstance(value, BaseModel):
        return _number(value)
    items: tuple[object, ...] = ()
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
    if any(isinstance(item, BaseModel) for item in items):
        return "\n".join(("[", *(f"    {_value(item)}," for item in items), "]"))
    if isinstance(value, str) and "\n" in value:
        return _paragraphs(value)
    return toml_value(cast("object", value))


def _number(model: BaseModel) -> str:
    """Write what differs from the defaults; a number with nothing but its print is a text."""
    content = model.model_dump(exclude_defaults=True)
    if type(model) is PrintedNumber and set(content) == {"printed"}:
        return toml_value(content["printed"])
    return toml_value(content)


def _paragraphs(text: str) -> str:
    """Write a text of several lines as such."""
    lines = [toml_value(line)[1:-1] for line in text.split("\n")]
    return '"""\n' + "\n".join(lines) + '"""'


def claim_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of a claim file, as ``schema/claim-1.json`` has it.

    Returns
    -------
    str
        JSON. A file that satisfies it can still be refused: schemas cannot read printed numbers.
    """
    schema = Claim.model_json_schema(by_alias=True)
    number = schema["$defs"]["PrintedNumber"]
    schema["$defs"]["PrintedNumber"] = {
        "description": "A number as printed: bare, or a table with its sentence and interval.",
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": 200},
            {"type": "number"},
            number,
        ],
    }
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "timezero/claim/1",
        **schema,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
