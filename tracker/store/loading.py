"""Loading: records go into the log and its projections, all of them or none.

Nothing is kept of a record once it is written but the subjects in it, so that what a load
takes of memory is bounded.  References are looked at when all is in, in any order.
Whoever calls takes everything back when anything is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, bindparam, select

from tracker.domain.records import Record, record_of
from tracker.domain.review import Head, introduced_by, review, standing_alone, subjects_named
from tracker.errors import Problem
from tracker.store import appending, plain, refolding, staging
from tracker.store import log as logs
from tracker.store.stories import events_since, heads
from tracker.store.tables import log, mention


@dataclass(slots=True)
class Taken:
    """What became of a batch.

    ``added`` and ``already`` are how many events the log lacked and had; ``ids`` are those of
    the added ones, where they came in one piece.  ``changed`` are the events that the log has
    with other content: id, content there and here.  ``twice`` are the ids that stand in the
    batch more than once.
    """

    added: int = 0
    ids: list[str] = field(default_factory=list)
    already: int = 0
    changed: list[tuple[str, str, str]] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Unread:
    """What is known of the entries of a batch that could not be read.

    ``ids`` are theirs, and ``subjects`` those that they name, so that nobody is told that
    they are missing.
    """

    ids: Collection[str] = ()
    subjects: Collection[str] = ()


def take(
    conn: Connection,
    chunks: Iterable[Sequence[Record]],
    *,
    recorded: datetime,
    unread: Unread,
) -> Taken:
    """Append the records that the log lacks, and fold what follows.

    Args:
        chunks: the records, some at a time.
        recorded: the instant, in UTC, at which the log received them.
        unread: what was not read; looked at when *chunks* are at their end.
    """
    version = logs.size(conn)
    load = _Load(conn, recorded, unread, version, version)
    chunks = iter(chunks)
    first, second = next(chunks, ()), next(chunks, None)
    if second is None:
        load.take_some(first)
    else:
        with staging.staging(conn):
            load.take_many(chain((first, second), chunks))
    refolding.mark_folded(conn, load.version)
    return load.taken


@dataclass(slots=True)
class _Load:
    conn: Connection
    recorded: datetime
    unread: Unread
    before: int
    version: int
    taken: Taken = field(default_factory=Taken)

    def take_some(self, records: Sequence[Record]) -> None:
        """Append *records*; those with which something is wrong are left out."""
        conn, taken = self.conn, self.taken
        fresh = self._lacking(records)
        taken.added = len(fresh)
        taken.ids = [each.id for each in fresh]
        wrong = list(self._wrong(fresh))
        bad = {each.event for each in wrong} | set(self.unread.ids)
        good = standing_alone(fresh, bad) if bad else fresh
        self._append(good)
        plain.add(conn, mention, sorted(appending.mentions(good, first=self.before + 1)))
        parts = refolding.assign(conn, good)
        names = {each.id for each in good}
        wrong += refolding.refold(conn, parts, fresh=names.__contains__)
        wrong += refolding.rings(conn, parts, fresh=names.__contains__)
        spoken_of = refolding.roots_spoken_of(conn, good)
        wrong += refolding.said_too_early(conn, spoken_of, fresh=names.__contains__)
        # A scope that is missing may stand in an entry that something else is wrong with.
        if not (wrong or bad or taken.changed or taken.twice):
            wrong += refolding.lines_without_scope(conn, good, parts)
        taken.problems = wrong

    def take_many(self, chunks: Iterable[Sequence[Record]]) -> None:
        """Append what *chunks* hold, and look at what they refer to when all is there."""
        conn, taken = self.conn, self.taken
        named: set[str] = set()
        introduced: set[str] = set()
        speaking: list[Record] = []
        for chunk in chunks:
            fresh = self._appended(chunk)
            taken.added += len(fresh)
            named |= subjects_named(fresh)
            introduced |= introduced_by(fresh)
            speaking += [_without_content(each) for each in fresh if each.target]
            first = self.version - len(fresh) + 1
            plain.add(conn, staging.mentioned, appending.mentions(fresh, first=first))
            plain.add(conn, staging.assigned, [row for each in fresh for row in each.assigned])
        wrong = list(review(speaking, heads=self._heads(speaking), introduced=()))
        missing = named - introduced
        missing -= self._introduced(missing)
        if missing:
            wrong += self._without_introduction(named - missing | introduced)
        bad = {each.event for each in wrong} | set(self.unread.ids)
        good = standing_alone(speaking, bad) if bad else speaking
        staging.settle(conn, without=bad)
        spoken_of = refolding.roots_spoken_of(conn, good) - bad
        touched = refolding.reassign(conn, spoken_of)
        if not (wrong or bad or taken.changed or taken.twice):
            wrong += refolding.touched_lines_without_scope(conn)
        staging.touch(conn, touched)
        if self.before:
            wrong += refolding.refold_touched(conn, fresh=self._is_fresh)
        else:
            wrong += refolding.fold_everything(conn)
        wrong += refolding.touched_rings(conn, fresh=self._is_fresh)
        wrong += refolding.said_too_early(conn, spoken_of, fresh=self._is_fresh)
        taken.problems = wrong

    # -- into the log -----------------------------------------------------------------------

    def _append(self, records: Sequence[Record]) -> None:
        if records:
            first = self.version + 1
            appending.append(self.conn, records, first=first, recorded=self.recorded)
            appending.index(self.conn, records, first=first)
            self.version += len(records)

    def _appended(self, records: Sequence[Record]) -> Sequence[Record]:
        """Append those of *records* that the log lacks, which are nearly always all of them."""
        ids = {each.id for each in records}
        if len(ids) < len(records) or logs.has_any(self.conn, ids):
            records = self._lacking(records)
        self._append(records)
        return records

    def _lacking(self, records: Sequence[Record]) -> list[Record]:
        """Those of *records* that the log lacks; notes what it has."""
        fresh: dict[str, Record] = {}
        for each in records:
            found = plain.row(self.conn, _CONTENT, event_id=each.id)
            if each.id in fresh or (found and found[0] > self.before):
                self.taken.twice.append(each.id)
            elif found is None:
                fresh[each.id] = each
            elif found[1] == each.content:
                self.taken.already += 1
            else:
                self.taken.changed.append((each.id, found[1], each.content))
        return list(fresh.values())

    def _is_fresh(self, event: str) -> bool:
        found = plain.row(self.conn, _CONTENT, event_id=event)
        return found is not None and found[0] > self.before

    # -- what is wrong ----------------------------------------------------------------------

    def _wrong(self, fresh: Sequence[Record]) -> Iterator[Problem]:
        missing = subjects_named(fresh) - introduced_by(fresh)
        return review(fresh, heads=self._heads(fresh), introduced=self._introduced(missing))

    def _introduced(self, subjects: Iterable[str]) -> set[str]:
        """Those of *subjects* that the log introduces, or an entry that could not be read may."""
        wanted = set(subjects)
        unread = wanted.intersection(self.unread.subjects)
        return unread | logs.introduced(self.conn, wanted - unread)

    def _heads(self, records: Sequence[Record]) -> dict[str, Head]:
        targets = {each.target for each in records if each.target} | set(self.unread.ids)
        found = heads(self.conn, targets) if targets else {}
        for name in self.unread.ids:
            found.setdefault(name, Head(name, "development"))
        return found

    def _without_introduction(self, introduced: Collection[str]) -> Iterator[Problem]:
        """What was appended is read again to say where the subjects stand that are missing."""
        for chunk in logs.chunks(events_since(self.conn, self.before)):
            records = [record_of(event)._replace(target=None) for _, event in chunk]
            yield from review(records, heads={}, introduced=introduced)


def _without_content(record: Record) -> Record:
    """As much of a record as tells what it speaks about."""
    return record._replace(content="", words="", mentions=[], named=[], stakes=[], assigned=[])


_CONTENT = select(log.c.version, log.c.content).where(log.c.event_id == bindparam("event_id"))
