"""Exports: ics and csv."""

from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import options
from tracker.cli.options import coordinate, open_tracker
from tracker.errors import BadCommand

export = typer.Typer(
    name="export",
    help="Write events, states and calendars for other programs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to write; standard output."),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


class Table(StrEnum):
    """What a CSV file holds a row of."""

    events = "events"
    state = "state"


@export.command()
def ics(
    party: Annotated[str | None, typer.Option(help="Only what this party has a part in.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only what is about this subject.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="From this day on.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Up to this day.")] = None,
    known_by: options.KnownBy = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write a calendar of developments, meetings, and days on which measures change.

    \b
    tracker export ics --party JP --from 2025 --output japan.ics
    """
    from tracker.cli.questions import party_code

    tracker = open_tracker(db)
    since, until = options.asked_span(tracker, first, last)
    known = options.asked_day(tracker, known_by, "--known-by", echo=True)
    write_file(
        tracker.calendar(
            known_by=known.last if known else None,
            party=party_code(party),
            subject=subject,
            first=since,
            last=until,
        ),
        output,
        force=force,
    )


@export.command()
def csv(
    what: Annotated[Table, typer.Argument(help="events, one row each; state, one row a fact.")],
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write the events, or the state on a day, as CSV (RFC 4180, UTF-8, no cell altered).

    \b
    tracker export csv events --output events.csv
    tracker export csv state --as-of 2025-04-05 --known-by 2025-03-26 --output state.csv
    """
    from io import StringIO

    from tracker.cli.output import warn_of_formulas
    from tracker.domain.told import Filter
    from tracker.exports import csv as tables

    tracker = open_tracker(db)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    out = StringIO()
    if what == Table.events:
        wanted = Filter(known_by=at.known_by, at_version=at_version)
        rows = tables.event_rows(tracker.events(wanted))
        formulas = tables.write(rows, tables.EVENT_COLUMNS, out)
    else:
        rows = tables.state_rows(tracker.state(at))
        formulas = tables.write(rows, tables.STATE_COLUMNS, out)
    write_file(out.getvalue().encode(), output, force=force)
    warn_of_formulas(formulas)


def write_file(content: bytes, output: Path | None, *, force: bool) -> None:
    """Write *content* whole or not at all.

    Raises:
        BadCommand: the file is there already, or cannot be written.
    """
    if output is None:
        from tracker.cli.output import write_bytes

        write_bytes(content)
        return
    if output.exists() and not force:
        raise BadCommand(f"{output} is there already: give another name, or --force")
    draft = output.with_name(f".{output.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(output)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise BadCommand(f"{output} cannot be written: {error.strerror}") from None
    options.note(f"wrote {output}")
