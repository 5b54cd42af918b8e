"""Options that recur, spelled once: the coordinate, the format, the database."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.errors import BadCommand, BadDay, StoreError

if TYPE_CHECKING:
    from datetime import date

    from tracker.app import Tracker
    from tracker.app.adding import Expected
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
RecordedBy = Annotated[
    str | None,
    typer.Option(
        "--recorded-by",
        metavar="INSTANT",
        help="Count only what this log had by then: 2026-01-31T12:00Z, or a day.",
    ),
]
OccurredFrom = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="Occurred on this day or later.")
]
OccurredTo = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help="Occurred on this day or earlier.")
]
Acting = Annotated[
    str | None, typer.Option(help="Names this party, as one that acts or is acted on.")
]
HasPart = Annotated[
    str | None,
    typer.Option(
        "--party",
        help="Only what names this party or a group of it, and measures that cover its goods, "
        "those on all partners too.",
    ),
]
Reading = Annotated[
    str | None,
    typer.Option("--reading", metavar="ID", help="Answer as if this rival event were right."),
]
AnyFormat = Annotated[Format, typer.Option("--format", help="How to print the answer.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be added and changed; add nothing.")
]

Expect = Annotated[
    list[str] | None,
    typer.Option(
        "--expect-version",
        metavar="SUBJECT@N",
        help="Add nothing if anything was said of SUBJECT after version N of the log.",
    ),
]

_remembered: list[str | None] = [None]
_opened: list[Tracker] = []


def remember(db: str | None) -> None:
    """Keep the database that was named before the command."""
    _remembered[0] = db


def open_tracker(db: str | None) -> Tracker:
    """The tracker that the command works on; a new database is given the catalogue first."""
    tracker = unopened_tracker(db)
    if tracker.open():
        note(f"created {tracker.place} and loaded the catalogue")
    return tracker


def tracker_of(url: str) -> Tracker:
    """The tracker of a database that is named as what a command works on or with."""
    from tracker.app import Tracker, default_wait

    tracker = Tracker(url, wait=default_wait())
    _opened.append(tracker)
    return tracker


def unopened_tracker(db: str | None) -> Tracker:
    """The tracker that the command works on, whether or not its database is there."""
    from tracker.app import default_url

    return tracker_of(db or _remembered[0] or default_url())


def damage() -> str:
    """What is wrong with a log that the command worked on; nothing where that is none."""
    for tracker in _opened:
        try:
            wrong = tracker.damage()
        except StoreError as error:
            return str(error)
        if wrong:
            said = "what it holds is not what was appended; restore it from a copy"
            return "\n".join((f"{tracker.place} is damaged: {said}", *wrong))
    return ""


def root_of(version: int) -> str:
    """The root of the tree over the first events of the log that the command opened."""
    return _opened[-1].root(version)


def expected(given: list[str] | None) -> list[Expected]:
    """What was typed of subjects that are expected to be as they were.

    Raises:
        BadCommand: it is no subject and version.
    """
    from tracker.app.adding import Expected

    found = []
    for each in given or ():
        subject, _, version = each.rpartition("@")
        if "/" not in subject or not (version.isascii() and version.isdigit()):
            raise BadCommand(
                f"--expect-version {each}: write a subject and the version at which you saw it, "
                "such as measure/us-232-autos@812"
            )
        found.append(Expected(subject, int(version)))
    return found


def close_all() -> None:
    """Let go of the databases that the command opened."""
    while _opened:
        _opened.pop().close()


_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]|\r(?!\n)"
)


def inert(text: str) -> str:
    """*text* as a terminal shows it without obeying it, nor turning the direction of writing.

    What stands for a sign is its escape in JSON, so that JSON stays what it was.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def note(text: str) -> None:
    """Say something that is not part of the answer; nothing in it is a command to a terminal."""
    print(inert(text), file=sys.stderr)  # noqa: T201


def coordinate(
    tracker: Tracker,
    as_of: str | None,
    known_by: str | None,
    at_version: int | None = None,
    recorded_by: str | None = None,
    reading: str | None = None,
    *,
    day_option: str = "--as-of",
) -> AsOf:
    """The coordinate that was typed; how it was understood is echoed.

    Args:
        day_option: how the day that is asked about was named.

    Raises:
        BadCommand: a day is none, or could be two.
        NotFound: the version is not there yet, or there is no such rival.
    """
    day = asked_day(tracker, as_of, day_option)
    known = asked_day(tracker, known_by, "--known-by")
    at_version = version(tracker, at_version, recorded_by)
    at = tracker.as_of(
        day.last if day else None,
        known_by=known.last if known else None,
        at_version=at_version,
        reading=reading,
    )
    tracker.require_rival(at)
    said = f"as of {day.echo if day else at.day}"
    if known:
        said += f", known by {known.echo}"
    if at_version is not None:
        said += f", at version {at_version}"
    if reading is not None:
        said += f", as if {reading} were right"
    if at.expected:
        said += ": what is then expected" if known is None else ": what was then expected"
    note(said)
    return at


def knowledge(
    tracker: Tracker, known_by: str | None, at_version: int | None, recorded_by: str | None
) -> AsOf:
    """The coordinate of a list of events: by which reports, and of which version of the log.

    Raises:
        BadCommand: a day is none, or could be two.
        NotFound: the version is not there yet.
    """
    known = asked_day(tracker, known_by, "--known-by", echo=True)
    number = version(tracker, at_version, recorded_by)
    return tracker.placed(tracker.as_of(known_by=known.last if known else None, at_version=number))


def version(tracker: Tracker, at_version: int | None, recorded_by: str | None) -> int | None:
    """The version that was typed, or that the log had at an instant; at the end of a day, in UTC.

    Raises:
        BadCommand: both were typed, or the instant is none.
    """
    from datetime import UTC, datetime, time

    if recorded_by is None:
        return at_version
    if at_version is not None:
        raise BadCommand("--at-version and --recorded-by both name a version: give one of them")
    try:
        instant = datetime.fromisoformat(recorded_by)
        if "T" not in recorded_by and len(recorded_by) == len("2026-01-31"):
            instant = datetime.combine(instant, time.max, UTC)
    except ValueError:
        raise BadCommand(
            f"--recorded-by: {recorded_by!r} is no instant: write it as 2026-01-31T12:00Z"
        ) from None
    if instant.tzinfo is None:
        raise BadCommand(f"--recorded-by: {recorded_by} has no zone: write 2026-01-31T12:00Z")
    try:
        return tracker.version_at(instant.astimezone(UTC))
    except OverflowError:
        raise BadCommand(f"--recorded-by: {recorded_by} is in no year of the calendar") from None


def asked_day(
    tracker: Tracker, text: str | None, option: str, *, echo: bool = False
) -> Period | None:
    """The day that was typed; *echo* says how it was understood.

    Raises:
        BadCommand: it is none, or could be two.
    """
    found = None if text is None else read_day(text, option, tracker.today())
    if found and echo:
        note(f"{option.removeprefix('--').replace('-', ' ')} {found.echo}")
    return found


def read_day(text: str, option: str, today: date) -> Period:
    """The day that was typed, on *today*.

    Raises:
        BadCommand: it is none, or could be two.
    """
    from tracker.domain.dates import read_asked_day

    try:
        return read_asked_day(text, today=today)
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
