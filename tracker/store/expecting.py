"""Expecting: whether anything was said of a subject since somebody last looked."""

from __future__ import annotations

import json
from typing import NamedTuple

from sqlalchemy import Connection, select

from tracker.store import log as logs
from tracker.store.tables import log, mention, reference


class Since(NamedTuple):
    """An event that came meanwhile."""

    version: int
    event_id: str
    title: str


def since(conn: Connection, subject: str, version: int, *, last: int) -> list[Since]:
    """The events about *subject* after a version up to *last*, and those that speak of any.

    An event is about a subject when it has an effect on it.
    """
    new = log.c.version > version, log.c.version <= last
    about = (
        select(log.c.event_id)
        .join(mention, mention.c.version == log.c.version)
        .where(mention.c.what == "subject", mention.c.word == subject, *new)
    )
    found = set(conn.scalars(about))
    speaking = (
        select(log.c.event_id)
        .join(reference, reference.c.event_id == log.c.event_id)
        .where(reference.c.kind != "rival", *new)
    )
    others = set(conn.scalars(speaking)) - found
    if others:
        mine = logs.ids_about(conn, [subject], at_version=last)
        found |= {each for each in others if not mine.isdisjoint(_spoken_of(conn, each))}
    rows: list[Since] = []
    for chunk in logs.chunks(sorted(found)):
        query = select(log.c.version, log.c.event_id, log.c.content)
        rows += (
            Since(row.version, row.event_id, json.loads(row.content)["title"])
            for row in conn.execute(query.where(log.c.event_id.in_(chunk)))
        )
    return sorted(rows)


def _spoken_of(conn: Connection, event_id: str) -> set[str]:
    """The development that an event speaks of, at any remove, and all on the way to it."""
    found: set[str] = set()
    target: str | None = event_id
    while target is not None and target not in found:
        found.add(target)
        target = conn.scalar(
            select(reference.c.target).where(
                reference.c.event_id == target, reference.c.kind != "rival"
            )
        )
    return found
