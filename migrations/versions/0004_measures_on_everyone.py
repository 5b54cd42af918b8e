"""What is about all parties can be asked for by any of them.

No table changes: a database that is brought up to date computes its stakes anew from the log.
"""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Leave the tables as they are."""
