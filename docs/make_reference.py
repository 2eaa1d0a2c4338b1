"""Write docs/reference from the registries, so that no page can forget a file.

Run: python docs/make_reference.py
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent / "reference"
MADE = "<!-- Written by docs/make_reference.py; a test compares it. -->\n"
SIMPLE = {
    "checks": ("timezero.intake.checks", "Data checks"),
    "alignments": ("timezero.align", "Alignments"),
    "estimators": ("timezero.estimate", "Estimators"),
    "sensitivity": ("timezero.ladder.sensitivity", "Sensitivity analyses"),
    "guards": ("timezero.ladder.guards", "Guards"),
    "sections": ("timezero.report.sections", "Sections of the report"),
    "figures": ("timezero.report.figures", "Figures"),
    "print-checks": ("timezero.audit.checks", "Checks on print"),
    "article-roles": ("timezero.intake.article.roles", "Numbers read from an article"),
    "article-words": ("timezero.intake.article.words", "Words read from an article"),
    "audit-sections": ("timezero.report.audit_sections", "Sections of the audit's report"),
    "audit-figures": ("timezero.report.audit_figures", "Figures of the audit's report"),
    "readers": ("timezero.intake.readers", "Readers of files"),
    "steps": ("timezero.intake.steps", "Steps from cells to a table"),
    "dictionary-exports": ("timezero.intake.dictionary_exports", "Forms of the dictionary"),
    "commands": ("timezero.cli", "Commands"),
}
LEADS = {
    "checks": "Each looks at the whole table and reports everything it finds, by cell address.",
    "alignments": "Each turns a cohort into rows of person-time; see docs/methods/person-time.md.",
    "estimators": "Each turns person-time into numbers; see docs/methods.",
    "sensitivity": "Each asks how much would have to be different for the ladder to say otherwise.",
    "guards": "Each looks at the rungs and says what may be believed; see docs/methods/guards.md.",
    "sections": "In the order of their names; the report shows those that apply to a result.",
    "figures": "Inline drawings, each with a text alternative and its data as a table.",
    "print-checks": "Each holds the printed numbers of a claim against each other; a contradiction "
    "is an error, what is merely unusual a warning. See docs/methods/checks-on-print.md.",
    "article-roles": "Each finds one kind of number in the sentences of an article.",
    "article-words": "Each finds one kind of words: the treatment, what time is counted from.",
    "audit-sections": "In the order of their names; the report shows those that apply.",
    "audit-figures": "Inline drawings, each with a text alternative and its data as a table.",
    "readers": "Each knows one format by its bytes, and returns the cells as they stand there.",
    "steps": "In ascending order; each asks, tells or changes, and a change shows old and new. See "
    "docs/methods/from-file-to-cohort.md.",
    "dictionary-exports": "Each writes the items of the CRS/HIPEC record in one form.",
    "commands": "`timezero COMMAND --help` lists the flags of each.",
}
NOT_COMMANDS = {"app"}


def entries(package: str) -> dict[str, str]:
    """Return the files of a registry with the docstring of each, by name."""
    folder = importlib.import_module(package)
    names = [found.name for found in pkgutil.iter_modules(folder.__path__)]
    return {
        name: inspect.getdoc(importlib.import_module(f"{package}.{name}")) or ""
        for name in sorted(names)
        if not name.startswith("_") and not (package == "timezero.cli" and name in NOT_COMMANDS)
    }


def simple_page(kind: str) -> str:
    """Return the page of one registry: a name and its docstring for each file."""
    package, title = SIMPLE[kind]
    parts = [f"# {title}\n", MADE, f"{LEADS[kind]}\n"]
    parts += [f"## `{name}`\n\n{said}\n" for name, said in entries(package).items()]
    return "\n".join(parts)


def rungs_page() -> str:
    """Return the page of the ladder: every rung in its own words."""
    from timezero.registry import discover

    rungs = sorted(discover("timezero.ladder.rungs", "RUNG").values(), key=lambda r: r.order)
    parts = ["# Rungs of the ladder\n", MADE, "In the order of the ladder.\n"]
    for rung in rungs:
        role = "published error" if rung.role == "published_error" else "correction"
        parts.append(
            f"## `{rung.name}`\n\n**{rung.title}** ({role})\n\n"
            f"- Estimand: {rung.estimand}\n- In symbols: `{rung.symbols}`\n"
            f"- Counted: {rung.counted_from}\n- Why it differs: {rung.difference}\n"
            f"- Needs: {rung.needed}\n- References: {', '.join(rung.references)}\n"
        )
    return "\n".join(parts)


def pages() -> dict[str, str]:
    """Return every generated page by file name."""
    made = {f"{kind}.md": simple_page(kind) for kind in SIMPLE}
    made["rungs.md"] = rungs_page()
    return made


def main() -> int:
    """Write the pages."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
