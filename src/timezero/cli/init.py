"""``timezero init``: the first study file of a registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def init(
    file: Path,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("study.toml"),
    sheet: str | None = None,
    force: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
    plain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write a study file with every default visible; guesses are marked as guesses.

    Parameters
    ----------
    file
        The registry: CSV, TSV, Excel or Parquet.
    output
        Where the study file goes.
    sheet
        Sheet of a workbook; the first one with cells if not said.
    force
        Write over a study file that is there.
    json
        Print JSON instead of text.
    plain
        No colour, no box drawing.
    """
    from timezero.cli._printing import print_json, print_table
    from timezero.intake.study_file import start_study_file

    written = start_study_file(file, output, sheet=sheet, force=force)
    if json:
        print_json(written)
        return 0
    print(f"written: {written.path}\n\nGuesses in it, to be checked")
    print_table(
        ("key", "column", "why"),
        [(f"data.{guess.role}", guess.column, guess.reason) for guess in written.guesses],
        plain=plain,
    )
    print(
        f"\nNext: open {written.path}, check the guesses, declare data.event_value; then\n"
        f"  timezero study {written.path}"
    )
    return 0


COMMAND = init
