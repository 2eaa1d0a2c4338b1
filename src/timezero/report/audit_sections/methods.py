"""How an audit is done, as far as it was done here, with references."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.bibliography import reference_text
from timezero.report.document import AuditChapter, Block, Prose, Section

NUMBERS = (
    "Each printed number was read as the interval of values that it can stand for: by its digits, "
    "or by a table of vague words."
)
WORLDS = (
    "Studies of the printed size were simulated in which the treatment changes nothing: patients "
    "die, are treated and are lost at rates of many shapes, and some can never be treated. They "
    "were weighted by how well their sizes, the survival of all patients together and the waiting "
    "times match the print. The comparison of the groups was not used for this. Treated "
    "were then compared with never treated as in the print."
)
SELECTION = (
    "With selection, patients differ in a death rate that nobody measured (gamma or log-normal "
    "frailty), and the rate of treatment falls as that rate rises."
)
EFFECTS = (
    "True hazard ratios that fit were found by simulating studies under many hazard ratios and "
    "keeping those that come near to all printed numbers, with a correction by regression "
    "(approximate Bayesian computation)."
)
TIPPING = (
    "The map repeats the do-nothing studies for each pair of frailty variance and selection "
    "strength; its line is a smooth fit to the cells."
)
CURVES = (
    "Curves were put together again from their points by the method of Guyot, as modified by Liu."
)


def _parts(result: AuditResult) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield NUMBERS, ("suissa2008", "beyersmann2008")
    if result.do_nothing:
        yield WORLDS, ("beaumont2002",)
    if result.selection or result.tipping is not None:
        yield SELECTION, ("hougaard2000", "schlesselman1978", "lin1998")
    if result.compatible:
        yield EFFECTS, ("beaumont2002", "fearnhead2012")
    if result.tipping is not None:
        yield TIPPING, ()
    if result.closed_form is not None:
        yield (
            "The closed form takes constant rates; see its section.",
            ("harding2019", "crowley1977"),
        )
    if result.curves:
        yield CURVES, ("guyot2012", "liu2021")


def _blocks(result: AuditResult) -> Iterator[Block]:
    parts = tuple(_parts(result))
    seed = f"The seed ({result.provenance.seed}) fixes all random draws."
    yield Prose(paragraphs=(" ".join((*(words for words, _ in parts), seed)),))
    keys = sorted({key for _, cited in parts for key in cited})
    yield Prose(
        heading="References", paragraphs=tuple(reference_text(key) for key in keys), kind="list"
    )


SECTION = Section(title="Methods", chapter=AuditChapter.METHODS, blocks=_blocks)
