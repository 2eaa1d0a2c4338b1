"""Runs carry the digest of their data, so that analyses are counted; exports their profile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns, and fill the digests from the inputs of runs that are there."""
    op.add_column("runs", sa.Column("canonical_digest", sa.Text))
    op.add_column("exports", sa.Column("profile", sa.Text))
    op.execute(
        sa.text(
            "UPDATE runs SET canonical_digest = (SELECT canonical_digest FROM inputs "
            "WHERE inputs.study = runs.study AND inputs.sha256 = runs.input)"
        )
    )
    op.create_index("runs_by_data", "runs", ["canonical_digest"])
