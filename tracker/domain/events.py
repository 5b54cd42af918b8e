"""Events: reported developments, as their sources give them.

An event never changes.  Three kinds speak about other events, by id: a correction says
that an earlier one was wrong, a retraction that it never was so, a corroboration brings
more sources for it.  An event with ``against`` is a rival: its source disagrees with the
one it names, and it is shown beside it and never folded unless asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from tracker.domain.agreements import AgreementEffect
from tracker.domain.claims import ClaimEffect
from tracker.domain.commitments import CommitmentEffect
from tracker.domain.dates import EVER, FIRST, When
from tracker.domain.measures import MeasureEffect, unmeetable
from tracker.domain.meetings import MeetingEffect
from tracker.domain.parties import party
from tracker.domain.talks import TalksEffect
from tracker.domain.values import (
    Effect,
    Exact,
    Figure,
    Language,
    PartyCode,
    Tag,
    Text,
    Title,
    Url,
    Value,
)
from tracker.errors import BadDay, Problem

FORMAT = 1
"""The form that content is written in today; the log keeps it beside each event."""

SOON = timedelta(days=30)
"""How far from ``occurred`` the earliest source may lie and still tell when it was reported.

Nothing is public longer than that before it occurs, nor put right before it is public.
"""

EventId: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}(-\d\d){0,2}(-[a-z0-9]+)+$", max_length=150),
]
EventKind: TypeAlias = Literal[
    "proclamation",
    "order",
    "notice",
    "law",
    "ruling",
    "decision",
    "statement",
    "post",
    "letter",
    "call",
    "meeting",
    "visit",
    "talks",
    "signing",
    "ratification",
    "accession",
    "withdrawal",
    "announcement",
    "report",
    "figures",
    "opinion",
]
KINDS: tuple[str, ...] = (*get_args(EventKind), "correction", "retraction", "corroboration")
"""Every kind that an event may be of."""

AnyEffect: TypeAlias = Annotated[
    MeasureEffect | AgreementEffect | TalksEffect | MeetingEffect | CommitmentEffect | ClaimEffect,
    Field(discriminator="kind"),
]


class Source(Value):
    """A published document: where it is, who published it, the day it came out.

    ``cites`` is the place in it that bears us out.  ``published`` is its own day, not the
    day on which what it tells was first public.
    """

    url: Url
    title: Title | None = None
    publisher: Title | None = None
    published: When | None = None
    cites: Title | None = None
    language: Language | None = None


class Actor(Value):
    """A party, a body or a person, and the role in which they acted."""

    party: PartyCode | None = None
    body: Title | None = None
    person: Title | None = None
    role: Title | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Actor:
        if not (self.party or self.body or self.person):
            raise ValueError("name a party, a body or a person")
        return self


class _Entry(Value):
    """What every event says of itself."""

    id: EventId
    title: Title
    occurred: When
    reported: Literal["occurred"] | When | None = None
    order: int = Field(default=0, ge=-99, le=99)
    actors: tuple[Actor, ...] = ()
    place: Title | None = None
    summary: Text | None = None
    figures: tuple[Figure, ...] = ()
    tags: tuple[Tag, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)

    def first_public(self) -> When | None:
        """When it was first public; None when that cannot be told from the entry."""
        if self.reported == "occurred":
            return self.occurred
        if self.reported is not None:
            return self.reported
        days = [source.published for source in self.sources if source.published]
        if not days:
            return None
        earliest = days[0]
        if len(days) > 1:
            earliest = min(days, key=lambda day: (day.latest, day.text))
        near = before(self.occurred.earliest) <= earliest.latest <= _later(self.occurred.latest)
        return earliest if near else None

    @property
    def public(self) -> date:
        """The day from which it counts as known: the latest day of a vague report."""
        day = self.first_public()
        return day.latest if day else EVER

    @property
    def earliest_source(self) -> date:
        """The day of its earliest source; the end of days when no source has a day."""
        return min((each.published.latest for each in self.sources if each.published), default=EVER)


def before(day: date) -> date:
    """The first day that is :data:`SOON` before *day* or later."""
    return day - SOON if day > FIRST + SOON else FIRST


def _later(day: date) -> date:
    return day + SOON if day < EVER - SOON else EVER


class Development(_Entry):
    """One reported development, with every source that agrees on it."""

    kind: EventKind
    against: EventId | None = None
    effects: tuple[AnyEffect, ...] = ()


class Content(Value):
    """What a correction puts in place of an entry; what it leaves out stays as it was.

    ``effects`` are given all together or not at all; an empty list takes them away.
    ``reported`` matters for a slip, which counts from that day.
    """

    title: Title | None = None
    kind: EventKind | None = None
    occurred: When | None = None
    reported: When | None = None
    actors: tuple[Actor, ...] | None = None
    place: Title | None = None
    summary: Text | None = None
    figures: tuple[Figure, ...] | None = None
    tags: tuple[Tag, ...] | None = None
    effects: tuple[AnyEffect, ...] | None = None

    @model_validator(mode="after")
    def _something(self) -> Content:
        if not self.model_fields_set:
            raise ValueError("it changes nothing: say what is right instead")
        return self


class Correction(_Entry):
    """An earlier event was wrong: this content instead.

    It counts from the day it was reported; our own ``slip`` counts from the day that its
    content gives as reported (left out: that of the event it corrects), as if the entry
    had been right from the beginning.
    """

    kind: Literal["correction"]
    of: EventId
    slip: bool = False
    content: Content


class Retraction(_Entry):
    """An earlier event never was so.  As our own ``slip`` it counts on all days."""

    kind: Literal["retraction"]
    of: EventId
    slip: bool = False


class Corroboration(_Entry):
    """More sources for an earlier event; an earlier one moves the day it was reported."""

    kind: Literal["corroboration"]
    of: EventId


Event: TypeAlias = Annotated[
    Development | Correction | Retraction | Corroboration, Field(discriminator="kind")
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class CatalogueFile(Value):
    """One file of the catalogue: the events of one storyline, in date order."""

    event: tuple[Event, ...]


def read_event(data: Any) -> Event:
    """The event that *data*, a mapping as read from TOML or JSON, describes.

    Raises:
        pydantic.ValidationError: it describes none.
    """
    return EVENT.validate_python(data)


def from_content(content: bytes | str) -> Event:
    """The event that the log keeps as *content*: the inverse of :func:`content_of`."""
    return EVENT.validate_json(content)


def content_of(event: Event) -> bytes:
    """The event as canonical JSON (RFC 8785): the bytes that the log keeps for ever.

    What an entry leaves out, or writes as it would be anyway, is not in it.  An entry has keys
    in ASCII and no number with a fraction, so the sorted fields of values, without blanks, are
    canonical.
    """
    return event.model_dump_json(by_alias=True, exclude_defaults=True).encode()


def effects_of(event: Event) -> tuple[Effect, ...]:
    """The effects that stand in the entry, its own or those it puts in place of others."""
    match event:
        case Development(effects=effects):
            return effects
        case Correction(content=Content(effects=effects)):
            return effects or ()
        case _:
            return ()


_LEADING_DAY = re.compile(r"^\d{4}(?:-\d\d(?!\d))?(?:-\d\d(?!\d))?(?=-)")


def problems(event: Event) -> Iterator[Problem]:
    """What is wrong with one event that its fields alone do not show.

    Fields are paths such as ``effects.2.until``.
    """
    leading = _leading_day(event.id)
    if leading is None or not _meet(leading, event.occurred):
        yield Problem(
            f"the id {event.id} does not start with the day it occurred, {event.occurred}",
            event.id,
            "id",
        )
    if event.first_public() is None:
        yield Problem(
            "when it was first public cannot be told: no source has a day within 30 days of "
            f'{event.occurred}. Add reported = <day>, or reported = "occurred" for an act '
            "that was public by its nature",
            event.id,
            "reported",
        )
    yield from _too_early(event)
    for number, actor in enumerate(event.actors):
        if actor.party and not _existed(actor.party, event.occurred.latest):
            yield _no_party(event, f"actors.{number}.party", actor.party, event.occurred.latest)
    occurred: When | None = event.occurred
    prefix = "effects"
    if isinstance(event, Correction):
        occurred, prefix = event.content.occurred, "content.effects"
    for number, effect in enumerate(effects_of(event)):
        since, until, expires = effect.days()
        if until or expires:
            yield from _days(event, f"{prefix}.{number}", effect, occurred)
        first = since or occurred
        if isinstance(effect, Exact) and first is not None and not first.known:
            yield Problem(
                f"it begins on {first}, which is vague; a line of a measure takes whole days only: "
                "add from",
                event.id,
                f"{prefix}.{number}",
            )
        for field, wrong in unmeetable(effect):
            yield Problem(wrong, event.id, f"{prefix}.{number}.{field}")
        on = None if effect.ends_parties or first is None else first.latest
        for code in effect.parties():
            if not _existed(code, on):
                yield _no_party(event, f"{prefix}.{number}", code, on)


def _too_early(event: Event) -> Iterator[Problem]:
    days: list[tuple[str, When | None, When | None]] = [
        ("reported", event.occurred, event.first_public())
    ]
    if isinstance(event, Correction):
        days.append(("content.reported", event.content.occurred, event.content.reported))
    for field, occurred, reported in days:
        if occurred and reported and reported.latest < before(occurred.earliest):
            yield Problem(
                f"it was first public on {reported}, long before it occurred, on {occurred}: put "
                "right the day that is wrong. What was announced beforehand is an event of the "
                "day of its announcement",
                event.id,
                field,
            )


def _leading_day(event_id: str) -> When | None:
    match = _LEADING_DAY.match(event_id)
    try:
        return When.read(match[0]) if match else None
    except BadDay:
        return None


def _meet(one: When, other: When) -> bool:
    return one.earliest <= other.latest and other.earliest <= one.latest


def _existed(code: str, on: date | None) -> bool:
    found = party(code)
    return found is not None and (on is None or found.existed(on))


def _no_party(event: Event, field: str, code: str, on: date | None) -> Problem:
    found = party(code)
    if found is None or on is None:
        return Problem(
            f"{code} is no party that we know; look it up with: tracker parties {code}",
            event.id,
            field,
        )
    if on < found.since:
        span = f"only from {found.since} on"
    elif found.until is not None and on >= found.until:
        span = f"only until {found.until - timedelta(days=1)}"
    else:
        gap = next(gap for gap in found.gaps if gap[0] <= on < gap[1])
        span = f"not from {gap[0]} until {gap[1]}"
    after = f" (afterwards: {', '.join(found.successors)})" if found.successors else ""
    said = f"{code} ({found.name}) did not exist on {on}: {span}{after}"
    return Problem(said, event.id, field)


def _days(event: Event, field: str, effect: Effect, occurred: When | None) -> Iterator[Problem]:
    since, until, expires = effect.days()
    first = since or occurred
    for name, end in (("until", until), ("expires", expires)):
        if first is not None and end is not None and end.latest <= first.earliest:
            yield Problem(
                f"it ends on {end}, before or when it begins on {first}; {name} is the first "
                "day on which it no longer holds",
                event.id,
                f"{field}.{name}",
            )
    if until is not None and expires is not None:
        yield Problem(
            "it has both until and expires: after until what it covered shows again, after "
            "expires nothing holds; say which the act means",
            event.id,
            f"{field}.expires",
        )
