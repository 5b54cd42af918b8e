"""Review: what is wrong with a batch of events that no single entry shows.

A fold never refuses, so whatever could be wrong with it is found here, before the log
takes the events: what they refer to, what they change, and whether they contradict one
another on a day.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, product

from tracker.domain.events import Development, Event, effects_of, introduces
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
    def of(cls, event: Event) -> Head:
        target = target_of(event)
        rival = isinstance(event, Development) and event.against is not None
        return cls(event.id, event.kind, target, rival)


def target_of(event: Event) -> str | None:
    """The event that *event* speaks about or disagrees with."""
    return event.against if isinstance(event, Development) else event.of


def subjects_named(batch: Iterable[Event]) -> set[str]:
    """The subjects that the batch changes or refers to."""
    named: set[str] = set()
    for event in batch:
        for effect in effects_of(event):
            named.add(effect.subject)
            named |= set(effect.refers())
    return named


def review(
    batch: Sequence[Event],
    *,
    heads: Mapping[str, Head],
    introduced: Collection[str],
) -> Iterator[Problem]:
    """What is wrong with the references of *batch*.

    Args:
        heads: id → head, of the events that the batch names and the log has.
        introduced: the subjects that the batch names and the log has introduced.
    """
    every = {**heads, **{event.id: Head.of(event) for event in batch}}
    known = set(introduced)
    for event in batch:
        known |= set(introduces(event))
    for event in batch:
        yield from _target(event, every)
        for number, effect in enumerate(effects_of(event)):
            if effect.subject not in known:
                yield Problem(
                    f"nothing introduces {effect.subject}: add an effect of kind "
                    f'"{_introduction(effect.subject)}" with its title, or load the file that '
                    "has one in the same command",
                    event.id,
                    f"effects.{number}.subject",
                )
            for other in effect.refers():
                if other not in known:
                    yield Problem(
                        f"it refers to {other}, which nothing introduces",
                        event.id,
                        f"effects.{number}",
                    )


def _introduction(subject: str) -> str:
    kind = subject.split("/", 1)[0]
    return f"{kind}-made" if kind in ("commitment", "claim") else f"{kind}-introduced"


def _target(event: Event, heads: Mapping[str, Head]) -> Iterator[Problem]:
    target = target_of(event)
    if target is None:
        return
    field = "against" if isinstance(event, Development) else "of"
    head = heads.get(target)
    if head is None:
        yield Problem(
            f"{target} is neither in the log nor in what is being loaded; it must be, before "
            "anything can be said about it",
            event.id,
            field,
        )
        return
    if _goes_round(event.id, heads):
        yield Problem(f"it speaks about itself, by way of {target}", event.id, field)
    if isinstance(event, Development):
        if head.rival:
            yield Problem(
                f"{target} is itself a rival: name the event that both disagree with",
                event.id,
                field,
            )
        elif head.kind in ("correction", "retraction", "corroboration"):
            yield Problem(
                f"{target} is a {head.kind}: name the event that the source disagrees with",
                event.id,
                field,
            )
    elif event.kind == "correction" and head.kind in ("retraction", "corroboration"):
        yield Problem(
            f"{target} is a {head.kind}, which has no content to correct: retract it instead",
            event.id,
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


def parts_written(batch: Iterable[Event]) -> set[tuple[str, str]]:
    """Subject and part, for whatever the developments of *batch* assign, rivals left out."""
    return {
        (effect.subject, part)
        for event in batch
        if isinstance(event, Development) and not event.against
        for effect in event.effects
        for part in effect.parts()
    }


def lines_without_scope(parts: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Lines of measures that bear something and have no scope, so that they never hold."""
    for subject, part in sorted(parts):
        if part.startswith("line/"):
            name = part.removeprefix("line/")
            if (subject, f"scope/{name}") not in parts:
                yield subject, name


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


def speaks_of(event: Event) -> str | None:
    """The event whose content, or first report, *event* changes; a rival changes nothing."""
    return None if isinstance(event, Development) else event.of
