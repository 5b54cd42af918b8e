"""Review: what is wrong with a batch of events that no single entry shows.

A fold never refuses, so whatever could be wrong with it is found here, before the log
takes the events: what they refer to, what they change, and whether they contradict one
another on a day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, groupby, product

from tracker.domain.corrections import Story
from tracker.domain.dates import EVER
from tracker.domain.events import (
    Correction,
    Corroboration,
    Development,
    Event,
    Retraction,
    before,
)
from tracker.domain.records import Part, Record
from tracker.domain.timeline import Assignment, Fact
from tracker.errors import Problem


@dataclass(frozen=True, slots=True)
class Head:
    """What a reference must know of an event: its kind, and the event it speaks about."""

    id: str
    kind: str
    target: str | None = None
    rival: bool = False

    @classmethod
    def of(cls, record: Record) -> Head:
        rival = record.kind == "rival"
        kind = "development" if rival else record.kind
        return cls(record.id, kind, record.target, rival)


def subjects_named(batch: Iterable[Record]) -> set[str]:
    """The subjects that the batch changes or refers to."""
    return {subject for record in batch for _, subject, _ in record.named}


def introduced_by(batch: Iterable[Record]) -> set[str]:
    """The subjects to which the batch gives a title."""
    return {word for record in batch for what, word in record.mentions if what == "introduces"}


def review(
    batch: Sequence[Record],
    *,
    heads: Mapping[str, Head],
    introduced: Collection[str],
) -> Iterator[Problem]:
    """What is wrong with the references of *batch*.

    Args:
        heads: id → head, of the events that the batch names and the log has.
        introduced: the subjects that the batch names and the log has introduced.
    """
    every = {**heads, **{record.id: Head.of(record) for record in batch}}
    known = set(introduced) | introduced_by(batch)
    for record in batch:
        if record.target:
            yield from _target(record, record.target, every)
        for number, subject, is_reference in record.named:
            if subject in known:
                continue
            if is_reference:
                yield Problem(
                    f"it refers to {subject}, which nothing introduces",
                    record.id,
                    f"effects.{number}",
                )
            else:
                yield Problem(
                    f"nothing introduces {subject}: add an effect of kind "
                    f'"{_introduction(subject)}" with its title, or load the file that '
                    "has one in the same command",
                    record.id,
                    f"effects.{number}.subject",
                )


def _introduction(subject: str) -> str:
    kind = subject.split("/", 1)[0]
    return f"{kind}-made" if kind in ("commitment", "claim") else f"{kind}-introduced"


def _target(record: Record, target: str, heads: Mapping[str, Head]) -> Iterator[Problem]:
    rival = record.kind == "rival"
    field = "against" if rival else "of"
    head = heads.get(target)
    if head is None:
        yield Problem(
            f"{target} is neither in the log nor in what is being loaded; it must be, before "
            "anything can be said about it",
            record.id,
            field,
        )
        return
    if _goes_round(record.id, heads):
        yield Problem(f"it speaks about itself, by way of {target}", record.id, field)
    if rival:
        if head.rival:
            yield Problem(
                f"{target} is itself a rival: name the event that both disagree with",
                record.id,
                field,
            )
        elif head.kind in ("correction", "retraction", "corroboration"):
            yield Problem(
                f"{target} is a {head.kind}: name the event that the source disagrees with",
                record.id,
                field,
            )
    elif record.kind == "correction" and head.kind in ("retraction", "corroboration"):
        yield Problem(
            f"{target} is a {head.kind}, which has no content to correct: retract it instead",
            record.id,
            field,
        )


def _goes_round(start: str, heads: Mapping[str, Head]) -> bool:
    seen: set[str] = set()
    at: str | None = start
    while at is not None and at not in seen:
        seen.add(at)
        head = heads.get(at)
        at = head.target if head else None
    return at is not None


def clashes(part: Iterable[Assignment]) -> Iterator[tuple[Assignment, Assignment]]:
    """Pairs of assignments of one part between which nothing but their ids decides.

    Two decisions of one day with equal ``order`` that write different values to the same
    days, as known on the same day.
    """
    mine = sorted((each for each in part if each.against is None), key=lambda each: each.decided)
    for _, tied in groupby(mine, key=lambda each: each.decided[:3]):
        for one, other in combinations(tied, 2):
            if (
                one.decided.event != other.decided.event
                and one.value != other.value
                and max(one.maybe_since, other.maybe_since)
                < min(one.maybe_until, other.maybe_until)
                and max(one.known, other.known) < min(one.known_until, other.known_until)
            ):
                yield one, other


def standing_alone(batch: Sequence[Record], bad: Collection[str]) -> list[Record]:
    """Those of *batch* that are not *bad* and speak of none that is, at any remove."""
    bad = set(bad)
    while more := {record.id for record in batch if record.target in bad} - bad:
        bad |= more
    return [record for record in batch if record.id not in bad]


def lines_written(batch: Iterable[Record]) -> set[Part]:
    """Subject and part, for the lines of measures to which *batch* assigns something."""
    return {
        (row[0], row[1])
        for record in batch
        if record.kind != "rival"
        for row in record.assigned
        if row[1].startswith("line/")
    }


def scope_of(line: Part) -> Part:
    """The part that is the scope of a line."""
    subject, part = line
    return subject, "scope/" + part.removeprefix("line/")


def line_of(part: Part) -> Part | None:
    """The line that a part is, or is the scope of; None for any other."""
    subject, name = part
    above, _, line = name.partition("/")
    return (subject, f"line/{line}") if above in ("line", "scope") else None


def without_scope(line: Part, event: str) -> Problem:
    """That a line, to which *event* assigns something, has no scope, so that it never holds."""
    subject, part = line
    name = part.removeprefix("line/")
    return Problem(
        f"line {name} of {subject} has no scope, so it would never be in force: add a "
        f'scope-set effect with line = "{name}"',
        event,
    )


def yields_both_ways(facts: Iterable[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Pairs of facts by which two measures yield to each other on one day, as known on one day.

    Args:
        facts: those of the parts ``yields/…`` of measures.
    """
    yielding = {"all", "part"}
    mine: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.value is not None and json.loads(fact.value) in yielding:
            mine.setdefault((fact.subject, f"measure/{fact.part.partition('/')[2]}"), []).append(
                fact
            )
    for (subject, other), here in sorted(mine.items()):
        if subject < other:
            for one, back in product(here, mine.get((other, subject), ())):
                if max(one.since, back.since) < min(one.until, back.until) and max(
                    one.known, back.known
                ) < min(one.known_until, back.known_until):
                    yield one, back


