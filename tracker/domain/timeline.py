"""The timeline: which value each part of a subject has, on every day, as known on every day.

An effect assigns a value to a part over a span of days.  Among the assignments known by a
day K that cover a day D, the one decided last wins.  The fold writes that down as facts:
for each part, rectangles of (days in force) by (days of knowledge).

A bound that is vague makes two spans of one assignment.  On the days of the certain span
it holds whatever the day was; on the other days of the possible span it may.  A possible
fact stands beside the certain one that was decided before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tracker.domain.dates import EVER, FIRST

if TYPE_CHECKING:
    from tracker.domain.corrections import Counted


class Decided(NamedTuple):
    """Where a decision stands among others: the later one wins.

    ``place`` is that of the effect in its event, so that of two effects of one event on the
    same day the second wins.
    """

    earliest: date
    latest: date
    order: int
    event: str
    place: int


class Assignment(NamedTuple):
    """A part has a value over a span of days, says an event, over a span of days of knowledge.

    ``value`` is canonical JSON; None says that nothing holds.  ``since`` and ``until`` bound
    the days on which it certainly holds (perhaps none), ``maybe_since`` and ``maybe_until``
    those on which it possibly does.  Ends are the first day out.  ``against`` is the event
    that a rival disagrees with.  The hours are as the act writes them.
    """

    subject: str
    part: str
    decided: Decided
    since: date
    until: date
    maybe_since: date
    maybe_until: date
    known: date
    known_until: date
    value: str | None
    via: str | None
    against: str | None
    since_hour: str | None = None
    until_hour: str | None = None


class Fact(NamedTuple):
    """A value that a part has on a rectangle of days in force and days of knowledge.

    Both spans take in their first day and leave out their last.  The certain facts of a part
    do not overlap.  ``event`` says so, with the content of ``via`` when it was corrected;
    ``decided`` is the (latest) day on which that occurred.
    """

    subject: str
    part: str
    since: date
    until: date
    known: date
    known_until: date
    certain: bool
    value: str | None
    event: str
    via: str | None
    decided: date
    since_hour: str | None = None
    until_hour: str | None = None


FactRow: TypeAlias = tuple[Any, ...]
"""A fact in one row, its fields in order and its days ISO texts, and a number at the end: 0 for
a certain one, else a count of those that are possible from one day on, by one day of knowledge."""


def canonical(value: object) -> str:
    """*value* as canonical JSON; it holds no numbers with a fraction (RFC 8785, 3.2)."""
    return _CANONICAL.encode(value)


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


Assigned: TypeAlias = tuple[Any, ...]
"""An assignment in one row of texts and numbers: subject, part, the five that say where it was
decided, and the rest as in :class:`Assignment`.  Its days are ISO texts, which sort as days do."""

_FIRST, _EVER = FIRST.isoformat(), EVER.isoformat()


def assignments(counted: Counted) -> Iterator[Assignment]:
    """What the effects of one event assign, while this content of it counts."""
    return map(assignment_of, assigned(counted))


def assigned(counted: Counted) -> Iterator[Assigned]:
    """What the effects of one event assign, while this content of it counts, in rows."""
    event = counted.event
    day = event.occurred
    decided = day.earliest.isoformat(), day.latest.isoformat(), event.order, event.id
    rest = counted.via, event.against
    known = counted.known.isoformat(), counted.known_until.isoformat()
    always = (_FIRST, _EVER, _FIRST, _EVER, *known)
    for place, effect in enumerate(event.effects):
        subject, step = effect.subject, 3 * place
        for part, value in effect.words().items():
            said = None if value is None else canonical(value)
            yield subject, part, *decided, step, *always, said, *rest, None, None
        parts = effect.parts()
        if not parts:
            continue
        since, until, expires = effect.days()
        first = since or day
        first_hour = first.hour
        begins = first.latest.isoformat(), first.earliest.isoformat()
        ends = (until.earliest.isoformat(), until.latest.isoformat()) if until else (_EVER, _EVER)
        span = begins[0], ends[0], begins[1], ends[1], *known
        end = expires or until
        hours = first_hour, end.hour if end else None
        for part, value in parts.items():
            said = None if value is None else canonical(value)
            yield subject, part, *decided, step + 1, *span, said, *rest, *hours
        if expires:
            # A sunset is a second decision of the same act: from that day on, nothing.
            gone = expires.latest.isoformat(), _EVER, expires.earliest.isoformat(), _EVER, *known
            for part in parts:
                yield subject, part, *decided, step + 2, *gone, None, *rest, expires.hour, None


def assignment_of(row: Sequence[Any]) -> Assignment:
    """The assignment that a row says."""
    subject, part, earliest, latest, order, event, place, *rest = row
    since, until, maybe_since, maybe_until, known, known_until, *said = rest
    day = date.fromisoformat
    return Assignment(
        subject,
        part,
        Decided(day(earliest), day(latest), order, event, place),
        day(since),
        day(until),
        day(maybe_since),
        day(maybe_until),
        day(known),
        day(known_until),
        *said,
    )


def row_of(fact: Fact) -> FactRow:
    """The fields of a fact, its days ISO texts."""
    return (
        *fact[:2],
        fact.since.isoformat(),
        fact.until.isoformat(),
        fact.known.isoformat(),
        fact.known_until.isoformat(),
        *fact[6:10],
        fact.decided.isoformat(),
        *fact[11:],
    )


class _Run(NamedTuple):
    since: date
    until: date
    certain: bool
    value: str | None
    event: str
    via: str | None
    decided: date
    since_hour: str | None
    until_hour: str | None


def fold(part: Iterable[Assignment]) -> list[Fact]:
    """The facts that the assignments of one part of one subject add up to, in a fixed order.

    Neighbouring days with the same value from the same event are one fact; those from
    different events are not merged, nor are those of different corrections of one event.
    """
    newest_first = sorted(part, key=lambda each: each.decided, reverse=True)
    if not newest_first:
        return []
    subject, name = newest_first[0].subject, newest_first[0].part
    turning = {each.known for each in newest_first} | {each.known_until for each in newest_first}
    facts: list[Fact] = []
    open_runs: dict[_Run, date] = {}
    for known in sorted(turning):
        here = [each for each in newest_first if each.known <= known < each.known_until]
        runs = set(_joined(_runs(here)))
        over = [run for run in open_runs if run not in runs]
        facts += [_fact(subject, name, run, open_runs.pop(run), known) for run in over]
        for run in runs:
            open_runs.setdefault(run, known)
    facts += (_fact(subject, name, run, known, EVER) for run, known in open_runs.items())
    return sorted(facts, key=_place_of)


def fold_known(part: Iterable[Assignment]) -> list[Fact]:
    """The same for assignments that are all known on one day, as if they were for ever."""
    newest_first = sorted(part, key=lambda each: each.decided, reverse=True)
    if not newest_first:
        return []
    subject, name = newest_first[0].subject, newest_first[0].part
    runs = set(_joined(_runs(newest_first)))
    return sorted((_fact(subject, name, run, FIRST, EVER) for run in runs), key=_place_of)


def fold_all(given: Iterable[Assignment]) -> Iterator[Fact]:
    """The facts of many parts, by subject and part; rivals are left out."""
    mine = sorted((each for each in given if each.against is None), key=lambda each: each[:2])
    for _, part in groupby(mine, key=lambda each: each[:2]):
        yield from fold(part)


def read_as(given: Iterable[Assignment], rival: str, against: str) -> Iterator[Assignment]:
    """The assignments as if *rival* were right: in place of *against*, at its place in order.

    On days of knowledge on which *against* assigns nothing, the rival keeps its own place; on
    those on which the rival assigns nothing, what it disagrees with stands.
    """
    given = list(given)
    places = {
        (each.known, each.known_until, each.decided[:3])
        for each in given
        if each.decided.event == against
    }
    known = {(each.known, each.known_until) for each in given if each.decided.event == rival}
    for each in given:
        mine = [(each.known, each.known_until)]
        if each.decided.event == rival and each.against == against:
            # A correction may have moved what it disagrees with, and the rival goes along.
            for first, last, order in places:
                decided = Decided(*order, rival, each.decided.place)
                moved = each._replace(against=None, decided=decided)
                for since, end in _shared([(each.known, each.known_until)], (first, last)):
                    yield moved._replace(known=since, known_until=end)
                mine = _without(mine, (first, last))
            for since, end in mine:
                yield each._replace(against=None, known=since, known_until=end)
        elif each.decided.event == against:
            for days in known:
                mine = _without(mine, days)
            yield from (each._replace(known=since, known_until=end) for since, end in mine)
        else:
            yield each


def _fact(subject: str, part: str, run: _Run, known: date, known_until: date) -> Fact:
    return Fact(subject, part, run.since, run.until, known, known_until, *run[2:])


def _place_of(fact: Fact) -> tuple[object, ...]:
    return (
        fact.known,
        fact.since,
        not fact.certain,
        fact.until,
        fact.event,
        fact.value or "",
        fact.via or "",
    )


def _runs(newest_first: Iterable[Assignment]) -> Iterator[_Run]:
    """On each day, the newest assignment that certainly covers it, and what newer ones may say."""
    gaps = [(FIRST, EVER)]
    for each in newest_first:
        if each.since < each.until:
            maybe = [(each.maybe_since, each.since), (each.until, each.maybe_until)]
        else:
            maybe = [(each.maybe_since, each.maybe_until)]
        for span in maybe:
            yield from (_run(each, days, certain=False) for days in _shared(gaps, span))
        certain = (each.since, each.until)
        yield from (_run(each, days, certain=True) for days in _shared(gaps, certain))
        gaps = _without(gaps, certain)
        if not gaps:
            return


def _run(each: Assignment, days: tuple[date, date], *, certain: bool) -> _Run:
    since, until = days
    return _Run(
        since,
        until,
        certain,
        each.value,
        each.decided.event,
        each.via,
        each.decided.latest,
        each.since_hour if since == each.since else None,
        each.until_hour if _until_day(each.until_hour) == until else None,
    )


def _until_day(hour: str | None) -> date | None:
    return date.fromisoformat(hour[:10]) if hour else None


def _shared(
    spans: Iterable[tuple[date, date]], span: tuple[date, date]
) -> Iterator[tuple[date, date]]:
    for since, until in spans:
        days = max(since, span[0]), min(until, span[1])
        if days[0] < days[1]:
            yield days


def _without(
    spans: Iterable[tuple[date, date]], span: tuple[date, date]
) -> list[tuple[date, date]]:
    if span[0] >= span[1]:
        return list(spans)
    return [
        rest
        for since, until in spans
        for rest in ((since, min(until, span[0])), (max(since, span[1]), until))
        if rest[0] < rest[1]
    ]


def _joined(runs: Iterable[_Run]) -> Iterator[_Run]:
    """The runs, neighbours that say the same by the same event made one."""
    last: dict[tuple[object, ...], _Run] = {}
    for run in sorted(runs, key=lambda run: run.since):
        same = run[2:6]
        before = last.get(same)
        if before and before.until == run.since:
            run = before._replace(until=run.until, until_hour=run.until_hour)
        elif before:
            yield before
        last[same] = run
    yield from last.values()
