"""``timezero example``: the bundled examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def example(
    name: str | None = None,
    *,
    to: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    plain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """List the bundled examples, or copy one.

    Parameters
    ----------
    name
        The example to copy; without it, all are listed.
    to
        The folder to copy into; a new folder of the example's name if not said.
    json
        Print JSON instead of text.
    plain
        No colour, no box drawing.
    """
    from timezero.cli._printing import print_json
    from timezero.intake.examples import copy_example

    if name is None:
        _list(json=json, plain=plain)
        return 0
    folder = to or Path(name)
    written = copy_example(name, folder)
    if json:
        print_json({"name": name, "written": written})
        return 0
    print("written: " + ", ".join(str(path) for path in written))
    print(f"\nNext\n  timezero study {folder / 'study.toml'}")
    return 0


def _list(*, json: bool, plain: bool) -> None:
    from timezero.cli._printing import print_json, print_table
    from timezero.intake.examples import example_names, read_example

    examples = [read_example(name) for name in example_names()]
    if json:
        print_json(examples)
        return
    print_table(
        ("name", "what it is", "patients", "", "source"),
        [
            (e.name, e.title, str(e.n_patients), "simulated" if e.simulated else "real", e.source)
            for e in examples
        ],
        plain=plain,
    )
    print("\nNext\n  timezero study --example NAME\n  timezero example NAME --to FOLDER")


COMMAND = example
