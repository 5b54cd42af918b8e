"""Writing: appending to the log, and folding what it says into the projections.

Appending an event refolds the parts that it touches and no others.  The projections may
be thrown away at any time; folding the log again gives the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import Connection, delete, insert, select

from tracker.domain.corrections import counted, standing
from tracker.domain.dates import AsOf
from tracker.domain.events import (
    FORMAT,
    Correction,
    Development,
    Event,
    content_of,
    effects_of,
    from_content,
    introduces,
    leaf_of,
)
from tracker.domain.review import Head, clashes, lines_without_scope, target_of
from tracker.domain.timeline import Assignment, Fact, assignments, fold
from tracker.domain.told import Recorded, Told
from tracker.errors import Problem
from tracker.store import log as logs
from tracker.store import search
from tracker.store.facts import PROJECTION, assignment_of
from tracker.store.tables import assignment, fact, log, mention, projection, reference

Part: TypeAlias = tuple[str, str]
"""A subject and the name of one of its parts."""


def append(
    conn: Connection, events: Sequence[Event], *, recorded: datetime
) -> list[tuple[int, Event]]:
    """Append *events*, none of which the log may have; version and event of each.

    Args:
        recorded: the instant, in UTC, at which the log received them.
    """
    first = logs.size(conn) + 1
    numbered = list(enumerate(events, start=first))
    stamp = recorded.isoformat(timespec="microseconds")
    for chunk in logs.chunks(numbered):
        rows = []
        for version, event in chunk:
            content = content_of(event)
            rows.append(
                {
                    "version": version,
                    "event_id": event.id,
                    "occurred": event.occurred.earliest.isoformat(),
                    "reported": event.public.isoformat(),
                    "recorded": stamp,
                    "format": FORMAT,
                    "content": content.decode(),
                    "leaf": leaf_of(content),
                }
            )
        conn.execute(insert(log), rows)
    return numbered


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


def index(conn: Connection, numbered: Iterable[tuple[int, Event]]) -> None:
    """Note what events speak about and what they can be found by."""
    numbered = list(numbered)
    search.index(conn, ((version, event.title, _read(event)) for version, event in numbered))
    for chunk in logs.chunks(numbered):
        references = [
            {
                "event_id": event.id,
                "kind": "rival" if isinstance(event, Development) else event.kind,
                "target": target,
            }
            for _, event in chunk
            if (target := target_of(event))
        ]
        if references:
            conn.execute(insert(reference), references)
        conn.execute(
            insert(mention),
            [
                {"what": what, "word": word, "version": version}
                for version, event in chunk
                for what, word in sorted(set(_mentions(event)))
            ],
        )


def _read(event: Event) -> str:
    """What people read of an event beside its title."""
    words = [event.id, event.place, event.summary, *event.tags]
    for actor in event.actors:
        words += (actor.party, actor.body, actor.person, actor.role)
    words += (figure.name for figure in event.figures)
    for source in event.sources:
        words += (source.title, source.publisher, source.cites, source.url)
    if isinstance(event, Correction):
        words += (event.content.title, event.content.summary)
    return " ".join(word for word in words if word)


def _mentions(event: Event) -> Iterator[tuple[str, str]]:
    yield "kind", event.kind
    yield from (("tag", tag) for tag in event.tags)
    yield from (("party", actor.party) for actor in event.actors if actor.party)
    yield from (("introduces", subject) for subject in introduces(event))
    for effect in effects_of(event):
        yield "subject", effect.subject
        yield from (("party", code) for code in effect.parties() if code != "*")
        yield from (("about", other) for other in effect.refers())


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
    conn: Connection, ids: Collection[str], *, known_by: date, at_version: int | None = None
) -> Iterator[Told]:
    """The events *ids* as all that was said about them, by *known_by*, leaves them."""
    about = _about(conn, ids, at_version=at_version)
    disputed = _rivals(conn, ids, known_by=known_by, at_version=at_version)
    for name in ids:
        entry = logs.entry(conn, name)
        if entry is None or (at_version is not None and entry.version > at_version):
            continue
        found = standing(from_content(entry.content), about, known_by)
        yield Told(
            name,
            entry.version,
            found.public,
            entry.recorded,
            json.loads(content_of(found.event)),
            found.corrected_by,
            found.retracted_by,
            found.corroborated_by,
            tuple(disputed.get(name, ())),
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
    found: dict[str, list[str]] = {}
    for chunk in logs.chunks(sorted(ids)):
        query = (
            select(reference.c.target, reference.c.event_id)
            .join(log, log.c.event_id == reference.c.event_id)
            .where(reference.c.kind == "rival", reference.c.target.in_(chunk))
            .where(log.c.reported <= known_by.isoformat())
            .order_by(reference.c.event_id)
        )
        if at_version is not None:
            query = query.where(log.c.version <= at_version)
        for row in conn.execute(query):
            found.setdefault(row.target, []).append(row.event_id)
    return found


def subjects_of(conn: Connection, ids: Collection[str]) -> set[str]:
    """The subjects that the events *ids*, and what was said about them, assign anything to."""
    found: set[str] = set()
    for chunk in logs.chunks(sorted(roots_of(conn, ids))):
        subjects = select(assignment.c.subject).where(assignment.c.event.in_(chunk)).distinct()
        found |= set(conn.scalars(subjects))
    return found


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


def project(conn: Connection, numbered: Sequence[tuple[int, Event]]) -> set[Part]:
    """Take events that were just appended into the assignments; the parts they touch."""
    index(conn, numbered)
    spoken_of = roots_of(
        conn, [event.id for _, event in numbered if not isinstance(event, Development)]
    )
    touched: set[Part] = set()
    for chunk in logs.chunks(sorted(spoken_of)):
        touched |= _forget(conn, chunk)
    fresh = [
        event
        for _, event in numbered
        if isinstance(event, Development) and event.id not in spoken_of
    ]
    touched |= _assign(conn, fresh, {})
    for chunk in logs.chunks(sorted(spoken_of)):
        touched |= _assign(conn, *stories(conn, chunk))
    return touched


def _forget(conn: Connection, roots: Sequence[str]) -> set[Part]:
    mine = assignment.c.event.in_(roots)
    rows = conn.execute(select(assignment.c.subject, assignment.c.part).where(mine).distinct())
    touched = {(row.subject, row.part) for row in rows}
    conn.execute(delete(assignment).where(mine))
    return touched


def _assign(
    conn: Connection, roots: Iterable[Development], about: dict[str, list[Event]]
) -> set[Part]:
    touched: set[Part] = set()
    said = (
        each for root in roots for content in counted(root, about) for each in assignments(content)
    )
    for chunk in logs.chunks(said):
        touched |= {(each.subject, each.part) for each in chunk}
        conn.execute(insert(assignment), [_assignment_row(each) for each in chunk])
    return touched


def refold(
    conn: Connection,
    parts: Collection[Part],
    *,
    lines: Collection[Part] = (),
    fresh: Collection[str] = (),
) -> list[Problem]:
    """Fold *parts* anew; what is wrong with them, which the caller must not let stand.

    Args:
        lines: parts that were just written, those of lines of measures among which must have
            a scope.
        fresh: the events that were just added, whose problems these are.
    """
    problems: list[Problem] = []
    by_subject: dict[str, set[Part]] = {}
    for part in parts:
        by_subject.setdefault(part[0], set()).add(part)
    for chunk in logs.chunks(sorted(by_subject)):
        wanted = set().union(*(by_subject[subject] for subject in chunk))
        _forget_facts(conn, wanted)
        rows = conn.execute(
            select(assignment)
            .where(assignment.c.subject.in_(chunk))
            .order_by(assignment.c.subject, assignment.c.part)
        )
        rows_of = groupby(map(assignment_of, rows), key=lambda each: (each.subject, each.part))
        present: set[Part] = set()
        facts: list[dict[str, Any]] = []
        for name, group in rows_of:
            mine = [each for each in group if each.against is None]
            if mine:
                present.add(name)
            if name in wanted:
                problems += (_clash(*pair, fresh) for pair in clashes(mine))
                facts += (_fact_row(each) for each in fold(mine))
        for some in logs.chunks(facts):
            conn.execute(insert(fact), some)
        problems += (
            Problem(
                f"line {line} of {subject} has no scope, so it would never be in force: add a "
                f'scope-set effect with line = "{line}"'
            )
            for subject, line in lines_without_scope(present)
            if (subject, f"line/{line}") in lines
        )
    return problems


def _forget_facts(conn: Connection, parts: Collection[Part]) -> None:
    for subject, group in groupby(sorted(parts), key=lambda part: part[0]):
        names = [part for _, part in group]
        for some in logs.chunks(names):
            conn.execute(delete(fact).where(fact.c.subject == subject, fact.c.part.in_(some)))


def _clash(one: Assignment, other: Assignment, fresh: Collection[str]) -> Problem:
    told = [each.decided.event for each in (other, one) if each.decided.event in fresh]
    return Problem(
        f"{other.decided.event} and {one.decided.event} are decisions of one day and write "
        f"different values to {one.part} of {one.subject} ({other.value} and {one.value}): "
        "give the one that counts an order, such as order = 1",
        next(iter(told), other.decided.event),
    )


def fold_everything(conn: Connection) -> None:
    """Throw the facts away and fold all assignments again."""
    conn.execute(delete(fact))
    rows = logs.streamed(conn, select(assignment).order_by(assignment.c.subject, assignment.c.part))
    grouped = groupby(map(assignment_of, rows), key=lambda each: (each.subject, each.part))
    facts = (
        _fact_row(each)
        for _, group in grouped
        for each in fold(each for each in group if each.against is None)
    )
    for some in logs.chunks(facts):
        conn.execute(insert(fact), some)


def forget_projections(conn: Connection) -> None:
    """Throw away everything that is computed from the log."""
    for table in (fact, assignment, mention, reference, projection):
        conn.execute(delete(table))
    search.forget(conn)


def mark_folded(conn: Connection, version: int) -> None:
    """Note that the facts have seen the log up to *version*."""
    conn.execute(delete(projection).where(projection.c.name == PROJECTION))
    conn.execute(insert(projection).values(name=PROJECTION, version=version))


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


def _assignment_row(each: Assignment) -> dict[str, Any]:
    row = each._asdict()
    decided = row.pop("decided")
    days = ("since", "until", "maybe_since", "maybe_until", "known", "known_until")
    row |= {name: row[name].isoformat() for name in days}
    return row | {
        "earliest": decided.earliest.isoformat(),
        "latest": decided.latest.isoformat(),
        "order": decided.order,
        "event": decided.event,
        "place": decided.place,
    }


def _fact_row(each: Fact) -> dict[str, Any]:
    row = each._asdict()
    days = ("since", "until", "known", "known_until", "decided")
    return row | {name: row[name].isoformat() for name in days}
