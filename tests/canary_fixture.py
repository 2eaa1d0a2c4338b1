"""A simulated registry whose every identifying cell is a canary: none may be seen again."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

MARK = "QZX"
HEADER = (
    "Name", "Vorname", "MRN", "Date of birth", "Phone", "E-mail", "Address", "PLZ", "Notes",
    "IP address", "Serial number", "Policy no", "patient", "date_1", "date_2", "last_contact",
    "dead", "age", "sex", "site",
)  # fmt: skip
STUDY = """schema = "timezero/protocol/1"
[data]
file = "{file}"
simulated = true
id = "patient"
time_zero = "date_1"
initiation = "date_2"
exit = "last_contact"
event = "dead"
event_value = ["yes"]
covariates = ["age", "sex"]
unit = "days"
[analysis]
horizons = [365, 730]
landmarks = [90, 180]
bootstrap = 10
redeals = 50
[fitness]
replicates = 5
[report]
profile = "{profile}"
"""


def canary_rows(n: int = 80, *, seed: int = 11) -> list[dict[str, str]]:
    """Return invented patients; every identifier holds the mark, every birth date is of 1911."""
    draw = random.Random(seed)  # noqa: S311  simulated patients
    rows: list[dict[str, str]] = []
    for k in range(n):
        start = date(2012, 1, 1) + timedelta(days=draw.randrange(2000))
        followed = 30 + int(draw.expovariate(1 / 500))
        wait = 20 + int(draw.expovariate(1 / 300))
        treated = wait < followed
        rows.append(
            {
                "Name": f"{MARK}name{k}",
                "Vorname": f"{MARK}vor{k}",
                "MRN": f"{MARK}{900000 + k}",
                "Date of birth": f"1911-{1 + k % 12:02d}-{1 + k % 28:02d}",
                "Phone": f"+49 30 7654{k:04d}",
                "E-mail": f"{MARK}{k}@example.org",
                "Address": f"{k} {MARK} Street",
                "PLZ": f"{MARK}{98000 + k}",
                "Notes": f"={MARK} seen with her sister, {k}",
                "IP address": f"203.0.113.{k}",
                "Serial number": f"SN{MARK}{k}",
                "Policy no": f"PN{MARK}{k}",
                "patient": f"{MARK}{k:03d}",
                "date_1": start.isoformat(),
                "date_2": (start + timedelta(days=wait)).isoformat() if treated else "",
                "last_contact": (start + timedelta(days=followed)).isoformat(),
                "dead": "yes" if draw.random() < 0.7 else "no",
                "age": str(draw.randint(35, 80)),
                "sex": draw.choice(("f", "m")),
                "site": draw.choice(("north", "south", "south")) if k != 7 else f"{MARK}site",
            }
        )
    return rows


def write_registry(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write the rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_study(path: Path, registry: Path, profile: str = "publish") -> Path:
    """Write a study file for it."""
    path.write_text(STUDY.format(file=registry.name, profile=profile), encoding="utf-8")
    return path


def canaries(rows: list[dict[str, str]]) -> tuple[str, ...]:
    """Return what must not be seen: the mark, and every cell of an identifier without it."""
    named = ("Phone", "Date of birth", "IP address")
    return (MARK, *(row[name] for row in rows for name in named))
