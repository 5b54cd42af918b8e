"""What is about all parties can be asked for by any of them.

Nothing has to be reshaped: the stakes are computed anew from the log.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA user_version = 4")
