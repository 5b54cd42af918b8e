"""Answering: the state, the facts and what was assigned at a coordinate, in one transaction.

Where a question names a version of the log or a reading, the facts of the database are not
those that are asked about: they are folded for the question, of as few subjects as will do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.app.disputing import Disputes, FoldedDisputes
from tracker.app.telling import said_of, told_of
from tracker.domain.state import EVERYONE, State, each_state, held_row, state_of_rows
from tracker.domain.timeline import Assignment, Fact, fold_all, read_as
from tracker.domain.told import Filter, Told
from tracker.errors import NotFound, no_such
from tracker.store import facts
from tracker.store import log as logs

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tracker.domain.dates import AsOf


def with_version(conn: Connection, at: AsOf) -> AsOf:
    """*at* with the version of the log that the answer goes by."""
    version = logs.size(conn)
    if at.at_version is not None and at.at_version > version:
        raise NotFound(f"the log is at version {version}; {at.at_version} is not there yet")
    return replace(at, at_version=version if at.at_version is None else at.at_version)


def states(
    conn: Connection,
    at: AsOf,
    placed: AsOf,
    *,
    kind: str | None,
    subject: str | None,
    party: str | None,
) -> Iterator[State]:
    """The state at *at* in pieces of one subject each, by slug, however many there are."""
    groups = groups_of(conn, at, party) if party else ()
    if at.at_version is None and at.reading is None:
        named = {party, EVERYONE, *groups} if party else ()
        known = facts.facts_at(conn, at, kind=kind, subject=subject, parties=named)
        disputes = Disputes(conn, at, subject=subject)
        yield from each_state(placed, known, disputes, party=party, groups=groups)
        return
    names = logs.each_introduced(conn, *([kind] if kind else []))
    for chunk in logs.chunks([subject] if subject else names, logs.SUBJECTS_AT_ONCE):
        yield _folded_state(conn, at, placed, chunk, kind=kind, party=party, groups=groups)


def state_of(
    conn: Connection,
    at: AsOf,
    *,
    kind: str | None = None,
    subject: str | None = None,
    party: str | None = None,
    groups: Collection[str] = (),
    forms: Collection[str] | None = None,
    imposer: str | None = None,
) -> State:
    """The state of what may be as asked: a form or an imposer is only ever said of it."""
    placed = with_version(conn, at)
    if at.at_version is None and at.reading is None:
        named = {party, EVERYONE, *groups} if party else ()
        known = facts.facts_at(
            conn, at, kind=kind, subject=subject, parties=named, forms=forms, imposer=imposer
        )
        disputes = Disputes(conn, at, subject=subject)
        return state_of_rows(placed, known, disputes, party=party, groups=groups)
    subjects = [subject] if subject else None
    return _folded_state(conn, at, placed, subjects, kind=kind, party=party, groups=groups)


def _folded_state(
    conn: Connection,
    at: AsOf,
    placed: AsOf,
    subjects: Collection[str] | None,
    *,
    kind: str | None = None,
    party: str | None = None,
    groups: Collection[str] = (),
) -> State:
    read = rival(conn, at)
    if subjects is None and party is not None:
        subjects = facts.naming(conn, {party, EVERYONE, *groups}, kind)
    elif subjects is None and kind is not None:
        subjects = list(logs.each_introduced(conn, kind))
    said = _assigned_by(conn, at, subjects, read)
    held = (
        held_row(each)
        for each in fold_all(_read(said, read, subjects))
        if each.until > at.day
        and each.known <= at.knowledge < each.known_until
        and (kind is None or each.subject.startswith(kind + "/"))
    )
    disputes = FoldedDisputes(conn, at, said, read)
    return state_of_rows(placed, held, disputes, party=party, groups=groups)


def facts_about(conn: Connection, at: AsOf, subjects: Collection[str]) -> list[Fact]:
    """The facts of *subjects* on all days, as known on every day, at the version of *at*."""
    if at.at_version is None and at.reading is None:
        return facts.about(conn, subjects)
    return fold(conn, at, subjects)


def fold(conn: Connection, at: AsOf, subjects: Collection[str] | None) -> list[Fact]:
    """The facts at a version or by a reading, folded for the question."""
    return list(fold_all(assigned(conn, at, subjects)))


def assigned(conn: Connection, at: AsOf, subjects: Collection[str] | None) -> list[Assignment]:
    """What was assigned, by any day of knowledge, at the version and by the reading of *at*."""
    read = rival(conn, at)
    return _read(_assigned_by(conn, at, subjects, read), read, subjects)


def rival(conn: Connection, at: AsOf) -> tuple[str, str] | None:
    """The rival that *at* is read by, and the event that it disagrees with.

    Raises:
        NotFound: there is no such rival, or was none at the version of *at*.
    """
    if at.reading is None:
        return None
    against = logs.rival_of(conn, at.reading)
    if against is None:
        raise NotFound(no_such("rival event", at.reading, logs.rivals(conn)))
    if logs.rival_of(conn, at.reading, at_version=at.at_version) is None:
        event(conn, at.reading, at)
    return at.reading, against


def _assigned_by(
    conn: Connection,
    at: AsOf,
    subjects: Collection[str] | None,
    read: tuple[str, str] | None,
) -> list[Assignment]:
    """What was assigned to *subjects*, and to all that the two sides of *read* speak of."""
    if subjects is not None and read is not None:
        # What a rival says of one subject takes away what the other says of another.
        from tracker.store import stories

        subjects = {*subjects, *stories.subjects_of(conn, read)}
    return _all_assigned(conn, at, subjects)


def _all_assigned(conn: Connection, at: AsOf, subjects: Collection[str] | None) -> list[Assignment]:
    if at.at_version is None:
        return facts.all_assignments(conn, subjects)
    from tracker.store import stories

    return stories.said_at(conn, at, subjects=subjects)


def timeline(conn: Connection, at: AsOf, subject: str, *, knowledge: bool) -> list[Fact]:
    """The facts of *subject* on all days, as known at *at* or, with *knowledge*, on every day."""
    if at.at_version is None and at.reading is None:
        return list(facts.timeline(conn, subject, at=None if knowledge else at))
    folded = fold(conn, at, [subject])
    return [each for each in folded if knowledge or each.known <= at.knowledge < each.known_until]


def groups_of(conn: Connection, at: AsOf, party: str) -> frozenset[str]:
    """The groups that *party* belongs to at *at*, by the codes that scopes name them by."""
    from tracker.domain.memberships import Memberships
    from tracker.domain.parties import groups

    bodies = groups().values()
    named = [name for name in facts.naming(conn, [party], "agreement") if name in bodies]
    found = Memberships(facts_about(conn, at, named))
    return found.groups_of(party, at.day, at.knowledge)


def event(conn: Connection, event_id: str, at: AsOf) -> Told:
    """One event, as known at *at*.

    Raises:
        NotFound: the log has no such event, or had none by the version or the day of *at*.
    """
    with_version(conn, at)
    row = logs.entry(conn, event_id)
    if row is None:
        named = logs.all_introduced(conn)
        subjects = [each for each in named if each.endswith(f"/{event_id}")]
        if subjects:
            said = f"there is no event {event_id}, but a subject: {', '.join(subjects)}"
            raise NotFound(said)
        raise NotFound(no_such("event", event_id, logs.all_ids(conn)))
    if at.at_version is not None and row.version > at.at_version:
        raise NotFound(
            f"{event_id} was not in the log at version {at.at_version}; it is version {row.version}"
        )
    wanted = Filter(known_by=at.known_by, at_version=at.at_version)
    told = said_of(conn, wanted, [row]).get(event_id) or told_of(row)
    if at.known_by and told.reported > at.known_by:
        raise NotFound(
            f"{event_id} was not known by {at.known_by}; it was first public on {told.reported}"
        )
    return told


def require_subject(conn: Connection, subject: str, at_version: int | None = None) -> None:
    """Make sure that there is such a subject, and was at a version of the log.

    Raises:
        NotFound: no event introduces it, or none did by then.
    """
    version = logs.introduced_with(conn, subject)
    if version is None:
        raise NotFound(no_such("subject", subject, logs.all_introduced(conn)))
    if at_version is not None and version > at_version:
        raise NotFound(
            f"{subject} was not in the log at version {at_version}; it came with version {version}"
        )


def _read(
    said: Iterable[Assignment],
    read: tuple[str, str] | None,
    subjects: Collection[str] | None,
) -> list[Assignment]:
    """What is *said* of *subjects*, by a reading if there is one, by subject and part."""
    found = said if read is None else read_as(said, *read)
    return sorted(
        (each for each in found if subjects is None or each.subject in subjects),
        key=lambda each: (each.subject, each.part),
    )