def too_early(
    first: Development, about: Mapping[str, Collection[Event]], *, fresh: Callable[[str], bool]
) -> Iterator[Problem]:
    """What was said of *first*, at any remove, by days before it can have been said.

    A corroboration cannot come out long before what it bears out occurred; a correction or a
    retraction that is no slip of ours cannot be public long before what it speaks of was.
    Days that others put right count as they are right.

    Args:
        about: id → all that was said of it; of *first*, and of whatever speaks of it.
        fresh: whether an event is one of those that are to be looked at.
    """
    occurred = min(each.occurred.earliest for each in Story(first, about).contents())
    public = {first.id: _first_public(first, about, EVER)}
    waiting: list[Event] = [first]
    while waiting:
        target = waiting.pop()
        for each in about.get(target.id, ()):
            waiting.append(each)
            slip = isinstance(each, Correction | Retraction) and each.slip
            # What we had wrong from the first may be put right from the first.
            since = public[target.id] if slip else EVER
            public[each.id] = _first_public(each, about, since)
            if not fresh(each.id):
                continue
            if isinstance(each, Corroboration):
                day = min(each.public, each.earliest_source)
                if day < before(occurred):
                    yield Problem(
                        f"it came out on {day}, long before {first.id} occurred, on {occurred}: "
                        "put the day of the source right, or correct the day of the event first",
                        each.id,
                        "sources",
                    )
            elif not slip and each.public < before(public[target.id]):
                yield Problem(
                    f"it was first public on {each.public}, long before {target.id} was, on "
                    f"{public[target.id]}: put its day right; what we had wrong from the first "
                    "is our own slip (slip = true, --slip)",
                    each.id,
                    "reported",
                )


def _first_public(event: Event, about: Mapping[str, Collection[Event]], since: date) -> date:
    """The first day on which *event* may have been public, by itself or by what others say."""
    days = [event.public, since]
    for each in about.get(event.id, ()):
        if isinstance(each, Corroboration):
            days.append(each.earliest_source)
        elif isinstance(each, Correction) and each.slip and each.content.reported:
            days.append(each.content.reported.latest)
    return min(days)


def speaks_of(event: Event) -> str | None:
    """The event whose content, or first report, *event* changes; a rival changes nothing."""
    return None if isinstance(event, Development) else event.of
