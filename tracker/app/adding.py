"""Adding to the log: all of a batch or none of it, only what is new, and nothing unexpected."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.told import difference
from tracker.errors import BadEntries, NotFound, Problem, TrackerError, no_such
from tracker.store import facts
from tracker.store import log as logs

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.catalogue import Batch
    from tracker.domain.timeline import Fact


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: how many events it added, how many the log had already, its version.

    ``ids`` are those of the added ones; none where they were too many to come in one piece.
    """

    added: int
    already: int
    version: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a load would do: the events it would add, the facts it would end and bring."""

    loaded: Loaded
    gone: list[Fact]
    new: list[Fact]


@dataclass(frozen=True, slots=True)
class Expected:
    """That nothing was said of a subject after a version of the log."""

    subject: str
    version: int


class NotExpected(TrackerError):
    """Somebody was there first: a subject that was expected to be as it was has changed."""

    code = "not-expected"


class ChangedEvent(TrackerError):
    """The log already has an event with this id, and other content."""

    code = "changed-event"

    def __init__(self, event: str, difference: str, *, place: str = "") -> None:
        self.event = event
        self.difference = difference
        super().__init__(
            f"{place + ': ' if place else ''}{event} is already in the log, with other content:\n"
            f"{difference}\n"
            "The log is never rewritten. Say what is right in a new event: tracker correct "
            f"{event}"
        )


@contextmanager
def much_made() -> Iterator[None]:
    """Where so much is made and thrown away that looking for garbage takes a part of the time."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def add(
    conn: Connection, batch: Batch, expected: Collection[Expected], recorded: datetime
) -> Loaded:
    """Append the events of *batch* that the log lacks; the caller undoes it where this raises.

    Args:
        recorded: the instant that it is; events count as recorded then, or with the last one
            of the log where a clock jumped back.
    """
    if not expected:
        return _add(conn, batch, recorded)
    last = logs.size(conn)
    try:
        loaded = _add(conn, batch, recorded)
    except TrackerError:
        # What is wrong may be so because somebody was there first.
        _require_expected(conn, expected, last)
        raise
    if loaded.added:
        _require_expected(conn, expected, last)
    return loaded


def preview(
    conn: Connection, batch: Batch, expected: Collection[Expected], recorded: datetime
) -> Preview:
    """Append the events of *batch*, and say what that did to the facts; the caller undoes it."""
    from tracker.domain.events import effects_of
    from tracker.domain.review import speaks_of
    from tracker.store import stories

    subjects = {effect.subject for event in batch.events for effect in effects_of(event)}
    targets = {target for event in batch.events if (target := speaks_of(event))}
    subjects |= stories.subjects_of(conn, targets)
    before = _all_facts(conn, subjects)
    loaded = add(conn, batch, expected, recorded)
    after = _all_facts(conn, subjects)
    return Preview(
        loaded,
        gone=[fact for fact in before if fact not in set(after)],
        new=[fact for fact in after if fact not in set(before)],
    )


def _add(conn: Connection, batch: Batch, recorded: datetime) -> Loaded:
    from tracker.store import loading

    unread = loading.Unread(batch.broken, batch.named)
    with much_made():
        # A clock that jumps back must not turn the order of the log around.
        recorded = max(recorded, logs.last_recorded(conn))
        taken = loading.take(conn, batch.records(), recorded=recorded, unread=unread)
    batch.find([*taken.twice, *(each.event for each in taken.problems)])
    found = [*batch.problems, *map(batch.located, taken.problems)]
    found += map(batch.repeated, taken.twice)
    changed = [
        ChangedEvent(name, difference(there, here), place=batch.place_of(name))
        for name, there, here in taken.changed
    ]
    found += [Problem(str(error)) for error in changed]
    if len(changed) == len(found) == 1:
        raise changed[0]
    if found:
        problems = sorted(found, key=lambda each: (each.path, each.line))
        raise BadEntries(problems, unread=bool(batch.broken))
    return Loaded(taken.added, taken.already, logs.size(conn), tuple(taken.ids))


def _require_expected(conn: Connection, expected: Collection[Expected], last: int) -> None:
    from tracker.store import expecting

    for each in expected:
        if each.version > last:
            raise NotFound(f"the log is at version {last}; {each.version} is not there yet")
        if not logs.introduced(conn, [each.subject]):
            raise NotFound(no_such("subject", each.subject, logs.all_introduced(conn)))
        came = expecting.since(conn, each.subject, each.version, last=last)
        if came:
            lines = [f"  version {one.version}: {one.event_id}: {one.title}" for one in came]
            raise NotExpected(
                "\n".join(
                    [
                        f"{each.subject} is not as it was at version {each.version}; since then "
                        "the log received:",
                        *lines,
                        f"Nothing was added. Look at it, and add with {each.subject}@{last}",
                    ]
                )
            )


def _all_facts(conn: Connection, subjects: Collection[str]) -> list[Fact]:
    return [fact for subject in sorted(subjects) for fact in facts.timeline(conn, subject)]
