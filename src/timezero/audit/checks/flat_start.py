"""The curve of the late treated does not start flat while that of the others falls at once.

Deaths per unit of time in (0, t_1] and in (t_1, t_2] are H(t_1) / t_1 and (H(t_2) - H(t_1)) /
(t_2 - t_1) with H = -log S. Waiting makes the first small in the late treated only. Mentioned is
a first rate of less than a quarter of the second in the late treated at the values within print
that favour them least, while in the never treated the first rate is at least the second.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from timezero.audit.evidence import Evidence, Reading
from timezero.audit.print_check import CheckOutcome, PrintCheck, Remark, outcome

FROM_TIME_ZERO: Final = {"ever_treated", "not_stated"}
FLAT: Final = 0.25
REMARK = Remark(code="flat_start")


def flat_start(evidence: Evidence) -> CheckOutcome:
    """Find a curve of the late treated that is flat at first, beside one that is not."""
    others = {r.at: r for r in evidence.readings("survival", "never") if r.at > 0.0}
    both = [(r, others[r.at]) for r in evidence.readings("survival", "late") if r.at in others]
    if evidence.claim.question.comparison not in FROM_TIME_ZERO or len(both) < 2:
        return outcome((), possible=False)
    for (late, never), (later, never_later) in pairwise(both):
        first, second = _rates(late, later, is_early=True)
        other_first, other_second = _rates(never, never_later, is_early=False)
        if first < FLAT * second and other_first >= other_second > 0.0:
            return outcome(
                [
                    REMARK.warning(
                        evidence,
                        [late.name, later.name, never.name, never_later.name],
                        f"up to {late.at:g} {evidence.unit} few of the late treated died and then "
                        "more, while the never treated died from the start",
                        "ask for both curves, and for the time of treatment of each patient",
                    )
                ],
                possible=True,
            )
    return outcome((), possible=True)


def _rates(first: Reading, second: Reading, *, is_early: bool) -> tuple[float, float]:
    """Rates in (0, t_1] and (t_1, t_2], the first as high and the second as low as print allows."""
    lost = [(_cumulative(s.span.upper), _cumulative(s.span.lower)) for s in (first, second)]
    before, after = (lost[0][1], lost[1][0]) if is_early else (lost[0][0], lost[1][1])
    return before / first.at, max(after - before, 0.0) / (second.at - first.at)


def _cumulative(survival: float) -> float:
    return math.inf if survival <= 0.0 else -math.log(min(survival, 1.0))


CHECK = PrintCheck(
    title="the curve of the late treated does not start flat beside one that falls",
    needs="survival of both groups at two times, from time zero",
    run=flat_start,
)
