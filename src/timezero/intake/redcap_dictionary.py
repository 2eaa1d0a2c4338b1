"""REDCap's data dictionary: what the fields of a project are, and which columns an export has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from timezero.errors import InputRefused
from timezero.findings import Finding, Severity
from timezero.intake.text_files import read_text
from timezero.intake.wording import counted

LARGEST_FILE: Final = 50_000_000
SHOWN_FAULTS: Final = 50
# Column titles of the file and names in the API, by what they hold.
COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "section": ("Section Header", "section_header"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "note": ("Field Note", "field_note"),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
    "minimum": ("Text Validation Min", "text_validation_min"),
    "maximum": ("Text Validation Max", "text_validation_max"),
    "identifier": ("Identifier?", "identifier"),
    "branching": ("Branching Logic (Show field only if...)", "branching_logic"),
    "required": ("Required Field?", "required_field"),
    "alignment": ("Custom Alignment", "custom_alignment"),
    "question": ("Question Number (surveys only)", "question_number"),
    "matrix": ("Matrix Group Name", "matrix_group_name"),
    "ranking": ("Matrix Ranking?", "matrix_ranking"),
    "annotation": ("Field Annotation", "field_annotation"),
}
NEEDED: Final = ("name", "form", "kind", "label", "choices", "validation")
WITH_CHOICES: Final = frozenset({"radio", "dropdown", "checkbox"})
KINDS: Final = WITH_CHOICES | {
    "text", "notes", "calc", "yesno", "truefalse", "slider", "descriptive", "file", "sql",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RedcapChoice:
    """One answer that a field allows.

    Parameters
    ----------
    code : str
        What the export holds.
    label : str
        What people see.
    """

    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedcapField:
    """One field of a REDCap project, as its data dictionary says.

    Parameters
    ----------
    name : str
        The variable's name: small letters, digits and underscores.
    form : str
        The instrument.
    kind : str
        REDCap's field type: ``text``, ``radio``, ``checkbox``, ``calc`` and so on.
    label : str
    choices : tuple of RedcapChoice
        In the order of the file; those of ``yesno`` and ``truefalse`` are filled in.
    calculation : str
        Of a calculated field, its formula as text.
    section, note, validation, minimum, maximum, annotation : str
        As they stand there; empty when not said.
    branching : str
        The branching logic as text; it is not evaluated.
    identifier, required : bool
    row : int
        The row of the file, the header being row 1.
    """

    name: str
    form: str
    kind: str
    label: str
    choices: tuple[RedcapChoice, ...] = ()
    calculation: str = ""
    section: str = ""
    note: str = ""
    validation: str = ""
    minimum: str = ""
    maximum: str = ""
    branching: str = ""
    annotation: str = ""
    identifier: bool = False
    required: bool = False
    row: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a raw export has for this field; none for a descriptive text."""
        if self.kind == "descriptive":
            return ()
        if self.kind == "checkbox":
            return tuple(checkbox_column(self.name, choice.code) for choice in self.choices)
        return (self.name,)


def checkbox_column(field: str, code: str) -> str:
    """Return the column that an export has for one box: the code in small letters, - as _.

    Parameters
    ----------
    field : str
        The field's name.
    code : str
        The code of the choice; ``-1`` becomes ``field____1``.
    """
    return f"{field}___{re.sub(r'[^0-9a-z_]', '_', code.casefold())}"


