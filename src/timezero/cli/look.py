"""``timezero look``: what a registry holds, before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from timezero.findings import Finding, Question, Severity


def look(
    file: Path,
    *,
    sheet: str | None = None,
    recipe: Path | None = None,
    changes: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    plain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Look at a registry file: columns, guesses, problem cells, questions. Changes nothing.

    Parameters
    ----------
    file
        CSV, TSV, Excel, SPSS, Stata, SAS or Parquet.
    sheet
        Sheet of a workbook; asked about where there are several.
    recipe
        The recipe by which cells are read, as timezero init writes it.
    changes
        Write every cell that is read otherwise than it is written to this CSV file.
    json
        Print JSON instead of text.
    plain
        No colour, no box drawing.
    """
    from timezero.cli._printing import print_json, print_table
    from timezero.intake.look import look as look_at
    from timezero.intake.recipe_file import read_recipe
    from timezero.intake.wording import counted

    told = None if recipe is None else read_recipe(recipe)
    seen = look_at(file, sheet=sheet, recipe=told, changes_to=changes)
    worst = any(finding.severity is Severity.ERROR for finding in seen.findings)
    if json:
        print_json(seen)
        return int(worst)
    print(f"{seen.table}: {counted(seen.n_rows, 'row')}, {counted(len(seen.columns), 'column')}\n")
    print_table(
        ("", "column", "holds", "missing", "values", "such as", "may mean"),
        [
            (c.letter, c.name, c.content, str(c.n_missing), str(c.n_values), c.examples, c.meaning)
            for c in seen.columns
        ],
        plain=plain,
    )
    print("\nGuesses, to be checked")
    print_table(
        ("role", "column", "why"),
        [(guess.role, guess.column, guess.reason) for guess in seen.guesses],
        plain=plain,
    )
    if seen.unguessed:
        print(f"no column was found for: {', '.join(seen.unguessed)}")
    if seen.event_values:
        print(f"which of these is the event is for you to say: {seen.event_values}")
    if places := ", ".join(seen.centre_candidates):
        print(f"may say where a patient was treated: {places} (--centre)")
    _tell(seen.findings, seen.n_changed, changes)
    print(f"\nNext\n  {seen.next_command}")
    return int(worst)


def _tell(findings: Sequence[Finding], n_changed: int, changes: Path | None) -> None:
    from timezero.cli._asking import as_text
    from timezero.cli._printing import print_findings
    from timezero.intake.wording import counted

    questions = [finding for finding in findings if isinstance(finding, Question)]
    noticed = [finding for finding in findings if not isinstance(finding, Question)]
    if noticed:
        print("\nNoticed")
        print_findings(noticed)
    if n_changed:
        listed = f"listed in {changes}" if changes else "--changes FILE lists every one"
        print(f"\nread otherwise than written: {counted(n_changed, 'cell')}; {listed}")
    if questions:
        print(f"\nWill be asked: {len(questions)}")
        for question in questions:
            print(f"\n{as_text(question)}")


COMMAND = look
