"""The ladder as a small HTML table for notebooks."""

from __future__ import annotations

from html import escape

from timezero.model.result import StudyResult
from timezero.report.ladder_rows import GROUP_NAMES, MEASURE_WORDS, LadderRow, ladder_rows
from timezero.report.numbers import contrast_text, p_value


def ladder_html(result: StudyResult) -> str:
    """Return the verdict and the ladder as HTML, without styles or scripts of its own."""
    simulated = "<p><strong>Simulated data.</strong></p>" if result.cohort.simulated else ""
    body = "".join(_line(row) for row in ladder_rows(result))
    return (
        f"<div>{simulated}<p><strong>{escape(result.verdict.headline)}</strong></p>"
        f"<table><caption>{escape(result.verdict.number)}</caption>"
        '<thead><tr><th scope="col">Rung</th><th scope="col">Part of the ladder</th>'
        '<th scope="col">Hazard ratio</th><th scope="col">P</th>'
        '<th scope="col">Difference in mean time lived</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _line(row: LadderRow) -> str:
    if row.refused:
        cells = f'<td colspan="3">refused: {escape(row.rung.refusal)}</td>'
    else:
        ratio, lived = row.hazard_ratio, row.time_lived
        printed = (
            _other(row) if ratio is None else contrast_text(ratio),
            "" if ratio is None else p_value(ratio.p_value),
            "" if lived is None else contrast_text(lived),
        )
        cells = "".join(f"<td>{escape(text)}</td>" for text in printed)
    return (
        f'<tr><th scope="row">{escape(row.label)}</th><td>{GROUP_NAMES[row.group]}</td>{cells}</tr>'
    )


def _other(row: LadderRow) -> str:
    if row.instead is None:
        return ""
    return f"{MEASURE_WORDS[row.instead.measure]}: {contrast_text(row.instead)}"
