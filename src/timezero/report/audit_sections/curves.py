"""How well printed curves were put together again, when points of them were given."""

from __future__ import annotations

from collections.abc import Iterator

from timezero.model.audit_result import AuditResult
from timezero.report.document import AuditChapter, Block, Section, Table
from timezero.report.numbers import amount, percent

GROUPS = {"all": "all patients", "late": "late treated", "never": "never treated"}


def _blocks(result: AuditResult) -> Iterator[Block]:
    if not result.curves:
        return
    yield Table(
        caption="Printed survival curves, put together again from points read off them",
        header=(
            "Curve",
            "Patients",
            "Deaths",
            "Points read",
            "Largest gap, points",
            "Usual gap, points",
            "Largest gap in numbers at risk",
            "In words",
        ),
        rows=tuple(
            (
                GROUPS.get(c.group, c.group),
                f"{c.n:,}",
                f"{c.n_events:,}",
                f"{c.n_points:,}",
                percent(c.largest_gap, decimals=1).rstrip("%"),
                percent(c.root_mean_square_gap, decimals=1).rstrip("%"),
                amount(c.n_at_risk_gap),
                c.words,
            )
            for c in result.curves
        ),
        note="Gaps in percentage points of survival, between the points and the curve made again.",
    )


SECTION = Section(
    title="How well the curves were read", chapter=AuditChapter.CURVES, blocks=_blocks
)
