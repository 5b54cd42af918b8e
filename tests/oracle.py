"""The rules done the slow and obvious way, to hold the quick ones against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.domain.dates import EVER, FIRST
from tracker.domain.events import Content, Correction, Corroboration, Development, Event, Retraction
from tracker.domain.state import SubjectState
from tracker.domain.timeline import canonical

Said = tuple[str | None, str]
"""A value, as canonical JSON or None for nothing, and the event that says so."""


def answer(
    events: Sequence[Event],
    subject: str,
    part: str,
    day: date,
    known_by: date,
    rival: Development | None = None,
) -> tuple[Said | None, list[Said]]:
    """The value decided last among those known that cover *day*, and what may hold instead.

    By the reading of a rival that says anything by then, it stands where the event stood that
    it disagrees with, at whose place it was decided if that event says anything.
    """
    covering = []
    read = _said(rival, events, known_by) if rival else None
    if read is None or not read.effects:
        rival = None
    against = next((each for each in events if rival and each.id == rival.against), None)
    placed = _said(against, events, known_by) if against else None
    for event in events:
        content = _said(event, events, known_by)
        if content is None or (content.against and event is not rival) or event is against:
            continue
        decided = content.occurred, event.order
        if event is rival and against and placed and placed.effects:
            decided = placed.occurred, against.order
        for place, effect in enumerate(content.effects):
            if effect.subject != subject:
                continue
            since, until, expires = effect.days()
            first, last = since or content.occurred, until
            spans = [(effect.words(), FIRST, FIRST, EVER, EVER)]
            ends = (last.earliest, last.latest) if last else (EVER, EVER)
            spans.append((effect.parts(), first.earliest, first.latest, *ends))
            if expires:
                nothing = dict.fromkeys(effect.parts())
                spans.append((nothing, expires.earliest, expires.latest, EVER, EVER))
            when, order_of_day = decided
            for step, (parts, maybe_since, since_, until_, maybe_until) in enumerate(spans):
                if part in parts and maybe_since <= day < maybe_until:
                    order = (when.earliest, when.latest, order_of_day, event.id, place, step)
                    value = parts[part]
                    text = None if value is None else canonical(value)
                    covering.append((order, since_ <= day < until_, (text, event.id)))
    covering.sort()
    certain = [number for number, each in enumerate(covering) if each[1]]
    newer = covering[certain[-1] + 1 :] if certain else covering
    return (covering[certain[-1]][2] if certain else None), [each[2] for each in newer]


def has_part(subject: SubjectState, party: str) -> bool:
    """Whether *party* imposes it, is a party to it, or has goods in scope; groups left out."""
    parts = [*subject.parts.items(), *subject.next.items()]
    scopes = [held.value or {} for part, held in parts if part.startswith("scope/")]
    return any(
        part == f"party/{party}" or (part, held.value) == ("imposer", party) for part, held in parts
    ) or any(
        party not in scope.get("except-partners", [])
        and (party in scope.get("partners", []) or "*" in scope.get("partners", []))
        for scope in scopes
    )


def known(event: Event, events: Sequence[Event], days: Sequence[date]) -> bool:
    """Whether the event said anything on any of *days*, retracted or not."""
    if isinstance(event, Development):
        return any(_content(event, event, events, day) is not None for day in days)
    return any(_public(event, events, day) for day in days)


def heard(event: Event, events: Sequence[Event], known_by: date) -> bool:
    """Whether a correction or retraction was there by the day; our own slip is on all days."""
    if isinstance(event, Correction | Retraction) and event.slip:
        return True
    return _public(event, events, known_by)


def root(event: Event, events: Sequence[Event]) -> Event:
    """The development that an event speaks about, at any remove."""
    while not isinstance(event, Development):
        target = event.of
        event = next(each for each in events if each.id == target)
    return event


def _said(event: Event, events: Sequence[Event], known_by: date) -> Development | None:
    """What the event says, going by the reports up to a day: nothing when it is retracted."""
    if not isinstance(event, Development) or _retracted(event, events, known_by):
        return None
    return _content(event, event, events, known_by)


def _content(
    target: Event, own: Development, events: Sequence[Event], known_by: date
) -> Development | None:
    corrections = [
        each
        for each in events
        if isinstance(each, Correction)
        and each.of == target.id
        and not _retracted(each, events, known_by)
    ]
    counting = [each for each in corrections if _counts(each, target, events, known_by)]
    if counting:
        last = max(counting, key=lambda each: (*_day(each), each.order, each.id))
        return _content(last, _put(own, last.content), events, known_by)
    if any(each.slip for each in corrections):
        return None
    known = isinstance(target, Correction) or _public(target, events, known_by)
    return own if known else None


def _counts(each: Correction, target: Event, events: Sequence[Event], known_by: date) -> bool:
    if not each.slip:
        return _public(each, events, known_by)
    if each.content.reported:
        return each.content.reported.latest <= known_by
    if isinstance(target, Correction):
        first = next(one for one in events if one.id == target.of)
        return _counts(target, first, events, known_by)
    return _public(target, events, known_by)


def _retracted(event: Event, events: Sequence[Event], known_by: date) -> bool:
    return any(
        isinstance(each, Retraction)
        and each.of == event.id
        and (each.slip or _public(each, events, known_by))
        and not _retracted(each, events, known_by)
        for each in events
    )


def _public(event: Event, events: Sequence[Event], known_by: date) -> bool:
    return event.public <= known_by or any(
        isinstance(each, Corroboration)
        and each.of == event.id
        and each.earliest_source <= known_by
        and not _retracted(each, events, known_by)
        for each in events
    )


def _day(event: Event) -> tuple[date, date]:
    return event.occurred.earliest, event.occurred.latest


def _put(own: Development, content: Content) -> Development:
    given = {name: getattr(content, name) for name in type(content).model_fields}
    return own.model_copy(update={name: each for name, each in given.items() if each is not None})
