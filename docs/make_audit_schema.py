"""Write the claim's part of the schema of audits from the model, so that neither can drift.

Run: python docs/make_audit_schema.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).resolve().parents[1] / "src/timezero/report/schema/audit-result-1.json"
PREFIX = "claim"
NUMBER_OR_NULL = {"type": ["number", "null"]}


def claim_definitions() -> dict[str, Any]:
    """Return the definitions of a claim as an audit writes it: every field, none besides."""
    from timezero.model.claim import Claim

    whole = Claim.model_json_schema(
        mode="serialization", by_alias=True, ref_template=f"#/$defs/{PREFIX}.{{model}}"
    )
    parts = {f"{PREFIX}.{name}": part for name, part in whole.pop("$defs").items()}
    return {name: _as_written(part) for name, part in {**parts, PREFIX: whole}.items()}


def _as_written(part: dict[str, Any]) -> dict[str, Any]:
    """Require every field, and let an open end of an interval be null."""
    if part.get("type") == "object":
        part["required"] = list(part["properties"])
    return json.loads(json.dumps(part), object_hook=_open_ends)


def _open_ends(node: dict[str, Any]) -> dict[str, Any]:
    if "prefixItems" in node:
        node["prefixItems"] = [
            NUMBER_OR_NULL if item == {"type": "number"} else item for item in node["prefixItems"]
        ]
    return node


def page() -> str:
    """Return the whole schema with the claim as the model has it now."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    kept = {n: d for n, d in schema["$defs"].items() if n.split(".")[0] != PREFIX}
    schema["$defs"] = {**kept, **claim_definitions()}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the schema."""
    SCHEMA.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
