"""``timezero checklist``: the TARGET 2025 checklist, filled from a study."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from timezero.model.protocol import Protocol
    from timezero.model.result import StudyResult


def checklist(
    file: Path | None = None,
    *,
    example: str | None = None,
    protocol_only: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
    html: Path | None = None,
    plain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Fill the TARGET 2025 reporting checklist; what nobody stated is marked "not stated".

    Parameters
    ----------
    file
        A study file (``study.toml``).
    example
        A bundled example; ``timezero example`` lists them.
    protocol_only
        Read the study file only, do not walk the ladder: items about results are not stated.
    json
        Print JSON instead of text.
    html
        Also write the checklist as a page.
    plain
        ASCII only, no progress bar.
    """
    from timezero.cli._output_places import refuse_missing, refuse_places
    from timezero.cli._study_source import study_source
    from timezero.report.checklist import filled
    from timezero.report.render.checklist import checklist_html, checklist_json, checklist_text

    study_file, protocol = study_source(file, example, command="checklist")
    if html is not None:
        refuse_missing("jinja2", flag="--html")
    refuse_places({"--html": html}, given=study_file)
    result = None if protocol_only else _walked(study_file, protocol, plain=plain)
    lines = filled(protocol, result)
    if html is not None:
        from timezero.report.render.json import write_text

        title = protocol.question.title or "Reporting checklist of a study"
        write_text(str(html), checklist_html(lines, title=title))
    sys.stdout.write(checklist_json(lines) if json else checklist_text(lines, plain=plain))
    if html is not None and not json:
        print(f"wrote: checklist to {html}")
    return 0


def _walked(study_file: Path, protocol: Protocol, *, plain: bool) -> StudyResult:
    from timezero.cli._progress import showing_progress
    from timezero.cli._study_source import recipe_of, registry_of
    from timezero.intake.cohort import read_cohort
    from timezero.ladder.run import study as walk

    registry, recipe = registry_of(protocol, study_file), recipe_of(protocol, study_file)
    with showing_progress(plain=plain) as progress:
        cohort = read_cohort(registry, protocol, recipe=recipe)
        return walk(cohort, protocol, progress=progress)


COMMAND = checklist
