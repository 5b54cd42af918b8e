"""Facts: the projection of the log that answers questions, and reading it.

Nothing here needs the model of an event, so a question does not wait for it to be built.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from tracker.domain.dates import AsOf
from tracker.domain.timeline import Assignment, Decided, Fact, canonical
from tracker.errors import StoreError
from tracker.store import log as logs
from tracker.store.tables import assignment, fact, projection

PROJECTION = "facts"
"""The name under which the facts note how much of the log they have seen."""


def require_folded(conn: Connection) -> int:
    """The version of the log, which the facts must have seen.

    Raises:
        StoreError: they have not.
    """
    version = logs.size(conn)
    seen = conn.scalar(select(projection.c.version).where(projection.c.name == PROJECTION))
    if (seen or 0) != version:
        raise StoreError(
            f"the facts are those of version {seen or 0} and the log is at {version}: "
            "run tracker rebuild"
        )
    return version


def facts_at(
    conn: Connection,
    at: AsOf,
    *,
    kind: str | None = None,
    subjects: Collection[str] | None = None,
) -> Iterator[Fact]:
    """The facts known at *at* that end after its day, by subject, part and first day."""
    query = _known(select(fact), fact, at).where(fact.c.until > at.day.isoformat())
    query = _about(query, fact, kind, subjects)
    rows = logs.streamed(
        conn,
        query.order_by(
            fact.c.subject, fact.c.part, fact.c.since, fact.c.certain.desc(), fact.c.event
        ),
    )
    yield from map(_fact, rows)


def timeline(conn: Connection, subject: str, *, at: AsOf | None = None) -> Iterator[Fact]:
    """The facts of one subject on all days, as known at *at*, or as known on every day."""
    query = select(fact).where(fact.c.subject == subject)
    if at:
        query = _known(query, fact, at)
    order = (fact.c.part, fact.c.since, fact.c.known, fact.c.certain.desc(), fact.c.event)
    yield from map(_fact, conn.execute(query.order_by(*order)))


def about(conn: Connection, subjects: Collection[str]) -> list[Fact]:
    """The facts of *subjects* on all days, as known on every day, by subject, part and day."""
    query = _about(select(fact), fact, None, subjects)
    order = (fact.c.subject, fact.c.part, fact.c.since, fact.c.known)
    return list(map(_fact, conn.execute(query.order_by(*order))))


def turning(conn: Connection, at: AsOf, first: date, last: date) -> Iterator[Fact]:
    """The facts known at *at* that begin or end from *first* to *last*, both in."""
    days = first.isoformat(), last.isoformat()
    query = _known(select(fact), fact, at).where(
        or_(fact.c.since.between(*days), fact.c.until.between(*days))
    )
    yield from map(_fact, conn.execute(query.order_by(fact.c.subject, fact.c.part, fact.c.since)))


def all_assignments(conn: Connection, subjects: Collection[str] | None = None) -> list[Assignment]:
    """What was ever assigned, rivals and all, by subject and part."""
    query = select(assignment).order_by(assignment.c.subject, assignment.c.part)
    return [assignment_of(row) for row in conn.execute(_about(query, assignment, None, subjects))]


def rivals_at(
    conn: Connection,
    at: AsOf,
    *,
    kind: str | None = None,
    subjects: Collection[str] | None = None,
) -> list[Assignment]:
    """What rival events known at *at* assign."""
    query = _known(select(assignment), assignment, at).where(assignment.c.against.is_not(None))
    query = _about(query, assignment, kind, subjects)
    return [assignment_of(row) for row in conn.execute(query)]


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


def digest(conn: Connection) -> str:
    """SHA-256 over all facts in a fixed order, in hex: the same facts, the same digest."""
    hasher = hashlib.sha256()
    rows = logs.streamed(
        conn,
        select(fact).order_by(
            fact.c.subject,
            fact.c.part,
            fact.c.known,
            fact.c.since,
            fact.c.certain.desc(),
            fact.c.until,
            fact.c.event,
            fact.c.value,
            fact.c.via,
        ),
    )
    for row in rows:
        hasher.update(canonical(list(row)).encode())
        hasher.update(b"\n")
    return hasher.hexdigest()


def count(conn: Connection) -> int:
    """How many facts there are."""
    return conn.execute(select(func.count()).select_from(fact)).scalar_one()


def lines(conn: Connection) -> int:
    """How many lines the measures have."""
    named = _about(select(fact.c.subject, fact.c.part).distinct(), fact, "measure", None)
    named = named.where(fact.c.part.startswith("line/"))
    return conn.execute(select(func.count()).select_from(named.subquery())).scalar_one()


def assignment_of(row: Sequence[Any]) -> Assignment:
    """The assignment that a row of its table says, its columns in their order."""
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


def _fact(row: Sequence[Any]) -> Fact:
    subject, part, since, until, known, known_until, certain, value, event, via, *rest = row
    decided, since_hour, until_hour = rest
    day = date.fromisoformat
    return Fact(
        subject,
        part,
        day(since),
        day(until),
        day(known),
        day(known_until),
        certain,
        value,
        event,
        via,
        day(decided),
        since_hour,
        until_hour,
    )
