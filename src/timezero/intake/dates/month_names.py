"""Names of months, as dates are written in twelve languages."""

from __future__ import annotations

from functools import cache
from typing import Final

# Full names without accents, January first. Names that mean another month in another language
# (`listopad` is November in Polish and Czech, October in Croatian) are left out on purpose.
_SHORTENED: Final = (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janner feber maerz april mai juni juli august september oktober november dezember",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november desember",
    "gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre",
)
# Only whole names: shortened they would mean another month in a neighbouring language.
_WHOLE: Final = (
    "styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik - grudzien",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika - grudnia",
    "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
)
_ABBREVIATED: Final = {"mrz": 3, "mrt": 3, "jnr": 1, "ago": 8, "set": 9, "sett": 9, "oct": 10}
_SHORTEST: Final = 3


@cache
def month_names() -> dict[str, int]:
    """Return the month, 1 to 12, of each name and of each shortened name that means one month.

    Names are in small letters without accents. A shortened name has at least three letters.
    """
    meanings: dict[str, set[int]] = {name: {month} for name, month in _ABBREVIATED.items()}
    for language in _SHORTENED:
        for month, name in enumerate(language.split(), start=1):
            for end in range(_SHORTEST, len(name) + 1):
                meanings.setdefault(name[:end], set()).add(month)
    for language in _WHOLE:
        for month, name in enumerate(language.split(), start=1):
            meanings.setdefault(name, set()).add(month)
    meanings.pop("-", None)
    return {name: months.pop() for name, months in meanings.items() if len(months) == 1}
