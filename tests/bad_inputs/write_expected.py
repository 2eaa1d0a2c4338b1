"""Write what intake says about each case: ``python tests/bad_inputs/write_expected.py B04 B05``.

Without names, all are written. What is written is read by a person before it is kept; the contract
test then holds intake to it, and to the letter of the acceptance table.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bad_inputs.case import all_cases, report_of

EXPECTED = Path(__file__).parent / "expected"


def file_of(number: str) -> Path:
    """Return where the expected report of a case is."""
    return EXPECTED / f"{number.replace(' ', '_')}.json"


def main(wanted: list[str]) -> None:
    """Write the expected reports."""
    for number, case in all_cases().items():
        if wanted and number.split(" ")[0] not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            report = report_of(case, case.make(Path(folder)))
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        file_of(number).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
