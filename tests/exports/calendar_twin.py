"""The calendar, made the slow way: all of it replayed, then sorted, and written by icalendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from icalendar import Alarm, Calendar, vDuration, vText, vUri
from icalendar import Event as CalendarEvent
from sqlalchemy import create_engine

from tracker.app import Tracker
from tracker.domain import calendar as calendars
from tracker.domain.calendar import SHOWN, Choice, Item, What
from tracker.domain.dates import LAST
from tracker.domain.told import Filter, Recorded
from tracker.exports import ics
from tracker.store import log as logs
from tracker.store import stories


def items(
    database: Path,
    choice: Choice,
    *,
    as_of: date | None = None,
    known_by: date | None = None,
    at_version: int | None = None,
) -> list[Item]:
    """What is on the calendar, every bit of it replayed from the first word on, in order."""

    def counting(history: Iterable[Recorded]) -> list[Recorded]:
        return [
            each
            for each in history
            if (as_of is None or each.event.occurred.earliest <= as_of)
            and (at_version is None or each.version <= at_version)
        ]

    def replayed() -> Iterator[Item]:
        for name, history in stories.histories_of(conn, told).items():
            render = calendars.development(name, known_by or LAST)
            yield from calendars.revised(counting(history), render)
        slugs = [slug for slug in logs.all_introduced(conn) if slug.split("/")[0] in SHOWN]
        for slug, history in stories.histories_about(conn, slugs).items():
            render = calendars.of_subject(slug, known_by or LAST, spans=choice.spans)
            yield from calendars.revised(counting(history), render)

    with closing(Tracker(str(database))) as tracker:
        told = [each.id for each in tracker.events(Filter())]
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as conn:
        found = [each for each in replayed() if choice.has(each)]
    engine.dispose()
    return sorted(found, key=lambda each: (calendars.day_of(each), each.uid))


def calendar(
    found: Iterable[Item],
    *,
    name: str,
    description: str,
    suffix: str = "",
    alarm: timedelta | None = None,
) -> bytes:
    """The bytes that icalendar makes of a calendar."""
    written = Calendar()
    written.add("prodid", ics.PRODID)
    written.add("version", "2.0")
    written.add("calscale", "GREGORIAN")
    written.add("name", name)
    written.add("x-wr-calname", name)
    written.add("x-wr-caldesc", description)
    every = vDuration(timedelta(hours=12))
    every.params["VALUE"] = "DURATION"  # the library leaves it out
    written.add("refresh-interval", every)
    written.add("x-published-ttl", vDuration(timedelta(hours=12)))
    for item in found:
        written.add_component(_event(item, suffix, alarm))
    return bytes(written.to_ical())


def _event(item: Item, suffix: str, before: timedelta | None) -> CalendarEvent:
    event = CalendarEvent()
    event.add("uid", f"{item.uid}{suffix}@{ics.DOMAIN}")
    event.add("dtstamp", item.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("created", item.created.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", item.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", item.sequence)
    event.add("status", item.status)
    cancelled = item.status == "CANCELLED"
    summary = text(("Cancelled: " if cancelled else "") + item.title)
    event.add("summary", vText(summary))
    event.add("dtstart", _utc(item.start))
    event.add("dtend", _utc(item.end))
    if not isinstance(item.start, datetime):
        event.add("transp", "TRANSPARENT")
        event.add("x-microsoft-cdo-busystatus", "FREE")
    said = [item.description] if item.description else []
    if item.sources:
        said.append("Sources:\n" + "\n".join(item.sources))
    if said:
        event.add("description", vText(text("\n\n".join(said))))
    if item.place:
        event.add("location", vText(text(item.place)))
    if item.categories:
        words = dict.fromkeys(text(word.replace(",", " ")) for word in item.categories)
        event.add("categories", list(words))
    if item.sources:
        event.add("url", vUri(item.sources[0]))
    if before and not cancelled and item.what & {What.meetings, What.deadlines}:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", vText(summary))
        alarm.add("trigger", -before)
        event.add_component(alarm)
    return event


def _utc(moment: date | datetime) -> date | datetime:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def text(said: str) -> str:
    """What is left of a text: its lines, without control characters and blanks at its end."""
    lines = re.sub("[\x85\u2028\u2029]", "\n", said)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", lines).rstrip()
