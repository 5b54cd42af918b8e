"""Changes: what is different between two states, and why.

Two coordinates differ in the day, in the knowledge, or in both.  What is different already
on the later day by the earlier knowledge is *the world* that changed; what only the later
knowledge shows was *learned*, and where a correction or retraction brought it, *corrected*.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tracker.domain.state import Held, State, SubjectState

Cause: TypeAlias = Literal["world", "learned", "corrected"]
What: TypeAlias = Literal["added", "removed", "changed", "restated"]


@dataclass(frozen=True, slots=True)
class Change:
    """One part that is not as it was.

    ``restated``: the same value, by another event or over other days.
    """

    part: str
    what: What
    cause: Cause
    before: Held | None
    after: Held | None

    @property
    def event(self) -> str:
        """The event that says so; for a value that is gone, the one that had said it."""
        held = self.after or self.before
        assert held is not None
        return held.via or held.event


@dataclass(frozen=True, slots=True)
class SubjectChanges:
    """What changed of one subject: its stage (None: not there), and its parts by name."""

    subject: str
    title: str
    stage_before: str | None
    stage_after: str | None
    parts: tuple[Change, ...]


def changes(
    before: State, between: State, after: State, *, corrected: Collection[str] = ()
) -> list[SubjectChanges]:
    """What changed from *before* to *after*, by subject.

    Args:
        between: the state on the day of *after*, by the knowledge of *before*.
        corrected: events that a retraction took away between the two days of knowledge.
    """
    first, middle, last = (_by_slug(state) for state in (before, between, after))
    found = []
    for subject in sorted({*first, *last}):
        old, new = first.get(subject), last.get(subject)
        parts = tuple(_parts(old, middle.get(subject), new, corrected))
        stages = (old.stage if old else None, new.stage if new else None)
        if parts or stages[0] != stages[1]:
            here = new or old
            assert here is not None
            found.append(SubjectChanges(subject, here.title, *stages, parts))
    return found


def without_restated(found: Iterable[SubjectChanges]) -> list[SubjectChanges]:
    """*found* without the values that only another event says now."""
    kept = [
        replace(each, parts=tuple(part for part in each.parts if part.what != "restated"))
        for each in found
    ]
    return [each for each in kept if each.parts or each.stage_before != each.stage_after]


def _by_slug(state: State) -> dict[str, SubjectState]:
    return {subject.subject: subject for subject in state.subjects}


def _parts(
    old: SubjectState | None,
    middle: SubjectState | None,
    new: SubjectState | None,
    corrected: Collection[str],
) -> Iterator[Change]:
    before, between, after = (_held(subject) for subject in (old, middle, new))
    for part in sorted({*before, *after}):
        one, other = before.get(part), after.get(part)
        if one == other or _same_but_rivals(one, other):
            continue
        yield Change(
            part, _what(one, other), _cause(between.get(part), other, one, corrected), one, other
        )


def _held(subject: SubjectState | None) -> Mapping[str, Held]:
    return subject.parts if subject else {}


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


def _cause(
    between: Held | None, after: Held | None, before: Held | None, corrected: Collection[str]
) -> Cause:
    if between == after or _same_but_rivals(between, after):
        return "world"
    gone = between or before
    if after is not None and after.via and not (between and between.via == after.via):
        return "corrected"
    if gone is not None and gone.event in corrected:
        return "corrected"
    return "learned"
