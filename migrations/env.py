"""Runs the migrations over the connection that the store hands in, or over a URL by hand."""

from __future__ import annotations

import os
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from tracker.store.tables import metadata


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        run_on(connection)
        return
    url = os.environ.get("TRACKER_DB") or context.config.get_main_option("sqlalchemy.url")
    with create_engine(str(url)).begin() as own:
        run_on(own)


def run_on(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, on_version_apply=note_number)
    context.run_migrations()


def note_number(ctx: MigrationContext, step: Any, heads: object, run_args: object) -> None:
    """Let SQLite know its schema where no table has to be looked at."""
    if ctx.connection is not None and ctx.connection.dialect.name == "sqlite":
        number = int(step.up_revision_id)
        ctx.connection.execute(text(f"PRAGMA user_version = {number}"))


run()
