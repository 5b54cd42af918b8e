"""iCalendar (RFC 5545, RFC 7986): developments, meetings, and days on which measures change.

The same log gives the same bytes.  A UID never changes; DTSTAMP is the instant at which
the log received the latest word about the thing, which without a METHOD is what the
standard says it is (3.8.7.2); SEQUENCE rises when its day, hour or place moved or it was
cancelled (RFC 5546, 2.1.4).  The end of an all-day event is the day after its last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple, TypeAlias

from tracker.domain.corrections import by_target, counted, standing
from tracker.domain.dates import EVER, FIRST, LAST, AsOf, When
from tracker.domain.events import Development, Event, content_of
from tracker.domain.state import Held, SubjectState, state
from tracker.domain.timeline import Assignment, Fact, assignments, fold_all
from tracker.domain.told import Recorded, Told

DOMAIN = "tracker.invalid"
"""The fixed right side of every UID; a name that nobody can own (RFC 2606)."""

DEVELOPMENT = ".development"
"""What the UID of an event ends with, before the domain."""

CRLF = "\r\n"
PRODID = "-//tracker//tracker//EN"
REFRESH = "PT12H"
ONE_DAY = timedelta(days=1)
NEVER = datetime.min.replace(tzinfo=UTC)
VAGUE = timedelta(days=31)
"""A day that is vaguer than this has no place on a calendar."""


class Item(NamedTuple):
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
                now[uid] = before._replace(status=CANCELLED)
        found = {uid: _revision(found.get(uid), now[uid], recorded) for uid in now}
    return list(found.values())


def _revision(before: Item | None, now: Item, recorded: datetime) -> Item:
    if before is None:
        return now._replace(stamp=recorded, created=recorded)
    now = now._replace(stamp=before.stamp, created=before.created, sequence=before.sequence)
    if now == before:
        return now
    moved = _moves(now) != _moves(before)
    return now._replace(stamp=recorded, sequence=before.sequence + moved)


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
                yield item._replace(sources=tuple(dict.fromkeys((*item.sources, *more))))

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
        uid=told.id + DEVELOPMENT,
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


Shown: TypeAlias = Callable[[str, Collection[Fact], Mapping[str, Sequence[str]]], Iterable[Item]]
"""What the facts of a subject, as known on one day, make of it; with the sources by event."""


def of_subject(subject: str, known_by: date) -> Render:
    """What is on the calendar of a meeting or a measure, as known by a day."""
    plain: dict[str, list[Assignment]] = {}

    def said_by(event: Development, about: Mapping[str, Collection[Event]]) -> list[Assignment]:
        found = None if about.get(event.id) else plain.get(event.id)
        if found is None:
            # On one day of knowledge it does not matter since when it was known.
            found = [
                each._replace(known=FIRST, known_until=EVER)
                for content in counted(event, about)
                if content.known <= known_by < content.known_until
                for each in assignments(content)
                if each.subject == subject
            ]
            if not about.get(event.id):
                plain[event.id] = found
        return found

    def render(events: Sequence[Event]) -> Iterable[Item]:
        about = by_target(events)
        facts = list(
            fold_all(
                each
                for event in events
                if isinstance(event, Development)
                for each in said_by(event, about)
            )
        )
        sources = {each.id: [source.url for source in each.sources] for each in events}
        return shown(subject)(subject, facts, sources)

    return render


def shown(subject: str) -> Shown:
    """What shows a subject on a calendar; a meeting is one thing, a measure changes."""
    return meeting if subject.startswith("meeting/") else changes


def stamped(items: Iterable[Item], recorded: datetime) -> Iterator[Item]:
    """Items of which the log received all there is to them at one instant."""
    return (item._replace(stamp=recorded, created=recorded) for item in items)


def meeting(
    subject: str, facts: Collection[Fact], sources: Mapping[str, Sequence[str]]
) -> Iterator[Item]:
    """The meeting at its latest day and place; nothing when no day is known."""
    lasting = (fact for fact in facts if fact.until > LAST)
    found = state(AsOf(LAST), lasting).subjects
    yield from (item for each in found if (item := _meeting(each, sources)))


def _meeting(subject: SubjectState, said: Mapping[str, Sequence[str]]) -> Item | None:
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
    sources = {url: None for name in sorted(by) for url in said[name]}
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


def changes(
    subject: str, facts: Collection[Fact], sources: Mapping[str, Sequence[str]]
) -> Iterator[Item]:
    """One all-day item for each day on which an event makes a measure change."""
    words = {
        fact.part: Held.of(fact).value
        for fact in facts
        if fact.since == FIRST and fact.part in ("title", "instrument")
    }
    title = str(words.get("title") or subject)
    days: dict[tuple[str, str], dict[date, list[Fact]]] = {}
    for fact, day, change in _turns(facts):
        days.setdefault((fact.event, change), {}).setdefault(day, []).append(fact)
    for (event, change), by_day in sorted(days.items()):
        for number, (day, group) in enumerate(sorted(by_day.items()), start=1):
            lines = sorted(_line(fact.part) for fact in group if "/" in fact.part)
            hours = sorted({fact.since_hour for fact in group if fact.since_hour})
            by = sorted({event} | {fact.via for fact in group if fact.via})
            urls = dict.fromkeys(url for name in by for url in sources[name])
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
                sources=tuple(urls),
            )


def _turns(facts: Collection[Fact]) -> Iterator[tuple[Fact, date, str]]:
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


def is_within(item: Item, first: date | None, last: date | None) -> bool:
    """Whether it is not over before *first* and has begun by *last*."""
    return (first is None or _last_day(item) >= first) and (last is None or day_of(item) <= last)


def _last_day(item: Item) -> date:
    """The last day that the item has a part in; its end is the first moment out."""
    if isinstance(item.end, datetime):
        return (item.end - timedelta(microseconds=1)).date()
    return item.end - ONE_DAY


def day_of(item: Item) -> date:
    """The civil day on which it begins; a calendar is in the order of days, then of UIDs."""
    return item.start.date() if isinstance(item.start, datetime) else item.start


def _dotted(slug: str) -> str:
    return slug.replace("/", ".")


def opening(*, name: str, description: str) -> bytes:
    """What a calendar begins with; its events follow, each as :func:`written` makes it."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        # What has no type of its own in a standard is written as it is (RFC 7265, 5.1).
        f"X-WR-CALDESC:{description}",
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{name}",
        # RFC 7986, 5.7: the parameter is required.
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    )
    return "".join(map(_folded, lines)).encode()


