"""Sharing: one log for many, and moving it from one database to another."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from tracker.cli import options
from tracker.cli.options import Format


def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="The database, URL or file, that is copied.")
    ],
    target: Annotated[str, typer.Argument(metavar="TO", help="The database that it is copied to.")],
    format: options.AnyFormat = Format.table,
) -> None:
    """Copy a log to another database: the same versions, instants and hashes.

    TO is new, or was copied from FROM before: an interrupted copy goes on where it stopped, and
    one that is repeated brings what is new. At the end both are verified and compared. Either
    may be a file of SQLite or postgresql://user@host/database.

    \b
    tracker copy tracker.db copy.db
    """
    from tracker.cli import output

    one, other = options.tracker_of(source), options.tracker_of(target)
    with _progress() as told:
        found = one.copy_to(other, told=told)
    output.show(
        format,
        shape={
            "added": found.added,
            "version": found.version,
            "root": found.root,
            "facts_digest": found.facts_digest,
        },
        rows=[
            {"what": "added", "value": found.added},
            {"what": "version", "value": found.version},
            {"what": "root", "value": found.root},
            {"what": "facts", "value": found.facts_digest},
        ],
        columns=("what", "value"),
    )


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Shows on a terminal how far it is."""
    if not sys.stderr.isatty():
        yield lambda done, every: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as shown:
        task = shown.add_task("events")
        yield lambda done, every: shown.update(task, completed=done, total=every)


def roles() -> None:
    """Print the SQL that lets some write to a log on PostgreSQL, and others only read it.

    Whoever administers the server reads it and runs it in the log's database, once the tables
    are there and again after an upgrade: it makes the roles tracker_owner, tracker_writer and
    tracker_reader, which are then granted to people. Even a writer can rewrite nothing.

    \b
    tracker roles > roles.sql
    """
    from tracker.app import roles
    from tracker.cli import output

    output.write(roles())
