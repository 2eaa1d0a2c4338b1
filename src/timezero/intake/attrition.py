"""The flow from the rows that were read to the patients analysed; its numbers add up."""

from __future__ import annotations

from timezero.intake.draft import Draft
from timezero.model.cohort import AttritionStep


def attrition_of(draft: Draft) -> tuple[AttritionStep, ...]:
    """Return the flow: rows read, each kind of rows left out, rows with a patient, patients.

    Rows read are those below the header; where title rows stand above it, or several tables in one
    sheet, they are all rows of the sheet from the first to the last one with a cell.

    Parameters
    ----------
    draft : Draft
    """
    table = draft.table if draft.rows is None else draft.rows.table
    left_out = [step for step in table.attrition if step.n_removed]
    n_read = max(table.n_read, draft.n + sum(step.n_removed for step in left_out))
    flow = [AttritionStep(step="rows in the table", n_patients=n_read)]
    for step in left_out:
        flow.append(
            AttritionStep(
                step="rows left",
                n_patients=flow[-1].n_patients - step.n_removed,
                n_removed=step.n_removed,
                reason=step.reason,
            )
        )
    n_further = flow[-1].n_patients - draft.n
    return (
        *flow,
        AttritionStep(
            step="rows with a patient",
            n_patients=draft.n,
            n_removed=n_further,
            reason="further rows of the same patients" if n_further else "",
        ),
        AttritionStep(step="patients analysed", n_patients=draft.n),
    )
