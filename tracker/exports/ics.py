"""iCalendar (RFC 5545, RFC 7986): how what is on a calendar is written.

The same items give the same bytes.  A UID never changes; DTSTAMP is the instant at which
the log received the latest word about the thing, which without a METHOD is what the
standard says it is (3.8.7.2); SEQUENCE rises when its day, hour or place moved or it was
cancelled (RFC 5546, 2.1.4).  The end of an all-day event is the day after its last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tracker.domain.calendar import CANCELLED, Item, What

DOMAIN = "tracker.invalid"
"""The fixed right side of every UID; a name that nobody can own (RFC 2606)."""

PRODID = "-//tracker//tracker//EN"
REFRESH = "PT12H"


def opening(*, name: str, description: str) -> bytes:
    """What a calendar begins with; its events follow, each as :func:`written` makes it."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        # What has no type of its own in a standard is written as it is (RFC 7265, 5.1).
        f"X-WR-CALDESC:{description}",
        f"NAME:{_value(name)}",
        f"X-WR-CALNAME:{name}",
        # RFC 7986, 5.7: the parameter is required.
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    )
    return "".join(map(_folded, lines)).encode()


CLOSING = b"END:VCALENDAR\r\n"


def written(item: Item, *, suffix: str = "", alarm: timedelta | None = None) -> bytes:
    """One event of a calendar.

    Args:
        suffix: set apart the UIDs of a calendar that speaks for another coordinate, so that
            it does not fight with the live one.
        alarm: how long before it begins to tell of a meeting or a deadline.
    """
    (uid, title, start, end, stamped, made, sequence, status, said, place, words, sources, *_) = (
        item
    )
    stamp = _instant(stamped)
    created = stamp if made is stamped else _instant(made)
    summary = _value(f"Cancelled: {title}" if status == CANCELLED else title)
    if sources:
        listed = "\n".join(sources)
        said = f"{said}\n\nSources:\n{listed}" if said else f"Sources:\n{listed}"
    hour = isinstance(start, datetime)
    # What marks an event stands first, everything else by its name, as readers are used to.
    return (
        f"BEGIN:VEVENT\r\n{_folded(f'SUMMARY:{summary}')}{_days(start, end)}DTSTAMP:{stamp}\r\n"
        f"{_folded(f'UID:{uid}{suffix}@{DOMAIN}')}SEQUENCE:{sequence}\r\n"
        f"{_categories(words)}CREATED:{created}\r\n"
        f"{_folded(f'DESCRIPTION:{_value(said)}') if said else ''}LAST-MODIFIED:{stamp}\r\n"
        f"{_place(place) if place else ''}STATUS:{status}\r\n"
        f"{'' if hour else FREE}{_folded(f'URL:{sources[0]}') if sources else ''}"
        f"{'' if hour else BUSY}{_alarm(alarm, summary) if alarm and _rings(item) else ''}"
        "END:VEVENT\r\n"
    ).encode()


FREE = "TRANSP:TRANSPARENT\r\n"
BUSY = "X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n"
"""What keeps a day from being taken: for all readers, and for one that wants it said so."""

_RINGING = frozenset({What.meetings, What.deadlines})


def _rings(item: Item) -> bool:
    return item.status != CANCELLED and not _RINGING.isdisjoint(item.what)


def _alarm(before: timedelta, title: str) -> str:
    """What tells of an event; two of nine readers refuse one without a description."""
    return (
        f"BEGIN:VALARM\r\nACTION:DISPLAY\r\n{_folded(f'DESCRIPTION:{title}')}"
        f"TRIGGER:-{_duration(before)}\r\nEND:VALARM\r\n"
    )


def _duration(length: timedelta) -> str:
    """RFC 5545, 3.3.6."""
    minutes = length.seconds // 60
    days = f"{length.days}D" if length.days else ""
    hours = f"{minutes // 60}H" if minutes // 60 else ""
    rest = f"{minutes % 60}M" if minutes % 60 else ""
    return f"P{days}T{hours}{rest}" if minutes else f"P{days}"


@lru_cache(maxsize=1 << 12)
def _place(place: str) -> str:
    return _folded(f"LOCATION:{_value(place)}")


@lru_cache(maxsize=1 << 12)
def _categories(words: tuple[str, ...]) -> str:
    # Two of nine readers split a category at its comma, escaped or not.
    found = dict.fromkeys([_value(word.replace(",", " ")) for word in words])
    return _folded(f"CATEGORIES:{','.join(found)}") if found else ""


def parts(pieces: Iterable[bytes], longest: int) -> Iterator[list[bytes]]:
    """A calendar in several, each of at most *longest* bytes unless one event alone is longer.

    Args:
        pieces: its opening, one event each, and its end.
    """
    given = iter(pieces)
    begin = next(given)
    found, length = [begin], len(begin) + len(CLOSING)
    for piece in given:
        if piece == CLOSING:
            break
        if len(found) > 1 and length + len(piece) > longest:
            yield [*found, CLOSING]
            found, length = [begin], len(begin) + len(CLOSING)
        found.append(piece)
        length += len(piece)
    yield [*found, CLOSING]


@lru_cache(maxsize=1 << 12)
def _instant(instant: datetime) -> str:
    """RFC 5545, 3.3.5, form 2; a year has four digits, which strftime would not see to."""
    utc = instant.astimezone(UTC)
    return f"{_day(utc)}T{utc.hour:02}{utc.minute:02}{utc.second:02}Z"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


@lru_cache(maxsize=1 << 14)
def _days(start: date | datetime, end: date | datetime) -> str:
    return f"DTSTART{_moment(start)}\r\nDTEND{_moment(end)}\r\n"


def _moment(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return f":{_instant(moment)}"
    return f";VALUE=DATE:{_day(moment)}"


_BREAK = re.compile("[\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _value(text: str) -> str:
    """*text* as a value (RFC 5545, 3.3.11), without what a reader trims or trips over.

    Control characters and blanks at the end are left out; a reader that knows the lines of
    Unicode would take the other line breaks for the end of the line.
    """
    # Nothing that is looked for is printable, and asking so is much quicker.
    if not text.isprintable() and not text.replace("\n", "").isprintable():
        text = _CONTROL.sub("", _BREAK.sub("\n", text))
    text = text.rstrip().replace("\\", "\\\\")
    return text.replace(";", r"\;").replace(",", r"\,").replace("\n", r"\n")


_FOLD = "\r\n "
LONGEST = 74
"""Octets in a line; RFC 5545, 3.1 allows 75, among them the blank before what was folded."""

_PART = re.compile(r".{73}[^\\^](?=.)|.{73}(?=[\\^].)|.+", re.DOTALL)
"""A line of one octet a character, in parts: never one that ends in an escape begun."""


def _folded(line: str) -> str:
    """A content line, folded between characters (RFC 5545, 3.1), and never in an escaped one."""
    if line.isascii():
        return f"{line if len(line) <= LONGEST else _FOLD.join(_PART.findall(line))}\r\n"
    octets = line.encode()
    parts = []
    begin = 0
    while len(octets) - begin > LONGEST:
        end = begin + LONGEST
        while octets[end] & 0xC0 == 0x80:  # it lies within a character (RFC 3629, 3)
            end -= 1
        if octets[end - 1] in b"\\^":
            end -= 1
        parts.append(octets[begin:end])
        begin = end
    parts.append(octets[begin:])
    return b"\r\n ".join(parts).decode() + "\r\n"
