"""Talks: a negotiation about an agreement or a measure, and how far it has got."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from tracker.domain.values import Dated, Effect, Json, PartyCode, Subject, Talks, Title, stated

Stage: TypeAlias = Literal[
    "proposed",
    "under-way",
    "dormant",
    "agreed",
    "concluded",
    "broken-off",
    "open",
]


class TalksIntroduced(Effect):
    """Talks are given their name and what they are about."""

    kind: Literal["talks-introduced"]
    subject: Talks
    title: Title
    about: Subject | None = None

    def words(self) -> Mapping[str, Json]:
        return stated(title=self.title, about=self.about)

    def refers(self) -> Iterator[str]:
        if self.about:
            yield self.about


class TalksStageSet(Dated):
    """Talks reach a stage: agreed in politics, concluded when it is put into force."""

    kind: Literal["talks-stage-set"]
    subject: Talks
    stage: Stage
    participants: tuple[PartyCode, ...] = ()

    def parts(self) -> Mapping[str, Json]:
        return stated(stage=self.stage, participants=list(self.participants) or None)

    def parties(self) -> Iterator[str]:
        yield from self.participants


TalksEffect: TypeAlias = TalksIntroduced | TalksStageSet
