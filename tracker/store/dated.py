"""Dated subjects: what a calendar reads of them, from end to end, by slug.

Each of these is read once for all subjects of a kind, so that nothing is asked of one alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, or_, select, union

from tracker.domain.dates import LAST
from tracker.domain.told import Filter
from tracker.store import log as logs
from tracker.store import plain
from tracker.store.tables import fact, log, mention, reference


class Among(NamedTuple):
    """The subjects whose slugs lie between two, both in: those of a kind, or one."""

    first: str
    last: str

    @classmethod
    def of(cls, kind: str, subject: str | None) -> Among:
        # The character after "/" bounds the slugs of one kind, so that the index serves.
        return cls(subject, subject) if subject else cls(f"{kind}/", f"{kind}0")


def _between(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.between(bindparam("first"), bindparam("last"))


def introduced(conn: Connection, among: Among) -> Iterator[str]:
    """The subjects that an event of the log introduces."""
    return (slug for (slug,) in plain.rows(conn, _INTRODUCED, **among._asdict()))


_INTRODUCED = (
    select(mention.c.word)
    .where(mention.c.what == "introduces", _between(mention.c.word))
    .distinct()
    .order_by(mention.c.word)
)


def facts(conn: Connection, among: Among, wanted: Filter) -> Iterator[plain.Row]:
    """What is known of subjects on the day of knowledge: facts in rows, by part and first day."""
    known = (wanted.known_by or LAST).isoformat()
    statement = _FACTS if wanted.party else _NEEDED
    return plain.rows(conn, statement, known=known, **among._asdict())


_FACTS = (
    select(*(each for each in fact.c if each.name not in ("known", "known_until", "number")))
    .where(_between(fact.c.subject))
    .where(fact.c.known <= bindparam("known"), fact.c.known_until > bindparam("known"))
    .order_by(fact.c.subject, fact.c.part, fact.c.since, fact.c.known, fact.c.number)
)
_NEEDED = _FACTS.where(
    # Whom it concerns and what else it says has no day of its own.
    *(
        ~fact.c.part.between(f"{part}/", f"{part}0")
        for part in ("obligation", "yields", "notice", "progress")
    )
)


def said(conn: Connection, among: Among) -> Iterator[plain.Row]:
    """Subject, event about it, when the log received that, and its content; rivals left out."""
    return plain.rows(conn, _SAID, **among._asdict())


_SAID = (
    select(mention.c.word, log.c.event_id, log.c.recorded, log.c.content)
    .join(log, log.c.version == mention.c.version)
    .where(mention.c.what == "subject", _between(mention.c.word))
    .where(log.c.event_id.not_in(select(reference.c.event_id).where(reference.c.kind == "rival")))
    .order_by(mention.c.word, mention.c.version)
)


def spoken_of(conn: Connection, among: Among, wanted: Filter) -> Iterator[plain.Row]:
    """The subjects of whose events others speak, or of which not all events count."""
    if wanted.last is None and wanted.at_version is None:
        return plain.rows(conn, _SPOKEN_OF, **among._asdict())
    day = (wanted.last or LAST).isoformat()
    version = logs.size(conn) if wanted.at_version is None else wanted.at_version
    return plain.rows(conn, _NOT_ALL, day=day, version=version, **among._asdict())


def _subjects(*which: ColumnElement[bool]) -> Select[tuple[str]]:
    return (
        select(mention.c.word)
        .where(mention.c.what == "subject", _between(mention.c.word), or_(*which))
        .distinct()
        .order_by(mention.c.word)
    )


_SPEAKING = mention.c.version.in_(
    select(log.c.version).where(
        log.c.event_id.in_(
            union(
                select(reference.c.event_id).where(reference.c.kind != "rival"),
                select(reference.c.target).where(reference.c.kind != "rival"),
            )
        )
    )
)
_SPOKEN_OF = _subjects(_SPEAKING)
_NOT_ALL = _subjects(
    _SPEAKING,
    mention.c.version > bindparam("version"),
    mention.c.version.in_(select(log.c.version).where(log.c.occurred > bindparam("day"))),
)
