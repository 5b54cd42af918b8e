"""Readers of calendars: four libraries that share no code with what writes ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ics
import vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar


@dataclass(frozen=True)
class Read:
    """What a reader finds in an event; None where the library does not tell."""

    uid: str
    summary: str
    start: Any
    end: Any
    stamp: datetime
    created: datetime | None
    modified: datetime
    sequence: int
    status: str
    description: str
    place: str
    categories: tuple[str, ...]
    url: str
    alarms: tuple[timedelta, ...] = ()


Events = dict[str, Read]
"""UID, without its domain → event."""


def by_icalendar(data: bytes) -> Events:
    """The events as ``icalendar`` reads them, which the bytes are compared with elsewhere."""
    return _by_uid(
        Read(
            uid=str(each["UID"]),
            summary=str(each["SUMMARY"]),
            start=each["DTSTART"].dt,
            end=each["DTEND"].dt,
            stamp=each["DTSTAMP"].dt,
            created=each["CREATED"].dt,
            modified=each["LAST-MODIFIED"].dt,
            sequence=int(each["SEQUENCE"]),
            status=str(each["STATUS"]),
            description=str(each.get("DESCRIPTION", "")),
            place=str(each.get("LOCATION", "")),
            categories=tuple(map(str, each["CATEGORIES"].cats)) if "CATEGORIES" in each else (),
            url=str(each.get("URL", "")),
            alarms=tuple(dict[str, Any](one)["TRIGGER"].dt for one in event.walk("VALARM")),
        )
        for event in Calendar.from_ical(data).walk("VEVENT")
        for each in [dict[str, Any](event)]
    )


def by_ical(data: bytes) -> Events:
    """The events as ``ical`` reads them, the parser of Home Assistant."""
    found: list[Any] = list(IcsCalendarStream.calendar_from_ics(data.decode()).events)
    return _by_uid(
        Read(
            uid=each.uid,
            summary=each.summary or "",
            start=each.dtstart,
            end=each.dtend,
            stamp=each.dtstamp,
            created=each.created,
            modified=each.last_modified,
            sequence=each.sequence,
            status=each.status.value,
            description=each.description or "",
            place=each.location or "",
            categories=tuple(each.categories),
            url=str(each.url or ""),
            alarms=tuple(alarm.trigger for alarm in each.alarm),
        )
        for each in found
    )


def by_vobject(data: bytes) -> Events:
    """The events as ``vobject`` reads them, the parser of Radicale."""

    def value(component: Any, name: str, default: Any = "") -> Any:
        found = component.contents.get(name)
        return found[0].value if found else default

    calendar: Any = vobject.readOne(data.decode())
    return _by_uid(
        Read(
            uid=value(each, "uid"),
            summary=value(each, "summary"),
            start=value(each, "dtstart"),
            end=value(each, "dtend"),
            stamp=value(each, "dtstamp"),
            created=value(each, "created"),
            modified=value(each, "last-modified"),
            sequence=int(value(each, "sequence")),
            status=value(each, "status"),
            description=value(each, "description"),
            place=value(each, "location"),
            categories=tuple(value(each, "categories", ())),
            url=value(each, "url"),
            alarms=tuple(value(one, "trigger") for one in each.contents.get("valarm", ())),
        )
        for each in calendar.contents.get("vevent", ())
    )


def by_ics(data: bytes) -> Events:
    """The events as ``ics`` reads them, by a strict grammar, and slowly.

    What it calls created is the stamp, and it does not keep the order of categories.
    """

    def moment(moment: Any, all_day: bool) -> date | datetime:
        # The library keeps the bounds of days as midnights in UTC.
        found: datetime = moment.datetime
        return found.date() if all_day else found

    (calendar,) = ics.Calendar.parse_multiple(data.decode())
    return _by_uid(
        Read(
            uid=each.uid,
            summary=each.name or "",
            start=moment(each.begin, each.all_day),
            end=moment(each.end, each.all_day),
            stamp=each.created.datetime,
            created=None,
            modified=each.last_modified.datetime,
            sequence=next(int(more.value) for more in each.extra if more.name == "SEQUENCE"),
            status=each.status,
            description=each.description or "",
            place=each.location or "",
            categories=tuple(sorted(each.categories)),
            url=each.url or "",
            alarms=tuple(alarm.trigger for alarm in each.alarms),
        )
        for each in calendar.events
    )


READERS: Mapping[str, Callable[[bytes], Events]] = {
    "icalendar": by_icalendar,
    "ical": by_ical,
    "vobject": by_vobject,
    "ics": by_ics,
}


def _by_uid(found: Iterable[Read]) -> Events:
    by_uid: Events = {}
    for each in found:
        uid = each.uid.removesuffix("@tracker.invalid")
        assert uid != each.uid
        assert uid not in by_uid
        by_uid[uid] = each
    return by_uid


def misread_by_ics(text: str) -> str:
    """A text as ``ics`` reads it: a backslash before an n or r is one before a line break."""
    for letter, sign in (("n", "\n"), ("N", "\n"), ("r", "\r"), ("R", "\r")):
        text = text.replace(f"\\{letter}", f"\\{sign}")
    return text


def in_utc(moment: Any) -> Any:
    """A moment that can be compared, whatever a library calls the zone."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment
