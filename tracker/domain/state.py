"""A state: every subject on one day, going by what had been reported by another.

It is picked from the facts and builds nothing else: for each part the value that holds on
the day, with what may hold in its place, and for a part with nothing on the day the next
value that is due.  What can be derived from the parts, such as whether a measure is in
force, is derived here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, TypeAlias

from tracker.domain.dates import EVER, FIRST, AsOf, When
from tracker.domain.disputes import Side
from tracker.domain.timeline import Fact, fold_known, row_of

STANDING_WORDS = frozenset({"title", "form", "imposer", "instrument", "legal-basis", "about", "of"})
"""The parts that hold on all days and so say nothing of whether a subject is there."""

HeldRow: TypeAlias = tuple[Any, ...]
"""A fact in one row without its days of knowledge, its fields in order and its days ISO texts."""

Disputing: TypeAlias = Callable[[str, Collection[str]], Iterable[Side]]
"""What the other sides say of a subject, given the events that say something of it."""


def held_row(fact: Fact) -> HeldRow:
    """The fields of a fact that a state is made of."""
    row = row_of(fact)
    return (*row[:4], *row[6:])


@dataclass(frozen=True, slots=True)
class Rival:
    """What a part would be, had a rival event been right, and on which days.

    None is nothing.  ``certain`` is False when a vague day leaves it open.
    """

    event: str
    value: Any
    since: date
    until: date
    certain: bool = True


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
        return cls.of_row(held_row(fact))

    @classmethod
    def of_row(cls, row: HeldRow) -> Held:
        _, _, since, until, certain, value, event, via, decided, first, last = row
        day = date.fromisoformat
        return cls(
            _read(value),
            day(since),
            day(until),
            event,
            via,
            day(decided),
            bool(certain),
            first,
            last,
        )


class Parts(Mapping[str, Held]):
    """Parts by name; a value is read when it is asked for, as most of a state never are."""

    __slots__ = ("_held",)

    def __init__(self, held: dict[str, Held | HeldRow]) -> None:
        self._held = held

    def __getitem__(self, part: str) -> Held:
        found = self._held[part]
        if not isinstance(found, Held):
            found = self._held[part] = Held.of_row(found)
        return found

    def __contains__(self, part: object) -> bool:
        return part in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        return repr(dict(self))

    def under(self, prefix: str) -> dict[str, Held]:
        """The parts whose names begin with *prefix*, by the rest of their names."""
        begin = len(prefix)
        return {part[begin:]: self[part] for part in self._held if part.startswith(prefix)}

    def said(self, part: str) -> Any:
        """The value of *part*, read by itself; None when there is none."""
        found = self._held.get(part)
        if found is None:
            return None
        return found.value if isinstance(found, Held) else _read(found[5])

    def says(self, part: str) -> bool:
        """Whether *part* has a value that is certain, or was until something may hold instead."""
        found = self._held.get(part)
        if found is None:
            return False
        return (found.value if isinstance(found, Held) else found[5]) is not None

    def span(self, part: str) -> tuple[str, str, str] | None:
        """First day, end, and the day on which it was decided, as ISO texts."""
        found = self._held.get(part)
        if found is None:
            return None
        if isinstance(found, Held):
            return found.since.isoformat(), found.until.isoformat(), found.decided.isoformat()
        return found[2], found[3], found[8]


def _read(value: str | None) -> Any:
    if value is None:
        return None
    # Nearly all that is asked of every subject is one word without a sign to be unescaped.
    if value[0] == '"' and "\\" not in value:
        return value[1:-1]
    return json.loads(value)


@dataclass(frozen=True, slots=True)
class SubjectState:
    """One subject on one day.

    ``parts`` are those with a value (or a possible one) on the day; ``next`` those without,
    with the next value that is due; ``expired`` those whose value ran out and left nothing;
    ``disputed`` those with neither, of which a rival says that they have one.
    """

    subject: str
    stage: str | None
    parts: Mapping[str, Held]
    next: Mapping[str, Held]
    expired: frozenset[str] = frozenset()
    disputed: Mapping[str, tuple[Rival, ...]] = field(default_factory=dict)

    def rivals(self, part: str) -> tuple[Rival, ...]:
        """What others say *part* is, in place of what it is here."""
        held = self.parts.get(part) or self.next.get(part)
        return held.rivals if held else self.disputed.get(part, ())

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
        below = prefix + "/"
        if isinstance(self.parts, Parts):
            return self.parts.under(below)
        return {
            name.removeprefix(below): held
            for name, held in self.parts.items()
            if name.startswith(below)
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
    """The subjects that are there at a coordinate, by slug.

    ``absent`` are those that are not, of which a rival says anything of the day.
    """

    as_of: AsOf
    subjects: tuple[SubjectState, ...] = field(default=())
    absent: tuple[SubjectState, ...] = field(default=())


def _undisputed(subject: str, events: Collection[str]) -> Iterable[Side]:
    return ()


def state(as_of: AsOf, facts: Iterable[Fact], disputing: Disputing = _undisputed) -> State:
    """The state at *as_of*.

    Args:
        facts: those known at the coordinate that end after its day, sorted by subject,
            part and first day.
        disputing: what other sides say, as known at the coordinate.
    """
    return state_of_rows(as_of, map(held_row, facts), disputing)


def state_of_rows(
    as_of: AsOf,
    facts: Iterable[HeldRow],
    disputing: Disputing = _undisputed,
    *,
    party: str | None = None,
    groups: Collection[str] = (),
) -> State:
    """The state at *as_of*, from facts in rows.

    Args:
        facts: as for :func:`state`.
        disputing: as for :func:`state`.
        party: only the subjects that it has a part in, on the day or in what is due.
        groups: those that the party belongs to.
    """
    there: list[SubjectState] = []
    absent: list[SubjectState] = []
    for each in each_state(as_of, facts, disputing, party=party, groups=groups):
        there += each.subjects
        absent += each.absent
    return State(as_of, tuple(there), tuple(absent))


def each_state(
    as_of: AsOf,
    facts: Iterable[HeldRow],
    disputing: Disputing = _undisputed,
    *,
    party: str | None = None,
    groups: Collection[str] = (),
) -> Iterator[State]:
    """The state at *as_of* in pieces of one subject each, by slug.

    Args:
        facts: as for :func:`state`, in rows.
        disputing: as for :func:`state`.
        party: as for :func:`state_of_rows`.
        groups: as for :func:`state_of_rows`.
    """
    day = as_of.day.isoformat()
    for subject, group in groupby(facts, key=_NAME):
        found, is_there = _subject(subject, group, day, disputing)
        if found and (party is None or has_part(found, party, groups)):
            yield State(as_of, (found,)) if is_there else State(as_of, (), (found,))


_NAME = itemgetter(0)


def _subject(
    subject: str, facts: Iterable[HeldRow], day: str, disputing: Disputing
) -> tuple[SubjectState | None, bool]:
    """The state of one subject, and whether it is there on the day; None for what is nothing."""
    if disputing is not _undisputed:
        facts = list(facts)
        others = list(disputing(subject, {row[6] for row in facts}))
    else:
        others = []
    here, due, nothing = _picked(facts, day)
    disputed = _dispute(here, due, others, day) if others else {}
    found, is_there = _there(subject, Parts(here), Parts(due), nothing, disputed, day)
    if is_there or (others and _is_claimed(found, day)):
        return found, is_there
    return None, False


def _is_claimed(subject: SubjectState, day: str) -> bool:
    """Whether a rival says that any of it is another thing on the day itself."""
    held = (*subject.parts.values(), *subject.next.values())
    rivals = (*(each.rivals for each in held), *subject.disputed.values())
    on = date.fromisoformat(day)
    return any(each.value is not None and each.since <= on < each.until for each in chain(*rivals))


def _picked(
    facts: Iterable[HeldRow], day: str
) -> tuple[dict[str, Held | HeldRow], dict[str, Held | HeldRow], frozenset[str]]:
    """What each part is on the day, what is due of those that are nothing, and what ran out."""
    here: dict[str, Held | HeldRow] = {}
    following: dict[str, HeldRow] = {}
    possible: dict[str, list[HeldRow]] = {}
    for row in facts:
        part = row[1]
        if row[2] > day:
            if row[5] is not None:
                before = following.get(part)
                if before is None or _sooner(row) < _sooner(before):
                    following[part] = row
        elif row[4]:
            here[part] = row
        else:
            possible.setdefault(part, []).append(row)
    nothing = [part for part, row in here.items() if _of(row)[5] is None and part not in possible]
    for part in nothing:
        del here[part]
    if possible:
        for part, rows in possible.items():
            held = here.get(part)
            rows.sort(key=lambda row: (row[2], row[6]))
            here[part] = _seen(
                Held.of_row(_of(held)) if held else None, list(map(Held.of_row, rows))
            )
        here = dict(sorted(here.items()))
    due: dict[str, Held | HeldRow] = {
        part: row for part, row in following.items() if part not in here
    }
    return here, due, frozenset(nothing)


def _of(row: Held | HeldRow) -> HeldRow:
    assert isinstance(row, tuple)
    return row


def _sooner(row: HeldRow) -> tuple[object, ...]:
    return row[2], not row[4], row[6]


def _seen(certain: Held | None, possible: list[Held]) -> Held:
    """The last certain value, and what may hold in its place."""
    if not possible:
        assert certain is not None
        return certain
    if certain is None:
        first = possible[0]
        return replace(first, value=None, certain=False, possible=tuple(possible))
    return replace(certain, certain=False, possible=tuple(possible))


def _dispute(
    here: dict[str, Held | HeldRow],
    due: dict[str, Held | HeldRow],
    others: Iterable[Side],
    day: str,
) -> dict[str, tuple[Rival, ...]]:
    """Put what other sides say beside each value; what they say of parts that have none."""
    found: dict[str, list[Rival]] = {}
    for side in others:
        for part, said in side.parts.items():
            rows = (held_row(fact) for fact in fold_known(said))
            there, coming, _ = _picked((row for row in rows if row[3] > day), day)
            mine, theirs = _first(here, due, part), _first(there, coming, part)
            if _differs(mine, theirs, side.over, is_due=part not in here and part not in there):
                found.setdefault(part, []).append(_rival(side.event, theirs))
    for parts in (here, due):
        for part in found.keys() & parts.keys():
            held = parts[part]
            held = held if isinstance(held, Held) else Held.of_row(held)
            parts[part] = replace(held, rivals=_in_order(found.pop(part)))
    return {part: _in_order(rivals) for part, rivals in sorted(found.items())}


def _first(
    here: Mapping[str, Held | HeldRow], due: Mapping[str, Held | HeldRow], part: str
) -> tuple[Held | None, bool]:
    """What a part is, else what is due of it; and whether it is so on the day."""
    found = here.get(part, due.get(part))
    held = Held.of_row(found) if isinstance(found, tuple) else found
    return held, part in here


def _differs(
    mine: tuple[Held | None, bool], theirs: tuple[Held | None, bool], over: str, *, is_due: bool
) -> bool:
    """Whether they say another value; or the same of the disputed event on other days."""
    if mine[1] != theirs[1]:
        return True
    one, other = mine[0], theirs[0]
    if one is None or other is None:
        return one is not other
    if _said_of(one) != _said_of(other):
        return True
    disputed = is_due or over in (one.event, *(each.event for each in one.possible))
    return disputed and (one.since, one.until) != (other.since, other.until)


def _said_of(held: Held) -> tuple[object, ...]:
    return held.value, held.certain, sorted(json.dumps(each.value) for each in held.possible)


def _rival(event: str, said: tuple[Held | None, bool]) -> Rival:
    held, _ = said
    if held is None:
        return Rival(event, None, FIRST, EVER)
    shown = held if held.value is not None or not held.possible else held.possible[0]
    return Rival(event, shown.value, shown.since, shown.until, held.certain)


def _in_order(rivals: Iterable[Rival]) -> tuple[Rival, ...]:
    return tuple(sorted(rivals, key=lambda rival: (rival.event, rival.since)))


def _there(
    subject: str,
    parts: Parts,
    due: Parts,
    expired: frozenset[str],
    disputed: Mapping[str, tuple[Rival, ...]],
    day: str,
) -> tuple[SubjectState, bool]:
    """The subject with what can be derived of it, and whether it is there on the day."""
    kind = subject.split("/", 1)[0]
    # What is due is announced by acts that occurred by the day.
    announced = any((span := due.span(part)) and span[2] <= day for part in due)
    if kind == "measure":
        stage = _stage_of_measure(parts, due, expired, day)
        there = stage is not None
    else:
        stage = parts.said("stage" if kind in ("agreement", "talks") else "standing")
        stage = ("announced" if announced else None) if stage is None else str(stage)
        there = announced or any(
            part not in STANDING_WORDS and (parts.says(part) or parts[part].possible)
            for part in parts
        )
    shown = stage if there else None
    return SubjectState(subject, shown, parts, due, expired, disputed), there


def _stage_of_measure(parts: Parts, due: Parts, expired: frozenset[str], day: str) -> str | None:
    if parts.said("ended") is True:
        return "ended"
    names = [part[5:] for part in (*parts, *due) if part.startswith("line/")]
    lines = [name for name in names if f"scope/{name}" in parts and parts.says(f"line/{name}")]
    if lines:
        if parts.said("suspended") is True:
            return "suspended"
        if all(parts.said(f"suspended/{name}") is True for name in lines):
            return "suspended"
        return "in-force"
    if any(_begins_later(parts, due, name, day) for name in names):
        return "announced"
    return "expired" if any(part.startswith("line/") for part in expired) else None


def _begins_later(parts: Parts, due: Parts, name: str, day: str) -> bool:
    """Whether both parts of the line hold on a later day, by acts that occurred by *day*."""
    scope, line = (parts.span(part) or due.span(part) for part in (f"scope/{name}", f"line/{name}"))
    if scope is None or line is None or scope[2] > day or line[2] > day:
        return False
    begins = max(scope[0], line[0])
    return begins < scope[1] and begins < line[1]


def has_part(subject: SubjectState, party: str, groups: Collection[str] = ()) -> bool:
    """Whether *party* has a part in *subject*, in what holds or in what is due.

    It does in what names it, or one of the *groups* that it belongs to, and in a measure that
    covers its goods, be it as one of all partners; not in one that names it to spare its goods.
    """
    return any(
        _has_part(part, party, groups, partial(_said, parts, part))
        for parts in (subject.parts, subject.next)
        for part in parts
    )


def _has_part(part: str, party: str, groups: Collection[str], said: Callable[[], Any]) -> bool:
    """Whether *party* has a part in what a part of a subject says."""
    above, _, below = part.partition("/")
    if above in ("party", "notice", "position"):
        return below == party or below in groups
    if above == "pair":
        codes = below.split("-")
        return any(code.lower() in codes for code in (party, *groups))
    if above == "scope":
        scope = said() or {}
        partners, spared = (scope.get(each) or () for each in ("partners", "except-partners"))
        return nearness(partners or (EVERYONE,), spared, party, groups) is not None
    return above in _NAMING and not {party, *groups}.isdisjoint(_codes(said()))


EVERYONE = "*"
"""The partner that stands for all."""


def nearness(
    partners: Collection[str], spared: Collection[str], party: str, groups: Collection[str]
) -> int | None:
    """3 for a partner itself, 2 for one by a group of it, 1 as everyone; None: not covered."""
    if party in spared or any(each in spared for each in groups):
        return None
    if party in partners:
        return 3
    if any(each in partners for each in groups):
        return 2
    return 1 if EVERYONE in partners else None


def _said(parts: Mapping[str, Held], part: str) -> Any:
    return parts.said(part) if isinstance(parts, Parts) else parts[part].value


_NAMING = frozenset({"imposer", "by", "to", "participants"})


def _codes(value: Any) -> Collection[str]:
    if isinstance(value, Mapping):
        return (str(value.get("party")),)
    return (value,) if isinstance(value, str) else value or ()


def names_party(rows: Iterable[HeldRow], party: str, groups: Collection[str] = ()) -> bool:
    """Whether *party* has a part in what facts in rows say, as in :func:`has_part`."""
    return any(_has_part(row[1], party, groups, partial(_read, row[5])) for row in rows)


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
