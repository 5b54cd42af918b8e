"""Briefings: what holds on a day, what changed since another, and the sources, as one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import options
from tracker.cli.files import Force, Output, write_file
from tracker.cli.options import coordinate, open_tracker
from tracker.errors import BadCommand

if TYPE_CHECKING:
    from datetime import date

    from tracker.app import Tracker
    from tracker.domain.briefing import Briefing

Since = Annotated[
    str | None,
    typer.Option(
        metavar="DAY",
        help="Say what is new to whoever was told on this day; 30 days before the day asked about.",
    ),
]
Kind = Annotated[str | None, typer.Option(help="Of this kind of subject only.")]
Subject = Annotated[str | None, typer.Option(help="Of this subject only.")]


def html(
    as_of: options.AsOfDay = None,
    since: Since = None,
    kind: Kind = None,
    subject: Subject = None,
    party: options.HasPart = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write a briefing as one page (HTML), to be read, printed or sent; it fetches nothing.

    \b
    tracker export html --as-of 2025-04-05 --since 2025-03-01 --party JP --output briefing.html
    """
    from tracker.exports import page

    found, asked = _asked(
        (as_of, since, known_by, at_version, recorded_by, reading), (kind, subject, party), db
    )
    write_file(page.briefing(found, asked), output, force=force)


def md(
    as_of: options.AsOfDay = None,
    since: Since = None,
    kind: Kind = None,
    subject: Subject = None,
    party: options.HasPart = None,
    known_by: options.KnownBy = None,
    at_version: options.AtVersion = None,
    recorded_by: options.RecordedBy = None,
    reading: options.Reading = None,
    output: Output = None,
    force: Force = False,
    db: options.Db = None,
) -> None:
    """Write a briefing as Markdown, to be pasted into a note.

    \b
    tracker export md --as-of 2025-04-05 --kind measure --party KR --output briefing.md
    """
    from tracker.exports import markdown

    found, asked = _asked(
        (as_of, since, known_by, at_version, recorded_by, reading), (kind, subject, party), db
    )
    write_file(
        (f"{line}\n".encode() for line in markdown.briefing(found, asked)), output, force=force
    )


def _asked(
    at: tuple[str | None, str | None, str | None, int | None, str | None, str | None],
    what: tuple[str | None, str | None, str | None],
    db: str | None,
) -> tuple[Briefing, str]:
    """The briefing that was typed, and in words what of everything it is about."""
    from tracker.cli.questions import kind_of, party_code

    as_of, since, known_by, at_version, recorded_by, reading = at
    kind, subject, party = what
    tracker = open_tracker(db)
    kind = kind_of(kind)
    asked = coordinate(tracker, as_of, known_by, at_version, recorded_by, reading)
    first = first_day(tracker, since, asked.day)
    code = party_code(party, asked.day)
    found = tracker.briefing(asked, first, kind=kind, subject=subject, party=code)
    return found, ", ".join(filter(None, (subject, kind, code)))


def first_day(tracker: Tracker, since: str | None, day: date) -> date:
    """The day that changes up to *day* are told from: the one typed, else thirty days before.

    Raises:
        BadCommand: what was typed is no day, or comes after *day*.
    """
    from datetime import date, timedelta

    typed = options.asked_day(tracker, since, "--since", echo=True)
    if typed is None:
        # There is no day before the first that a calendar has.
        return day - min(timedelta(days=30), day - date.min)
    if typed.last > day:
        raise BadCommand(f"--since {typed.last} comes after the day asked about, {day}")
    return typed.last
