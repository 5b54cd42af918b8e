"""Changes: what is different between two states, and why.

Two coordinates differ in the day, in the knowledge, or in both.  What is different already
on the later day by the earlier knowledge is *the world* that changed; what only the later
knowledge shows was *learned*; and *corrected*, where a correction or retraction brought it to
a reader who had heard of the event and had it wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from tracker.domain.state import Held, State, SubjectState

if TYPE_CHECKING:
    from tracker.domain.corrected import Corrected

Cause: TypeAlias = Literal["world", "learned", "corrected"]
What: TypeAlias = Literal["added", "removed", "changed", "restated"]

Why: TypeAlias = Callable[[str, str, date], "Iterable[Corrected]"]
"""Subject, part and day → what was corrected, between the two days of knowledge, of each of the
events that make the part something else on the day."""


@dataclass(frozen=True, slots=True)
class Change:
    """One part that is not as it was.

    ``restated``: the same value, by another event or over other days.  ``by`` are the
    corrections and retractions that came in between and have a part in it, by id.
    """

    part: str
    what: What
    cause: Cause
    before: Held | None
    after: Held | None
    by: tuple[str, ...] = ()

    @property
    def event(self) -> str:
        """The event that says so, or the correction that put right what it had said.

        For a value that is gone, the one that had said it.
        """
        held = self.after or self.before
        assert held is not None
        mended = self.cause == "corrected" and held.via in self.by
        return held.via if held.via and mended else held.event


@dataclass(frozen=True, slots=True)
class SubjectChanges:
    """What changed of one subject: its stage (None: not there), and its parts by name.

    ``turn`` is the part by which the stage changed: one of the parts, or a value that is due.
    """

    subject: str
    title: str
    stage_before: str | None
    stage_after: str | None
    parts: tuple[Change, ...]
    turn: Change | None = None


def changes(
    before: State,
    between: State,
    after: State,
    *,
    why: Why = lambda subject, part, day: (),
) -> list[SubjectChanges]:
    """What changed from *before* to *after*, by subject.

    Args:
        between: the state on the day of *after*, by the knowledge of *before*.
        why: what was corrected; asked only of what only the knowledge of *after* shows.
    """
    day = after.as_of.day
    first, middle, last = (_by_slug(state) for state in (before, between, after))
    found = []
    for subject in sorted({*first, *last}):
        old, mid, new = first.get(subject), middle.get(subject), last.get(subject)
        here = new or old
        assert here is not None
        sides = tuple(each.parts if each else {} for each in (old, mid, new))
        parts = tuple(_changed(subject, sides, day, why))
        stages = (old.stage if old else None, new.stage if new else None)
        turn = None
        if stages[0] != stages[1]:
            world = (mid.stage if mid else None) == stages[1]
            due = (
                each.due(state.as_of.day) if each else {}
                for each, state in zip((old, mid, new), (before, between, after), strict=True)
            )
            every = (*parts, *_changed(subject, tuple(due), day, why))
            turn = _turn(every, world=world)
        if parts or stages[0] != stages[1]:
            found.append(SubjectChanges(subject, here.title, *stages, parts, turn))
    return found


def _turn(changed: Iterable[Change], *, world: bool) -> Change | None:
    """The one of what *changed* that a stage most likely goes by."""
    by_part = sorted(changed, key=lambda each: (_bearing(each.part), *_turning(each)))
    alike = (each for each in by_part if (each.cause == "world") == world)
    return next(alike, None) or next(iter(by_part), None)


def _bearing(part: str) -> int:
    above = part.partition("/")[0]
    return _BEARING.index(above) if above in _BEARING else len(_BEARING)


def _turning(change: Change) -> tuple[int, str]:
    """Where a change stands among its like: the first that brings a value, the last that ends one.

    What was decided later does not bring what is there without it.
    """
    decided = _decided(change).toordinal()
    return decided if change.what == "added" else -decided, change.part


_BEARING = ("stage", "standing", "ended", "suspended", "line", "scope")


def _decided(change: Change) -> date:
    held = change.after or change.before
    assert held is not None
    return held.decided


def without_restated(found: Iterable[SubjectChanges]) -> list[SubjectChanges]:
    """*found* without the values that only another event says now."""
    kept = [
        replace(each, parts=tuple(part for part in each.parts if part.what != "restated"))
        for each in found
    ]
    return [each for each in kept if each.parts or each.stage_before != each.stage_after]


def _by_slug(state: State) -> dict[str, SubjectState]:
    return {subject.subject: subject for subject in state.subjects}


def _changed(
    subject: str, sides: tuple[Mapping[str, Held], ...], day: date, why: Why
) -> Iterator[Change]:
    before, between, after = sides
    for part in sorted({*before, *after}):
        one, mid, other = before.get(part), between.get(part), after.get(part)
        if one == other or _same_but_rivals(one, other):
            continue
        cause: Cause = "world"
        by: set[str] = set()
        if not (mid == other or _same_but_rivals(mid, other)):
            said = [each for on in _asked(mid, other, day) for each in why(subject, part, on)]
            cause = "corrected" if any(each.wrong for each in said) else "learned"
            by = by.union(*(each.by for each in said))
        yield Change(part, _what(one, other), cause, one, other, tuple(sorted(by)))


def _asked(mid: Held | None, other: Held | None, day: date) -> set[date]:
    """The days on which to ask why two values differ."""
    here = [each for each in (mid, other) if each]
    if not all(each.since <= day < each.until or each.possible for each in here):
        return {min(each.since for each in here)}
    if mid is None or other is None or _said(mid) != _said(other):
        return {day}
    # They say the same of the day, and begin or end on different ones.
    days = set()
    if mid.since != other.since:
        days.add(max(mid.since, other.since) - timedelta(days=1))
    if mid.until != other.until:
        days.add(min(mid.until, other.until))
    return days or {day}


def _said(held: Held) -> tuple[object, ...]:
    return held.value, held.certain, held.event, held.via, _possible(held)


def _same_but_rivals(one: Held | None, other: Held | None) -> bool:
    return one is not None and other is not None and _core(one) == _core(other)


def _core(held: Held) -> tuple[object, ...]:
    return (
        held.value,
        held.certain,
        held.since,
        held.until,
        held.event,
        held.via,
        tuple((each.value, each.event) for each in held.possible),
    )


def _what(before: Held | None, after: Held | None) -> What:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    same = (before.value, _possible(before)) == (after.value, _possible(after))
    return "restated" if same else "changed"


def _possible(held: Held) -> list[object]:
    return [each.value for each in held.possible]
