"""G37: which words the result can bear."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.ladder.guard import Guard, Judged, Looked

FIRST = 3
LAST = 15
# The published errors fail G14 by design: that is why they are shown.
BY_DESIGN = "G14"


def _judge(looked: Looked) -> Iterator[Judged]:
    against = sorted(
        {
            j.number
            for j in looked.judged
            if j.status in {"failed", "withdrawn"}
            and FIRST <= int(j.number[1:]) <= LAST
            and j.number != BY_DESIGN
        },
        key=lambda number: int(number[1:]),
    )
    listed = ", ".join(against)
    compared = any(
        j.number == "G6" and j.status != "not_applicable" and looked.rungs[j.subject].status == "ok"
        for j in looked.judged
    )
    if not compared and not against:
        yield Judged(
            status="failed",
            what="no count here makes treated and untreated alike in what was measured: what is "
            "found is an association and may not be called more",
        )
        return
    yield Judged(
        status="failed" if against else "passed",
        what=f"{listed} did not pass: what is found is an association and may not be called more"
        if against
        else "G3 to G15 pass: what is found is an association that the stated assumptions would "
        "let one read as an effect",
    )


GUARD = Guard(
    number="G37",
    title="Wording",
    threshold="words of cause only where G3 to G15 pass; the texts here say association throughout",
    judge=_judge,
)
