"""The agenda: what is coming, as known on a day; and how late things were known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any, Literal, TypeAlias

from tracker.domain.dates import EVER, FIRST, When
from tracker.domain.state import Held, State, SubjectState, is_open, schedule_of
from tracker.domain.timeline import Fact
from tracker.domain.told import Told

What: TypeAlias = Literal["effective", "ends", "meeting", "deadline"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the agenda: its day, what happens to which part, and the event that says so.

    ``certain`` is False when the day is vague.
    """

    day: date
    what: What
    subject: str
    part: str
    value: Any
    event: str
    certain: bool = True


_QUIET = frozenset({"title", "schedule", "place", "participants", "standing"})
"""Parts whose first day is no news of its own: a plan, not what is planned."""


def agenda(facts: Iterable[Fact], plans: State, first: date, last: date) -> list[Item]:
    """What takes effect, ends, is held or falls due from *first* to *last*, both in.

    Args:
        facts: those known, of every subject of which anything begins or ends in between.
        plans: the state of the last day by the same knowledge: every meeting and commitment
            as it then stands.
    """
    found = [
        *_turns(facts, first, last),
        *_meetings(plans, first, last),
        *_due(plans, first, last),
    ]
    return sorted(found, key=lambda item: (item.day, item.what, item.subject, item.part))


def _turns(facts: Iterable[Fact], first: date, last: date) -> Iterator[Item]:
    by_part: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        by_part.setdefault(fact[:2], []).append(fact)
    items = {
        (item.subject, item.part, item.day): item
        for part in by_part.values()
        for item in _turns_of(part, first, last)
    }
    for (subject, part, day), item in items.items():
        # A line that begins, or ends, with its scope is one thing that does, not two.
        line = part.replace("scope/", "line/", 1)
        if line != part and (subject, line, day) in items:
            continue
        # What is written into the lines of a measure that is over takes no effect.
        ended = _here(by_part.get((subject, "ended"), ()), day)
        if part.startswith(_OF_LINES) and any(each.certain and each.value for each in ended):
            continue
        yield item


_OF_LINES = ("line/", "scope/", "suspended")


def _turns_of(part: Sequence[Fact], first: date, last: date) -> Iterator[Item]:
    """The days on which a part is not what it was the day before, and what it then is."""
    name = part[0].part
    if name in _QUIET or name.startswith("position/"):
        return
    days = {day for fact in part for day in (fact.since, fact.until)} - {FIRST, EVER}
    for day in sorted(each for each in days if first <= each <= last):
        old, new = _here(part, day - timedelta(days=1)), _here(part, day)
        before = [(each.certain, each.value) for each in old if _says(each)]
        fresh = [each for each in new if _says(each) and (each.certain, each.value) not in before]
        after = [(each.certain, each.value) for each in new if _says(each)]
        if sorted(before, key=str) == sorted(after, key=str):
            continue
        held = {each.value for each in old if each.certain}
        begins = next((each for each in fresh if each.value not in (None, *held)), None)
        certain = all(each.certain for each in new)
        if begins is not None:
            yield _item(day, "effective", begins, begins.event, certain=certain)
        else:
            gone = next((each for each in old if each.value is not None), None)
            by = next((each for each in (*fresh, *new) if each.value is None), gone)
            if gone is not None and by is not None:
                yield _item(day, "ends", gone, by.event, certain=certain)


def _here(part: Iterable[Fact], day: date) -> list[Fact]:
    """The facts of a part that hold on a day, the certain one first."""
    here = [fact for fact in part if fact.since <= day < fact.until]
    return sorted(here, key=lambda fact: (not fact.certain, fact.since, fact.event))


def _says(fact: Fact) -> bool:
    """Whether it says more than that certainly nothing holds."""
    return fact.value is not None or not fact.certain


def _item(day: date, what: What, fact: Fact, event: str, *, certain: bool) -> Item:
    return Item(day, what, fact.subject, fact.part, Held.of(fact).value, event, certain)


def _meetings(plans: State, first: date, last: date) -> Iterator[Item]:
    for subject in plans.subjects:
        if subject.kind != "meeting" or subject.stage == "cancelled":
            continue
        days = schedule_of(subject)
        if days and days[0] <= last and days[1] > first:
            held = subject.parts["schedule"]
            certain = When.read(held.value["start"]).known and subject.stage != "postponed"
            yield Item(
                days[0], "meeting", subject.subject, "schedule", subject.title, held.event, certain
            )


def _due(plans: State, first: date, last: date) -> Iterator[Item]:
    for subject in plans.subjects:
        found = due_of(subject)
        if found is None or (subject.kind == "commitment" and not is_open(subject)):
            continue
        part, when = found
        if first <= when.latest <= last:
            event = subject.parts[part].event
            yield Item(
                when.latest, "deadline", subject.subject, part, subject.title, event, when.known
            )


def due_of(subject: SubjectState) -> tuple[str, When] | None:
    """What of a commitment or an agreement names a day, the last of which is meant; and it."""
    part = {"commitment": "due", "agreement": "term"}.get(subject.kind)
    value = subject.value(part) if part else None
    said = value.get("ends") if part == "term" and value else value
    return (part, When.read(said)) if part and said else None


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late the events of one group were known, in days: medians, and the longest.

    ``public`` counts from the day it occurred to the day it was reported; ``effect`` from
    the first day in force to the report (negative: known before); ``recorded`` from the
    report to the day our log received it.
    """

    group: str
    events: int
    public: float
    public_most: int
    effect: float | None
    effect_most: int | None
    recorded: float


Grouping: TypeAlias = Literal["kind", "party", "source"]


def lateness(events: Iterable[Told], by: Grouping) -> list[Lateness]:
    """How late things were known, by kind of event, party, or publisher of any of its sources."""
    groups: dict[str, list[tuple[int, list[int], int]]] = {}
    for told in events:
        occurred = When.read(told.content["occurred"])
        if not occurred.known:
            continue
        public = (told.reported - occurred.latest).days
        effects = [
            (told.reported - since.latest).days
            for effect in told.content.get("effects", ())
            # What an introduction says holds on all days, and takes effect on none.
            if "from" in effect or not effect["kind"].endswith("-introduced")
            if (since := When.read(effect.get("from", told.content["occurred"]))).known
        ]
        recorded = (date.fromisoformat(told.recorded[:10]) - told.reported).days
        for group in _groups(told, by):
            groups.setdefault(group, []).append((public, effects, recorded))
    return [_lateness(group, rows) for group, rows in sorted(groups.items())]


def _groups(told: Told, by: Grouping) -> list[str]:
    match by:
        case "kind":
            return [str(told.content["kind"])]
        case "party":
            return sorted({a["party"] for a in told.content.get("actors", ()) if a.get("party")})
        case "source":
            return sorted({str(s.get("publisher") or "unnamed") for s in told.content["sources"]})


def _lateness(group: str, rows: list[tuple[int, list[int], int]]) -> Lateness:
    effects = [days for _, each, _ in rows for days in each]
    return Lateness(
        group,
        len(rows),
        _median(public for public, _, _ in rows),
        max(public for public, _, _ in rows),
        _median(effects) if effects else None,
        max(effects) if effects else None,
        _median(recorded for _, _, recorded in rows),
    )


def _median(days: Iterable[int]) -> float:
    """The median, whole where it is a whole number of days."""
    found = median(days)
    return int(found) if found == int(found) else found
