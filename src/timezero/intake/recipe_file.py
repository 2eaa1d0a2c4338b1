"""The recipe file: one TOML file that holds every answer about how cells are to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast

from pydantic import BaseModel

from timezero.findings import dotted
from timezero.intake.toml_files import as_model, file_beside, read_toml, toml_value, wrapped
from timezero.model.protocol import Protocol
from timezero.model.recipe import Recipe

Content: TypeAlias = dict[str, Any]

OF_RECIPE = ("schema", "tables", "shape")


def read_recipe(path: str | Path) -> Recipe:
    """Read a recipe.

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
        called="the recipe",
        get_one="write one with `timezero init FILE`",
        example='header_begins = "Patient"',
    )
    return validated_recipe(content, where=path.name)


def validated_recipe(content: Content, *, where: str = "the recipe") -> Recipe:
    """Make a recipe of its parts, or say everything that is wrong with them.

    Parameters
    ----------
    content : dict
        As in the file.
    where : str
        What the source is called in messages.

    Raises
    ------
    InputRefused, UnknownName
        As :func:`read_recipe`.
    """
    return as_model(Recipe, content, where)


def recipe_path(protocol: Protocol, study_file: str | Path) -> Path | None:
    """Return where the recipe of a study file is; None when the file names none.

    Parameters
    ----------
    protocol : Protocol
    study_file : str or Path
        A relative ``data.recipe`` is looked up beside this file.
    """
    return file_beside(study_file, protocol.data.recipe)


def read_answers(path: str | Path) -> tuple[Content, Content]:
    """Read a file of answers: keys of the recipe and of the study file, in one TOML file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    recipe, study : dict, dict
        Parts of either, not yet validated.

    Raises
    ------
    InputRefused
        The file cannot be read.
    """
    content = read_toml(
        Path(path),
        called="the file of answers",
        get_one="write one with keys of the recipe and of the study file",
        example='[data]\nevent_value = ["dead"]',
    )
    of_recipe = {part: value for part, value in content.items() if part in OF_RECIPE}
    of_study = {part: value for part, value in content.items() if part not in OF_RECIPE}
    return of_recipe, of_study


def with_answer(content: Content, key: tuple[str, ...], value: object) -> Content:
    """Return a copy of a file's content with one key set.

    Parameters
    ----------
    content : dict
        Nested as in TOML.
    key : tuple of str
        Path to the value; tables on the way are made.
    value : bool, int, float, str, list or tuple
    """
    first, *rest = key
    changed = dict(content)
    if not rest:
        changed[first] = list(cast("tuple[Any, ...]", value)) if _is_list(value) else value
        return changed
    inner = changed.get(first)
    table = cast("Content", inner) if isinstance(inner, dict) else {}
    changed[first] = with_answer(table, tuple(rest), value)
    return changed


def _is_list(value: object) -> bool:
    return isinstance(value, tuple | list)


def merged(content: Content, more: Mapping[str, Any]) -> Content:
    """Return a file's content with the keys of another one over its own.

    Parameters
    ----------
    content, more : dict
        Nested as in TOML; tables are merged, values and lists replaced.
    """
    changed = dict(content)
    for key, value in more.items():
        own = changed.get(key)
        if isinstance(own, dict) and isinstance(value, dict):
            inner = cast("Content", own)
            changed[key] = merged(inner, cast("Content", value))
        else:
            changed[key] = value
    return changed


def write_recipe(recipe: Recipe, notes: Mapping[tuple[str, ...], str] | None = None) -> str:
    """Return a recipe as a file: what was answered, each key with its meaning.

    Parameters
    ----------
    recipe : Recipe
    notes : mapping of key to str
        Remarks written beside a key: ``("tables", "registry", "footer")``.

    Returns
    -------
    str
        TOML. Keys without an answer are left out.
    """
    lines = [
        "# A timezero recipe: how the cells of a registry are read; nothing is asked twice.",
        "# Every answer can be changed here; the next run says what it did to each cell.",
        "",
        f"schema = {toml_value(recipe.schema_)}",
    ]
    for name, table in recipe.tables.items():
        lines += _part(table, ("tables", name), notes or {})
    if recipe.shape.model_dump(exclude_defaults=True):
        lines += _part(recipe.shape, ("shape",), notes or {})
    return "\n".join(lines) + "\n"


def _part(model: BaseModel, key: tuple[str, ...], notes: Mapping[Any, str]) -> list[str]:
    lines = ["", f"[{dotted(key)}]"]
    inner: list[str] = []
    for name, value in _said(model):
        if isinstance(value, dict):
            inner += _table(cast("dict[str, Any]", value), (*key, name), notes)
            continue
        note = notes.get((*key, name), "")
        lines += wrapped(type(model).model_fields[name].description or "")
        lines.append(f"{name} = {toml_value(value)}" + (f"  # {note}" if note else ""))
    return lines + inner


def _said(model: BaseModel) -> Iterator[tuple[str, Any]]:
    """Yield what differs from the default, in the order of the model."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if value != field.get_default(call_default_factory=True):
            yield name, value


def _table(values: dict[str, Any], key: tuple[str, ...], notes: Mapping[Any, str]) -> list[str]:
    if all(isinstance(value, BaseModel) for value in values.values()):
        return [
            line
            for name, model in values.items()
            if model.model_dump(exclude_defaults=True)
            for line in _part(model, (*key, name), notes)
        ]
    pairs = [f"{dotted((name,))} = {toml_value(value)}" for name, value in values.items()]
    return ["", f"[{dotted(key)}]", *pairs]
