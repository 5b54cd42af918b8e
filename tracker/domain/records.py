"""Records: what the log and its projections take of one event, in plain values.

A record depends on nothing but its event, so it can be made anywhere, in any order.  Its
rows are tuples of texts and numbers: to write a million of them no model is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tracker.domain.corrections import Counted
from tracker.domain.dates import EVER
from tracker.domain.events import (
    Correction,
    Development,
    Event,
    content_of,
    effects_of,
)
from tracker.domain.numbers import plain
from tracker.domain.parties import party
from tracker.domain.state import EVERYONE
from tracker.domain.timeline import Assigned, assigned

if TYPE_CHECKING:
    from tracker.domain.told import Filter

Part: TypeAlias = tuple[str, str]
"""A subject and the name of one of its parts."""


class Record(NamedTuple):
    """One event, as the log and what is computed from it keep it.

    ``kind`` is ``rival`` for an event that disagrees with ``target``, ``development`` for
    any other that speaks about none.  ``assigned`` is what it assigns by itself, whatever
    others say of it.  ``named`` are the subjects it changes or (True) refers to, each with
    the number of the effect; ``mentions`` what it can be found by, ``words`` what people
    read of it beside its title.
    """

    id: str
    kind: str
    target: str | None
    occurred: str
    reported: str
    content: str
    title: str
    words: str
    mentions: list[tuple[str, str]]
    named: list[tuple[int, str, bool]]
    stakes: list[tuple[str, str]]
    assigned: list[Assigned]


def record_of(event: Event) -> Record:
    """The record of *event*."""
    return projected(event)._replace(content=content_of(event).decode())


def projected(event: Event) -> Record:
    """The record of an event that the log has: without its content."""
    public = event.public
    rows: list[Assigned] = []
    if isinstance(event, Development):
        target = event.against
        kind = "rival" if target else "development"
        if public < EVER:
            rows += assigned(Counted(public, EVER, event, None))
    else:
        target, kind = event.of, str(event.kind)
    mentions: dict[tuple[str, str], None] = {("kind", event.kind): None}
    for tag in event.tags:
        mentions["tag", tag] = None
    for actor in event.actors:
        if actor.party:
            mentions["party", actor.party] = None
    named: list[tuple[int, str, bool]] = []
    stakes: dict[tuple[str, str], None] = {}
    for number, effect in enumerate(effects_of(event)):
        subject = effect.subject
        mentions["subject", subject] = None
        named.append((number, subject, False))
        if kind != "rival" and "title" in effect.words():
            mentions["introduces", subject] = None
        if effect.everyone():
            stakes[EVERYONE, subject] = None
        for code in effect.parties():
            stakes[code, subject] = None
            mentions["party", code] = None
        for other in effect.refers():
            mentions["about", other] = None
            named.append((number, other, True))
    return Record(
        event.id,
        kind,
        target,
        event.occurred.earliest.isoformat(),
        public.isoformat(),
        "",
        event.title,
        _words(event),
        sorted(mentions),
        named,
        list(stakes),
        rows,
    )


def is_about(event: Event, wanted: Filter) -> bool:
    """Whether what *event* says has the subject, party, kind and tag that are *wanted*."""
    found = set(projected(event).mentions)
    if not found.issuperset(wanted.words()):
        return False
    above = wanted.concerning
    return above is None or any(
        each == ("kind", above) or (each[0] == "subject" and each[1].startswith(f"{above}/"))
        for each in found
    )


def _words(event: Event) -> str:
    """What people read of an event beside its title, and the names of the parties in it."""
    words: list[str | None] = [event.id]
    for said in (event, event.content) if isinstance(event, Correction) else (event,):
        words += (said.place, said.summary, *(said.tags or ()))
        for actor in said.actors or ():
            named = party(actor.party) if actor.party else None
            words += (actor.party, named.name if named else None)
            words += (actor.body, actor.person, actor.role)
        for each in said.figures or ():
            words += (each.name, plain(each.value), each.unit, each.period)
    if isinstance(event, Correction):
        words.append(event.content.title)
    for source in event.sources:
        words += (source.title, source.publisher, source.cites, source.url)
    return " ".join(filter(None, words))
