"""Options that recur, spelled once: the coordinate, the format, the database."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.errors import BadCommand, BadDay

if TYPE_CHECKING:
    from datetime import date

    from tracker.app import Tracker
    from tracker.domain.dates import AsOf, Period


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    json = "json"
    csv = "csv"


DAY_HELP = "2025-04-03, 2025-04, 2025-Q2, today, yesterday, +30d"

Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="Database, as a URL or a file; else TRACKER_DB, else one in your data folder.",
    ),
]
AsOfDay = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help=f"The day asked about ({DAY_HELP}); today."),
]
KnownBy = Annotated[
    str | None,
    typer.Option("--known-by", metavar="DAY", help="The last day whose reports count; all."),
]
AtVersion = Annotated[
    int | None,
    typer.Option(
        "--at-version", metavar="N", min=0, help="Count the first N events of the log only; all."
    ),
]
AnyFormat = Annotated[Format, typer.Option("--format", help="How to print the answer.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be added and changed; add nothing.")
]

_remembered: list[str | None] = [None]
_opened: list[Tracker] = []


def remember(db: str | None) -> None:
    """Keep the database that was named before the command."""
    _remembered[0] = db


def open_tracker(db: str | None, *, catalogue: bool = True) -> Tracker:
    """The tracker that the command works on; a new database is made ready first."""
    from tracker.app import Tracker, default_url

    tracker = Tracker(db or _remembered[0] or default_url())
    _opened.append(tracker)
    if tracker.open(catalogue=catalogue):
        note(f"created {tracker.place}" + (" and loaded the catalogue" if catalogue else ""))
    return tracker


def close_all() -> None:
    """Let go of the databases that the command opened."""
    while _opened:
        _opened.pop().close()


def note(text: str) -> None:
    """Say something that is not part of the answer."""
    print(text, file=sys.stderr)  # noqa: T201


def coordinate(
    tracker: Tracker, as_of: str | None, known_by: str | None, at_version: int | None = None
) -> AsOf:
    """The coordinate that was typed; how it was understood is echoed.

    Raises:
        BadCommand: a day is none, or could be two.
    """
    day = asked_day(tracker, as_of, "--as-of")
    known = asked_day(tracker, known_by, "--known-by")
    at = tracker.as_of(
        day.last if day else None, known_by=known.last if known else None, at_version=at_version
    )
    said = f"as of {day.echo if day else at.day}"
    if known:
        said += f", known by {known.echo}"
    if at_version is not None:
        said += f", at version {at_version}"
    if at.expected:
        said += ": what is then expected" if known is None else ": what was then expected"
    note(said)
    return at


def asked_day(tracker: Tracker, text: str | None, option: str) -> Period | None:
    """The day that was typed.

    Raises:
        BadCommand: it is none, or could be two.
    """
    from tracker.domain.dates import read_asked_day

    if text is None:
        return None
    try:
        return read_asked_day(text, today=tracker.today())
    except BadDay as error:
        raise BadCommand(f"{option}: {error}") from None


def asked_span(
    tracker: Tracker, first: str | None, last: str | None
) -> tuple[date | None, date | None]:
    """The first and last day that were typed, both in; of a period its first and its last.

    Raises:
        BadCommand: one is no day, or the last comes before the first.
    """
    from tracker.domain.dates import read_period

    found: list[date | None] = []
    for option, text in (("--from", first), ("--to", last)):
        try:
            period = read_period(text, today=tracker.today()) if text else None
        except BadDay as error:
            raise BadCommand(f"{option}: {error}") from None
        found.append(
            None if period is None else period.first if option == "--from" else period.last
        )
        if period and text and ".." in text and option == "--from" and last is None:
            return period.first, period.last
    start, end = found
    if start and end and end < start:
        raise BadCommand(f"--to {last} comes before --from {first}")
    return start, end
