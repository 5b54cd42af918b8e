"""The calendar: what has a day, under a name that never changes.

A development has the day on which it occurred.  Of a subject there is what the latest word
makes of it: the days on which a measure or an agreement takes effect, changes and ends, the
day of a meeting, the day by which a promise is due.  A thing that moves stays one thing, and
one that is called off, or never was so, is kept as cancelled for :data:`KEPT`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tracker.domain.agenda import due_of
from tracker.domain.dates import EVER, FIRST, LAST, AsOf, When
from tracker.domain.state import HeldRow, SubjectState, held_row, state_of_rows
from tracker.domain.timeline import Assignment, assignments, fold_all
from tracker.domain.told import Recorded

if TYPE_CHECKING:
    from tracker.domain.corrections import Standing
    from tracker.domain.events import Development, Event

DEVELOPMENT = ".development"
"""What the name of an event on the calendar ends with."""

KEPT = timedelta(days=90)
"""How long what is called off stays on the calendar, after the day on which the log heard so."""

ONE_DAY = timedelta(days=1)
VAGUE = timedelta(days=31)
"""A day that is vaguer than this has no place on a calendar."""


class What(StrEnum):
    """What is shown on a calendar."""

    developments = "developments"
    effective = "effective"
    expiries = "expiries"
    meetings = "meetings"
    deadlines = "deadlines"


EVERYTHING = frozenset(What)
SHOWN: Mapping[str, frozenset[What]] = {
    "agreement": frozenset({What.effective, What.expiries, What.deadlines}),
    "commitment": frozenset({What.deadlines}),
    "measure": frozenset({What.effective, What.expiries}),
    "meeting": frozenset({What.meetings, What.deadlines}),
}
"""The kinds of subject that have a day, and as what they are shown."""

CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"


class Item(NamedTuple):
    """One thing on the calendar.

    Attributes:
        uid: what it is, for ever: ``<id>.<what>``.
        start: a civil day, or an aware instant.
        end: the first day, or the instant, at which it is over.
        stamp: when the log received the latest word about it, in UTC.
        created: when the log first heard of it, in UTC.
        sequence: how often its day, hour or place moved or it was cancelled.
        status: CONFIRMED, TENTATIVE or CANCELLED.
        sources: addresses, which close the description.
        what: as what it is shown; nothing, while its day is too vague for a calendar.
        off: when the log heard that it is called off; None when it is not.
        change: which change of which subject by which event it is a day of; it may have others.
    """

    uid: str
    title: str
    start: date | datetime
    end: date | datetime
    stamp: datetime
    created: datetime
    sequence: int = 0
    status: str = CONFIRMED
    description: str = ""
    place: str = ""
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    what: frozenset[What] = EVERYTHING
    off: datetime | None = None
    change: str = ""


NEVER = datetime.min.replace(tzinfo=UTC)
"""The stamp of what is not stamped yet."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of all there is belongs on a calendar.

    Attributes:
        asked: the day of the question, to which it is counted how long what is called off is kept.
        what: only what is shown as one of these.
        first: only what is not over before this day.
        last: only what has begun by this day.
        spans: a measure with an end is in force from day to day, and not on its first and last.
    """

    asked: date
    what: frozenset[What] = EVERYTHING
    first: date | None = None
    last: date | None = None
    spans: bool = False

    def has(self, item: Item) -> bool:
        """Whether *item* is on the calendar."""
        if self.last and day_of(item) > self.last:
            return False
        if self.first and last_day(item) < self.first:
            return False
        if item.off and self.asked - item.off.date() > KEPT:
            return False
        return not self.what.isdisjoint(item.what)


def day_of(item: Item) -> date:
    """The civil day on which it begins; a calendar is in the order of days, then of UIDs."""
    return item.start.date() if isinstance(item.start, datetime) else item.start


def last_day(item: Item) -> date:
    """The last day that the item has a part in; its end is the first moment out."""
    if isinstance(item.end, datetime):
        return (item.end - timedelta(microseconds=1)).date()
    return item.end - ONE_DAY


# -- from the first word to the latest ------------------------------------------------------

Render: TypeAlias = Callable[[Sequence["Event"]], Iterable[Item]]
"""What some events make of a thing on the calendar, but for its stamps."""


def revised(history: Iterable[Recorded], render: Render) -> list[Item]:
    """The items that *render* makes of a history, each with its stamps and its sequence.

    The history is replayed one version at a time: an item is stamped when anything of it
    changes, and its sequence rises when its day, hour or place does, or it is called off.
    One that is there no longer stays, cancelled, and one whose day is known no longer stays
    where it was.

    Args:
        history: the events that speak of the thing, at any remove, by version.
    """
    found: dict[str, Item] = {}
    names: dict[str, str] = {}
    events: list[Event] = []
    # What the log received at one instant is one revision, in whatever order it stands there.
    for recorded, together in groupby(history, key=lambda each: each.recorded):
        received = [each.event for each in together]
        events += received
        now = _named({item.uid: item for item in render(events)}, found, names)
        for uid, before in found.items():
            if uid not in now:
                now[uid] = before if before.status == CANCELLED else _no_longer(before, received)
            elif before.what and not now[uid].what:
                now[uid] = now[uid]._replace(start=before.start, end=before.end, what=before.what)
        found = {uid: _revision(found.get(uid), now[uid], recorded) for uid in now}
    return list(found.values())


def _named(
    now: dict[str, Item], found: Mapping[str, Item], names: dict[str, str]
) -> dict[str, Item]:
    """The items of *now* by their UIDs: one that moved has the UID that it had.

    A change has moved to another day where it had one day that is no more and has one that is
    new; which of several went where, nobody can say.

    Args:
        names: what they would be named → what they are; what moved now is added.
    """
    named = {uid: uid if names.get(uid, uid) in now else names[uid] for uid in now}
    gone = [uid for uid, item in found.items() if item.off is None and uid not in named.values()]
    came = [uid for uid, name in named.items() if name not in found]
    for change in {found[uid].change for uid in gone} - {""}:
        before = [uid for uid in gone if found[uid].change == change]
        after = [uid for uid in came if now[uid].change == change]
        if len(before) == len(after) == 1:
            named[after[0]] = names[after[0]] = before[0]
    return {name: now[uid]._replace(uid=name) for uid, name in named.items()}


def _no_longer(item: Item, events: Iterable[Event]) -> Item:
    """An item that is not so any more, since the log received *events*."""
    names = ", ".join(sorted(each.id for each in events))
    urls = [source.url for each in events for source in each.sources]
    return item._replace(
        status=CANCELLED,
        description=f"{item.description}\n\n[no longer so: {names}]".lstrip(),
        sources=tuple(dict.fromkeys((*item.sources, *urls))),
    )


def _revision(before: Item | None, now: Item, recorded: datetime) -> Item:
    if before is None:
        return stamped(now, recorded)
    off = (before.off or recorded) if now.status == CANCELLED else None
    now = now._replace(
        stamp=before.stamp, created=before.created, sequence=before.sequence, off=off
    )
    if now == before:
        return now
    moved = _moves(now) != _moves(before)
    return now._replace(stamp=recorded, sequence=before.sequence + moved)


def _moves(item: Item) -> tuple[object, ...]:
    return item.start, item.end, item.place, item.status == CANCELLED


def stamped(item: Item, recorded: datetime) -> Item:
    """An item of which the log received all there is to it at one instant."""
    off = recorded if item.status == CANCELLED else None
    return item._replace(stamp=recorded, created=recorded, off=off)


# -- developments ---------------------------------------------------------------------------

SPEAKING = frozenset({"correction", "retraction", "corroboration"})
"""Kinds of event that speak about others, and are seen in what those say."""

_NOTHING: frozenset[What] = frozenset()
_DEVELOPMENTS = frozenset({What.developments})


def as_told(
    event_id: str, reported: str, content: Mapping[str, Any], recorded: datetime = NEVER
) -> Item | None:
    """One all-day item for an event of which nothing was said; None for one about another."""
    kind = content["kind"]
    if kind in SPEAKING:
        return None
    start, end, vague, what = _days_of(content["occurred"])
    against, summary = content.get("against"), content.get("summary")
    said = f"{summary}\n\n[reported {reported}]" if summary else f"[reported {reported}]"
    if against:
        said += f"\n\n[disagrees with {against}]"
    if vague:
        said += f"\n\nThe day is not known: {vague}."
    return Item(
        event_id + DEVELOPMENT,
        content["title"],
        start,
        end,
        recorded,
        recorded,
        0,
        TENTATIVE if against else CONFIRMED,
        said,
        content.get("place", ""),
        tuple(dict.fromkeys((kind, *content.get("tags", ())))),
        tuple([source["url"] for source in content["sources"]]),
        what,
    )


@lru_cache(maxsize=1 << 14)
def _days_of(occurred: str) -> tuple[date, date, str, frozenset[What]]:
    """The first day, the day after the last, the text of a vague day, and as what it is shown."""
    when = When.read(occurred)
    if when.latest - when.earliest > VAGUE:
        return when.earliest, when.latest, when.text, _NOTHING
    return when.earliest, when.latest + ONE_DAY, "" if when.known else when.text, _DEVELOPMENTS


def development(event_id: str, known_by: date) -> Render:
    """What an event is on the calendar, as known by a day."""
    from tracker.domain.corrections import by_target, standing

    def render(events: Sequence[Event]) -> Iterator[Item]:
        event = next((each for each in events if each.id == event_id), None)
        if event is not None:
            found = standing(event, by_target(events), known_by)
            if found.public <= known_by:
                yield from _standing(found, events)

    return render


def _standing(found: Standing, events: Sequence[Event]) -> Iterator[Item]:
    """The item of an event as others leave it: corrected, retracted, with more sources."""
    from tracker.domain.events import content_of

    event = found.event
    item = as_told(event.id, f"{found.public}", json.loads(content_of(event)))
    if item is not None:
        said = {"corrected": found.corrected_by, "retracted": found.retracted_by}
        words = [f"\n\n[{how} by {name}]" for how, name in said.items() if name]
        speaking = {*said.values(), *found.corroborated_by}
        more = [source.url for each in events if each.id in speaking for source in each.sources]
        yield item._replace(
            status=CANCELLED if found.retracted_by else item.status,
            description=item.description + "".join(words),
            sources=tuple(dict.fromkeys((*item.sources, *more))),
        )


# -- subjects -------------------------------------------------------------------------------

Sources: TypeAlias = Mapping[str, Sequence[str]]
"""Event → the addresses of its sources."""


def of_subject(subject: str, known_by: date, *, spans: bool = False) -> Render:
    """What is on the calendar of a subject, as known by a day."""
    from tracker.domain.corrections import by_target, counted
    from tracker.domain.events import Development

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
        facts = fold_all(
            each
            for event in events
            if isinstance(event, Development)
            for each in said_by(event, about)
        )
        sources = {each.id: [source.url for source in each.sources] for each in events}
        return of_facts(subject, list(map(held_row, facts)), sources, spans=spans)

    return render


def of_facts(
    subject: str,
    rows: Sequence[HeldRow],
    sources: Sources,
    *,
    spans: bool = False,
    recorded: datetime = NEVER,
) -> Iterable[Item]:
    """What the facts of a subject, as known on one day, make of it.

    Args:
        rows: by part and first day.
        recorded: when the log received all there is to it.
    """
    match subject.partition("/")[0]:
        case "measure":
            return _measure(subject, rows, sources, recorded, spans=spans)
        case "agreement":
            found = list(_agreement(subject, rows, sources, recorded))
            if any(row[1] == "term" for row in rows):
                found += _planned(subject, rows, sources, recorded)
            return found
        case _:
            return _planned(subject, rows, sources, recorded)


def _planned(
    subject: str, rows: Iterable[HeldRow], sources: Sources, recorded: datetime
) -> Iterator[Item]:
    """What is planned, by the latest word: a meeting, what is due, the end of a term."""
    # A plan holds from the day on which it was made: the last day knows all of them.
    last = LAST.isoformat()
    for found in state_of_rows(AsOf(LAST), (row for row in rows if row[3] > last)).subjects:
        item = _meeting(found, sources) if found.kind == "meeting" else _due(found, sources)
        if item:
            yield stamped(item, recorded) if recorded is not NEVER else item


_STATUS = {
    "held": CONFIRMED,
    "scheduled": CONFIRMED,
    "cancelled": CANCELLED,
}
"""What a calendar calls the standing of a meeting; any other is TENTATIVE."""

_MEETINGS = frozenset({What.meetings})
_DEADLINES = frozenset({What.deadlines})
_BY_FORM = dict.fromkeys(("deadline", "hearing"), _MEETINGS | _DEADLINES)


def _meeting(subject: SubjectState, sources: Sources) -> Item | None:
    """The meeting at its latest day and place; None when nothing is said of its day."""
    schedule = subject.value("schedule")
    if not schedule:
        return None
    start = When.read(schedule["start"])
    end = When.read(schedule["end"]) if schedule.get("end") else None
    vague = start.latest - start.earliest > VAGUE
    standing = str(subject.value("standing") or "scheduled")
    status = _STATUS.get(standing, TENTATIVE)
    words = [f"[{standing}]", subject.subject]
    if not start.known:
        words.append(f"The day is not known: {start}.")
    if start.hour:
        words.append(f"{start} until {end}" if end else f"{start}")
    if schedule.get("zone"):
        words.append(f"Local time in {schedule['zone']}")
    if subject.value("participants"):
        words.append("Participants: " + ", ".join(subject.value("participants")))
    form = str(subject.value("form") or "meeting")
    return Item(
        uid=f"{_dotted(subject.subject)}.meeting",
        title=subject.title,
        start=start.instant() if start.hour else start.earliest,
        end=start.latest if vague else _end(start, end),
        stamp=NEVER,
        created=NEVER,
        status=TENTATIVE if vague and status == CONFIRMED else status,
        description="\n".join(words),
        place=subject.value("place") or "",
        categories=tuple(dict.fromkeys(("meeting", form))),
        sources=_sources_of(subject, subject.parts, sources),
        what=_NOTHING if vague else _BY_FORM.get(form, _MEETINGS),
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


def _due(subject: SubjectState, sources: Sources) -> Item | None:
    """The day by which what was promised is due, or on which the term of an agreement ends."""
    found = due_of(subject)
    if found is None:
        return None
    part, when = found
    words = [f"[{subject.stage}]"] if subject.stage else []
    words.append(subject.subject)
    if part == "term":
        stage = subject.parts.get("stage")
        if stage and stage.value == "ended" and stage.since < when.latest:
            return None  # It was over before its term was.
        title, what = "term ends", _DEADLINES | {What.expiries}
        words.append(str(subject.value("term")["text"]))
        form = subject.value("form")
        named = ["term", "stage"]
    else:
        title, what, form = "due", _DEADLINES, None
        to = ", ".join(subject.value("to") or ())
        words.append(f"{subject.value('by')} to {to}" if to else f"{subject.value('by')}")
        words.append(str(subject.value("what")))
        named = ["due", "what", "standing"]
    if when.hour or not when.known:
        words.append(f"By {when}")
    return Item(
        uid=f"{_dotted(subject.subject)}.{part}",
        title=f"{subject.title}: {title}",
        start=when.latest,
        end=when.latest + ONE_DAY,
        stamp=NEVER,
        created=NEVER,
        status=CANCELLED if subject.stage == "dropped" else CONFIRMED,
        description="\n".join(words),
        categories=tuple(filter(None, (subject.kind, form))),
        sources=_sources_of(subject, named, sources),
        what=what,
    )


def _sources_of(subject: SubjectState, parts: Iterable[str], sources: Sources) -> tuple[str, ...]:
    held = [subject.parts[part] for part in parts if part in subject.parts]
    return _addresses({each.via or each.event for each in held}, sources)


def _addresses(events: Iterable[str], sources: Sources) -> tuple[str, ...]:
    return tuple(dict.fromkeys([url for name in sorted(events) for url in sources[name]]))


def _dotted(slug: str) -> str:
    return slug.replace("/", ".")


# -- days of change -------------------------------------------------------------------------

_FIRST, _EVER = FIRST.isoformat(), EVER.isoformat()
_EFFECTIVE = frozenset({What.effective})
_EXPIRIES = frozenset({What.expiries})
_BOTH = _EFFECTIVE | _EXPIRIES


class _Turn(NamedTuple):
    """What changes with a part on a day, which may be vague, by an event; and as what it shows."""

    event: str
    change: str
    since: str
    until: str
    part: str
    hour: str | None
    via: str | None
    what: frozenset[What]


@lru_cache(maxsize=1 << 14)
def _day_after(day: str) -> str:
    return f"{_day(day) + ONE_DAY}"


@lru_cache(maxsize=1 << 14)
def _day(day: str) -> date:
    return date.fromisoformat(day)


def _turned(
    subject: str,
    turns: Iterable[_Turn],
    sources: Sources,
    recorded: datetime,
    categories: tuple[str, ...],
    told: Callable[[str, Sequence[str]], tuple[str, str]],
) -> Iterator[Item]:
    """One all-day item for each day on which an event makes a subject change in one way.

    It is named by its days: others come and go beside it, as later events see fit.

    Args:
        told: makes a title, and what is said of the parts, of a change and its parts.
    """
    dotted = _dotted(subject)
    for (event, change, since, until), together in groupby(sorted(turns, key=_WHEN), key=_WHEN):
        group = list(together)
        days = since if until == _day_after(since) else f"{since}-until-{until}"
        turn = f"{event}.{dotted}.{change.replace(' ', '-')}"
        title, said = told(change, [turn.part for turn in group])
        hours = {turn.hour for turn in group if turn.hour}
        words = (said, *sorted(hours), event) if said else (*sorted(hours), event)
        yield Item(
            f"{turn}-{days}",
            title,
            _day(since),
            _day(until),
            recorded,
            recorded,
            0,
            CONFIRMED,
            "\n".join(words),
            "",
            categories,
            _addresses({event, *(turn.via for turn in group if turn.via)}, sources),
            group[0].what if len(group) == 1 else frozenset().union(*(each.what for each in group)),
            None,
            turn,
        )


_WHEN = itemgetter(0, 1, 2, 3)


_MEASURE_WORDS = {
    "line": ("takes effect", "ends"),
    "ended": ("ends", "applies again"),
    "suspended": ("is suspended", "applies again"),
}
_IN_FORCE = {"line": "in force", "suspended": "suspended"}


def _measure(
    subject: str, rows: Sequence[HeldRow], sources: Sources, recorded: datetime, *, spans: bool
) -> Iterable[Item]:
    """The days on which a measure changes, or those on which it is in force."""
    words = {row[1]: json.loads(row[5]) for row in rows if row[1] in ("title", "instrument")}
    title = str(words.get("title") or subject)
    instrument = str(words.get("instrument") or "measure")

    def told(change: str, parts: Sequence[str]) -> tuple[str, str]:
        lines = ", ".join(sorted([part.partition("/")[2] for part in parts if "/" in part]))
        return f"{title}: {change}", f"Lines: {lines}" if lines else ""

    turns = _turns_of_measure(rows, spans=spans)
    categories = tuple(dict.fromkeys(("measure", instrument)))
    return _turned(subject, turns, sources, recorded, categories, told)


def _turns_of_measure(rows: Iterable[HeldRow], *, spans: bool) -> Iterator[_Turn]:
    parts: dict[str, list[HeldRow]] = {}
    for row in rows:
        if row[4] and row[1].partition("/")[0] in _TURNING:
            parts.setdefault(row[1], []).append(row)
    ended = [row[2:4] for row in parts.get("ended", ()) if row[5] == "true"]
    for part, held in parts.items():
        kind, _, name = part.partition("/")
        if kind == "line":
            lists = parts.get(f"scope/{name}", [])
            yield from _turns_of_part(kind, list(_in_scope(held, lists)), ended, spans)
        elif kind != "scope":
            yield from _turns_of_part(kind, held, (), spans)


_TURNING = frozenset({*_MEASURE_WORDS, "scope"})


def _in_scope(line: Iterable[HeldRow], lists: Iterable[HeldRow]) -> Iterator[HeldRow]:
    """The days on which both parts of a line hold, by the act that made them begin."""
    lists = [each for each in lists if each[5] is not None]
    for row in line:
        _, part, begins, ends, _, value, _, _, _, _, ends_at = row
        if value is None:
            yield row
            continue
        for scope in lists:
            since, until = max(begins, scope[2]), min(ends, scope[3])
            if since < until:
                by = row if since == begins else scope
                hour = ends_at if until == ends else scope[10]
                yield row[0], part, since, until, True, value, *by[6:10], hour


_PART = itemgetter(1)


def _holds(row: HeldRow) -> bool:
    return row[5] is not None and row[5] != "false"


def _turns_of_part(
    kind: str, rows: Sequence[HeldRow], ended: Collection[tuple[str, str]], spans: bool
) -> Iterator[_Turn]:
    """What changes with a line of a measure, or with its suspension or end.

    Args:
        ended: the days on which the measure is over, whatever its lines say.
    """
    begins, over = _MEASURE_WORDS[kind]
    begun = {row[2] for row in rows}
    seen: set[str] = set()
    before: HeldRow | None = None
    for row in rows:
        _, part, since, until, _, _, event, via, decided, since_hour, until_hour = row
        follows = before if before is not None and before[3] == since else None
        held = follows is not None and _holds(follows)
        # What shows because a later decision ran out is the end of that one, too.
        ran_out = event in seen or (follows is not None and follows[8] > decided)
        before = row
        seen.add(event)
        if any(first <= since < last for first, last in ended):
            continue
        holds = _holds(row)
        end = min([until, *(first for first, _ in ended if first > since)]) if ended else until
        if spans and holds and since != _FIRST and end != _EVER and kind in _IN_FORCE:
            hours = " until ".join(filter(None, (since_hour, until_hour))) or None
            yield _Turn(event, _IN_FORCE[kind], since, end, part, hours, via, _BOTH)
            continue
        if since != _FIRST and holds:
            what = _EXPIRIES if kind == "ended" else _BOTH if ran_out else _EFFECTIVE
            yield _Turn(event, begins, since, _day_after(since), part, since_hour, via, what)
        elif held and not (spans and kind in _IN_FORCE):
            change, what = ("expires", _EXPIRIES) if kind == "line" else (over, _BOTH)
            yield _Turn(event, change, since, _day_after(since), part, since_hour, via, what)
        if until == _EVER or not holds or until in begun or end < until:
            continue
        what = _EXPIRIES if kind == "line" else _BOTH
        yield _Turn(event, over, until, _day_after(until), part, until_hour, via, what)


_AGREEMENT_WORDS = {
    '"in-force"': "enters into force",
    '"provisional"': "applies provisionally",
    '"suspended"': "is suspended",
    '"ended"': "ends",
    '"left"': "ends",
}
_FORCE = frozenset({"enters into force", "applies provisionally"})


def _agreement(
    subject: str, rows: Sequence[HeldRow], sources: Sources, recorded: datetime
) -> Iterable[Item]:
    """The days on which an agreement enters into force, and ends, for its parties too."""
    words = {row[1]: json.loads(row[5]) for row in rows if row[1] in ("title", "form")}
    title = str(words.get("title") or subject)

    def told(change: str, parts: Sequence[str]) -> tuple[str, str]:
        parties = sorted([part[6:] for part in parts if part.startswith("party/")])
        pairs = sorted([part[5:] for part in parts if part.startswith("pair/")])
        between = [" and ".join(pair.upper().split("-")) for pair in pairs]
        said = ["Parties: " + ", ".join(parties)] if parties else []
        said += ["Between " + ", ".join(between)] if between else []
        if "stage" in parts:
            return f"{title}: {change}", "\n".join(said)
        if len(parties or between) > _FEW:
            whom = f"for {len(parties)} parties" if parties else f"between {len(between)} pairs"
        else:
            whom = "for " + ", ".join(parties) if parties else "between " + ", ".join(between)
        return f"{title}: {change} {whom}", "\n".join(said)

    turns = _turns_of_agreement(rows)
    categories = tuple(filter(None, ("agreement", words.get("form"))))
    return _turned(subject, turns, sources, recorded, categories, told)


_FEW = 4
"""As many parties, or pairs of them, as a title names."""


def _turns_of_agreement(rows: Sequence[HeldRow]) -> Iterator[_Turn]:
    staged = (row for row in rows if row[1].partition("/")[0] in ("stage", "party", "pair"))
    for part, group in groupby(staged, key=_PART):
        together = list(group)
        certain = [row for row in together if row[4]]
        perhaps = [row for row in together if not row[4]]
        begun = {row[2] for row in certain}
        now, was_in_force = "", False
        before: HeldRow | None = None
        for row in certain:
            _, _, since, until, _, value, event, via, decided, since_hour, until_hour = row
            follows = before is not None and before[3] == since
            last = now if follows else ""
            now = "expires" if value is None else _AGREEMENT_WORDS.get(value, "")
            change, what = now, _EFFECTIVE if now in _FORCE else _EXPIRIES
            if now == "is suspended":
                what = _EFFECTIVE
            ran_out = follows and before is not None and before[8] > decided
            if now in _FORCE and last == "is suspended":
                change, what = "applies again", _BOTH if ran_out else _EFFECTIVE
            # What never was in force does not end, and what is said again is no change.
            if now and now != last and (now in _FORCE or was_in_force):
                days = _perhaps(perhaps, row, since, begins=True)
                if days:
                    yield _Turn(event, change, *days, part, since_hour, via, what)
            was_in_force = was_in_force or now in _FORCE
            if until != _EVER and until not in begun and now in _FORCE:
                days = _perhaps(perhaps, row, until, begins=False)
                if days:
                    yield _Turn(event, "ends", *days, part, until_hour, via, _EXPIRIES)
            before = row


def _perhaps(
    rows: Iterable[HeldRow], certain: HeldRow, day: str, *, begins: bool
) -> tuple[str, str] | None:
    """The days on which a certain fact may begin, or end; None when they are too many.

    Args:
        rows: the facts that are possible beside it.
    """
    since, until = day, _day_after(day)
    for row in rows:
        if row[6] == certain[6] and row[5] == certain[5]:
            if begins and row[3] == day:
                since = row[2]
            elif not begins and row[2] == day:
                until = _day_after(row[3])
    too_many = _day(until) - _day(since) > VAGUE + ONE_DAY
    return None if too_many else (since, until)
