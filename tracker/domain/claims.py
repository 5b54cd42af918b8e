"""Claims: what one side says and nobody has confirmed, or another denies.

A claim never changes another subject; the event that confirms it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from tracker.domain.values import (
    Claim,
    Dated,
    Json,
    PartyCode,
    Subject,
    Text,
    Title,
    stated,
)

Standing: TypeAlias = Literal["made", "disputed", "denied", "confirmed", "withdrawn", "open"]


class ClaimMade(Dated):
    """Somebody says something; its title holds on all days.

    ``by`` names who says it, in words; ``party`` the party it speaks for or is tied to.
    """

    kind: Literal["claim-made"]
    subject: Claim
    title: Title
    by: Title
    party: PartyCode | None = None
    statement: Text
    about: Subject | None = None

    def words(self) -> Mapping[str, Json]:
        return stated(title=self.title, about=self.about)

    def parts(self) -> Mapping[str, Json]:
        return stated(
            by=stated(name=self.by, party=self.party), statement=self.statement, standing="made"
        )

    def refers(self) -> Iterator[str]:
        if self.about:
            yield self.about

    def parties(self) -> Iterator[str]:
        if self.party:
            yield self.party


class ClaimStandingSet(Dated):
    """The claim is disputed, denied, confirmed or withdrawn."""

    kind: Literal["claim-standing-set"]
    subject: Claim
    standing: Standing

    def parts(self) -> Mapping[str, Json]:
        return {"standing": self.standing}


class PositionTaken(Dated):
    """A party says what it holds of the claim."""

    kind: Literal["position-taken"]
    subject: Claim
    party: PartyCode
    position: Literal["confirms", "disputes", "denies", "declines-comment"]
    text: Text

    def parts(self) -> Mapping[str, Json]:
        return {f"position/{self.party}": stated(position=self.position, text=self.text)}

    def parties(self) -> Iterator[str]:
        yield self.party


ClaimEffect: TypeAlias = ClaimMade | ClaimStandingSet | PositionTaken
