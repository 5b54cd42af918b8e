"""The calendar, made the slow way: all of it replayed, then sorted, and written by icalendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from icalendar import Calendar, vDuration, vText, vUri
from icalendar import Event as CalendarEvent
from sqlalchemy import create_engine

from tracker.app import Tracker
from tracker.domain.dates import LAST
from tracker.domain.told import Filter
from tracker.exports import ics
from tracker.exports.ics import Item
from tracker.store import log as logs
from tracker.store import stories


def items(database: Path, known_by: date | None = None) -> Iterator[Item]:
    """All that is on the calendar, every bit of it replayed from the first word on."""
    knowledge = known_by or LAST
    with closing(Tracker(str(database))) as tracker:
        told = [each.id for each in tracker.events(Filter(known_by=known_by))]
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as conn:
        for name, history in stories.histories_of(conn, told).items():
            yield from ics.revised(history, ics.development(name, knowledge))
        dated = [
            slug for slug in logs.all_introduced(conn) if slug.startswith(("meeting/", "measure/"))
        ]
        for slug, history in stories.histories_about(conn, dated).items():
            yield from ics.revised(history, ics.of_subject(slug, knowledge))
    engine.dispose()


def in_order(found: Iterable[Item]) -> list[Item]:
    return sorted(found, key=lambda each: (ics.day_of(each), each.uid))


def calendar(found: Iterable[Item], *, name: str, description: str, suffix: str = "") -> bytes:
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
        written.add_component(_event(item, suffix))
    return bytes(written.to_ical())


def _event(item: Item, suffix: str) -> CalendarEvent:
    event = CalendarEvent()
    event.add("uid", f"{item.uid}{suffix}@{ics.DOMAIN}")
    event.add("dtstamp", item.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("created", item.created.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", item.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", item.sequence)
    event.add("status", item.status)
    cancelled = item.status == "CANCELLED"
    event.add("summary", vText(_text(("Cancelled: " if cancelled else "") + item.title)))
    event.add("dtstart", _utc(item.start))
    event.add("dtend", _utc(item.end))
    if not isinstance(item.start, datetime):
        event.add("transp", "TRANSPARENT")
        event.add("x-microsoft-cdo-busystatus", "FREE")
    said = [item.description] if item.description else []
    if item.sources:
        said.append("Sources:\n" + "\n".join(item.sources))
    if said:
        event.add("description", vText(_text("\n\n".join(said))))
    if item.place:
        event.add("location", vText(_text(item.place)))
    if item.categories:
        words = dict.fromkeys(_text(word.replace(",", " ")) for word in item.categories)
        event.add("categories", list(words))
    if item.sources:
        event.add("url", vUri(item.sources[0]))
    return event


def _utc(moment: date | datetime) -> date | datetime:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _text(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).rstrip()
