"""The recipe: how the cells of a registry become a table, so that nothing is asked twice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

RECIPE_SCHEMA = "timezero/recipe/1"
ONLY_TABLE = "registry"

RowNumber = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class ColumnRecipe(_Part):
    """How the cells of one column are to be read."""

    kind: Literal["date", "number", "category", "text", "identifier", "yes_no"] | None = Field(
        default=None, description="What the column holds, where its cells do not show it."
    )
    date_format: str | None = Field(
        default=None, description="How dates written as text are to be read, such as %d/%m/%Y."
    )
    serial_dates: Literal["excel_1900", "excel_1904", "number"] | None = Field(
        default=None, description="Numbers such as 43529 among dates: days of a workbook, or not."
    )
    century_pivot: Annotated[int, Field(ge=1900, le=2100)] | None = Field(
        default=None,
        description="Two-digit years: the latest they can mean, such as 2025; then 26 is 1926.",
    )
    partial_dates: Literal["interval", "middle", "first", "last", "missing"] | None = Field(
        default=None,
        description="Dates without day or month: the middle of the interval with the change shown "
        "at both ends (interval), its middle, first or last day, or missing.",
    )
    placeholder_dates: Literal["missing", "real"] | None = Field(
        default=None, description="Dates such as 1900-01-01 or 9999-12-31: not recorded, or real."
    )
    calendar: Literal["gregorian", "buddhist", "hijri", "japanese"] | None = Field(
        default=None, description="Calendar of the years."
    )
    time_zone: str | None = Field(
        default=None, description="Where the hospital is, such as Europe/Berlin, for times with Z."
    )
    missing: tuple[str, ...] | None = Field(
        default=None, description="Cells that mean: not recorded, besides those of the study file."
    )
    not_missing: tuple[str, ...] | None = Field(
        default=None, description="Cells that look like a code for missing and are values."
    )
    blank: Literal["missing", "zero"] | None = Field(
        default=None, description="What an empty cell means."
    )
    values: dict[str, str] = Field(
        default_factory=dict,
        description="Values that are written differently and mean the same: as written = as meant.",
    )
    values_settled: bool | Literal["one_value"] = Field(
        default=False,
        description="Values that look alike were looked at: true, those left are different; "
        "one_value, those that are alike are the same.",
    )
    decimal: Literal[",", "."] | None = Field(
        default=None, description="The sign before the decimals."
    )
    thousands: Literal[",", ".", " ", "'"] | None = Field(
        default=None, description="The sign between thousands."
    )
    units_in_cells: Literal["strip", "missing"] | None = Field(
        default=None, description="Cells such as `70 kg`: the number is used, or none."
    )
    limits_in_cells: Literal["limit", "missing"] | None = Field(
        default=None,
        description="Cells such as `>1000`, `<0.5`, `~12`, `10-12`: the limit (of a range the "
        "middle) is used and flagged, or none.",
    )
    dates_for_text: Literal["text", "date"] | None = Field(
        default=None,
        description="Dates in a column of text, such as a stage `1/2` that a workbook turned into "
        "2 January: text again, or real dates.",
    )
    unit: str | None = Field(default=None, description="The unit of the numbers, as recorded.")
    fill_down: bool | None = Field(
        default=None, description="Empty cells below a value (merged cells) hold that value."
    )
    keep: bool | None = Field(
        default=None, description="A column with names, numbers or notes about a person is kept."
    )


class TableRecipe(_Part):
    """Where one table is, and how it is laid out."""

    file: str | None = Field(
        default=None,
        description="The file; relative to the registry. The registry itself if unset.",
    )
    sheet: str | None = Field(default=None, description="The sheet of a workbook.")
    sha256: str | None = Field(
        default=None, description="Digest of the file for which these answers were given."
    )
    encoding: str | None = Field(
        default=None,
        description="How letters are written, such as utf-8, windows-1252, or `utf-8, else "
        "windows-1252` line by line.",
    )
    delimiter: str | None = Field(default=None, description="What separates the cells of text.")
    quotes: Literal["literal"] | None = Field(
        default=None,
        description="Quotation marks are signs like any other; a pair around a whole cell goes.",
    )
    damaged_lines: Literal["leave_out"] | None = Field(
        default=None, description="Lines whose letters cannot be read are left out, and listed."
    )
    block: str | None = Field(
        default=None, description="The part of the sheet that is the table, such as A1:H40."
    )
    header_rows: tuple[RowNumber, ...] | None = Field(
        default=None, description="The row or rows with the headers, counted from 1."
    )
    header_begins: str | None = Field(
        default=None,
        description="The first header, by which the header row is found when it has moved.",
    )
    footer: Literal["leave_out", "keep"] | None = Field(
        default=None, description="Rows below the patients, such as `Total` or a legend."
    )
    hidden: Literal["use", "leave_out"] | None = Field(
        default=None, description="Hidden or filtered rows and columns."
    )
    duplicate_headers: Literal["letters"] | None = Field(
        default=None, description="Columns of the same name are told apart by their letters."
    )
    columns: dict[str, ColumnRecipe] = Field(
        default_factory=dict, description="Columns whose cells need to be told how to be read."
    )
    same_patient: dict[str, str] = Field(
        default_factory=dict,
        description="Identifiers that are one patient: as written = as meant.",
    )
    identifiers_settled: bool | Literal["one_patient"] = Field(
        default=False,
        description="Identifiers that look alike were looked at: true, those left are apart; "
        "one_patient, those that are alike are the same patient.",
    )
    leave_out: dict[str, str] = Field(
        default_factory=dict, description="Patients left out of the study, each with the reason."
    )
    redcap_dictionary: str | None = Field(
        default=None,
        description="The data dictionary of a REDCap export; relative to the registry.",
    )

    redcap_instrument: str | None = Field(
        default=None,
        description="Of a REDCap export with repeating instruments: the instrument whose rows make "
        "this table; empty for the rows of the patients themselves.",
    )
    redcap_event: str | None = Field(
        default=None, description="Of a longitudinal REDCap export: the event whose rows are used."
    )

    def column(self, name: str) -> ColumnRecipe:
        """Return what is said of a column; an empty recipe when nothing is."""
        return self.columns.get(name, ColumnRecipe())


class ShapePart(_Part):
    """How tables with several rows a patient become one row a patient."""

    kind: Literal["one_row_per_patient", "one_row_per_operation"] | None = Field(
        default=None, description="What one row of the registry is."
    )
    patients: str | None = Field(
        default=None, description="The table with one row a patient, if there is one."
    )
    operations: str | None = Field(default=None, description="The table with one row an operation.")
    follow_up: str | None = Field(
        default=None, description="The table with one row a contact, if there is one."
    )
    recurrences: str | None = Field(
        default=None, description="The table with one row a recurrence, if there is one."
    )
    recurrence_date: str | None = Field(
        default=None, description="Column of the recurrences: the date; the earliest counts."
    )
    patient_id: dict[str, str] = Field(
        default_factory=dict, description="For each table, its column with the patient."
    )
    operation_date: str | None = Field(
        default=None, description="Column of the operations: the date."
    )
    further_dates: tuple[str, ...] | None = Field(
        default=None,
        description="Columns of the operations with dates of further operations of the same "
        "patient, where some patients have one row for all and others a row for each.",
    )
    operation_kind: str | None = Field(
        default=None, description="Column of the operations: what was done."
    )
    aborted_values: tuple[str, ...] = Field(
        default=(),
        description="Values of that column that mean: perfusion aborted or not done; such an "
        "operation is kept as its own kind and is no repeat.",
    )
    aborted_first: Literal["time_zero", "not_counted"] | None = Field(
        default=None,
        description="A first operation whose perfusion was aborted: time is counted from it and "
        "the next complete one is a repeat, or it is not counted and time begins with the first "
        "complete one.",
    )
    other_values: tuple[str, ...] = Field(
        default=(), description="Values that mean another operation, which is left aside."
    )
    planned: str | None = Field(
        default=None,
        description="Column of the operations: planned stage of a two-stage treatment.",
    )
    planned_values: tuple[str, ...] = Field(
        default=(), description="Values of that column that mean: planned, therefore no repeat."
    )
    minimum_interval: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Days between two operations below which the later one belongs to the earlier.",
    )
    contact_date: str | None = Field(
        default=None, description="Column of the follow-up table: the date."
    )
    status: str | None = Field(
        default=None, description="Column with the state of the patient; its latest value counts."
    )


class Recipe(_Part):
    """How files become one table with one row a patient.

    A recipe is frozen; answers make a changed one. It is kept beside the study file, which names it
    under ``data.recipe``.
    """

    schema_: Literal["timezero/recipe/1"] = Field(default=RECIPE_SCHEMA, alias="schema")
    tables: dict[str, TableRecipe] = Field(
        default_factory=dict, description="The tables, by name; a single one is called registry."
    )
    shape: ShapePart = Field(default_factory=ShapePart)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def table(self, name: str = ONLY_TABLE) -> TableRecipe:
        """Return what is said of a table; an empty recipe when nothing is."""
        return self.tables.get(name, TableRecipe())
