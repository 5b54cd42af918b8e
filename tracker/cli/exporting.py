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
    party: options.HasPart = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="Only this kind of subject (measure, meeting, …), or of event (order, …)."
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Only what is about this subject.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="From this day on.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Up to this day.")] = None,
    what: Annotated[
        str | None,
        typer.Option(
            "--what",
            metavar="WHAT,…",
            help="Any of developments, effective, expiries, meetings, deadlines; all of them.",
        ),
    ] = None,
    spans: Annotated[
        bool, typer.Option("--spans", help="Show a measure with an end on all its days.")
    ] = False,
    alarm: Annotated[
        str | None,
        typer.Option(metavar="1d", help="Tell of meetings and deadlines so long before: 1d, 12h."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="The calendar as it stood on this day; today."),
    ] = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    max_bytes: Annotated[
        int | None,
        typer.Option(
            "--max-bytes",
            metavar="N",
            min=1000,
            help="Write FILE-1, FILE-2, … where FILE would be longer: Google reads 1000000.",
        ),
    ] = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write a calendar of developments, meetings, deadlines, and days on which things change.

    A thing keeps its name for ever, so that what moves, moves; what is called off stays for
    ninety days, as cancelled. With --as-of, --known-by or --at-version it is another calendar,
    beside the live one.

    \b
    tracker export ics --party JP --from 2025 --output japan.ics
    tracker export ics --what meetings,deadlines --alarm 1d --output dates.ics
    tracker export ics --kind measure --spans --as-of 2025-04-05 --output measures.ics
    """
    from tracker.cli import calendar_files
    from tracker.cli.questions import party_code

    tracker = open_tracker(db)
    since, until = options.asked_span(tracker, first, last)
    day = options.asked_day(tracker, as_of, "--as-of", echo=True)
    known = options.asked_day(tracker, known_by, "--known-by", echo=True)
    calendar = tracker.calendar(
        as_of=day.last if day else None,
        known_by=known.last if known else None,
        at_version=options.version(tracker, at_version, recorded_by),
        party=party_code(party),
        kind=kind,
        subject=subject,
        first=since,
        last=until,
        what=calendar_files.chosen(what),
        spans=spans,
        alarm=calendar_files.ahead(alarm),
    )
    if max_bytes is None:
        calendar_files.write(calendar, output, force=force)
    else:
        calendar_files.write_parts(calendar, output, max_bytes, force=force)


@export.command()
def jsonl(
    what: Annotated[Listed, typer.Argument(help="events, one a line, as the log has them.")],
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write the events as JSON lines, in the order of the log: what load reads back.

    The log that reads them counts anew when it received them, and so do calendars of it; a log
    that publishes calendars moves with backup and restore, or with copy.

    \b
    tracker export jsonl events --output events.jsonl
    """
    from tracker.domain.told import Filter

    tracker = open_tracker(db)
    at = coordinate(tracker, None, known_by, at_version, recorded_by)
    entries = tracker.entries(Filter(known_by=at.known_by, at_version=at.at_version))
    write_file((f"{entry}\n".encode() for entry in entries), output, force=force)


for command in (tabling.csv, tabling.parquet, tabling.xlsx, briefings.html, briefings.md):
    export.command()(command)
