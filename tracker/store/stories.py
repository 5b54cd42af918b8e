"""Stories: events with all that others said about them, and where those stand in the log."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from operator import attrgetter

from sqlalchemy import Connection, bindparam, select, union

from tracker.domain.corrections import Story, counted, standing
from tracker.domain.dates import AsOf
from tracker.domain.events import Development, Event, content_of, effects_of, from_content
from tracker.domain.review import Head
from tracker.domain.timeline import Assignment, assignments
from tracker.domain.told import Recorded, Told
from tracker.store import log as logs
from tracker.store import plain
from tracker.store.tables import assignment, log, mention, reference


def heads(conn: Connection, ids: Collection[str]) -> dict[str, Head]:
    """Id → head, of those of *ids* that the log has, and of whatever they speak about."""
    found: dict[str, Head] = {}
    wanted = set(ids)
    while wanted:
        following: set[str] = set()
        for chunk in logs.chunks(wanted):
            rows = conn.execute(
                select(log.c.event_id, reference.c.kind, reference.c.target)
                .outerjoin(reference, reference.c.event_id == log.c.event_id)
                .where(log.c.event_id.in_(chunk))
            )
            for row in rows:
                rival = row.kind == "rival"
                kind = "development" if row.kind is None or rival else row.kind
                found[row.event_id] = Head(row.event_id, kind, row.target, rival)
                if row.target:
                    following.add(row.target)
        wanted = following - found.keys()
    return found


def events_since(conn: Connection, version: int) -> Iterator[tuple[int, Event]]:
    """The events after *version*, in the order in which the log received them."""
    query = select(log.c.version, log.c.content).where(log.c.version > version)
    rows = logs.streamed(conn, query.order_by(log.c.version))
    for row in rows:
        yield row.version, from_content(row.content)


def stories(
    conn: Connection, roots: Collection[str], *, at_version: int | None = None
) -> tuple[list[Development], dict[str, list[Event]]]:
    """The developments *roots*, and id → all that was said about them, at any remove."""
    about = _about(conn, roots, at_version=at_version)
    said = logs.contents(conn, sorted(roots), at_version=at_version)
    found = [from_content(content) for content in said.values()]
    return [event for event in found if isinstance(event, Development)], about


def _about(
    conn: Connection, targets: Collection[str], *, at_version: int | None = None
) -> dict[str, list[Event]]:
    about: dict[str, list[Event]] = {}
    wanted = set(targets)
    while wanted:
        following: set[str] = set()
        for chunk in logs.chunks(sorted(wanted)):
            query = (
                select(reference.c.target, log.c.content)
                .join(log, log.c.event_id == reference.c.event_id)
                .where(reference.c.target.in_(chunk), reference.c.kind != "rival")
            )
            if at_version is not None:
                query = query.where(log.c.version <= at_version)
            for row in conn.execute(query.order_by(log.c.event_id)):
                event = from_content(row.content)
                about.setdefault(row.target, []).append(event)
                following.add(event.id)
        wanted = following
    return about


def told(
    conn: Connection,
    entries: Collection[logs.Entry],
    *,
    known_by: date,
    at_version: int | None = None,
) -> Iterator[Told]:
    """The events of *entries* as all that was said about them, by *known_by*, leaves them."""
    ids = [entry.event_id for entry in entries]
    about = _about(conn, ids, at_version=at_version)
    disputed = _rivals(conn, ids, known_by=known_by, at_version=at_version)
    for entry in entries:
        found = standing(from_content(entry.content), about, known_by)
        yield Told(
            entry.event_id,
            entry.version,
            found.public,
            entry.recorded,
            json.loads(content_of(found.event)),
            found.corrected_by,
            found.retracted_by,
            found.corroborated_by,
            tuple(disputed.get(entry.event_id, ())),
        )


def histories_of(
    conn: Connection, ids: Collection[str], *, at_version: int | None = None
) -> dict[str, list[Recorded]]:
    """Id → the event and all that was said about it, at any remove, by version."""
    about = _about(conn, ids, at_version=at_version)

    def closure(name: str) -> Iterator[str]:
        yield name
        for each in about.get(name, ()):
            yield from closure(each.id)

    wanted = {name: set(closure(name)) for name in ids}
    found = _recorded(conn, set().union(*wanted.values()), at_version=at_version)
    return {
        name: sorted((found[each] for each in names if each in found), key=lambda e: e.version)
        for name, names in wanted.items()
    }


def _recorded(
    conn: Connection, ids: Collection[str], *, at_version: int | None = None
) -> dict[str, Recorded]:
    found: dict[str, Recorded] = {}
    for chunk in logs.chunks(sorted(ids)):
        query = select(log.c.version, log.c.recorded, log.c.content).where(
            log.c.event_id.in_(chunk)
        )
        if at_version is not None:
            query = query.where(log.c.version <= at_version)
        for row in conn.execute(query):
            event = from_content(row.content)
            instant = datetime.fromisoformat(row.recorded)
            found[event.id] = Recorded(row.version, instant, event)
    return found


def histories_about(
    conn: Connection, subjects: Collection[str], *, at_version: int | None = None
) -> dict[str, list[Recorded]]:
    """Subject → the events that speak of it, at any remove, by version; rivals left out."""
    roots: dict[str, set[str]] = {}
    for chunk in logs.chunks(sorted(subjects)):
        rows = conn.execute(
            select(assignment.c.subject, assignment.c.event)
            .where(assignment.c.subject.in_(chunk), assignment.c.against.is_(None))
            .distinct()
        )
        for row in rows:
            roots.setdefault(row.subject, set()).add(row.event)
    for subject in subjects:
        ids = logs.ids_about(conn, [subject], at_version=at_version)
        roots.setdefault(subject, set()).update(roots_of(conn, ids))
    histories = histories_of(conn, set().union(*roots.values()), at_version=at_version)
    found = {}
    for subject, names in roots.items():
        by_version = {each.version: each for name in names for each in histories[name]}
        found[subject] = [
            by_version[version]
            for version in sorted(by_version)
            if not getattr(by_version[version].event, "against", None)
        ]
    return found


def _rivals(
    conn: Connection, ids: Collection[str], *, known_by: date, at_version: int | None
) -> dict[str, list[str]]:
    """Id → the events that disagree with it, by a day, and were not taken back by then."""
    against: dict[str, str] = {}
    for chunk in logs.chunks(sorted(ids)):
        query = select(reference.c.target, reference.c.event_id).where(
            reference.c.kind == "rival", reference.c.target.in_(chunk)
        )
        against |= {row.event_id: row.target for row in conn.execute(query)}
    if not against:
        return {}
    rivals, about = stories(conn, against, at_version=at_version)
    found: dict[str, list[str]] = {}
    for rival in sorted(rivals, key=attrgetter("id")):
        if Story(rival, about).said(known_by):
            found.setdefault(against[rival.id], []).append(rival.id)
    return found


def corrected_about(conn: Connection, subject: str) -> set[str]:
    """The developments about *subject* that others correct, retract or corroborate."""
    return roots_of(conn, {name for (name,) in plain.rows(conn, _SPEAKING, subject=subject)})


_SPEAKING = union(
    *(
        select(reference.c.event_id)
        .join(log, log.c.event_id == end)
        .join(mention, mention.c.version == log.c.version)
        .where(mention.c.what == "subject", mention.c.word == bindparam("subject"))
        .where(reference.c.kind != "rival")
        for end in (reference.c.target, reference.c.event_id)
    )
)
"""The corrections, retractions and corroborations of events about a subject, or about it."""


def subjects_of(conn: Connection, ids: Collection[str]) -> set[str]:
    """The subjects that the events *ids*, and what was said about them, assign anything to."""
    roots, about = stories(conn, roots_of(conn, ids))
    said = (each for some in about.values() for each in some)
    return {effect.subject for event in (*roots, *said) for effect in effects_of(event)}


def roots_of(conn: Connection, ids: Iterable[str]) -> set[str]:
    """The developments that *ids* are or, by way of others, speak about."""
    known = heads(conn, set(ids))
    found = set()
    for each in ids:
        at = each
        while (head := known.get(at)) and head.target and not head.rival:
            at = head.target
        found.add(at)
    return found


def said_by(conn: Connection, event: str, *, at_version: int) -> list[Assignment]:
    """What one event assigned at a version of the log, whatever it is about."""
    roots, about = stories(conn, [event], at_version=at_version)
    return [
        each for root in roots for content in counted(root, about) for each in assignments(content)
    ]


def said_at(
    conn: Connection, at: AsOf, *, subjects: Collection[str] | None = None
) -> list[Assignment]:
    """What the log assigned at ``at.at_version``, rivals and all, by subject and part."""
    version = at.at_version
    ids = (
        logs.all_ids(conn, at_version=version)
        if subjects is None
        else logs.ids_about(conn, subjects, at_version=version)
    )
    roots, about = stories(conn, roots_of(conn, ids), at_version=version)
    said = [
        each
        for root in roots
        for content in counted(root, about)
        for each in assignments(content)
        if subjects is None or each.subject in subjects
    ]
    return sorted(said, key=lambda each: (each.subject, each.part, each.decided))
