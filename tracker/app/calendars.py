"""Calendars: developments, meetings, and days on which measures change, as they are written.

A calendar of any length takes the same memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from tracker.app.telling import reader, told_of
from tracker.domain.dates import LAST, AsOf
from tracker.domain.state import names_party
from tracker.domain.told import Filter
from tracker.exports import ics
from tracker.store import facts, sorting, stories
from tracker.store import log as logs

_SUBJECT = attrgetter("subject")


def pieces(
    conn: Connection,
    wanted: Filter,
    at: AsOf,
    groups: Collection[str],
    *,
    first: date | None,
    last: date | None,
) -> Iterator[bytes]:
    """A calendar in pieces: its opening, one event each, by day and UID, and its end.

    Args:
        at: by whose knowledge it goes.
        groups: those that the party of *wanted* belongs to at *at*.
        first: only what is not over before this day.
        last: only what has begun by this day.
    """
    known_by = wanted.known_by
    suffix = f"-known-by-{known_by}" if known_by else ""
    name = "Tracker" + "".join(
        f" {word}" for word in (wanted.party, wanted.concerning, wanted.subject) if word
    )

    def rows(items: Iterable[ics.Item]) -> Iterator[sorting.Row]:
        for item in items:
            if ics.is_within(item, first, last):
                day = ics.day_of(item).isoformat()
                yield sorting.Row(day, item.uid, ics.written(item, suffix=suffix))

    yield ics.opening(
        name=name + (f" (known by {known_by})" if known_by else ""),
        description="Developments, meetings, and days on which measures change"
        + (f", as known by {known_by}" if known_by else ""),
    )
    # Nearly everything is an event of which nothing was said, and these come in order.
    moved = chain(_revised(conn, wanted), _dated_subjects(conn, wanted, at, groups))
    with sorting.by_day(conn, rows(moved)) as others:
        for row in merge(rows(_as_they_are(conn, wanted)), others):
            yield row.content
    yield ics.CLOSING


def _revised(conn: Connection, wanted: Filter) -> Iterator[ics.Item]:
    """The developments that others corrected, retracted or corroborated."""
    known_by = wanted.known_by or LAST
    for chunk in logs.chunks(logs.all_spoken_of(conn, wanted)):
        told = stories.told(conn, chunk, known_by=known_by)
        names = [each.id for each in told if each.reported <= known_by]
        for name, history in stories.histories_of(conn, names).items():
            yield from ics.revised(history, ics.development(name, known_by))


def _dated_subjects(
    conn: Connection, wanted: Filter, at: AsOf, groups: Collection[str]
) -> Iterator[ics.Item]:
    """Meetings, and the days on which measures change."""
    read = reader()
    if wanted.subject is None:
        slugs = logs.each_introduced(conn, "measure", "meeting")
    else:
        slugs = iter([wanted.subject])
    kinds = tuple(f"{each}/" for each in ("meeting", "measure"))
    if wanted.concerning:
        kinds = tuple(each for each in kinds if each == f"{wanted.concerning}/")
    dated = (slug for slug in slugs if slug.startswith(kinds))
    for chunk in logs.chunks(dated, logs.SUBJECTS_AT_ONCE):
        held = {slug: list(known) for slug, known in groupby(facts.about(conn, chunk), _SUBJECT)}
        party = wanted.party
        names = [
            slug
            for slug in chunk
            if party is None or names_party(held.get(slug, ()), party, groups)
        ]
        plain = stories.plainly_about(conn, names)
        again = []
        for slug, entries in plain.items():
            instants = {entry.recorded for entry in entries or ()}
            if entries is None or len(instants) != 1:
                again.append(slug)
                continue
            known = [
                fact for fact in held.get(slug, ()) if fact.known <= at.knowledge < fact.known_until
            ]
            sources = _Sources(entries, read)
            items = ics.shown(slug)(slug, known, sources)
            yield from ics.stamped(items, datetime.fromisoformat(entries[0].recorded))
        for slug, history in stories.histories_about(conn, again).items():
            yield from ics.revised(history, ics.of_subject(slug, at.knowledge))


def _as_they_are(conn: Connection, wanted: Filter) -> Iterator[ics.Item]:
    """The developments of which nothing was said, by day, then by UID."""
    read = reader()
    for entry in logs.unspoken_of(conn, wanted, ending=ics.DEVELOPMENT):
        if wanted.known_by is None or entry.reported <= wanted.known_by:
            yield from ics.told_items(told_of(entry, read), _instant(entry.recorded))


@lru_cache(maxsize=1 << 12)
def _instant(recorded: str) -> datetime:
    return datetime.fromisoformat(recorded)


class _Sources(Mapping[str, Sequence[str]]):
    """The addresses of the sources of some events, read when they are asked for."""

    def __init__(self, entries: Iterable[logs.Entry], read: Callable[[str], Any]) -> None:
        self._contents = {entry.event_id: entry.content for entry in entries}
        self._read = read

    def __getitem__(self, event: str) -> Sequence[str]:
        return [source["url"] for source in self._read(self._contents[event])["sources"]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)
