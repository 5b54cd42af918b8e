"""What refuses to rewrite the log goes by the server's own functions, whoever writes.

A function goes by the search path of whoever calls it: one who may make functions could put
one of theirs in front of the server's, and have a version left out.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for function in ("log_refuse", "log_check_order", "subtree_refuse"):
        op.execute(f"ALTER FUNCTION {function}() SET search_path = pg_catalog, pg_temp")
