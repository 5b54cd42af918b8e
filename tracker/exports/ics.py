"""iCalendar (RFC 5545, RFC 7986): developments, meetings, and days on which measures change.

The same log gives the same bytes.  A UID never changes; DTSTAMP is the instant at which
the log received the latest word about the thing, which without a METHOD is what the
standard says it is (3.8.7.2); SEQUENCE rises when its day, hour or place moved or it was
cancelled (RFC 5546, 2.1.4).  The end of an all-day event is the day after its last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import TypeAlias

from icalendar import Calendar, vDuration, vText, vUri
from icalendar import Event as CalendarEvent

from tracker.domain.corrections import by_target, counted, standing
from tracker.domain.dates import EVER, FIRST, LAST, AsOf, When
from tracker.domain.events import Development, Event, content_of
from tracker.domain.state import Held, SubjectState, state
from tracker.domain.timeline import Fact, assignments, fold_all
from tracker.domain.told import Recorded, Told

DOMAIN = "tracker.invalid"
"""The fixed right side of every UID; a name that nobody can own (RFC 2606)."""

PRODID = "-//tracker//tracker//EN"
REFRESH = timedelta(hours=12)
ONE_DAY = timedelta(days=1)
NEVER = datetime.min.replace(tzinfo=UTC)
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


Render: TypeAlias = Callable[[Sequence[Event]], Iterable[Item]]
"""What some events make of a thing on the calendar, but for its stamps."""


def revised(history: Iterable[Recorded], render: Render) -> list[Item]:
    """The items that *render* makes of a history, each with its stamps and its sequence.

    The history is replayed one version at a time: an item is stamped when anything of it
    changes, and its sequence rises when its day, hour or place does, or it is called off.
    One that is there no longer stays, cancelled.

    Args:
        history: the events that speak of the thing, at any remove, by version.
    """
    found: dict[str, Item] = {}
    events: list[Event] = []
    # What the log received at one instant is one revision, in whatever order it stands there.
    for recorded, together in groupby(history, key=lambda each: each.recorded):
        events += (each.event for each in together)
        now = {item.uid: item for item in render(events)}
        for uid, before in found.items():
            if uid not in now:
                now[uid] = replace(before, status=CANCELLED)
        found = {uid: _revision(found.get(uid), now[uid], recorded) for uid in now}
    return list(found.values())


def _revision(before: Item | None, now: Item, recorded: datetime) -> Item:
    if before is None:
        return replace(now, stamp=recorded, created=recorded)
    now = replace(now, stamp=before.stamp, created=before.created, sequence=before.sequence)
    if now == before:
        return now
    moved = _moves(now) != _moves(before)
    return replace(now, stamp=recorded, sequence=before.sequence + moved)


def _moves(item: Item) -> tuple[object, ...]:
    return item.start, item.end, item.place, item.status == CANCELLED


def development(event_id: str, known_by: date) -> Render:
    """One all-day item for an event; none when its day is vaguer than a month."""

    def render(events: Sequence[Event]) -> Iterator[Item]:
        event = next((each for each in events if each.id == event_id), None)
        if event is not None:
            found = standing(event, by_target(events), known_by)
            content = json.loads(content_of(found.event))
            told = Told(event.id, 0, found.public, "", content, retracted_by=found.retracted_by)
            more = [
                source.url
                for each in events
                if each.id in found.corroborated_by
                for source in each.sources
            ]
            for item in told_items(told, NEVER):
                yield replace(item, sources=tuple(dict.fromkeys((*item.sources, *more))))

    return render


def told_items(told: Told, recorded: datetime) -> Iterator[Item]:
    """One all-day item for an event of which nothing was said; none when its day is vague."""
    content = told.content
    when = When.read(content["occurred"])
    if when.latest - when.earliest > VAGUE or content["kind"] in SPEAKING:
        return
    said = [content.get("summary"), f"[reported {told.reported}]"]
    if content.get("against"):
        said.append(f"[disagrees with {content['against']}]")
    if not when.known:
        said.append(f"The day is not known: {when}.")
    yield Item(
        uid=f"{told.id}.development",
        title=content["title"],
        start=when.earliest,
        end=when.latest + ONE_DAY,
        stamp=recorded,
        created=recorded,
        status=_status(told),
        description="\n\n".join(filter(None, said)),
        place=content.get("place", ""),
        categories=tuple(dict.fromkeys((content["kind"], *content.get("tags", ())))),
        sources=tuple(source["url"] for source in content["sources"]),
    )


def _status(told: Told) -> str:
    if told.retracted_by:
        return CANCELLED
    return "TENTATIVE" if told.content.get("against") else "CONFIRMED"


SPEAKING = frozenset({"correction", "retraction", "corroboration"})
"""Kinds of event that speak about others, and are seen in what those say."""

CANCELLED = "CANCELLED"
STATUS = {"held": "CONFIRMED", "scheduled": "CONFIRMED", "cancelled": CANCELLED}
"""What a calendar calls the standing of a meeting; any other is TENTATIVE."""


def _facts(events: Sequence[Event], subject: str, known_by: date) -> list[Fact]:
    said = by_target(events)
    return [
        fact
        for fact in fold_all(
            each
            for event in events
            if isinstance(event, Development)
            for content in counted(event, said)
            for each in assignments(content)
            if each.subject == subject
        )
        if fact.known <= known_by < fact.known_until
    ]


def meeting(subject: str, known_by: date) -> Render:
    """The meeting at its latest day and place; nothing when no day is known."""

    def render(events: Sequence[Event]) -> Iterator[Item]:
        facts = (fact for fact in _facts(events, subject, known_by) if fact.until > LAST)
        found = state(AsOf(LAST, known_by), facts).subjects
        said = {each.id: each for each in events}
        yield from (item for each in found if (item := _meeting(each, said)))

    return render


def _meeting(subject: SubjectState, said: Mapping[str, Event]) -> Item | None:
    schedule = subject.value("schedule")
    if not schedule:
        return None
    start = When.read(schedule["start"])
    end = When.read(schedule["end"]) if schedule.get("end") else None
    if start.latest - start.earliest > VAGUE:
        return None
    standing_ = str(subject.value("standing") or "scheduled")
    words = [f"[{standing_}]", subject.subject]
    if not start.known:
        words.append(f"The day is not known: {start}.")
    if start.hour:
        words.append(f"{start} until {end}" if end else f"{start}")
    if schedule.get("zone"):
        words.append(f"Local time in {schedule['zone']}")
    if subject.value("participants"):
        words.append("Participants: " + ", ".join(subject.value("participants")))
    by = {held.via or held.event for held in subject.parts.values()}
    sources = {source.url: None for name in sorted(by) for source in said[name].sources}
    form = str(subject.value("form") or "meeting")
    return Item(
        uid=f"{_dotted(subject.subject)}.meeting",
        title=subject.title,
        start=start.instant() if start.hour else start.earliest,
        end=_end(start, end),
        stamp=NEVER,
        created=NEVER,
        status=STATUS.get(standing_, "TENTATIVE"),
        description="\n".join(words),
        place=subject.value("place") or "",
        categories=tuple(dict.fromkeys(("meeting", form))),
        sources=tuple(sources),
    )


def _end(start: When, end: When | None) -> date | datetime:
    """When a meeting is over; one without an end takes its day, or an hour."""
    if not start.hour:
        if end is None:
            return start.latest + ONE_DAY
        # An end that names an hour lies within its day; a day is the first one out.
        return end.latest + ONE_DAY if end.hour else end.latest
    begins = start.instant()
    if end is None:
        return begins + timedelta(hours=1)
    if end.hour:
        return end.instant()
    return datetime.combine(end.latest, time.min, begins.tzinfo)


def changes(subject: str, known_by: date) -> Render:
    """One all-day item for each day on which an event makes a measure change."""

    def render(events: Sequence[Event]) -> Iterator[Item]:
        facts = _facts(events, subject, known_by)
        said = {each.id: each for each in events}
        yield from _changes(subject, facts, said)

    return render


def _changes(subject: str, facts: Sequence[Fact], said: Mapping[str, Event]) -> Iterator[Item]:
    words = {fact.part: Held.of(fact).value for fact in facts if fact.since == FIRST}
    title = str(words.get("title") or subject)
    days: dict[tuple[str, str], dict[date, list[Fact]]] = {}
    for fact, day, change in _turns(facts):
        days.setdefault((fact.event, change), {}).setdefault(day, []).append(fact)
    for (event, change), by_day in sorted(days.items()):
        for number, (day, group) in enumerate(sorted(by_day.items()), start=1):
            lines = sorted(_line(fact.part) for fact in group if "/" in fact.part)
            hours = sorted({fact.since_hour for fact in group if fact.since_hour})
            by = sorted({event} | {fact.via for fact in group if fact.via})
            sources = {source.url: None for name in by for source in said[name].sources}
            yield Item(
                uid=f"{event}.{_dotted(subject)}.{change.replace(' ', '-')}-{number}",
                title=f"{title}: {change}",
                start=day,
                end=day + ONE_DAY,
                stamp=NEVER,
                created=NEVER,
                description="\n".join(
                    [*(["Lines: " + ", ".join(lines)] if lines else []), *hours, event]
                ),
                categories=("measure", str(words.get("instrument") or "measure")),
                sources=tuple(sources),
            )


def _turns(facts: Sequence[Fact]) -> Iterator[tuple[Fact, date, str]]:
    """What begins or is over, and on which day: a fact, the day, and the change in words."""
    certain = [fact for fact in facts if fact.certain and fact.part.startswith(_TURNING)]
    taken = {(fact.part, fact.since) for fact in certain}
    for fact in certain:
        kind = fact.part.split("/", 1)[0]
        begins, over = _WORDS[kind]
        if fact.since != FIRST:
            if fact.value in (None, "false"):
                yield fact, fact.since, over if kind != "line" else "expires"
            else:
                yield fact, fact.since, begins
        if fact.until != EVER and fact.value is not None and (fact.part, fact.until) not in taken:
            yield fact, fact.until, over


_WORDS = {
    "line": ("takes effect", "ends"),
    "ended": ("ends", "applies again"),
    "suspended": ("is suspended", "applies again"),
}
_TURNING = tuple(_WORDS)


def _line(part: str) -> str:
    return part.split("/", 1)[1]


def sorted_within(items: Iterable[Item], first: date | None, last: date | None) -> list[Item]:
    """The items that are not over before *first* and have begun by *last*, by day and UID."""
    within = [
        item
        for item in items
        if (first is None or _last_day(item) >= first)
        and (last is None or _civil(item.start) <= last)
    ]
    return sorted(within, key=lambda item: (_civil(item.start), item.uid))


def _last_day(item: Item) -> date:
    """The last day that the item has a part in; its end is the first moment out."""
    if isinstance(item.end, datetime):
        return (item.end - timedelta(microseconds=1)).date()
    return item.end - ONE_DAY


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
        words = dict.fromkeys(_text(word.replace(",", " ")) for word in item.categories)
        event.add("categories", list(words))
    if item.sources:
        event.add("url", vUri(item.sources[0]))
    return event


def _utc(moment: date | datetime) -> date | datetime:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _text(text: str) -> str:
    """*text* without control characters, and without blanks at its end, which a reader trims."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).rstrip()
