"""A state: every subject on one day, going by what had been reported by another.

It is picked from the facts and builds nothing else: for each part the value that holds on
the day, with what may hold in its place, and for a part with nothing on the day the next
value that is due.  What can be derived from the parts, such as whether a measure is in
force, is derived here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from tracker.domain.dates import EVER, FIRST, AsOf, When
from tracker.domain.timeline import Assignment, Fact

STANDING_WORDS = frozenset({"title", "form", "imposer", "instrument", "legal-basis", "about", "of"})
"""The parts that hold on all days and so say nothing of whether a subject is there."""


@dataclass(frozen=True, slots=True)
class Rival:
    """What a part would be, had a rival event been right."""

    event: str
    value: Any
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Held:
    """The value of a part, the days on which it holds, and the event that says so.

    ``until`` is the first day on which it no longer does.  ``certain`` is False when a
    vague day leaves it open whether something else holds; ``possible`` is that something.
    """

    value: Any
    since: date
    until: date
    event: str
    via: str | None
    decided: date
    certain: bool = True
    since_hour: str | None = None
    until_hour: str | None = None
    possible: tuple[Held, ...] = ()
    rivals: tuple[Rival, ...] = ()

    @classmethod
    def of(cls, fact: Fact) -> Held:
        return cls(
            value=None if fact.value is None else json.loads(fact.value),
            since=fact.since,
            until=fact.until,
            event=fact.event,
            via=fact.via,
            decided=fact.decided,
            certain=fact.certain,
            since_hour=fact.since_hour,
            until_hour=fact.until_hour,
        )


@dataclass(frozen=True, slots=True)
class SubjectState:
    """One subject on one day.

    ``parts`` are those with a value (or a possible one) on the day; ``next`` those without,
    with the next value that is due; ``expired`` those whose value ran out and left nothing.
    """

    subject: str
    stage: str | None
    parts: Mapping[str, Held]
    next: Mapping[str, Held]
    expired: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        return self.subject.split("/", 1)[0]

    @property
    def title(self) -> str:
        return str(self.value("title") or self.subject)

    def value(self, part: str) -> Any:
        """What *part* is on the day; None when nothing certain is said."""
        held = self.parts.get(part)
        return held.value if held else None

    def under(self, prefix: str) -> dict[str, Held]:
        """The parts below *prefix*, by the rest of their names: ``party`` → ``JP`` → value."""
        return {
            name.removeprefix(prefix + "/"): held
            for name, held in self.parts.items()
            if name.startswith(prefix + "/")
        }

    def due(self, day: date) -> dict[str, Held]:
        """The values that are to come, by acts that occurred by *day*."""
        return {part: held for part, held in self.next.items() if held.decided <= day}

    def is_over(self, day: date) -> bool:
        """Whether it is a thing of the past: ended, expired, or a meeting held before *day*."""
        if self.kind != "meeting":
            return self.stage in ("ended", "expired")
        days = schedule_of(self)
        return self.stage in ("held", "cancelled") and (days is None or days[1] <= day)

    @property
    def lines(self) -> dict[str, Held]:
        """The lines of a measure that hold on the day, suspended or not: name → what it bears."""
        scopes = self.under("scope")
        return {
            name: held
            for name, held in self.under("line").items()
            if held.value is not None and name in scopes
        }


@dataclass(frozen=True, slots=True)
class State:
    """The subjects that are there at a coordinate, by slug."""

    as_of: AsOf
    subjects: tuple[SubjectState, ...] = field(default=())


def state(as_of: AsOf, facts: Iterable[Fact], rivals: Iterable[Assignment] = ()) -> State:
    """The state at *as_of*.

    Args:
        facts: those known at the coordinate that end after its day, sorted by subject,
            part and first day.
        rivals: the assignments of rival events known at the coordinate.
    """
    disputed = _by_event(rivals)
    subjects = (
        _subject(subject, group, as_of.day, disputed)
        for subject, group in groupby(facts, key=lambda fact: fact.subject)
    )
    return State(as_of, tuple(subject for subject in subjects if _is_there(subject, as_of.day)))


def _by_event(rivals: Iterable[Assignment]) -> dict[tuple[str, str, str], list[Rival]]:
    found: dict[tuple[str, str, str], list[Rival]] = {}
    for each in rivals:
        if each.against is None:
            continue
        rival = Rival(
            each.decided.event,
            None if each.value is None else json.loads(each.value),
            each.since,
            each.until,
        )
        found.setdefault((each.subject, each.part, each.against), []).append(rival)
    return found


def _subject(
    subject: str,
    facts: Iterable[Fact],
    day: date,
    disputed: Mapping[tuple[str, str, str], list[Rival]],
) -> SubjectState:
    parts: dict[str, Held] = {}
    due: dict[str, Held] = {}
    expired: set[str] = set()
    for part, group in groupby(facts, key=lambda fact: fact.part):
        certain: Held | None = None
        possible: list[Held] = []
        following: Held | None = None
        for fact in group:
            if fact.since > day:
                if following is None and fact.value is not None:
                    following = Held.of(fact)
            elif fact.certain:
                certain = Held.of(fact)
            else:
                possible.append(Held.of(fact))
        if certain and certain.value is None and not possible:
            expired.add(part)
            certain = None
        if certain or possible:
            parts[part] = _disputed(_seen(certain, possible), subject, part, disputed)
        elif following:
            due[part] = _disputed(following, subject, part, disputed)
    found = SubjectState(subject, None, parts, due, frozenset(expired))
    return replace(found, stage=_stage(found, day))


def _seen(certain: Held | None, possible: list[Held]) -> Held:
    """The last certain value, and what may hold in its place."""
    if not possible:
        assert certain is not None
        return certain
    if certain is None:
        first = possible[0]
        return replace(first, value=None, certain=False, possible=tuple(possible))
    return replace(certain, certain=False, possible=tuple(possible))


def _disputed(
    held: Held, subject: str, part: str, disputed: Mapping[tuple[str, str, str], list[Rival]]
) -> Held:
    rivals = disputed.get((subject, part, held.event))
    if not rivals:
        return held
    return replace(held, rivals=tuple(sorted(rivals, key=lambda rival: (rival.event, rival.since))))


def _stage(subject: SubjectState, day: date) -> str | None:
    if subject.kind == "measure":
        return _stage_of_measure(subject, day)
    part = "stage" if subject.kind in ("agreement", "talks") else "standing"
    said = subject.value(part)
    if said is None and subject.due(day):
        return "announced"
    return said if said is None else str(said)


def _stage_of_measure(subject: SubjectState, day: date) -> str | None:
    if subject.value("ended") is True:
        return "ended"
    lines = subject.lines
    if lines:
        if subject.value("suspended") is True:
            return "suspended"
        suspended = subject.under("suspended")
        if all(name in suspended and suspended[name].value is True for name in lines):
            return "suspended"
        return "in-force"
    if any(_begins_later(subject, name, day) for name in _line_names(subject)):
        return "announced"
    return "expired" if any(part.startswith("line/") for part in subject.expired) else None


def _line_names(subject: SubjectState) -> Iterator[str]:
    for part in (*subject.parts, *subject.next):
        if part.startswith("line/"):
            yield part.removeprefix("line/")


def _begins_later(subject: SubjectState, name: str, day: date) -> bool:
    """Whether both parts of the line hold on a later day, by acts that occurred by *day*."""
    halves = [
        subject.parts.get(part) or subject.next.get(part)
        for part in (f"scope/{name}", f"line/{name}")
    ]
    if any(half is None or half.decided > day for half in halves):
        return False
    begins = max(half.since for half in halves if half)
    return all(begins < half.until for half in halves if half)


def _is_there(subject: SubjectState, day: date) -> bool:
    if subject.kind == "measure":
        return subject.stage is not None
    if any(
        part not in STANDING_WORDS and (held.value is not None or held.possible)
        for part, held in subject.parts.items()
    ):
        return True
    return bool(subject.due(day))


def names_party(facts: Iterable[Fact], party: str, groups: Collection[str] = ()) -> bool:
    """Whether a meeting's or measure's facts name *party*, or a group that it belongs to.

    As a participant, as the one that imposes, or as a partner whose goods are in scope.
    """
    wanted = {"*", party, *groups}
    for fact in facts:
        value = Held.of(fact).value
        if fact.part == "imposer" and value == party:
            return True
        if fact.part == "participants" and party in (value or ()):
            return True
        if fact.part.startswith("scope/") and isinstance(value, Mapping):
            spared = party in value.get("except-partners", ())
            if wanted & set(value.get("partners", ())) and not spared:
                return True
    return False


def schedule_of(meeting: SubjectState) -> tuple[date, date] | None:
    """The first day of a meeting and the day after its last; None when no day is known."""
    schedule = meeting.value("schedule")
    if not schedule:
        return None
    start = When.read(schedule["start"])
    end = When.read(schedule["end"]) if schedule.get("end") else None
    if end is None:
        return start.earliest, start.latest + timedelta(days=1)
    # An end that names an hour lies within its day; a day is the first one out.
    return start.earliest, end.latest + timedelta(days=1) if end.hour else end.latest


def is_open(commitment: SubjectState) -> bool:
    """Whether nothing has been said to close it: neither met, missed nor dropped."""
    return commitment.stage in ("made", "under-way", "open")


def is_overdue(commitment: SubjectState, day: date) -> bool:
    """Whether it is open and its day has passed: overdue is not broken."""
    due = commitment.value("due")
    return bool(due) and is_open(commitment) and When.read(due).latest < day


def without_end(day: date) -> date | None:
    """*day*, or None where it stands for a span that has no end or no beginning."""
    return None if day in (EVER, FIRST) else day
