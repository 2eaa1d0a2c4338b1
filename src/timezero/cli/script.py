"""``timezero script``: a program that counts the main numbers of a study again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.model.cohort import Cohort
    from timezero.model.protocol import Protocol
    from timezero.report.render.r_script import Candidates

DEFAULT_PROGRAM = Path("timezero-study.R")


def script(
    file: Path | None = None,
    *,
    r: Annotated[bool, Parameter(negative="")] = False,
    example: str | None = None,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = DEFAULT_PROGRAM,
    plain: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write a program that counts the main numbers again, and the patients it reads.

    Parameters
    ----------
    file
        A study file (``study.toml``).
    r
        In R, with the package survival; the only language there is.
    example
        A bundled example; ``timezero example`` lists them.
    output
        Where the program goes; its data go beside it, under the same name with the ending .csv.
    plain
        No progress bar.
    """
    if not r:
        raise InputRefused(
            what="no language is named",
            where="the command line",
            mend="timezero script --r STUDY_FILE",
            code="TZ-CLI-14",
        )
    from timezero.cli._output_places import refuse_places
    from timezero.cli._progress import showing_progress
    from timezero.cli._study_source import recipe_of, registry_of, study_source
    from timezero.intake.cohort import read_cohort
    from timezero.ladder.run import study as walk
    from timezero.report.render.json import write_text
    from timezero.report.render.r_script import r_data, r_program

    study_file, protocol = study_source(file, example, command="script --r")
    registry = registry_of(protocol, study_file)
    data = output.with_suffix(".csv")
    refuse_places({"--output": output}, given=study_file)
    refuse_places({"the data beside --output": data}, given=registry)
    protocol = _without_draws(protocol)
    cohort = read_cohort(registry, protocol, recipe=recipe_of(protocol, study_file))
    with showing_progress(plain=plain) as progress:
        result = walk(cohort, protocol, progress=progress)
    candidates = _candidates(cohort, protocol)
    write_text(str(data), r_data(result, candidates), private=True)
    write_text(str(output), r_program(result, candidates, data=data.name))
    print(f"wrote: the program to {output}")
    print(f"wrote: the patients, without identifiers, to {data}: single patients, keep it private")
    print(f"next: Rscript {output}")
    return 0


def _without_draws(protocol: Protocol) -> Protocol:
    """Switch off what is drawn at random: no number of it is counted again."""
    analysis = protocol.analysis.model_copy(update={"bootstrap": 0, "redeals": 0})
    fitness = protocol.fitness.model_copy(update={"replicates": 0})
    return protocol.model_copy(update={"analysis": analysis, "fitness": fitness})


def _candidates(cohort: Cohort, protocol: Protocol) -> Candidates:
    """Return who is compared by weights, by the ladder's own rules."""
    from timezero.align.time_varying import time_varying
    from timezero.ladder.defaults import horizons_for
    from timezero.ladder.design import baseline_design
    from timezero.ladder.fitness_plan import fitness_plan
    from timezero.report.render.r_script import Candidates

    horizons, _ = horizons_for(protocol, time_varying(cohort))
    plan = fitness_plan(cohort, protocol, baseline_design(cohort), horizons)
    return Candidates(
        origin=plan.origin,
        used=plan.used,
        names=plan.names,
        columns=plan.columns,
        width=plan.width,
        grace_period=plan.grace_period,
    )


COMMAND = script
