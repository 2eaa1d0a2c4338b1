"""What does the audit say of public data sets when it sees only what a paper prints?

    python simulations/public_data.py [--workers 2] [--only NAME ...] [--levels LEVEL ...]
        [--effort 1]
    python simulations/public_data.py --page        rewrites the tables of the page only

Aims
    Compare the interval of compatible hazard ratios with the time-dependent Cox model on all
    patients, on every public data set with a late event and a later terminal event.
Data
    reference/output/late_events.json: patient-level summaries and answers, computed by R. Whether
    the late event is a treatment is of no matter here.
Methods
    The compatible effects of the audit under no selection, on the claims of public_claims.py, at
    three levels of print: their central 90 % interval.
Performance
    Whether the patient-level hazard ratio lies within the interval; the width of the interval
    against that of the patient-level 90 % interval, both on the log scale.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

from public_claims import LEVELS, Summary, build_claim, log_width, summaries

from timezero.model.audit_result import CompatibleEffect
from timezero.model.claim import Claim

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "simulations" / "results" / "public_data.csv"
PAGE = ROOT / "docs" / "validation-public-data.md"
COVERED_WANTED = 0.9
WIDTH_WANTED = 1.7
FAR_FROM_GRANTED = 3.0
MOST_PATIENTS = 3000
BEGIN, END = "<!-- {}: begin, written by simulations/public_data.py -->", "<!-- {}: end -->"
COLUMNS = (
    "name", "level", "n", "n_late", "deaths_late", "deaths_never", "medians", "naive_hr",
    "true_hr", "true_q05", "true_q95", "audit_q05", "audit_q50", "audit_q95", "covered",
    "width_ratio", "fits", "effective_n", "seconds", "refused",
)  # fmt: skip


def one_study(task: tuple[Summary, str], *, effort: float = 1.0) -> dict[str, str]:
    """Return one row: one study at one level of print."""
    from timezero.errors import InputRefused

    summary, level = task
    row = known(summary, level)
    began = time.perf_counter()
    try:
        found = compatible_effects(build_claim(summary, level), effort=effort)
    except InputRefused as refused:
        return row | {"refused": str(refused).splitlines()[0]}
    row["seconds"] = f"{time.perf_counter() - began:.1f}"
    if found is None:
        return row | {"refused": "no world has the printed numbers"}
    return row | compared(summary, found)


def compatible_effects(claim: Claim, *, effort: float = 1.0) -> CompatibleEffect | None:
    """Return ``audit(claim).compatible["none"]`` without the other parts of an audit."""
    from timezero.audit.compatible import describe_effect, match_print
    from timezero.audit.evidence import evidence_of
    from timezero.audit.run import SEED
    from timezero.audit.stages import make_plan
    from timezero.audit.worlds_of_claim import Run, silent

    plan = make_plan(evidence_of(claim), None)
    run = Run(seed=SEED, workers=2, effort=effort, progress=silent)
    worlds = match_print(plan.effect_stage("none"), run, n_patients=plan.n_patients)
    return None if worlds is None else describe_effect(worlds, setting="none")


def known(summary: Summary, level: str) -> dict[str, str]:
    """Return what is known before the audit."""
    groups, truth = summary["groups"], summary["truth"]
    reached = [groups[group]["median"][0] is not None for group in ("late", "never")]
    row = dict.fromkeys(COLUMNS, "")
    return row | {
        "name": summary["name"],
        "level": level,
        "n": str(summary["n"]),
        "n_late": str(summary["n_late"]),
        "deaths_late": str(groups["late"]["deaths"]),
        "deaths_never": str(groups["never"]["deaths"]),
        "medians": {2: "both", 1: "one", 0: "none"}[sum(reached)],
        "naive_hr": f"{summary['naive']['hazard_ratio']:.3f}",
        "true_hr": f"{truth['hazard_ratio']:.3f}",
        "true_q05": f"{truth['ci90'][0]:.3f}",
        "true_q95": f"{truth['ci90'][1]:.3f}",
    }


def compared(summary: Summary, found: CompatibleEffect) -> dict[str, str]:
    """Return how the interval of the audit compares with the patients themselves."""
    truth, ours = summary["truth"], found.hazard_ratio
    ratio = log_width(ours.q05, ours.q95) / log_width(*truth["ci90"])
    return {
        "audit_q05": f"{ours.q05:.3f}",
        "audit_q50": f"{ours.q50:.3f}",
        "audit_q95": f"{ours.q95:.3f}",
        "covered": "yes" if ours.q05 <= truth["hazard_ratio"] <= ours.q95 else "no",
        "width_ratio": f"{ratio:.2f}",
        "fits": f"{found.fits:.2f}",
        "effective_n": f"{found.effective_n:.0f}",
    }


def totals(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return one row for each level of print: how many covered, how wide."""
    table: list[dict[str, str]] = []
    for level in LEVELS:
        here = [row for row in rows if row["level"] == level]
        answered = [row for row in here if row["covered"]]
        if not here:
            continue
        n_covered = sum(row["covered"] == "yes" for row in answered)
        widths = [float(row["width_ratio"]) for row in answered]
        table.append(
            {
                "print": level,
                "comparisons": str(len(here)),
                "answered": str(len(answered)),
                "covered": f"{n_covered} of {len(answered)}",
                "nine in ten": _yes(bool(answered) and n_covered >= COVERED_WANTED * len(answered)),
                "width ratio: median": f"{median(widths):.2f}" if widths else "",
                "largest": f"{max(widths):.2f}" if widths else "",
                f"at most {WIDTH_WANTED}": str(sum(w <= WIDTH_WANTED for w in widths)),
            }
        )
    return table


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def harm_and_help(studies: list[Summary]) -> list[dict[str, str]]:
    """Return the sets where waiting hid harm, and those where less hazard remains."""
    table: list[dict[str, str]] = []
    for study in studies:
        naive, truth = study["naive"]["hazard_ratio"], study["truth"]
        lower, upper = truth["ci90"]
        kind = ""
        if lower > 1.0 and naive < 1.0:
            kind = "a higher hazard hidden: the comparison even looks favourable"
        elif lower > 1.0 and math.log(naive) < 0.5 * math.log(truth["hazard_ratio"]):
            kind = "a higher hazard hidden: less than half of it shows, on the log scale"
        elif upper < 1.0:
            kind = "a lower hazard remains"
        if kind:
            table.append(
                {
                    "comparison": study["name"],
                    "late event": study["late"],
                    "terminal event": study["terminal"],
                    "ever against never": f"{naive:.2f}",
                    "time-dependent (90 %)": f"{truth['hazard_ratio']:.2f} "
                    f"({lower:.2f}-{upper:.2f})",
                    "what waiting did": kind,
                }
            )
    return sorted(table, key=lambda row: row["what waiting did"])


