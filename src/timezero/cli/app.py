"""The command line: finds the commands in this folder, and turns refusals into exit codes.

Exit codes: 0 done; 1 done, with findings of severity error; 2 refused; 3 our fault; 4 a job of a
study record was cancelled, its finished parts are kept; 130 interrupted; 141 nobody reads the
output any more.
"""

from __future__ import annotations

import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cyclopts import App, CycloptsError

import timezero.cli
from timezero.errors import InternalFault, JobCancelled, TimezeroError
from timezero.provenance import __version__

EXIT_REFUSED = 2
EXIT_OUR_FAULT = 3
EXIT_CANCELLED = 4
EXIT_INTERRUPTED = 130
EXIT_NOBODY_READS = 141


def build_app() -> App:
    """Return the application with one command for each file of this folder, loaded when used."""
    app = App(
        name="timezero",
        version=__version__,
        help="A second look at survival claims about treatments that come late.",
        suppress_keyboard_interrupt=False,
        help_epilogue="First run: `timezero study` walks the ladder on real, bundled data.",
    )
    for module in pkgutil.iter_modules(timezero.cli.__path__):
        if module.name != "app" and not module.name.startswith("_"):
            app.command(f"timezero.cli.{module.name}:COMMAND", name=module.name)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        code = build_app()(
            list(arguments), exit_on_error=False, print_error=True, result_action="return_value"
        )
    except CycloptsError:
        return EXIT_REFUSED
    except InternalFault as fault:
        print(fault, file=sys.stderr)
        return EXIT_OUR_FAULT
    except TimezeroError as refusal:
        print_refusal(refusal)
        return EXIT_CANCELLED if isinstance(refusal, JobCancelled) else EXIT_REFUSED
    except KeyboardInterrupt:
        print("interrupted: nothing was written half", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_NOBODY_READS
    except Exception as error:  # noqa: BLE001  whatever it is, the user gets words and a code
        return _our_fault(error)
    return code if isinstance(code, int) else 0


def _our_fault(error: Exception) -> int:
    """Say where the program broke, without the values it held; all of it when asked."""
    if os.environ.get("TIMEZERO_DEBUG") == "1":
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "timezero" in f.filename] or list(frames)
    place = f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else "unknown"
    fault = InternalFault(
        what=f"timezero broke with {type(error).__name__}: this is our mistake, not yours",
        where=place,
        mend="run again with TIMEZERO_DEBUG=1 and report what it prints, after checking that it "
        "holds nothing about patients",
        code="TZ-INT-00",
    )
    print(fault, file=sys.stderr)
    return EXIT_OUR_FAULT


def print_refusal(refusal: TimezeroError) -> None:
    """Print a refusal, and everything that is wrong, to standard error."""
    from timezero.cli._printing import printable

    lines = [str(refusal)]
    if len(refusal.findings) > 1:
        lines += [str(finding) for finding in refusal.findings]
    print(printable("\n".join(lines), keep="\n"), file=sys.stderr)


def main() -> NoReturn:
    """Run the command line."""
    from timezero.cli._printing import write_in_any_encoding

    for stream in (sys.stdout, sys.stderr):
        write_in_any_encoding(stream)
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_NOBODY_READS
    sys.exit(code)
