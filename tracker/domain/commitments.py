"""Commitments: what a party has said it will do, by when, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from pydantic import Field

from tracker.domain.dates import When
from tracker.domain.values import (
    Amount,
    Commitment,
    Dated,
    Json,
    PartyCode,
    Slug,
    Text,
    Title,
    stated,
)

Standing: TypeAlias = Literal["made", "under-way", "met", "missed", "dropped", "open"]


class CommitmentMade(Dated):
    """A party says that it will do something; its title holds on all days.

    ``due`` is the day by which it is to be done.
    """

    kind: Literal["commitment-made"]
    subject: Commitment
    title: Title
    by: PartyCode
    to: tuple[PartyCode, ...] = ()
    what: Text
    amount: Amount | None = None
    due: When | None = None

    def words(self) -> Mapping[str, Json]:
        return {"title": self.title}

    def parts(self) -> Mapping[str, Json]:
        return stated(
            by=self.by,
            to=list(self.to) or None,
            what=self.what,
            amount=self.amount,
            due=self.due and self.due.text,
            standing="made",
        )

    def parties(self) -> Iterator[str]:
        yield self.by
        yield from self.to


class CommitmentChanged(Dated):
    """What was promised is put in other words, at another amount or for another day."""

    kind: Literal["commitment-changed"]
    subject: Commitment
    what: Text | None = None
    amount: Amount | None = None
    due: When | None = None

    def parts(self) -> Mapping[str, Json]:
        return stated(what=self.what, amount=self.amount, due=self.due and self.due.text)


class CommitmentStandingSet(Dated):
    """The commitment is under way, met, missed or dropped."""

    kind: Literal["commitment-standing-set"]
    subject: Commitment
    standing: Standing

    def parts(self) -> Mapping[str, Json]:
        return {"standing": self.standing}


class ProgressSet(Dated):
    """One step, or one share of the amount, has been done."""

    kind: Literal["progress-set"]
    subject: Commitment
    progress: Slug = Field(description="the step, by a name of its own")
    text: Text
    amount: Amount | None = None

    def parts(self) -> Mapping[str, Json]:
        return {f"progress/{self.progress}": stated(text=self.text, amount=self.amount)}


CommitmentEffect: TypeAlias = (
    CommitmentMade | CommitmentChanged | CommitmentStandingSet | ProgressSet
)
