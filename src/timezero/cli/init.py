"""``timezero init``: the first study file of a registry, and the recipe by which it is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from timezero.intake.study_file import StudyFile


def init(
    file: Path,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("study.toml"),
    answers: Path | None = None,
    yes: Annotated[bool, Parameter(negative="")] = False,
    sheet: str | None = None,
    force: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
    plain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Ask what has to be asked about a registry; write a study file and a recipe.

    Exit code 1 when something stays open or is wrong in the registry.

    Parameters
    ----------
    file
        The registry: CSV, TSV, Excel, SPSS, Stata, SAS or Parquet.
    output
        Where the study file goes; the recipe goes beside it.
    answers
        A TOML file with answers, as keys of the recipe and of the study file.
    yes
        Take the proposals and ask nothing; what has no proposal stays open.
    sheet
        Sheet of a workbook.
    force
        Write over files that are there.
    json
        Print JSON instead of text, and ask nothing.
    plain
        No colour, no box drawing.
    """
    from timezero.cli._asking import ask_on_terminal, can_ask
    from timezero.cli._printing import print_json
    from timezero.intake.interview import by_default, left_open
    from timezero.intake.recipe_file import read_answers
    from timezero.intake.study_file import start_study_file

    ask = left_open
    if yes:
        ask = by_default
    elif can_ask() and not json:
        ask = ask_on_terminal
    written = start_study_file(
        file,
        output,
        sheet=sheet,
        answers=None if answers is None else read_answers(answers),
        ask=ask,
        force=force,
    )
    if json:
        print_json(written)
    else:
        _tell(written, plain=plain)
    return int(bool(written.still_open or written.errors))


def _tell(written: StudyFile, *, plain: bool) -> None:
    from timezero.cli._asking import as_text
    from timezero.cli._asking import written as as_written
    from timezero.cli._printing import print_findings, print_table
    from timezero.intake.wording import counted

    print(f"written: {written.path} (the question) and {written.recipe} (how cells are read)")
    if written.guesses:
        print("\nGuesses in it, to be checked")
        print_table(
            ("key", "column", "why"),
            [(f"data.{guess.role}", guess.column, guess.reason) for guess in written.guesses],
            plain=plain,
        )
    if written.answered:
        print("\nAnswered")
        print_table(
            ("key", "answer"),
            [(done.question.place, as_written(done.answer)) for done in written.answered],
            plain=plain,
        )
    if written.errors:
        print(f"\nTo be put right in the registry itself: {len(written.errors)}")
        print_findings(written.errors)
    if written.still_open:
        print(f"\nStill open: {len(written.still_open)}")
        for question in written.still_open:
            print(f"\n{as_text(question)}")
        print(
            "\nNext: answer them in the two files, or in one file given with --answers, or on a "
            "terminal\n  timezero init REGISTRY --force"
        )
    elif not written.errors:
        print(
            f"\n{counted(written.n_patients, 'patient')} can be read.\n"
            f"Next: open {written.path}, check the guesses; then\n  timezero study {written.path}"
        )


COMMAND = init
