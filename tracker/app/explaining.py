"""Explaining: what was corrected between two coordinates, and on the way to an answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from tracker.app.telling import told_by_id
from tracker.domain import changes
from tracker.domain.dates import LAST, AsOf
from tracker.domain.state import SubjectState
from tracker.domain.timeline import Assignment
from tracker.domain.told import Filter, Told
from tracker.domain.why import Reason, Why, mattering

if TYPE_CHECKING:
    from tracker.domain.corrected import Corrected
    from tracker.domain.told import Recorded

Said = Callable[[AsOf, str], Sequence[Assignment]]
"""A coordinate and a subject → what is assigned to it there, by any day of knowledge."""


def correcting(
    conn: Connection, before: AsOf, after: AsOf, versions: tuple[int, int], said: Said
) -> changes.Why:
    """What was corrected between two coordinates, for whoever asks why a part differs.

    Args:
        versions: those that the log is, or is taken to be, at.
    """
    known = before.knowledge, after.knowledge

    @cache
    def of(root: str) -> Corrected:
        from tracker.domain.corrected import Reader, corrected
        from tracker.store import stories

        history = stories.histories_of(conn, [root])[root]
        one, other = map(Reader, known, versions)
        return corrected(root, history, one, other)

    @cache
    def corrected_of(subject: str) -> set[str]:
        from tracker.store import stories

        return stories.corrected_about(conn, subject)

    @cache
    def parts_of(subject: str) -> list[dict[str, list[Assignment]]]:
        return [_by_part(said(at, subject)) for at in (before, after)]

    def why(subject: str, part: str, day: date) -> Iterable[Corrected]:
        # Nothing was ever said of most events, and then there is nothing to look for.
        roots = corrected_of(subject)
        if not roots:
            return []
        one, other = (parts.get(part, []) for parts in parts_of(subject))
        return [of(root) for root in mattering(one, other, day, known) & roots]

    return why


def _by_part(said: Iterable[Assignment]) -> dict[str, list[Assignment]]:
    mine = sorted((each for each in said if each.against is None), key=attrgetter("part"))
    return {part: list(some) for part, some in groupby(mine, key=attrgetter("part"))}


def whys(
    conn: Connection,
    at: AsOf,
    version: int,
    subject: str,
    reasons: Collection[Reason],
    here: SubjectState | None,
) -> list[Why]:
    """*reasons* with the events that bear them out, and what was said of these.

    Args:
        version: that the log is, or is taken to be, at.
        here: what the subject is at the coordinate; None when nothing holds of it.
    """
    from tracker.domain.corrected import Reader, corrected, heard
    from tracker.store import stories

    roots = stories.corrected_about(conn, subject)
    histories = stories.histories_of(conn, roots, at_version=at.at_version)
    one, other = Reader(at.knowledge, version), Reader(LAST, version)
    known, all_known = (
        Filter(known_by=at.known_by, at_version=at.at_version),
        Filter(at_version=at.at_version),
    )
    found = []
    for each in reasons:
        shown = [each.deciding, each.instead, *each.perhaps, *each.overridden]
        later = [each.hindsight, *each.later]
        covering = (
            (root, history)
            for root, history in histories.items()
            if history and _ever_covers(root, history, subject, each.part, at)
        )
        way = {it.id for root, history in covering for it in heard(root, history, one)}
        by: set[str] = set()
        for root in (each.mattering & histories.keys()) if each.changed else ():
            by |= corrected(root, histories[root], one, other).by
        found.append(
            Why(
                each,
                here.parts.get(each.part) if here else None,
                here.rivals(each.part) if here else (),
                told_by_id(conn, known, _saying(shown)),
                told_by_id(conn, all_known, _saying(later)),
                _in_order(told_by_id(conn, known, way), way),
                _in_order(told_by_id(conn, all_known, by), by),
            )
        )
    return found


def _saying(said: Iterable[Assignment | None]) -> set[str]:
    there = [each for each in said if each]
    return {each.decided.event for each in there} | {each.via for each in there if each.via}


def _in_order(told: Mapping[str, Told], ids: Collection[str]) -> tuple[Told, ...]:
    return tuple(sorted((told[each] for each in ids), key=attrgetter("reported", "version")))


def _ever_covers(root: str, history: Sequence[Recorded], subject: str, part: str, at: AsOf) -> bool:
    """Whether the event, as it stands or stood, ever said anything of the part on the day."""
    from tracker.domain.corrections import Counted, Story, by_target
    from tracker.domain.dates import EVER, FIRST
    from tracker.domain.timeline import assignments

    events = [each.event for each in history]
    first = next((each for each in events if each.id == root), None)
    if first is None or (getattr(first, "against", None) and first.id != at.reading):
        return False
    return any(
        (each.subject, each.part) == (subject, part)
        and each.maybe_since <= at.day < each.maybe_until
        for content in Story(first, by_target(events)).contents()
        for each in assignments(Counted(FIRST, EVER, content, None))
    )
