"""Facts: the projection of the log that answers questions, and reading it.

Nothing here needs the model of an event, so a question does not wait for it to be built.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
)

from tracker.domain.dates import AsOf
from tracker.domain.state import HeldRow
from tracker.domain.timeline import Assignment, Fact, assignment_of, canonical
from tracker.errors import StoreError
from tracker.store import log as logs
from tracker.store import plain
from tracker.store.listed import among
from tracker.store.tables import assignment, fact, log, mention, projection, reference, stake

PROJECTION = "facts"
"""The name under which the facts note how much of the log they have seen."""

COMPUTED = tuple(
    (name, select(literal_column("1")).select_from(text(name)).exists())
    for name in (*(each.name for each in (fact, assignment, mention, stake, reference)), "words")
)
"""What is computed from the log, and whether there is anything in it.

The projection notes that under the name of each: 1 where there is, else 0.
"""

_SEEN = select(func.coalesce(func.max(projection.c.version), 0)).where(
    projection.c.name == PROJECTION
)
_FOLDED = select(
    select(func.coalesce(func.max(log.c.version), 0)).scalar_subquery(),
    _SEEN.scalar_subquery(),
    select(func.min(projection.c.name))
    .where(
        or_(
            *(
                (projection.c.name == name) & (projection.c.version == 1) & ~is_there
                for name, is_there in COMPUTED
            )
        )
    )
    .scalar_subquery(),
)


def require_folded(conn: Connection) -> int:
    """The version of the log, which the facts must have seen.

    Raises:
        StoreError: they have not, or what is computed from the log is gone.
    """
    version, seen, emptied = plain.row(conn, _FOLDED) or (0, 0, None)
    if seen > version:
        raise StoreError(lost_end(version, seen))
    if seen < version:
        raise StoreError(
            f"the facts are those of version {seen} and the log is at {version}: "
            "run tracker rebuild"
        )
    if emptied is not None:
        raise StoreError(
            f"nothing is left of what is computed from the log ({emptied}): run tracker rebuild"
        )
    return int(version)


def lost_end(version: int, seen: int) -> str:
    """That the facts have *seen* more events than the log at *version* has."""
    return (
        f"the log ends at version {version}, and what is computed from it goes to {seen}: its "
        "last events are missing; restore it from a backup"
    )


def seen(conn: Connection) -> int:
    """The version of the log that the facts have seen."""
    found = plain.row(conn, _SEEN) or (0,)
    return int(found[0])


_HELD = (
    select(*(each for each in fact.c if each.name not in ("known", "known_until", "number")))
    .where(fact.c.known <= bindparam("known"), fact.c.known_until > bindparam("known"))
    .where(fact.c.until > bindparam("day"))
    .order_by(fact.c.subject, fact.c.part, fact.c.since, fact.c.known, fact.c.number)
)
_OTHER = fact.alias("other")
_FORM = exists().where(
    _OTHER.c.subject == stake.c.subject,
    _OTHER.c.part == "form",
    among(_OTHER.c.value, bindparam("forms")),
)
# An index serves what is asked in the words in which it was made.
_IMPOSER = select(_OTHER.c.subject).where(
    _OTHER.c.part == literal_column("'imposer'"), _OTHER.c.value == bindparam("imposer")
)


def _of_kind(subject: ColumnElement[str]) -> ColumnElement[bool]:
    # The character after "/" bounds the slugs of one kind, so that the index serves.
    return subject.between(bindparam("first"), bindparam("last"))


def _staked(*names: str) -> Select[Any]:
    """The subjects in which parties, the parameters of these names, may have a part."""
    return select(stake.c.subject).where(stake.c.party.in_([bindparam(each) for each in names]))


@cache
def _question(*given: str) -> Select[Any]:
    """What is asked of the facts at a coordinate: of one subject, of a kind, of parties."""
    names = [each for each in given if each.startswith("party")]
    query, staked = _HELD, _staked(*names)
    if "subject" in given:
        query = query.where(fact.c.subject == bindparam("subject"))
    if "first" in given:
        query = query.where(_of_kind(fact.c.subject))
        staked = staked.where(_of_kind(stake.c.subject))
    if "forms" in given:
        staked = staked.where(_FORM)
    if names:
        query = query.where(fact.c.subject.in_(staked))
    if "imposer" in given:
        query = query.where(fact.c.subject.in_(_IMPOSER))
    return query


def facts_at(
    conn: Connection,
    at: AsOf,
    *,
    kind: str | None = None,
    subject: str | None = None,
    parties: Collection[str] = (),
    forms: Collection[str] | None = None,
    imposer: str | None = None,
) -> Iterator[HeldRow]:
    """The facts known at *at* that end after its day, by subject, part and first day.

    Args:
        parties: only those of subjects that were ever said to have to do with one of them.
        forms: of those of *parties*, only agreements that were ever said to be of these forms.
        imposer: only those of measures that were ever said to be imposed by this party.
    """
    asked: dict[str, Any] = {}
    if subject is not None:
        asked["subject"] = subject
    if kind is not None:
        asked |= {"first": f"{kind}/", "last": f"{kind}0"}
    if parties:
        asked |= {f"party{number}": party for number, party in enumerate(sorted(parties))}
        if forms is not None:
            asked["forms"] = canonical(list(map(canonical, sorted(forms))))
    if imposer is not None:
        asked["imposer"] = canonical(imposer)
    question = _question(*asked)
    known, day = at.knowledge.isoformat(), at.day.isoformat()
    return plain.rows(conn, question, known=known, day=day, **asked)


def naming(conn: Connection, parties: Collection[str], kind: str | None = None) -> list[str]:
    """The subjects, perhaps of a kind, ever said to have to do with one of *parties*, sorted."""
    asked = {f"party{number}": party for number, party in enumerate(sorted(parties))}
    if kind is not None:
        asked |= {"first": f"{kind}/", "last": f"{kind}0"}
    return [subject for (subject,) in plain.rows(conn, _naming(*asked), **asked)]


@cache
def _naming(*given: str) -> Select[Any]:
    query = _staked(*(each for each in given if each.startswith("party"))).distinct()
    if "first" in given:
        query = query.where(_of_kind(stake.c.subject))
    return query.order_by(stake.c.subject)


def timeline(conn: Connection, subject: str, *, at: AsOf | None = None) -> Iterator[Fact]:
    """The facts of one subject on all days, as known at *at*, or as known on every day."""
    query = select(fact).where(fact.c.subject == subject)
    if at:
        query = _known(query, fact, at)
    order = (fact.c.part, fact.c.since, fact.c.known, fact.c.number)
    yield from map(_fact, conn.execute(query.order_by(*order)))


def about(conn: Connection, subjects: Collection[str]) -> list[Fact]:
    """The facts of *subjects* on all days, as known on every day, by subject, part and day."""
    query = select(fact).order_by(fact.c.subject, fact.c.part, fact.c.since, fact.c.known)
    return [
        _fact(row)
        for some in logs.chunks(sorted(subjects), _NAMED)
        for row in plain.once(conn, _about(query, fact, None, some))
    ]


_NAMED = 10_000
"""How many subjects one question names at most: engines take some tens of thousands."""


def turning(conn: Connection, at: AsOf, first: date, last: date) -> Iterator[Fact]:
    """The facts known at *at* of each subject of which one begins or ends in between, both in."""
    days = first.isoformat(), last.isoformat()
    turns = _known(select(fact.c.subject).distinct(), fact, at).where(
        or_(fact.c.since.between(*days), fact.c.until.between(*days))
    )
    subjects = [subject for (subject,) in plain.once(conn, turns)]
    order = (fact.c.subject, fact.c.part, fact.c.since, fact.c.known, fact.c.number)
    for some in logs.chunks(sorted(subjects)):
        query = _known(select(fact), fact, at).where(fact.c.subject.in_(some))
        yield from map(_fact, plain.once(conn, query.order_by(*order)))


def all_assignments(conn: Connection, subjects: Collection[str] | None = None) -> list[Assignment]:
    """What was ever assigned, rivals and all, by subject and part."""
    query = select(assignment).order_by(assignment.c.subject, assignment.c.part)
    if subjects is None:
        return list(map(assignment_of, conn.execute(query)))
    return [
        assignment_of(row)
        for some in logs.chunks(sorted(subjects), _NAMED)
        for row in conn.execute(_about(query, assignment, None, some))
    ]


def said_by(conn: Connection, event: str) -> list[Assignment]:
    """What one event was ever said to assign, whatever it is about."""
    subjects: set[str] = set()
    speaking = {event}
    while speaking:
        for content in map(json.loads, logs.contents(conn, speaking).values()):
            said = (*content.get("effects", ()), *content.get("content", {}).get("effects", ()))
            subjects |= {effect["subject"] for effect in said}
        speaking = logs.speaking_of(conn, speaking)
    given = {"subjects": json.dumps(sorted(subjects)), "event": event}
    return list(map(assignment_of, plain.rows(conn, _SAID_BY, **given)))


_SAID_BY = select(assignment).where(
    among(assignment.c.subject, bindparam("subjects")), assignment.c.event == bindparam("event")
)


_SPEAKING = assignment.alias("speaking")
_BESIDE = (
    select(assignment)
    .where(assignment.c.subject == bindparam("subject"))
    .where(assignment.c.known <= bindparam("known"), assignment.c.known_until > bindparam("known"))
    .where(
        assignment.c.part.in_(
            select(_SPEAKING.c.part).where(
                _SPEAKING.c.subject == bindparam("subject"),
                among(_SPEAKING.c.event, bindparam("events")),
            )
        )
    )
    .order_by(assignment.c.part)
)


def said_beside(
    conn: Connection, at: AsOf, subject: str, events: Collection[str]
) -> list[Assignment]:
    """What is known at *at* to be assigned to those parts of a subject that *events* speak of."""
    given = {"known": at.knowledge.isoformat(), "events": json.dumps(sorted(events))}
    return list(map(assignment_of, plain.rows(conn, _BESIDE, subject=subject, **given)))


_RIVALS = (
    select(assignment)
    .where(assignment.c.against.is_not(None))
    .where(assignment.c.known <= bindparam("known"), assignment.c.known_until > bindparam("known"))
    .order_by(assignment.c.subject)
)
_RIVALS_OF_SUBJECT = _RIVALS.where(assignment.c.subject == bindparam("subject"))


def rivals_at(conn: Connection, at: AsOf, *, subject: str | None = None) -> Iterator[Assignment]:
    """What rival events known at *at* assign, to one subject or to all, by subject."""
    known = at.knowledge.isoformat()
    if subject is None:
        return map(assignment_of, plain.rows(conn, _RIVALS, known=known))
    return map(assignment_of, plain.rows(conn, _RIVALS_OF_SUBJECT, known=known, subject=subject))


def _known(query: Select[Any], table: Any, at: AsOf) -> Select[Any]:
    day = at.knowledge.isoformat()
    return query.where(table.c.known <= day, table.c.known_until > day)


def _about(
    query: Select[Any], table: Any, kind: str | None, subjects: Collection[str] | None
) -> Select[Any]:
    if subjects is not None:
        query = query.where(or_(*(table.c.subject.in_(some) for some in logs.chunks(subjects))))
    if kind is not None:
        # The character after "/" bounds the slugs of one kind, so that the index serves.
        query = query.where(table.c.subject >= f"{kind}/", table.c.subject < f"{kind}0")
    return query


def digest(conn: Connection, table: Table = fact) -> str:
    """SHA-256 over all facts in a fixed order, in hex: the same facts, the same digest."""
    ordered = select(table).order_by(*table.primary_key)
    hasher = hashlib.sha256()
    for some in logs.chunks(plain.streamed(conn, ordered)):
        hasher.update(canonical(some)[1:-1].encode())
        hasher.update(b",")
    return hasher.hexdigest()


def count(conn: Connection) -> int:
    """How many facts there are."""
    return conn.execute(select(func.count()).select_from(fact)).scalar_one()


def lines(conn: Connection) -> int:
    """How many lines the measures have."""
    named = _about(select(fact.c.subject, fact.c.part).distinct(), fact, "measure", None)
    named = named.where(fact.c.part.startswith("line/"))
    return conn.execute(select(func.count()).select_from(named.subquery())).scalar_one()


def _fact(row: Sequence[Any]) -> Fact:
    subject, part, since, until, known, known_until, certain, value, event, via, *rest = row
    decided, since_hour, until_hour, *_ = rest
    day = date.fromisoformat
    return Fact(
        subject,
        part,
        day(since),
        day(until),
        day(known),
        day(known_until),
        bool(certain),
        value,
        event,
        via,
        day(decided),
        since_hour,
        until_hour,
    )
