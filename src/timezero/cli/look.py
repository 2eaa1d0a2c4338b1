"""``timezero look``: what a registry holds, before anything is decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from timezero.findings import Severity


def look(
    file: Path,
    *,
    sheet: str | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    plain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Look at a registry file: columns, guesses, problem cells. Reads, never writes.

    Parameters
    ----------
    file
        CSV, TSV, Excel or Parquet.
    sheet
        Sheet of a workbook; the first one with cells if not said.
    json
        Print JSON instead of text.
    plain
        No colour, no box drawing.
    """
    from timezero.cli._printing import print_findings, print_json, print_table
    from timezero.intake.look import look as look_at

    seen = look_at(file, sheet=sheet)
    worst = any(finding.severity is Severity.ERROR for finding in seen.findings)
    if json:
        print_json(seen)
        return int(worst)
    print(f"{seen.table}: {seen.n_rows} rows, {len(seen.columns)} columns\n")
    print_table(
        ("", "column", "holds", "missing", "values", "such as"),
        [
            (c.letter, c.name, c.content, str(c.n_missing), str(c.n_values), c.examples)
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
    if seen.centre_candidates:
        print(
            f"may say where a patient was treated: {', '.join(seen.centre_candidates)} (--centre)"
        )
    if seen.findings:
        print("\nNoticed")
        print_findings(seen.findings)
    print(f"\nNext\n  {seen.next_command}\n  timezero init {file} -o study.toml")
    return int(worst)


COMMAND = look
