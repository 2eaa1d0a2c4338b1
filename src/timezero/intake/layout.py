"""Which columns each layout needs, and which keys of the data part contradict each other."""

from __future__ import annotations

from typing import Final

from timezero.errors import InputRefused
from timezero.model.protocol import DataPart

REQUIRED: Final = ("id", "initiation", "exit", "event")
REQUIRED_OF_ROWS: Final = ("id", "entry", "exit", "event", "treated")


def required_roles(data: DataPart) -> tuple[str, ...]:
    """Return the keys that a layout cannot do without."""
    if data.layout == "counting_process":
        return REQUIRED_OF_ROWS
    # A recorded date of death is the event, where no column says how observation ended.
    return REQUIRED if data.death is None else tuple(role for role in REQUIRED if role != "event")


def refuse_contradictions(data: DataPart, *, with_history_table: bool) -> None:
    """Refuse keys that do not go together, all of them at once.

    Parameters
    ----------
    data : DataPart
    with_history_table : bool
        Whether a second table is given, by name or as a data frame.

    Raises
    ------
    InputRefused
        At least two keys contradict each other, or one lacks its companion.
    """
    wrong = _about_rows(data) + _about_histories(data, with_history_table=with_history_table)
    if not wrong:
        return
    raise InputRefused(
        what="; ".join(what for what, _, _ in wrong),
        where=", ".join(dict.fromkeys(where for _, where, _ in wrong)),
        mend="; ".join(dict.fromkeys(mend for _, _, mend in wrong)),
        code="TZ-IN-24",
    )


def _about_rows(data: DataPart) -> list[tuple[str, str, str]]:
    if data.layout == "counting_process":
        wrong: list[tuple[str, str, str]] = []
        if data.initiation is not None:
            what = "with counting-process rows the treatment begins with the first treated row"
            wrong.append((what, "data.initiation", "leave out data.initiation (--initiation)"))
        if data.death is not None:
            what = "counting-process rows end at the death themselves"
            wrong.append((what, "data.death", "leave out data.death"))
        return wrong
    if data.treated is None:
        return []
    what = "a column `treated` belongs to counting-process rows"
    return [(what, "data.treated", "declare data.layout = 'counting_process', or leave it out")]


def _about_histories(data: DataPart, *, with_history_table: bool) -> list[tuple[str, str, str]]:
    wrong: list[tuple[str, str, str]] = []
    if with_history_table and data.layout == "counting_process":
        what = "values that change stand in counting-process rows, and a second table is given too"
        wrong.append((what, "data.history_file", "give the values in one of the two"))
    elif with_history_table:
        if data.history_time is None:
            what = "it is not said which column holds the time of a measurement"
            wrong.append((what, "data.history_time", "add --history-time COLUMN"))
        if not data.history:
            what = "it is not said which columns of the second table are used"
            wrong.append((what, "data.history", "add --history COLUMN"))
    elif data.history and data.layout != "counting_process":
        what = "values that change are named, but no table that holds them"
        wrong.append((what, "data.history", "name the table with data.history_file"))
    return wrong
