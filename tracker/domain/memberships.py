"""Memberships: the groups that a party belongs to on a day, as known on a day.

A group is a body that stands for the parties of an agreement: "EU" as a partner means those
on the day.  Who only may be a party is none, and an agreement that has ended has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from tracker.domain.parties import groups
from tracker.domain.spans import Span, on
from tracker.domain.ties import MEMBER_STAGES
from tracker.domain.timeline import Fact


class Memberships:
    """Who belongs to which groups, on all days and as known on all days.

    Args:
        facts: those of agreements; what is no group's is left alone.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        codes = {agreement: code for code, agreement in groups().items()}
        self._stages: dict[str, list[tuple[str, Span[str]]]] = {}
        self._ended: dict[str, list[Span[str]]] = {}
        for fact in facts:
            code = codes.get(fact.subject)
            if code is None or fact.value is None or not fact.certain:
                continue
            kind, _, party = fact.part.partition("/")
            if kind == "party":
                stage = Span.of(fact, json.loads(fact.value))
                self._stages.setdefault(party, []).append((code, stage))
            elif kind == "stage" and json.loads(fact.value) == "ended":
                self._ended.setdefault(code, []).append(Span.of(fact, "ended"))

    def groups_of(self, party: str, day: date, known: date) -> frozenset[str]:
        """The groups that *party* belongs to on *day*, as known, by code."""
        return frozenset(
            code
            for code, stage in self._stages.get(party, ())
            if stage.value in MEMBER_STAGES
            and stage.holds(day, known)
            and on(self._ended.get(code, ()), day, known) is None
        )

    def spans(self) -> Iterator[Span[str]]:
        """Whatever decides it: where nothing of it begins or ends nobody joins or leaves."""
        yield from (stage for stages in self._stages.values() for _, stage in stages)
        yield from chain.from_iterable(self._ended.values())
