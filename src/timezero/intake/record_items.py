"""The CRS/HIPEC record: its items are data, in the files of ``dictionary``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from timezero.errors import InternalFault, UnknownName, nearest_first

ItemType = Literal["date", "number", "whole", "choice", "yes_no", "text", "identifier"]
Known = Literal["time_zero", "during", "after", "follow_up"]
Per = Literal[
    "patient", "procedure", "drug", "measurement", "complication", "treatment", "recurrence"
]
TYPES: Final = ("date", "number", "whole", "choice", "yes_no", "text", "identifier")
KNOWN: Final = ("time_zero", "during", "after", "follow_up")
PER: Final = (
    "patient", "procedure", "drug", "measurement", "complication", "treatment", "recurrence",
)  # fmt: skip
ROLES: Final = (
    "id", "centre", "time_zero", "trigger", "initiation", "exit", "event", "death", "birth",
    "sex", "diagnosis", "age",
)  # fmt: skip
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl")
FOLDER: Final = Path(__file__).with_name("dictionary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that an item allows.

    Parameters
    ----------
    code : str
        What a file holds; stable.
    label : str
        What people read.
    """

    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRule:
    """How one authority treats a value that lies exactly on an edge of a scale.

    Parameters
    ----------
    scale : str
        ``lesion_size``, ``completeness`` or ``ki67``.
    authority : str
    edge : float
        Where the edge lies, in the unit of the rule.
    unit : str
    at_edge : tuple of str
        The class of exactly that value; two where the authority gives both.
    rule : str
        In words.
    source : str
        Key of the bibliography, or words.
    """

    scale: str
    authority: str
    edge: float
    unit: str
    at_edge: tuple[str, ...]
    rule: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A part of the record.

    Parameters
    ----------
    key : str
        Name of its file.
    order : int
        Place in the record, from 1.
    title, about : str
    repeats : bool
        Whether a patient can have several.
    """

    key: str
    order: int
    title: str
    about: str
    repeats: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is recorded, with all that is known about it.

    Parameters
    ----------
    key : str
        Stable name: small letters, digits and underscores.
    chapter : str
    name, meaning : str
    type : str
        ``date``, ``number``, ``whole``, ``choice``, ``yes_no``, ``text`` or ``identifier``.
    source : str
        Key of the bibliography, or words.
    known : str
        When it is known: ``time_zero`` (before or at the procedure), ``during``, ``after`` it, or
        at ``follow_up``. What is known later than time zero is no baseline covariate.
    per : str
        What it belongs to: ``patient``, ``procedure``, ``drug`` and so on.
    unit : str
        The unit; empty when there is none or when `units` lists several.
    units : tuple of str
        Units that occur, when the unit is kept as recorded.
    unit_item : str
        Key of the item that holds the recorded unit.
    choices : tuple of Choice
    several : bool
        Whether several choices may apply.
    hard : tuple of float, optional
        Lowest and highest possible value; outside, the value is refused.
    plausible : tuple of float, optional
        Outside, the value is kept and asked about.
    multiple_of : float, optional
        The values are multiples of this.
    scale : str
        The scale whose edge rules apply.
    edge_rules : tuple of EdgeRule
        One for each authority and edge of that scale.
    role : str
        The part it plays in a study, one of `ROLES`; empty when none.
    identifier : bool
        Whether it identifies a patient; such an item is not in the workbook.
    needed_for_a_study : bool
    wide_only : bool
        Whether it belongs to files with one row per patient alone: templates with one row per
        procedure leave it out, because it would be written twice.
    disagreement : str
        Who disagrees about what.
    fhir, omop_domain, omop_concept : str
        The standard concept, ``no concept`` or ``to be checked``.
    aliases : mapping of str to tuple of str
        Headers under which it occurs, by language.
    """

    key: str
    chapter: str
    name: str
    meaning: str
    type: ItemType
    source: str
    known: Known
    per: Per
    unit: str = ""
    units: tuple[str, ...] = ()
    unit_item: str = ""
    choices: tuple[Choice, ...] = ()
    several: bool = False
    hard: tuple[float, float] | None = None
    plausible: tuple[float, float] | None = None
    multiple_of: float | None = None
    scale: str = ""
    edge_rules: tuple[EdgeRule, ...] = ()
    role: str = ""
    identifier: bool = False
    needed_for_a_study: bool = False
    wide_only: bool = False
    disagreement: str = ""
    fhir: str = "to be checked"
    omop_domain: str = "to be checked"
    omop_concept: str = "to be checked"
    aliases: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]], hash=False
    )