CLOSING = b"END:VCALENDAR\r\n"


def written(item: Item, *, suffix: str = "") -> bytes:
    """One event of a calendar.

    Args:
        suffix: set apart the UIDs of a calendar that speaks for an earlier day of knowledge,
            so that it does not fight with the live one.
    """
    stamp, status = _instant(item.stamp), item.status
    cancelled = "Cancelled: " if status == CANCELLED else ""
    hour = isinstance(item.start, datetime)
    said = [item.description] if item.description else []
    if item.sources:
        said.append("Sources:\n" + "\n".join(item.sources))
    categories = ""
    if item.categories:
        # Two of nine readers split a category at its comma, escaped or not.
        words = dict.fromkeys([_text(word.replace(",", " ")) for word in item.categories])
        categories = _folded(f"CATEGORIES:{','.join(map(_escaped, words))}")
    description = _folded("DESCRIPTION:" + _escaped(_text("\n\n".join(said)))) if said else ""
    # What marks an event stands first, everything else by its name, as readers are used to.
    return (
        f"BEGIN:VEVENT\r\n{_folded('SUMMARY:' + _escaped(_text(cancelled + item.title)))}"
        f"DTSTART{_moment(item.start)}\r\nDTEND{_moment(item.end)}\r\nDTSTAMP:{stamp}\r\n"
        f"{_folded(f'UID:{item.uid}{suffix}@{DOMAIN}')}SEQUENCE:{item.sequence}\r\n"
        f"{categories}CREATED:{_instant(item.created)}\r\n{description}LAST-MODIFIED:{stamp}\r\n"
        f"{_folded('LOCATION:' + _escaped(_text(item.place))) if item.place else ''}"
        f"STATUS:{status}\r\n{'' if hour else 'TRANSP:TRANSPARENT' + CRLF}"
        f"{_folded('URL:' + item.sources[0]) if item.sources else ''}"
        f"{'' if hour else 'X-MICROSOFT-CDO-BUSYSTATUS:FREE' + CRLF}END:VEVENT\r\n"
    ).encode()


@lru_cache(maxsize=1 << 12)
def _instant(instant: datetime) -> str:
    """RFC 5545, 3.3.5, form 2; a year has four digits, which strftime would not see to."""
    utc = instant.astimezone(UTC)
    return f"{_day(utc)}T{utc.hour:02}{utc.minute:02}{utc.second:02}Z"


@lru_cache(maxsize=1 << 14)
def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _moment(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return f":{_instant(moment)}"
    return f";VALUE=DATE:{_day(moment)}"


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _text(text: str) -> str:
    """*text* without control characters, and without blanks at its end, which a reader trims."""
    # Nothing that the pattern looks for is printable, and asking so is much quicker.
    if not text.replace("\n", "").isprintable():
        text = _CONTROL.sub("", text)
    return text.rstrip()


def _escaped(text: str) -> str:
    """*text* as a value (RFC 5545, 3.3.11), where a reader takes ``\\N`` for a line break too."""
    if "\\" in text:
        text = text.replace(r"\N", "\n").replace("\\", "\\\\")
    text = text.replace(";", r"\;").replace(",", r"\,")
    return text.replace("\n", r"\n")


LONGEST = 74
"""Octets in a line; RFC 5545, 3.1 allows 75, among them the blank before what was folded."""


def _folded(line: str) -> str:
    """A content line, folded between characters (RFC 5545, 3.1), and never in an escaped one."""
    if len(line) <= LONGEST and line.isascii():
        return line + CRLF
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
    return b"\r\n ".join(parts).decode() + CRLF
