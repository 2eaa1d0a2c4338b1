"""Rows below the patients, such as `Total` or a legend: proposed to be left out."""

from __future__ import annotations

import numpy as np

from timezero.findings import Option
from timezero.intake.bench import Bench
from timezero.intake.footers import footer_rows
from timezero.intake.headings import matching_key
from timezero.intake.row_looks import row_words
from timezero.intake.step import Step
from timezero.intake.tables import EVIDENCE_LIMIT
from timezero.intake.wording import counted


def _run(bench: Bench) -> None:
    if bench.grid.is_headed or bench.recipe.footer == "keep":
        return
    wanted = matching_key(bench.data.id or "")
    identifier = next((c.name for c in bench.table.columns if matching_key(c.name) == wanted), None)
    found = footer_rows(bench.table, identifier)
    if not found.any():
        return
    listed = tuple(row_words(bench.table, int(k)) for k in np.flatnonzero(found)[:EVIDENCE_LIMIT])
    if bench.recipe.footer is None:
        n, patients = counted(found, "row"), counted(found, "more patient")
        last = "the last row looks like no patient: is it"
        if found.sum() > 1:
            last = f"the last {n} look like no patients: are they"
        bench.ask(
            "footer",
            f"{last} to be left out?",
            key="footer",
            mask=found,
            options=(
                Option(value="leave_out", words=f"left out: {'; '.join(listed[:3])}"),
                Option(value="keep", words=f"read as {patients}"),
            ),
            default="leave_out",
            evidence=listed,
        )
    bench.drop_rows(
        found, code="file_footer", reason="below the patients (totals, legends)", evidence=listed
    )


STEP = Step(order=150, title="Rows below the patients", run=_run)
