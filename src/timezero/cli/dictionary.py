"""``timezero dictionary``: what the CRS/HIPEC record holds, on paper or as a form to fill in."""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.intake.record_items import Item

FORMS = {
    "--redcap": "redcap",
    "--excel": "excel_template",
    "--answers": "template_answers",
    "--mapping": "mapping",
}


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Forms in which the dictionary is written."""

    redcap: Path | None = None
    "Write a data dictionary for REDCap (CSV)."
    excel: Path | None = None
    "Write an empty workbook with lists to choose from (XLSX)."
    answers: Path | None = None
    "Write the answers by which timezero init reads that workbook once it is filled (TOML)."
    mapping: Path | None = None
    "Write a table to FHIR, mCODE and OMOP (CSV)."


def dictionary(
    chapter: str | None = None,
    *,
    item: str | None = None,
    forms: Forms | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    plain: Annotated[bool, Parameter(negative="")] = False,
    force: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Print the dictionary of the CRS/HIPEC record, or write it as a form to fill in.

    Parameters
    ----------
    chapter
        One chapter, such as ``perfusion``; all of them if not said.
    item
        One item, such as ``pci_total``, with everything that is known about it.
    json
        Print JSON instead of text.
    plain
        ASCII only.
    force
        Write over files that are there.
    """
    from timezero.cli._output_places import refuse_places
    from timezero.cli._write_bytes import refuse_files_there

    if chapter is not None and item is not None:
        raise InputRefused(
            what="a chapter and an item are named",
            where=f"{chapter} --item {item}",
            mend="name one of them",
            code="TZ-CLI-16",
        )
    forms = forms or Forms()
    places = {
        "--redcap": forms.redcap,
        "--excel": forms.excel,
        "--answers": forms.answers,
        "--mapping": forms.mapping,
    }
    asked = {flag: path for flag, path in places.items() if path is not None}
    refuse_places(asked)
    refuse_files_there(asked, force=force)
    items = _chosen(chapter, item)
    if asked:
        _write(asked, items)
    else:
        _show(items, one=item is not None, json=json, plain=plain)
    return 0


def _chosen(chapter: str | None, key: str | None) -> tuple[Item, ...]:
    from timezero.intake import record_items

    if key is not None:
        return (record_items.item(key),)
    return record_items.dictionary() if chapter is None else record_items.items_of(chapter)


def _write(asked: dict[str, Path], items: tuple[Item, ...]) -> None:
    from timezero.cli._write_bytes import write_bytes
    from timezero.intake import dictionary_exports
    from timezero.registry import discover

    exports = discover(dictionary_exports.__name__, "EXPORT")
    made = {flag: exports[FORMS[flag]] for flag in asked}
    contents = {flag: export.content(items) for flag, export in made.items()}
    said_on = sys.stderr if any(str(path) == "-" for path in asked.values()) else sys.stdout
    for flag, path in asked.items():
        write_bytes(path, contents[flag])
        if str(path) != "-":
            print(f"wrote: {made[flag].title} to {path}", file=said_on)


def _show(items: tuple[Item, ...], *, one: bool, json: bool, plain: bool) -> None:
    from timezero.intake.dictionary_exports.json import as_json
    from timezero.intake.dictionary_exports.text import as_text, item_text
    from timezero.report.bibliography import bibliography, reference_text

    if json:
        sys.stdout.write(as_json(items).decode())
        return
    text = item_text(items[0]) if one else as_text(items).decode()
    if one and items[0].source in bibliography():
        text += f"\nReference\n  {reference_text(items[0].source)}\n"
    sys.stdout.write(_in_ascii(text) if plain else text)


def _in_ascii(text: str) -> str:
    """Return a text in which signs beyond ASCII became plain letters or a space."""
    from timezero.report.numbers import as_ascii

    parted = unicodedata.normalize("NFKD", as_ascii(text).replace("ß", "ss"))
    kept = (c for c in parted if not unicodedata.combining(c))
    return "".join(c if c.isascii() else " " for c in kept)


COMMAND = dictionary
