"""``timezero audit``: from a published claim to what waiting and selection alone would produce."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from timezero.errors import InputRefused
from timezero.findings import Severity

if TYPE_CHECKING:
    from timezero.audit.worlds_of_claim import Progress
    from timezero.checkpoints import Checkpoints
    from timezero.model.audit_result import AuditResult
    from timezero.model.claim import Claim

DEFAULT_REPORT = "timezero-audit.html"
EXIT_INTERRUPTED = 130


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the claim is found."""

    new: Annotated[bool, Parameter(negative="")] = False
    "Ask for the printed numbers one by one."
    yes: Annotated[bool, Parameter(negative="")] = False
    "Take the default wherever an article leaves a role open, and say which."
    draft: Path | None = None
    "Where the claim that was read is written, for editing; by default a timezero-claim.toml."
    force: Annotated[bool, Parameter(negative="")] = False
    "Write the draft over one that is there; without it, one that was edited is kept."
    list: Annotated[bool, Parameter(negative="")] = False
    "List the bundled claims."


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """How much is simulated."""

    seed: int | None = None
    "Seed of all random draws."
    workers: int = 2
    "Threads; results do not depend on it."
    effort: float = 1.0
    "1 is the usual number of simulated studies; 0.1 is quick and rough."
    record: str | None = None
    "Folder, file or server of a study record, of which the audit is then a job."


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where results go."""

    json: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None
    "Write the whole result as JSON; - for standard output."
    html: Path | None = None
    "Write the report here; timezero-audit.html if not said."
    no_html: Annotated[bool, Parameter(negative="")] = False
    "Write no report."
    article: Path | None = None
    "Write the plain-language page for patients here."
    plain: Annotated[bool, Parameter(negative="")] = False
    "No colour, no box drawing, no progress bar."


def audit(
    claim: str | None = None,
    *,
    reading: Reading | None = None,
    simulation: Simulation | None = None,
    output: Output | None = None,
) -> int:
    """Ask of a published claim what waiting and selection alone would produce.

    Parameters
    ----------
    claim
        A claim file (``claim.toml``), an article (``.html``, ``.pdf``, ``.txt``, ``.md``), a
        sentence with numbers in quotation marks, or the name of a bundled claim. Without it, the
        bundled claim on repeat CRS/HIPEC (Wong 2014) is audited.
    """
    reading, simulation = reading or Reading(), simulation or Simulation()
    output = output or Output()
    if reading.list:
        return _list_claims(output)
    _refuse_odd(simulation)
    from timezero.cli._claim_source import find_claim

    report_to = _refuse_outputs(claim, reading, output)
    quiet = _is_dash(output.json)
    found, path = find_claim(claim, reading, plain=output.plain, quiet=quiet)
    try:
        result, unkept = _simulated(
            found, path, simulation, plain=output.plain, report_to=report_to
        )
    except KeyboardInterrupt:
        print(
            "interrupted: finished parts are kept; the same command goes on from there",
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED
    code = _deliver(result, output, report_to)
    if unkept is not None:
        from timezero.cli._record import written_but_not_recorded

        raise written_but_not_recorded(unkept) from unkept
    return code


def _refuse_outputs(claim: str | None, reading: Reading, output: Output) -> Path | None:
    """Refuse outputs that cannot be written, early; return where the report goes."""
    from timezero.cli._claim_source import given_path
    from timezero.cli._output_places import refuse_missing, refuse_places, report_path

    report_to = report_path(output.html, default=DEFAULT_REPORT, no_html=output.no_html)
    if output.article is not None:
        refuse_missing("jinja2", flag="--article")
    places = {
        "--html": report_to,
        "--json": output.json,
        "--article": output.article,
        "--draft": reading.draft,
    }
    refuse_places(places, given=given_path(claim))
    return report_to


def _is_dash(place: Path | None) -> bool:
    return place is not None and str(place) == "-"


def _refuse_odd(simulation: Simulation) -> None:
    """Refuse amounts of simulation that mean nothing."""
    for name, fits, allowed in (
        ("effort", 0.01 <= simulation.effort <= 100.0, "0.01 to 100"),
        ("workers", 1 <= simulation.workers <= 64, "1 to 64"),
        ("seed", simulation.seed is None or 0 <= simulation.seed < 2**62, "0 to 2^62"),
    ):
        if not fits:
            raise InputRefused(
                what=f"--{name} {getattr(simulation, name)} is out of range",
                where=f"--{name}",
                mend=f"choose a number from {allowed}",
                code="TZ-CLI-06",
            )


def _simulated(
    claim: Claim,
    path: Path | None,
    simulation: Simulation,
    *,
    plain: bool,
    report_to: Path | None,
) -> tuple[AuditResult, InputRefused | None]:
    """Run the audit while a second process gets ready to draw, and write the report.

    Returns
    -------
    tuple
        The result, and why the record did not take it, if so.
    """
    from timezero.audit.run import SEED, audit_claim, audit_key
    from timezero.checkpoints import default_folder
    from timezero.cli._progress import showing_progress
    from timezero.cli._report_process import report_writer
    from timezero.intake.curve_files import read_curves

    seed = SEED if simulation.seed is None else simulation.seed
    curves = read_curves(path, claim) if path is not None else {}
    key = audit_key(claim, curves, seed=seed, effort=simulation.effort)

    def simulate(keep_in: Path | Checkpoints, progress: Progress) -> AuditResult:
        return audit_claim(
            claim,
            curves=curves,
            seed=seed,
            workers=simulation.workers,
            effort=simulation.effort,
            keep_in=keep_in,
            progress=progress,
        )

    writing = nullcontext() if report_to is None else report_writer("audit")
    with writing as write_report, showing_progress(plain=plain) as progress:
        if simulation.record is None:
            result, unkept = simulate(default_folder(key), progress), None
        else:
            result, unkept = _on_record(simulation.record, key, simulate, progress)
        if report_to is not None and write_report is not None:
            progress("report", 0, 1)
            write_report(result, report_to)
    return result, unkept


def _on_record(
    place: str,
    key: str,
    simulate: Callable[[Path | Checkpoints, Progress], AuditResult],
    progress: Progress,
) -> tuple[AuditResult, InputRefused | None]:
    """Simulate as a job of a study record."""
    from timezero.cli._record import job_on_record
    from timezero.store import open_store

    result: AuditResult | None = None
    try:
        with open_store(place) as store, job_on_record(store, key, kind="audit") as job:
            result = simulate(job.keeper, job.telling(progress))
            job.finish(result.to_json())
    except InputRefused as refusal:
        if result is None:
            raise
        return result, refusal
    return result, None


def _deliver(result: AuditResult, output: Output, report_to: Path | None) -> int:
    from timezero.report.render.audit_text import render_audit_text

    errors = any(
        finding.severity is Severity.ERROR for check in result.checks for finding in check.findings
    )
    if output.article is not None:
        result.article(str(output.article))
    if _is_dash(output.json):
        sys.stdout.write(result.to_json())
        return int(errors)
    if output.json is not None:
        result.to_json(str(output.json))
    made = {"report": report_to, "page for patients": output.article, "json": output.json}
    written = {name: str(path) for name, path in made.items() if path is not None}
    sys.stdout.write(render_audit_text(result, plain=output.plain, written=written))
    return int(errors)


def _list_claims(output: Output) -> int:
    from timezero.cli._printing import as_json, print_table
    from timezero.intake.claims import list_claims, read_bundled
    from timezero.report.render.json import write_text

    claims = [(name, read_bundled(name)) for name in list_claims()]
    if output.json is not None:
        listed = as_json([{"name": n, "title": c.title, "kind": c.source.kind} for n, c in claims])
        if _is_dash(output.json):
            sys.stdout.write(listed)
        else:
            write_text(output.json, listed)
        return 0
    print_table(
        ("name", "what it claims", "kind"),
        [(name, c.title, c.source.kind) for name, c in claims],
        plain=output.plain,
    )
    print("\nNext\n  timezero audit NAME")
    return 0


COMMAND = audit
