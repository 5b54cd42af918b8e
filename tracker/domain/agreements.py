"""Agreements: texts and bodies between parties, each party with its own stage and dates.

Signed is not in force; suspended is not ended; a notice of leaving is not yet leaving.
The form says what kind of tie it is, and only a defence pact makes an alliance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import AfterValidator, Field, model_validator

from tracker.domain.dates import When
from tracker.domain.values import (
    Agreement,
    Dated,
    Effect,
    Json,
    PartyCode,
    Slug,
    Text,
    Title,
    stated,
)

Form: TypeAlias = Literal[
    "defence-pact",
    "neutrality",
    "non-aggression",
    "entente",
    "consultation",
    "military-cooperation",
    "friendship",
    "peace",
    "armistice",
    "free-trade-area",
    "customs-union",
    "partial-scope",
    "economic-framework",
    "trade",
    "investment",
    "bloc",
    "dialogue",
    "memorandum",
]
Stage: TypeAlias = Literal[
    "proposed",
    "negotiating",
    "dormant",
    "agreed",
    "signed",
    "ratified",
    "provisional",
    "in-force",
    "suspended",
    "ended",
    "open",
]
PartyStage: TypeAlias = Literal[
    "negotiating",
    "applied",
    "signed",
    "ratified",
    "provisional",
    "in-force",
    "suspended",
    "left",
    "ended",
    "open",
]
Duty: TypeAlias = Literal[
    "defence", "offence", "neutrality", "non-aggression", "consultation", "other"
]


def _sorted_pair(pair: tuple[str, str]) -> tuple[str, str]:
    if pair[0] == pair[1]:
        raise ValueError(f"{pair[0]} cannot be a pair with itself")
    return pair if pair[0] < pair[1] else (pair[1], pair[0])


Pair: TypeAlias = Annotated[tuple[PartyCode, PartyCode], AfterValidator(_sorted_pair)]


class AgreementIntroduced(Effect):
    """An agreement is given its name and its form."""

    kind: Literal["agreement-introduced"]
    subject: Agreement
    title: Title
    form: Form

    def words(self) -> Mapping[str, Json]:
        return stated(title=self.title, form=self.form)


class AgreementStageSet(Dated):
    """The agreement reaches a stage, and with it the parties that are named."""

    kind: Literal["agreement-stage-set"]
    subject: Agreement
    stage: Stage
    parties_: tuple[PartyCode, ...] = Field(default=(), alias="parties")

    @model_validator(mode="after")
    def _stage_of_parties(self) -> AgreementStageSet:
        if self.parties_ and self.stage not in get_args(PartyStage):
            raise ValueError(
                f"a party has no stage {self.stage}: leave the parties out, or say in an "
                f"effect of its own which of {', '.join(get_args(PartyStage))} they reach"
            )
        return self

    def parts(self) -> Mapping[str, Json]:
        return {"stage": self.stage} | {f"party/{code}": self.stage for code in self.parties_}

    def parties(self) -> Iterator[str]:
        yield from self.parties_


class PartyStageSet(Dated):
    """Parties reach a stage of their own; the agreement's own stage stays as it is."""

    kind: Literal["party-stage-set"]
    subject: Agreement
    parties_: tuple[PartyCode, ...] = Field(alias="parties", min_length=1)
    stage: PartyStage

    def parts(self) -> Mapping[str, Json]:
        return {f"party/{code}": self.stage for code in self.parties_}

    def parties(self) -> Iterator[str]:
        yield from self.parties_

    @property
    def ends_parties(self) -> bool:
        return self.stage in ("left", "ended")


class PairStageSet(Dated):
    """The text is at a stage between two parties, whatever it is between others."""

    kind: Literal["pair-stage-set"]
    subject: Agreement
    pairs: tuple[Pair, ...] = Field(min_length=1)
    stage: PartyStage

    def parts(self) -> Mapping[str, Json]:
        return {f"pair/{a.lower()}-{b.lower()}": self.stage for a, b in self.pairs}

    def parties(self) -> Iterator[str]:
        return chain.from_iterable(self.pairs)


class NoticeSet(Dated):
    """A party's notice of leaving: given, put on hold, or withdrawn."""

    kind: Literal["notice-set"]
    subject: Agreement
    party: PartyCode
    notice: Literal["given", "on-hold", "withdrawn", "open"]

    def parts(self) -> Mapping[str, Json]:
        return {f"notice/{self.party}": self.notice}

    def parties(self) -> Iterator[str]:
        yield self.party


class ObligationSet(Dated):
    """What the parties owe one another under one article or promise."""

    kind: Literal["obligation-set"]
    subject: Agreement
    obligation: Slug
    duty: Duty
    text: Text

    def parts(self) -> Mapping[str, Json]:
        return {f"obligation/{self.obligation}": stated(duty=self.duty, text=self.text)}


class TermSet(Dated):
    """How long the agreement runs: its first day no longer in force, and what renews it."""

    kind: Literal["term-set"]
    subject: Agreement
    ends: When | None = None
    text: Text

    def parts(self) -> Mapping[str, Json]:
        return {"term": stated(ends=self.ends and self.ends.text, text=self.text)}


AgreementEffect: TypeAlias = (
    AgreementIntroduced
    | AgreementStageSet
    | PartyStageSet
    | PairStageSet
    | NoticeSet
    | ObligationSet
    | TermSet
)
