"""Small entries for tests, as people would write them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from tracker.domain.corrections import by_target, counted
from tracker.domain.dates import AsOf
from tracker.domain.disputes import Dispute, Side, place_of, sides
from tracker.domain.events import Development, Event, read_event
from tracker.domain.state import Disputing, State, state
from tracker.domain.timeline import Assignment, Fact, assignments, fold_all


def entry(name: str, occurred: str, *effects: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A development that was public on the day it occurred, unless *more* says otherwise."""
    return {
        "id": f"{occurred}-{name}",
        "title": name.replace("-", " ").capitalize(),
        "kind": "statement",
        "occurred": occurred,
        "reported": "occurred",
        "sources": [{"url": "https://example.org/a", "publisher": "Example"}],
        **({"effects": list(effects)} if effects else {}),
        **more,
    }


def event(name: str, occurred: str, *effects: Mapping[str, Any], **more: Any) -> Event:
    """The event of :func:`entry`."""
    return read_event(entry(name, occurred, *effects, **more))


def about(kind: str, of: Event, occurred: str, **more: Any) -> Event:
    """A correction, retraction or corroboration of an event."""
    return event(f"{kind}-of-it", occurred, kind=kind, of=of.id, **more)


def assigned(events: Iterable[Event]) -> list[Assignment]:
    """What *events* assign, rivals and all, by any day of knowledge."""
    events = list(events)
    said = by_target(events)
    return [
        each
        for event in events
        if isinstance(event, Development)
        for content in counted(event, said)
        for each in assignments(content)
    ]


def folded(events: Iterable[Event]) -> list[Fact]:
    """The facts that *events* add up to, by subject and part."""
    return list(fold_all(assigned(events)))


def measure(subject: str, *, imposer: str = "US") -> dict[str, Any]:
    """The effect that introduces a measure."""
    title = subject.split("/")[1].replace("-", " ").capitalize()
    return {
        "kind": "measure-introduced",
        "subject": subject,
        "title": title,
        "imposer": imposer,
        "instrument": "tariff",
    }


def line(subject: str, name: str = "all", *, rate: Any = 25, **days: str) -> list[dict[str, Any]]:
    """The two effects that make a line of a measure."""
    both = {"subject": subject, "line": name, **days}
    return [{"kind": "scope-set", **both}, {"kind": "rate-set", "rate": rate, **both}]


def agreement(subject: str, form: str = "defence-pact") -> dict[str, Any]:
    """The effect that introduces an agreement."""
    title = subject.split("/")[1].replace("-", " ").capitalize()
    return {"kind": "agreement-introduced", "subject": subject, "title": title, "form": form}


def stage(subject: str, word: str, *parties: str, **days: str) -> dict[str, Any]:
    """The effect that brings an agreement, and the parties that are named, to a stage."""
    found = {"kind": "agreement-stage-set", "subject": subject, "stage": word, **days}
    return found | ({"parties": list(parties)} if parties else {})


def state_on(events: Iterable[Event], day: str, known_by: str | None = None) -> State:
    """The state that *events* add up to on a day, rivals beside it."""
    events = list(events)
    at = AsOf(date.fromisoformat(day), date.fromisoformat(known_by) if known_by else None)
    known = [
        fact
        for fact in folded(events)
        if fact.until > at.day and fact.known <= at.knowledge < fact.known_until
    ]
    return state(at, known, disputing(assigned(events), at))


def disputing(
    said: Iterable[Assignment], at: AsOf, read: tuple[str, str] | None = None
) -> Disputing:
    """What the other sides say, of everything that is *said*, as known at *at*."""
    known = [each for each in said if each.known <= at.knowledge < each.known_until]
    pairs = {(each.decided.event, each.against) for each in known if each.against}

    def disputes(pairs: Iterable[tuple[str, str]]) -> list[Dispute]:
        return [
            Dispute(rival, against, place_of(e for e in known if e.decided.event == against))
            for rival, against in sorted(pairs)
        ]

    def disputed(subject: str, events: Collection[str]) -> Iterable[Side]:
        here = [each for each in known if each.subject == subject]
        by = disputes([read])[0] if read in pairs and read else None
        return sides(here, disputes(pairs), by)

    return disputed
