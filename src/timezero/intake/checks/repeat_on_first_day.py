"""A repeat on the day of the first operation: the same operation twice, or a second one."""

from __future__ import annotations

from timezero.findings import Finding, Option, Question, Severity
from timezero.intake.draft import Draft
from timezero.intake.wording import counted

CODE = "repeat_on_first_day"


def repeat_on_first_day(draft: Draft) -> list[Finding]:
    """Ask, or say by which rule, where the late treatment has the date of time zero."""
    same, rule = draft.on_first_day, draft.protocol.rules.repeat_on_first_day
    if not same.any():
        return []
    column = draft.moments["initiation"].column
    what = f"the late treatment has the date of time zero in {counted(same, 'patient')}"
    if rule is not None:
        effect = (
            "it is the first operation written twice, and they count as never treated"
            if rule == "same_operation"
            else "they are treated from time zero on"
        )
        severity = Severity.WARNING if rule == "same_operation" else Severity.NOTE
        words = f"{what}; by the rule repeat_on_first_day = {rule!r} {effect}"
        mend = "look these patients up"
        return [draft.finding(CODE, severity, words, column=column, mask=same, mend=mend)]
    return [
        Question(
            code=CODE,
            what=f"{what}: is it the same operation written twice?",
            where=draft.table.where(column, same),
            evidence=draft.table.evidence(column, same),
            mend="answer it with `timezero init`, or write rules.repeat_on_first_day in the "
            "study file",
            n_rows=int(same.sum()),
            key=("rules", "repeat_on_first_day"),
            options=(
                Option(
                    value="same_operation",
                    words="the same operation written twice: these patients had no repeat",
                ),
                Option(
                    value="treated_at_zero",
                    words="a treatment on the first day: these patients are treated from time "
                    "zero on",
                ),
            ),
        )
    ]


CHECK = repeat_on_first_day
