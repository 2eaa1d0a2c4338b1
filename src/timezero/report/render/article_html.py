"""An audit as a plain-language page for people who are ill: one file, no script, no request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from timezero.model.audit_result import AuditResult
from timezero.report.article import (
    ending,
    four_frames,
    gap,
    icon_arrays,
    reported,
    survival_numbers,
    wording,
)
from timezero.report.article.facts import Facts, gather
from timezero.report.render.page import without_controls

if TYPE_CHECKING:
    from jinja2 import Environment


def render_article_html(result: AuditResult) -> str:
    """Return the plain-language page of an audit as one self-contained HTML file.

    Parameters
    ----------
    result : AuditResult
        Any verdict of the fixed list; parts that are None or empty are said to be missing.

    Returns
    -------
    str
        HTML without script; survival numbers stay closed until the reader opens them.
    """
    facts = gather(result)
    page = _environment().get_template("article.html")
    text = page.render(
        facts=facts,
        title=wording.title(facts),
        version=result.provenance.timezero_version,
        in_short=wording.in_short(facts),
        questions=ending.QUESTIONS,
        made_from=ending.made_from(result),
        changes=ending.what_could_change_it(result, facts),
        wishes=ending.wishes(result, facts),
        **_counted(result, facts),
        **_why(result, facts),
        **_open(result, facts),
        **_numbers(result, facts),
    )
    return without_controls(text)


def _counted(result: AuditResult, facts: Facts) -> dict[str, Any]:
    return {
        "reported": reported.what_was_reported(result, facts),
        "who": reported.who_was_counted(result),
        "counted": reported.what_was_counted(result, facts),
        "arrays": icon_arrays.waiting_arrays(facts),
        "arrays_finding": icon_arrays.arrays_finding(facts),
        "below_arrays": reported.below_arrays(facts),
    }


def _why(result: AuditResult, facts: Facts) -> dict[str, Any]:
    return {
        "why_heading": wording.why_heading(facts),
        "before_frames": wording.before_frames(facts),
        "frames": four_frames.four_frames(facts.outcome),
        "after_frames": wording.after_frames(facts),
        "tests": gap.studies_in_words(result, facts),
        "conclusion": wording.conclusion(facts),
    }


def _open(result: AuditResult, facts: Facts) -> dict[str, Any]:
    return {
        "steps": gap.steps_intro(result, facts),
        "best_middle_worst": gap.best_middle_worst(result, facts),
        "tested": gap.effect_rows(result, facts),
        "evenly": gap.evenly_tried(result),
        "fitter_means": gap.fitter_means(result, facts),
        "no_range": gap.no_range(result, facts),
    }


def _numbers(result: AuditResult, facts: Facts) -> dict[str, Any]:
    return {
        "at_one_time": survival_numbers.at_one_time(result, facts),
        "medians": survival_numbers.medians(result, facts),
        "gap_in_time": survival_numbers.gap_in_time(result, facts),
        "cases": survival_numbers.cases(result, facts),
    }


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader("timezero.report", "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
