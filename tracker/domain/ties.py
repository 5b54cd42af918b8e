"""Ties: who belongs to an agreement on a day, and who is bound to whom by what.

Each party has its own stage and days.  Signed is not in force, and suspended is not ended:
parties at both of the latter stages count, each with its stage.  What an agreement says of
a pair goes before what it says of the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from tracker.domain.state import State, SubjectState

ALLIANCE = "defence-pact"
OTHER_PACTS = frozenset({"neutrality", "non-aggression", "entente", "consultation"})
BLOCS = frozenset({"bloc"})
MEMBER_STAGES = frozenset({"in-force", "suspended"})
GONE = frozenset({"left", "ended"})
"""The stages of a party that is none any more."""


@dataclass(frozen=True, slots=True)
class Member:
    """A party of an agreement on a day: its stage, since when, and the event that says so."""

    party: str
    stage: str
    since: date
    event: str
    certain: bool = True


def members(agreement: SubjectState) -> list[Member]:
    """The parties for which the agreement is in force or suspended, by code."""
    return [
        Member(code, held.value, held.since, held.event, held.certain)
        for code, held in sorted(agreement.under("party").items())
        if held.value in MEMBER_STAGES
    ]


def partners(agreement: SubjectState, party: str) -> list[Member]:
    """Those to whom *party* is bound by *agreement*, since the later of the two days.

    Where the agreement says something of a pair, that goes before what it says of the two
    parties: a pair that is only signed is not bound, one that is suspended is shown so, and
    one that is in force is bound even where a party is no member for the others.
    """
    if agreement.stage not in MEMBER_STAGES:
        return []
    both = {member.party: member for member in members(agreement)}
    mine = both.get(party)
    pairs = agreement.under("pair")
    found = []
    for code in sorted(_not_gone(agreement) - {party}):
        pair = pairs.get("-".join(sorted((party.lower(), code.lower()))))
        if pair is not None and party in _not_gone(agreement):
            if pair.value in MEMBER_STAGES:
                found.append(Member(code, pair.value, pair.since, pair.event, pair.certain))
            continue
        member = both.get(code)
        if mine is None or member is None:
            continue
        later = max(mine, member, key=lambda each: each.since)
        stage = "suspended" if "suspended" in (mine.stage, member.stage) else "in-force"
        found.append(Member(code, stage, later.since, later.event, later.certain))
    return found


def _not_gone(agreement: SubjectState) -> set[str]:
    """The parties that it may bind, by code: those that have neither left nor ended it."""
    return {code for code, held in agreement.under("party").items() if held.value not in GONE}


@dataclass(frozen=True, slots=True)
class Alliance:
    """An agreement that binds a party on a day, and those it binds it to, by code."""

    agreement: SubjectState
    partners: tuple[Member, ...]


def alliances(
    state: State,
    party: str,
    *,
    partner: str | None = None,
    all_pacts: bool = False,
    blocs: bool = False,
) -> list[Alliance]:
    """The agreements of *state* that bind *party* to others: defence pacts, and what is asked."""
    bound = [
        Alliance(
            agreement,
            tuple(each for each in partners(agreement, party) if partner in (None, each.party)),
        )
        for agreement in state.subjects
        if agreement.kind == "agreement"
        and _is_alliance(agreement, all_pacts=all_pacts, blocs=blocs)
    ]
    return [each for each in bound if each.partners]


def _is_alliance(agreement: SubjectState, *, all_pacts: bool, blocs: bool) -> bool:
    form = agreement.value("form")
    return form == ALLIANCE or (all_pacts and form in OTHER_PACTS) or (blocs and form in BLOCS)


@dataclass(frozen=True, slots=True)
class Tie:
    """Two parties, by code, and the agreement that binds them on a day."""

    one: str
    other: str
    agreement: SubjectState
    stage: str
    since: date
    event: str


def ties(
    state: State, *, parties: Collection[str] | None = None, forms: Collection[str] | None = None
) -> Iterator[Tie]:
    """Every tie of *state* between two of *parties*, by agreement and codes.

    Args:
        parties: left out, all.
        forms: of these forms only.
    """
    for agreement in state.subjects:
        if agreement.kind != "agreement" or agreement.stage not in MEMBER_STAGES:
            continue
        if forms is not None and agreement.value("form") not in forms:
            continue
        codes = sorted(_not_gone(agreement))
        wanted = codes if parties is None else [code for code in codes if code in parties]
        bound = {code: {each.party: each for each in partners(agreement, code)} for code in wanted}
        for one, other in combinations(wanted, 2):
            if other in bound[one]:
                found = bound[one][other]
                yield Tie(one, other, agreement, found.stage, found.since, found.event)


def agreements(
    state: State,
    *,
    between: Collection[str] = (),
    form: str | None = None,
    stage: str | None = None,
) -> list[SubjectState]:
    """The agreements of *state*, by slug.

    Args:
        between: all of these are parties to it, at whatever stage but gone.
        form: of this form.
        stage: at this stage.
    """
    return [
        each
        for each in state.subjects
        if each.kind == "agreement"
        and (form is None or each.value("form") == form)
        and (stage is None or each.stage == stage)
        and all(each.value(f"party/{code}") not in (None, *GONE) for code in between)
    ]
