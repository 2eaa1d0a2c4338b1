"""A measurement belongs to a patient of the registry."""

from __future__ import annotations

from timezero.findings import Finding, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted


def history_patient_unknown(draft: Draft) -> list[Finding]:
    """Find measurements without a patient, and measurements of patients who are not here.

    A laboratory's table often holds others too, so that is a warning, unless it holds nobody else.
    """
    measured = draft.histories
    if measured is None:
        return []
    found: list[Finding] = []
    if measured.id_missing.any():
        found.append(
            draft.finding(
                "history_patient_unknown",
                Severity.ERROR,
                f"{counted(measured.id_missing, 'measurement')} without a patient",
                column=measured.ids,
                mask=measured.id_missing,
                mend="say with data.history_id which column holds the patient",
                table=measured.table,
            )
        )
    others = (measured.patient < 0) & ~measured.id_missing
    if others.any():
        all_are = not (measured.patient >= 0).any()
        found.append(
            draft.finding(
                "history_patient_unknown",
                Severity.ERROR if all_are else Severity.WARNING,
                f"{counted(others, 'measurement')} of patients who are not in the registry, unused",
                column=measured.ids,
                mask=others,
                mend="check that data.id and data.history_id name patients in the same way",
                table=measured.table,
            )
        )
    return found


CHECK = history_patient_unknown
