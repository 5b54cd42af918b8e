"""Exports: ics, jsonl, tables as csv, parquet and xlsx, and briefings as html and md."""

from enum import StrEnum
from typing import Annotated

import typer

from tracker.cli import briefings, options, tabling
from tracker.cli.files import Force, Output, write_file
from tracker.cli.options import coordinate, open_tracker

export = typer.Typer(
    name="export",
    help="Write events, states and calendars for other programs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Listed(StrEnum):
    """What a file of JSON lines holds a line of."""

    events = "events"


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
def jsonl(
    what: Annotated[Listed, typer.Argument(help="events, one a line, as the log has them.")],
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write the events as JSON lines, in the order of the log: what load reads back.

    \b
    tracker export jsonl events --output events.jsonl
    """
    from tracker.domain.told import Filter

    tracker = open_tracker(db)
    at = coordinate(tracker, as_of, known_by, at_version, recorded_by)
    entries = tracker.entries(Filter(known_by=at.known_by, at_version=at.at_version))
    write_file((f"{entry}\n".encode() for entry in entries), output, force=force)


for command in (tabling.csv, tabling.parquet, tabling.xlsx, briefings.html, briefings.md):
    export.command()(command)
