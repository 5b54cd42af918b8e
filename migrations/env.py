"""Runs the migrations over the connection that the store hands in, or over a URL by hand."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine

from tracker.store.tables import metadata


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        context.configure(connection=connection, target_metadata=metadata)
        context.run_migrations()
        return
    url = os.environ.get("TRACKER_DB") or context.config.get_main_option("sqlalchemy.url")
    with create_engine(str(url)).begin() as own:
        context.configure(connection=own, target_metadata=metadata)
        context.run_migrations()


run()
