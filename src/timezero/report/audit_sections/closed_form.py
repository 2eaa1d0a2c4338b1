"""The closed form: what constant rates make of the comparison, and where that fails."""

from __future__ import annotations

import math
from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.document import AuditChapter, Block, Prose, Section, Table
from timezero.report.numbers import percent, ratio

ASSUMPTION = (
    "It assumes that patients die, and are treated, at rates that never change, that everybody "
    "could be treated at any time, and that those treated were no fitter than the others. Rates "
    "mostly do change. Use it as a first look; the simulated studies above do not need it."
)
FAILURE = (
    "Where it fails: of 103 patients accepted for a heart transplant at Stanford, 69 had one. "
    "Moving the waiting time to the untreated, with constant rates, gives a hazard ratio of 0.34. "
    "A Cox model that counts each patient as untreated until the transplant gives 1.13: many died "
    "soon after they were accepted, so rates were far from constant (Crowley 1977)."
)


def _blocks(result: AuditResult) -> Iterator[Block]:
    form = result.closed_form
    if form is None:
        return
    yield Table(
        caption="What a treatment that does nothing would show, from the share treated alone",
        header=("", "Ever against never treated"),
        rows=(
            ("Share ever treated", percent(form.share_late)),
            ("Ratio of death rates", ratio(form.rate_ratio)),
            ("Ratio of mean survival", ratio(form.mean_ratio)),
            ("Ratio of median survival", ratio(form.median_ratio)),
        ),
    )
    yield Prose(heading="What it assumes", paragraphs=(ASSUMPTION,))
    if math.isnan(form.corrected_rate_ratio):
        inverse = f"No true hazard ratio follows from the print this way ({form.inverse_from})."
    else:
        inverse = (
            "Read backwards under the same assumption, the print would mean a true hazard ratio of "
            f"{ratio(form.corrected_rate_ratio)} (from {form.inverse_from})."
        )
    yield Prose(paragraphs=(inverse, FAILURE))


SECTION = Section(
    title="A first look in closed form", chapter=AuditChapter.CLOSED_FORM, blocks=_blocks
)
