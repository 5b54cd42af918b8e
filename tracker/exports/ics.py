"""iCalendar (RFC 5545, RFC 7986): developments, meetings, and days on which measures change.

The same log gives the same bytes.  A UID never changes; DTSTAMP is the instant at which
the log received the latest word about the thing, which without a METHOD is what the
standard says it is (3.8.7.2); SEQUENCE rises when its day, hour or place moved or it was
cancelled (RFC 5546, 2.1.4).  The end of an all-day event is the day after its last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, vDuration, vText, vUri
from icalendar import Event as CalendarEvent

from tracker.domain.dates import FIRST, When
from tracker.domain.state import SubjectState
from tracker.domain.timeline import Assignment, Fact
from tracker.domain.told import Told

DOMAIN = "tracker.invalid"
"""The fixed right side of every UID; a name that nobody can own (RFC 2606)."""

PRODID = "-//tracker//tracker//EN"
REFRESH = timedelta(hours=12)
ONE_DAY = timedelta(days=1)
VAGUE = timedelta(days=31)
"""A day that is vaguer than this has no place on a calendar."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the calendar.

    Attributes:
        uid: what it is, for ever: ``<id>.<what>``, without the domain.
        start: a civil day, or an aware instant.
        end: the first day, or the instant, at which it is over.
        stamp: when the log received the latest word about it, in UTC.
        created: when the log first heard of it, in UTC.
        sequence: how often its day, hour or place moved or it was cancelled.
        status: CONFIRMED, TENTATIVE or CANCELLED.
        sources: addresses, which close the description.
    """

    uid: str
    title: str
    start: date | datetime
    end: date | datetime
    stamp: datetime
    created: datetime
    sequence: int = 0
    status: str = "CONFIRMED"
    description: str = ""
    place: str = ""
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def developments(events: Iterable[Told], recorded: Mapping[str, str]) -> Iterator[Item]:
    """One all-day item an event; those whose day is vaguer than a month are left out.

    Args:
        recorded: id → the instant at which the log received it.
    """
    for told in events:
        content = told.content
        when = When.read(content["occurred"])
        if content["kind"] in ("corroboration", "retraction", "correction"):
            continue
        if when.latest - when.earliest > VAGUE:
            continue
        by = [told.id, told.corrected_by, told.retracted_by, *told.corroborated_by]
        stamps = [datetime.fromisoformat(recorded[each]) for each in by if each]
        said = [content.get("summary"), f"[reported {told.reported}]"]
        if not when.known:
            said.append(f"The day is not known: {when}.")
        yield Item(
            uid=f"{told.id}.development",
            title=content["title"],
            start=when.earliest,
            end=when.latest + ONE_DAY,
            stamp=max(stamps),
            created=stamps[0],
            sequence=told.moved,
            status="CANCELLED" if told.retracted_by else "CONFIRMED",
            description="\n\n".join(filter(None, said)),
            place=content.get("place", ""),
            categories=(content["kind"], *content.get("tags", ())),
            sources=tuple(source["url"] for source in content["sources"]),
        )


STATUS = {
    "held": "CONFIRMED",
    "scheduled": "CONFIRMED",
    "postponed": "TENTATIVE",
    "cancelled": "CANCELLED",
}
"""What a calendar calls the standing of a meeting."""


def meeting(
    subject: SubjectState, said: Iterable[Assignment], recorded: Mapping[str, str]
) -> Iterator[Item]:
    """The meeting at its latest day and place; nothing when no day is known.

    Args:
        said: whatever was assigned to it.
        recorded: id → the instant at which the log received it.
    """
    schedule = subject.value("schedule")
    if not schedule:
        return
    start = When.read(schedule["start"])
    end = When.read(schedule["end"]) if schedule.get("end") else None
    if start.latest - start.earliest > VAGUE:
        return
    said = list(said)
    moves = {(each.decided.event, each.via) for each in said if each.part in ("schedule", "place")}
    calls = {
        (each.decided.event, each.via)
        for each in said
        if each.part == "standing" and each.value == '"cancelled"'
    }
    by = {each.decided.event for each in said} | {each.via for each in said if each.via}
    stamps = sorted(datetime.fromisoformat(recorded[each]) for each in by if each)
    standing = str(subject.value("standing") or "scheduled")
    words = [f"[{standing}]", f"{subject.subject}"]
    if start.hour:
        words.append(f"{start} until {end}" if end else f"{start}")
    if schedule.get("zone"):
        words.append(f"Local time in {schedule['zone']}")
    if subject.value("participants"):
        words.append("Participants: " + ", ".join(subject.value("participants")))
    yield Item(
        uid=f"{_dotted(subject.subject)}.meeting",
        title=subject.title,
        start=start.instant() if start.hour else start.earliest,
        end=_end(start, end),
        stamp=stamps[-1],
        created=stamps[0],
        sequence=max(len(moves) - 1, 0) + len(calls),
        status=STATUS.get(standing, "TENTATIVE"),
        description="\n".join(words),
        place=subject.value("place") or "",
        categories=("meeting", str(subject.value("form") or "meeting")),
    )


def _end(start: When, end: When | None) -> date | datetime:
    """When a meeting is over; one without an end takes its day, or an hour."""
    if start.hour:
        if end and end.hour:
            return end.instant()
        return start.instant() + timedelta(hours=1)
    if end is None:
        return start.latest + ONE_DAY
    # An end that names an hour lies within its day; a day is the first one out.
    return end.latest + ONE_DAY if end.hour else end.latest


def changes(
    subject: SubjectState, facts: Iterable[Fact], recorded: Mapping[str, str]
) -> Iterator[Item]:
    """One all-day item for each day on which an event makes lines of a measure begin or end.

    Args:
        facts: those of the measure on all days.
        recorded: id → the instant at which the log received it.
    """
    days: dict[tuple[str, str], dict[date, list[Fact]]] = {}
    for fact in facts:
        change = _change(fact)
        if change and fact.certain and fact.since != FIRST:
            days.setdefault((fact.event, change), {}).setdefault(fact.since, []).append(fact)
    for (event, change), by_day in sorted(days.items()):
        for number, (day, group) in enumerate(sorted(by_day.items()), start=1):
            by = {event} | {fact.via for fact in group if fact.via}
            stamps = sorted(datetime.fromisoformat(recorded[each]) for each in by)
            lines = sorted(fact.part.removeprefix("line/") for fact in group)
            hours = sorted({fact.since_hour for fact in group if fact.since_hour})
            yield Item(
                uid=f"{event}.{_dotted(subject.subject)}.{change.replace(' ', '-')}-{number}",
                title=f"{subject.title}: {change}",
                start=day,
                end=day + ONE_DAY,
                stamp=stamps[-1],
                created=stamps[0],
                description="\n".join(
                    [*(["Lines: " + ", ".join(lines)] if change != "ends" else []), *hours, event]
                ),
                categories=("measure", str(subject.value("instrument") or "measure")),
            )


def _change(fact: Fact) -> str | None:
    if fact.part == "ended":
        return "ends" if fact.value == "true" else None
    if fact.part.startswith("line/"):
        return "expires" if fact.value is None else "takes effect"
    return None


def sorted_within(items: Iterable[Item], first: date | None, last: date | None) -> list[Item]:
    """The items that are not over before *first* and have begun by *last*, by day and UID."""
    within = [
        item
        for item in items
        if (first is None or _civil(item.end) > first or _civil(item.start) >= first)
        and (last is None or _civil(item.start) <= last)
    ]
    return sorted(within, key=lambda item: (_civil(item.start), item.uid))


def _civil(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _dotted(slug: str) -> str:
    return slug.replace("/", ".")


def calendar(items: Iterable[Item], *, name: str, description: str, suffix: str = "") -> bytes:
    """A calendar of *items*, in their order.

    Args:
        suffix: set apart the UIDs of a calendar that speaks for an earlier day of knowledge,
            so that it does not fight with the live one.
    """
    written = Calendar()
    written.add("prodid", PRODID)
    written.add("version", "2.0")
    written.add("calscale", "GREGORIAN")
    written.add("name", name)
    written.add("x-wr-calname", name)
    written.add("x-wr-caldesc", description)
    every = vDuration(REFRESH)
    # RFC 7986, 5.7: the parameter is required, and the library leaves it out.
    every.params["VALUE"] = "DURATION"
    written.add("refresh-interval", every)
    written.add("x-published-ttl", vDuration(REFRESH))
    for item in items:
        written.add_component(_event(item, suffix))
    return bytes(written.to_ical())


def _event(item: Item, suffix: str) -> CalendarEvent:
    event = CalendarEvent()
    event.add("uid", f"{item.uid}{suffix}@{DOMAIN}")
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
        # Two of nine readers split a category at its comma, escaped or not.
        event.add("categories", [_text(word.replace(",", " ")) for word in item.categories])
    if item.sources:
        event.add("url", vUri(item.sources[0]))
    return event


def _utc(moment: date | datetime) -> date | datetime:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _text(text: str) -> str:
    """*text* without control characters, and without blanks at its end, which a reader trims."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).rstrip()
