"""Telling: what events say, as later ones that speak of them leave it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection

from tracker.domain.dates import LAST
from tracker.domain.told import Filter, Published, Told
from tracker.store import log as logs


def each_told(
    conn: Connection, wanted: Filter, entries: Iterable[logs.Entry]
) -> Iterator[tuple[logs.Entry, Told]]:
    """Those of *entries* that were known by the day of *wanted*, and as they were known."""
    read = reader()
    for chunk in logs.chunks(entries):
        said = said_of(conn, wanted, chunk)
        for entry in chunk:
            told = said.get(entry.event_id) or told_of(entry, read)
            if is_asked(wanted, told, spoken_of=entry.event_id in said):
                yield entry, told


def is_asked(wanted: Filter, told: Told, *, spoken_of: bool) -> bool:
    """Whether an event that a query found is as *wanted*, as what others said leaves it.

    Args:
        spoken_of: whether they said anything; else it says what the query went by.
    """
    if wanted.known_by is not None and told.reported > wanted.known_by:
        return False
    if not spoken_of or not (wanted.words() or wanted.concerning):
        return True
    from tracker.domain.events import read_event
    from tracker.domain.records import is_about

    return is_about(read_event(told.content), wanted)


def said_of(conn: Connection, wanted: Filter, entries: Collection[logs.Entry]) -> dict[str, Told]:
    """The events among *entries*, a chunk, of which others said something, as that leaves them."""
    ids = [entry.event_id for entry in entries]
    spoken_of = logs.spoken_of(conn, ids, at_version=wanted.at_version)
    if not spoken_of:
        return {}
    from tracker.store import stories

    told = stories.told(
        conn,
        [entry for entry in entries if entry.event_id in spoken_of],
        known_by=wanted.known_by or LAST,
        at_version=wanted.at_version,
    )
    return {each.id: each for each in told}


def told_by_id(conn: Connection, wanted: Filter, ids: Iterable[str]) -> dict[str, Told]:
    """The events *ids* and those that speak of them, as known at the coordinate of *wanted*."""
    found: dict[str, Told] = {}
    missing = set(ids)
    while missing:
        for chunk in logs.chunks(logs.named(conn, missing)):
            said = said_of(conn, wanted, chunk)
            found |= {each.event_id: said.get(each.event_id) or told_of(each) for each in chunk}
        speaking = {name for told in found.values() for name in _speaking_of(told)}
        missing = speaking - found.keys()
    return dict(sorted(found.items()))


def published(conn: Connection, first: int, last: int, *, known_by: date) -> list[Published]:
    """What the log received from version *first* to *last*, as all of it stood at *last*.

    The events themselves, and those that they correct, retract or corroborate, at any remove;
    the latest word first.

    Args:
        known_by: only what was first public by this day, and what was said of it by then.
    """
    from tracker.store import stories

    received = [each for each in logs.between(conn, first, last) if each.reported <= known_by]
    heads = stories.heads(conn, [each.event_id for each in received])
    latest: dict[str, logs.Entry] = {}
    for entry in received:
        name: str | None = entry.event_id
        while name:
            latest[name] = entry
            head = heads[name]
            name = None if head.rival else head.target
    wanted = Filter(known_by=known_by, at_version=last)
    found = []
    for chunk in logs.chunks(logs.named(conn, latest)):
        said = said_of(conn, wanted, chunk)
        found += [said.get(each.event_id) or told_of(each) for each in chunk]
    found.sort(key=lambda each: (latest[each.id].version, each.version), reverse=True)
    return [
        Published(each, latest[each.id].recorded) for each in found if each.reported <= known_by
    ]


def _speaking_of(told: Told) -> Iterator[str]:
    yield from filter(None, (told.corrected_by, told.retracted_by))
    yield from told.corroborated_by


def reader() -> Callable[[str], Any]:
    """What reads much JSON: it takes half the time of the standard library."""
    from pydantic_core import from_json

    return partial(from_json, cache_strings="keys")


def told_of(entry: logs.Entry, read: Callable[[str], Any] = json.loads) -> Told:
    version, event_id, reported, recorded, content = entry
    return Told(event_id, version, reported, recorded, read(content))