def read_redcap_dictionary(path: Path) -> tuple[RedcapField, ...]:
    """Read the data dictionary of a REDCap project.

    Parameters
    ----------
    path : Path
        A CSV file as REDCap's "download the current data dictionary" writes it, or with the names
        that its API uses.

    Returns
    -------
    tuple of RedcapField
        In the order of the file; the first one holds the record's identifier.

    Raises
    ------
    InputRefused
        The file cannot be read, is no data dictionary, or has faults: all are named by row.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise InputRefused(
            what=f"the data dictionary cannot be read: {getattr(error, 'strerror', None) or error}",
            where=str(path),
            mend="check the path",
            code="TZ-IN-01",
        ) from error
    if len(raw) > LARGEST_FILE:
        raise InputRefused(
            what=f"the data dictionary is larger than {LARGEST_FILE:,} bytes",
            where=path.name,
            mend="check that it is the dictionary, not the data",
            code="TZ-RED-01",
        )
    return fields_of(read_text(raw, path.name).records, path.name)


def fields_of(records: Sequence[Sequence[str]], where: str) -> tuple[RedcapField, ...]:
    """Make fields of the rows of a data dictionary.

    Parameters
    ----------
    records : sequence of sequence of str
        The header first.
    where : str
        What the source is called in messages.

    Raises
    ------
    InputRefused
        A needed column is missing, there is no field, or fields have faults.
    """
    places = _places(records[0] if records else (), where)
    rows = [
        (number, _cells(record, places))
        for number, record in enumerate(records[1:], start=2)
        if any(cell.strip() for cell in record)
    ]
    faults = [
        Finding(
            code="redcap_dictionary",
            severity=Severity.ERROR,
            what=what,
            where=f"{where}, row {number}",
            mend="mend the field in REDCap and download its dictionary again",
            n_rows=1,
        )
        for number, what in _faults(rows)
    ]
    if not rows or faults:
        raise InputRefused(
            what=f"the data dictionary has {counted(len(faults), 'fault')}; the first: "
            f"{faults[0].what}"
            if faults
            else "the data dictionary has no field",
            where=faults[0].where if faults else where,
            mend="download the data dictionary from REDCap again",
            code="TZ-RED-03",
            findings=tuple(faults[:SHOWN_FAULTS]),
        )
    return tuple(_field(number, cells) for number, cells in rows)


def _cells(record: Sequence[str], places: dict[str, int]) -> dict[str, str]:
    """Return every part of a field; what a short row or a short dictionary lacks is empty."""
    there = {part: record[k].strip() for part, k in places.items() if k < len(record)}
    return dict.fromkeys(COLUMNS, "") | there


def _places(header: Sequence[str], where: str) -> dict[str, int]:
    seen = {_plain(title): k for k, title in reversed(list(enumerate(header)))}
    places = {
        part: seen[_plain(title)]
        for part, titles in COLUMNS.items()
        for title in titles
        if _plain(title) in seen
    }
    if missing := [COLUMNS[part][0] for part in NEEDED if part not in places]:
        raise InputRefused(
            what=f"this is no REDCap data dictionary: it has no column {', '.join(missing)}",
            where=f"{where}, row 1",
            mend="download it from REDCap: Designer, Data Dictionary, Download the current one",
            code="TZ-RED-02",
        )
    return places


def _plain(title: str) -> str:
    return re.sub(r"[^0-9a-z]+", "", title.casefold())


def _faults(rows: Sequence[tuple[int, dict[str, str]]]) -> Iterable[tuple[int, str]]:
    first: dict[str, int] = {}
    for number, cells in rows:
        name = cells["name"]
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield number, f"{name[:80]!r} is no field name: small letters, digits, underscores"
        elif name in first:
            yield number, f"the field {name[:80]} stands in row {first[name]} already"
        first.setdefault(name, number)
        if not cells["form"]:
            yield number, f"the field {name[:80]} belongs to no form"
        if cells["kind"].casefold() not in KINDS:
            yield number, f"there is no field type {cells['kind'][:80]!r}"
        elif cells["kind"].casefold() in WITH_CHOICES:
            for what in _choice_faults(cells["choices"]):
                yield number, f"field {name[:80]}: {what}"


def _choice_faults(text: str) -> Iterable[str]:
    pieces = [piece.strip() for piece in text.split("|") if piece.strip()]
    if not pieces:
        yield "it offers no choices"
    for piece in pieces:
        if not piece.partition(",")[1] or not piece.partition(",")[0].strip():
            yield f"the choice {piece[:80]!r} is not written as code, label"
    counts = Counter(choice.code for choice in _choices(text))
    for code, n in counts.items():
        if n > 1:
            yield f"the code {code[:80]!r} stands for {n} choices"
    twins = Counter(checkbox_column("", code) for code in counts)
    if any(n > 1 for n in twins.values()):
        yield "two codes have the same column in an export"


def _choices(text: str) -> tuple[RedcapChoice, ...]:
    pairs = [piece.partition(",") for piece in text.split("|") if piece.strip()]
    return tuple(RedcapChoice(code=code.strip(), label=label.strip()) for code, _, label in pairs)


def _field(number: int, cells: dict[str, str]) -> RedcapField:
    kind = cells["kind"].casefold()
    fixed = {"yesno": "1, Yes | 0, No", "truefalse": "1, True | 0, False"}
    offered = cells["choices"] if kind in WITH_CHOICES else fixed.get(kind, "")
    return RedcapField(
        name=cells["name"],
        form=cells["form"],
        kind=kind,
        label=cells["label"],
        choices=_choices(offered),
        calculation=cells["choices"] if kind in {"calc", "sql"} else "",
        section=cells.get("section", ""),
        note=cells.get("note", ""),
        validation=cells["validation"],
        minimum=cells.get("minimum", ""),
        maximum=cells.get("maximum", ""),
        branching=cells.get("branching", ""),
        annotation=cells.get("annotation", ""),
        identifier=cells.get("identifier", "").casefold() == "y",
        required=cells.get("required", "").casefold() == "y",
        row=number,
    )
