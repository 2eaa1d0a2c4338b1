"""What is said of a file that cannot be opened: locked, damaged, hostile, or too large."""

from __future__ import annotations

from timezero.errors import InputRefused

LOCKED, DAMAGED, TOO_LARGE, HOSTILE, NO_WORKBOOK = (
    "TZ-IN-60",
    "TZ-IN-15",
    "TZ-IN-16",
    "TZ-IN-61",
    "TZ-IN-62",
)


def locked(name: str) -> InputRefused:
    """Return the refusal of a workbook with a password."""
    return InputRefused(
        what="the workbook is locked with a password, and its cells cannot be read",
        where=name,
        mend="open it in Excel, save a copy without a password (File, Info), and give the copy",
        code=LOCKED,
    )


def cut_short(name: str, lacks: str) -> InputRefused:
    """Return the refusal of a file whose end is missing.

    Parameters
    ----------
    name : str
    lacks : str
        What is not there: ``the list of its parts at the end``.
    """
    return InputRefused(
        what=f"the file is cut short, as after a broken upload or download: it lacks {lacks}",
        where=name,
        mend="copy or download the file again, and compare its size with the original",
        code=DAMAGED,
    )


def damaged(name: str, how: str) -> InputRefused:
    """Return the refusal of a file whose bytes do not fit together.

    Parameters
    ----------
    name : str
    how : str
        A fact: ``the part xl/workbook.xml does not fit its check sum``.
    """
    return InputRefused(
        what=f"the file is damaged: {how}",
        where=name,
        mend="open the original in the program that wrote it, save it under a new name, and give "
        "that",
        code=DAMAGED,
    )


def too_large(
    name: str, how: str, *, mend: str = "export the table as CSV or Parquet"
) -> InputRefused:
    """Return the refusal of a file that passes a limit.

    Parameters
    ----------
    name : str
    how : str
        The fact with the number and the limit.
    mend : str
    """
    return InputRefused(what=how, where=name, mend=mend, code=TOO_LARGE)


def hostile(name: str, how: str) -> InputRefused:
    """Return the refusal of a file built to do harm, or that no spreadsheet program writes.

    Parameters
    ----------
    name : str
    how : str
        What it holds, in the present tense.
    """
    return InputRefused(
        what=f"{how}; no spreadsheet program writes that, and it can be used to do harm",
        where=name,
        mend="find out where the file comes from; export the table again as CSV",
        code=HOSTILE,
    )


def no_workbook(name: str, kind: str) -> InputRefused:
    """Return the refusal of an Office file or an archive without a sheet.

    Parameters
    ----------
    name : str
    kind : str
        What it is: ``a Word document``.
    """
    return InputRefused(
        what=f"the file is {kind}, whatever its name says",
        where=name,
        mend="give the table itself as CSV, Excel or Parquet",
        code=NO_WORKBOOK,
    )