def sources(studies: list[Summary]) -> list[dict[str, str]]:
    """Return where each data set comes from."""
    return [
        {
            "comparison": study["name"],
            "late event": study["late"],
            "terminal event": study["terminal"],
            "n": str(study["n"]),
            "late": str(study["n_late"]),
            "data": study["source"],
            "reference": study["reference"],
            "note": study["note"],
        }
        for study in studies
    ]


def departures(summary: Summary) -> str:
    """Say which of the things that the audit takes for granted the patients contradict."""
    words = {
        "ratio_over_time_z": ("ratio falls with time", "ratio rises with time"),
        "later_initiation_z": ("lower if it came later", "higher if it came later"),
        "censoring_z": ("leaves follow-up later", "leaves follow-up sooner"),
    }
    taken = summary["truth"]["taken_for_granted"]
    found = {name: taken[name] for name in words if taken[name] is not None}
    said = [words[name][z > 0.0] for name, z in found.items() if abs(z) > FAR_FROM_GRANTED]
    if summary["n"] > MOST_PATIENTS:
        said.append("more patients than are simulated")
    return "; ".join(said)


def each_study(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the whole table of the page, failures included."""
    apart = {study["name"]: departures(study) for study in summaries()}
    return [
        {
            "comparison": row["name"],
            "print": row["level"],
            "n": row["n"],
            "ever against never": row["naive_hr"],
            "patients (90 %)": f"{row['true_hr']} ({row['true_q05']}-{row['true_q95']})",
            "audit (90 %)": f"{row['audit_q50']} ({row['audit_q05']}-{row['audit_q95']})"
            if row["covered"]
            else row["refused"],
            "covered": row["covered"],
            "width ratio": row["width_ratio"],
            "fits": row["fits"],
            "not as assumed": apart[row["name"]],
        }
        for row in rows
    ]


def between_markers(text: str, name: str, table: str) -> str:
    """Return a page with the part of that name replaced."""
    begin, end = BEGIN.format(name), END.format(name)
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def write_page(rows: list[dict[str, str]]) -> None:
    """Replace the tables of the page; the words around them stay."""
    from tables import as_markdown

    studies = summaries()
    text = PAGE.read_text("utf-8")
    parts = {"sources": sources(studies), "harm and help": harm_and_help(studies)}
    if rows:
        parts |= {"totals": totals(rows), "each comparison": each_study(rows)}
    for name, table in parts.items():
        text = between_markers(text, name, as_markdown(table))
    PAGE.write_text(text, encoding="utf-8")


def read_rows() -> list[dict[str, str]]:
    """Return the stored rows, or none."""
    if not RESULTS.exists():
        return []
    with RESULTS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_rows(new: list[dict[str, str]]) -> list[dict[str, str]]:
    """Store rows, in place of those of the same study and level; return all of them."""
    kept = {(row["name"], row["level"]): row for row in read_rows()}
    kept |= {(row["name"], row["level"]): row for row in new}
    order = [(study["name"], level) for study in summaries() for level in LEVELS]
    rows = [kept[key] for key in order if key in kept]
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, fieldnames=COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    return rows


def main() -> None:
    """Run the audits that are asked for and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--levels", nargs="*", default=list(LEVELS), choices=LEVELS)
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--page", action="store_true")
    asked = parser.parse_args()
    if asked.page:
        write_page(read_rows())
        return
    chosen = [study for study in summaries() if not asked.only or study["name"] in asked.only]
    tasks = [(study, level) for study in chosen for level in asked.levels]
    found: list[dict[str, str]] = []
    with ProcessPoolExecutor(asked.workers) as pool:
        for row in pool.map(partial(one_study, effort=asked.effort), tasks):
            found.append(row)
            write_rows(found)
            print(*(row[name] for name in COLUMNS), sep="\t", flush=True)
    write_page(read_rows())


if __name__ == "__main__":
    main()
