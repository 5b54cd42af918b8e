"""Disputing: which rivals bear on a subject, and what each of them would have of it.

Most subjects have none, and nothing more is asked of the database about those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from sqlalchemy import Connection

from tracker.domain.dates import AsOf
from tracker.domain.disputes import Dispute, Side, place_of, sides
from tracker.domain.timeline import Assignment
from tracker.store import facts
from tracker.store import log as logs


class Disputes:
    """The other sides of each subject of an answer; the facts are those of the database.

    Args:
        at: the coordinate of the answer.
        subject: the one that is asked about; left out, there may be many.
    """

    def __init__(self, conn: Connection, at: AsOf, *, subject: str | None = None) -> None:
        self._conn = conn
        self._at = at
        self._subject = subject
        self._found: dict[str, list[Assignment]] = {}

    def __call__(self, subject: str, events: Collection[str]) -> Iterator[Side]:
        pairs = sorted(self._pairs(subject, events))
        if not pairs:
            return iter(())
        disputed = {event for pair in pairs for event in pair}
        said = facts.said_beside(self._conn, self._at, subject, disputed)
        return sides(said, self._disputes(pairs, said))

    def _disputes(
        self, pairs: Iterable[tuple[str, str]], said: Collection[Assignment]
    ) -> Iterator[Dispute]:
        for rival, against in pairs:
            if self._anywhere(rival, said):
                yield Dispute(rival, against, place_of(self._anywhere(against, said)))

    def _pairs(self, subject: str, events: Collection[str]) -> set[tuple[str, str]]:
        """The rivals that may say another thing of *subject*, each with what it disagrees with."""
        if self._subject is None:
            own, others = self._rivals
            return own.get(subject, set()).union(*map(others.__getitem__, others.keys() & events))
        own_pairs = _pairs_of(facts.rivals_at(self._conn, self._at, subject=subject))
        return own_pairs | set(logs.rivals_of(self._conn, events))

    @cached_property
    def _rivals(self) -> tuple[dict[str, set[tuple[str, str]]], dict[str, set[tuple[str, str]]]]:
        """The rivals that are known: by the subjects of theirs, and by what they disagree with."""
        own: dict[str, set[tuple[str, str]]] = {}
        others: dict[str, set[tuple[str, str]]] = {}
        for each in facts.rivals_at(self._conn, self._at):
            for pair in _pairs_of([each]):
                own.setdefault(each.subject, set()).add(pair)
                others.setdefault(pair[1], set()).add(pair)
        return own, others

    def _anywhere(self, event: str, said: Iterable[Assignment]) -> list[Assignment]:
        """What *event* says of a subject, else of any other, as known at the coordinate."""
        here = [each for each in said if each.decided.event == event]
        if not here and event not in self._found:
            self._found[event] = self._known(self._said_by(event))
        return here or self._found[event]

    def _known(self, said: Iterable[Assignment]) -> list[Assignment]:
        known = self._at.knowledge
        return [each for each in said if each.known <= known < each.known_until]

    def _said_by(self, event: str) -> Iterable[Assignment]:
        return facts.said_by(self._conn, event)


class FoldedDisputes(Disputes):
    """The same at a version of the log, or by a reading, from what was assigned by then.

    Args:
        said: what was assigned, rivals and all, by no reading.
        read: the rival that the answer is read by, and what it disagrees with.
    """

    def __init__(
        self,
        conn: Connection,
        at: AsOf,
        said: Iterable[Assignment],
        read: tuple[str, str] | None,
    ) -> None:
        super().__init__(conn, at)
        self._by_subject: dict[str, list[Assignment]] = {}
        for each in self._known(said):
            self._by_subject.setdefault(each.subject, []).append(each)
        self._read = read

    def __call__(self, subject: str, events: Collection[str]) -> Iterator[Side]:
        said = self._by_subject.get(subject, [])
        events = {each.decided.event for each in said}
        read_here = [self._read] if self._read and not events.isdisjoint(self._read) else []
        # Another rival of what is disputed would stand in the place of the one that is read.
        events.update(*read_here)
        others = logs.rivals_of(self._conn, events, at_version=self._at.at_version)
        pairs = _pairs_of(said).union(others, read_here)
        disputes = list(self._disputes(sorted(pairs), said))
        read = next((each for each in disputes if each[:2] == self._read), None)
        return sides(said, disputes, read)

    def _said_by(self, event: str) -> Iterable[Assignment]:
        if self._at.at_version is None:
            return facts.said_by(self._conn, event)
        from tracker.store import stories

        return stories.said_by(self._conn, event, at_version=self._at.at_version)


def _pairs_of(said: Iterable[Assignment]) -> set[tuple[str, str]]:
    return {(each.decided.event, each.against) for each in said if each.against is not None}
