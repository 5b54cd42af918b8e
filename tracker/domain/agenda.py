"""The agenda: what is coming, as known on a day; and how late things were known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
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
        facts: those known, with a first or last day in between.
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
    facts = list(facts)
    begins = {(fact.subject, fact.part, fact.since) for fact in facts}
    ends = {(fact.subject, fact.part, fact.until) for fact in facts if fact.value is not None}
    for fact in facts:
        if fact.part in _QUIET or fact.part.startswith("position/"):
            continue
        # A line that begins, or ends, with its scope is one thing that does, not two.
        line = fact.part.replace("scope/", "line/", 1)
        is_scope = line != fact.part
        value = Held.of(fact).value
        starts = first <= fact.since <= last and fact.since != FIRST
        if starts and not (is_scope and (fact.subject, line, fact.since) in begins):
            what: What = "effective" if fact.value is not None else "ends"
            yield Item(fact.since, what, fact.subject, fact.part, value, fact.event, fact.certain)
        stops = first <= fact.until <= last and fact.until != EVER and fact.value is not None
        if stops and not (is_scope and (fact.subject, line, fact.until) in ends):
            yield Item(fact.until, "ends", fact.subject, fact.part, value, fact.event, fact.certain)


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
    """How late things were known, by kind of event, party, or publisher of the first source."""
    groups: dict[str, list[tuple[int, list[int], int]]] = {}
    for told in events:
        occurred = When.read(told.content["occurred"])
        if not occurred.known:
            continue
        public = (told.reported - occurred.latest).days
        effects = [
            (told.reported - since.latest).days
            for effect in told.content.get("effects", ())
            if "from" in effect and (since := When.read(effect["from"])).known
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
            return [str(told.content["sources"][0].get("publisher") or "unnamed")]


def _lateness(group: str, rows: list[tuple[int, list[int], int]]) -> Lateness:
    effects = [days for _, each, _ in rows for days in each]
    return Lateness(
        group,
        len(rows),
        median(public for public, _, _ in rows),
        max(public for public, _, _ in rows),
        median(effects) if effects else None,
        max(effects) if effects else None,
        median(recorded for _, _, recorded in rows),
    )