@cache
def dictionary() -> tuple[Item, ...]:
    """Return every item of the record, chapter by chapter.

    Raises
    ------
    InternalFault
        A file of the dictionary has a key that does not exist, or lacks one.
    """
    return tuple(item for _, items in _read() for item in items)


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the chapters of the record in their order."""
    return tuple(chapter for chapter, _ in _read())


def item(key: str) -> Item:
    """Return one item of the record.

    Parameters
    ----------
    key : str

    Raises
    ------
    UnknownName
        There is no such item; the likeliest meant ones are named.
    """
    for candidate in dictionary():
        if candidate.key == key:
            return candidate
    nearest = nearest_first(key, [candidate.key for candidate in dictionary()])[:5]
    raise UnknownName(
        what=f"the dictionary has no item {key[:80]!r}",
        where="the CRS/HIPEC dictionary",
        mend=f"use one of: {', '.join(nearest)}; timezero dictionary lists all",
        code="TZ-DIC-01",
    )


def items_of(chapter: str) -> tuple[Item, ...]:
    """Return the items of one chapter.

    Parameters
    ----------
    chapter : str
        Its key.

    Raises
    ------
    UnknownName
        There is no such chapter.
    """
    keys = [candidate.key for candidate in chapters()]
    if chapter not in keys:
        raise UnknownName(
            what=f"the dictionary has no chapter {chapter[:80]!r}",
            where="the CRS/HIPEC dictionary",
            mend=f"use one of: {', '.join(nearest_first(chapter, keys))}",
            code="TZ-DIC-02",
        )
    return tuple(candidate for candidate in dictionary() if candidate.chapter == chapter)


def role_of(item_key: str) -> str | None:
    """Return the part an item plays in a study, or None.

    Parameters
    ----------
    item_key : str
    """
    return item(item_key).role or None


@cache
def _read() -> tuple[tuple[Chapter, tuple[Item, ...]], ...]:
    read = [_chapter(path) for path in sorted(FOLDER.glob("*.toml"))]
    return tuple(sorted(read, key=lambda pair: pair[0].order))


def _chapter(path: Path) -> tuple[Chapter, tuple[Item, ...]]:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = cast("list[dict[str, Any]]", content.pop("item", []))
    content.pop("edge_rule", None)
    chapter = _made(Chapter, content | {"key": path.stem}, path.name)
    return chapter, tuple(_item(table, path) for table in tables)


def _item(table: dict[str, Any], path: Path) -> Item:
    scale = table.get("scale", "")
    given: dict[str, Any] = {
        **table,
        "chapter": path.stem,
        "choices": tuple(Choice(code=c, label=said) for c, said in table.get("choices", ())),
        "aliases": {lang: tuple(names) for lang, names in table.get("aliases", {}).items()},
        "edge_rules": tuple(rule for rule in edge_rules() if scale == rule.scale),
    }
    return _made(Item, given, f"{path.name}, item {table.get('key')}")


@cache
def edge_rules() -> tuple[EdgeRule, ...]:
    """Return the edge rules of all chapters: a scale may be used outside its own."""
    return tuple(
        _made(EdgeRule, rule, path.name)
        for path in sorted(FOLDER.glob("*.toml"))
        for rule in tomllib.loads(path.read_text(encoding="utf-8")).get("edge_rule", ())
    )


def _made(kind: type[Any], given: Mapping[str, Any], where: str) -> Any:
    plain: dict[str, Any] = {
        key: tuple(cast("list[Any]", value)) if isinstance(value, list) else value
        for key, value in given.items()
    }
    known = {part.name for part in fields(kind)}
    if unknown := sorted(set(plain) - known):
        raise _fault(f"there is no key {', '.join(unknown)}", where)
    try:
        return kind(**plain)
    except TypeError as error:
        raise _fault(re.sub(r"^\S+ ", "", str(error)), where) from error


def _fault(what: str, where: str) -> InternalFault:
    return InternalFault(
        what=f"the dictionary is damaged: {what}",
        where=where,
        mend="compare the file with the fields of Item in intake/record_items.py",
        code="TZ-DIC-03",
    )
