"""Ties: who belongs to an agreement on a day, and who is bound to whom by what.

Each party has its own stage and days.  Signed is not in force, and suspended is not ended:
parties at both of the latter stages count, each with its stage.  What an agreement says of
a pair goes before what it says of the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from tracker.domain.parties import groups
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
    """The parties for which the agreement is in force or suspended, by code; none once ended."""
    if agreement.stage == "ended":
        return []
    return [
        Member(code, held.value, held.since, held.event, held.certain)
        for code, held in sorted(agreement.under("party").items())
        if held.value in MEMBER_STAGES
    ]


def perhaps_members(agreement: SubjectState) -> list[Member]:
    """Parties for which it may be in force or suspended on the day, and certainly is not."""
    return [
        Member(code, each.value, each.since, each.event, certain=False)
        for code, held in sorted(agreement.under("party").items())
        if held.value not in MEMBER_STAGES
        for each in held.possible[:1]
        if each.value in MEMBER_STAGES
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
    forms = forms_of(all_pacts=all_pacts, blocs=blocs)
    bound = [
        Alliance(
            agreement,
            tuple(each for each in partners(agreement, party) if partner in (None, each.party)),
        )
        for agreement in state.subjects
        if agreement.kind == "agreement" and agreement.value("form") in forms
    ]
    return [each for each in bound if each.partners]


def forms_of(*, all_pacts: bool, blocs: bool) -> frozenset[str]:
    """The forms of the agreements that count as alliances: of defence pacts, and what is asked."""
    return (
        frozenset({ALLIANCE}) | (OTHER_PACTS if all_pacts else set()) | (BLOCS if blocs else set())
    )


@dataclass(frozen=True, slots=True)
class Tie:
    """Two parties, by code, and the agreement that binds them on a day.

    ``through`` are the bodies that are party to it in their place: the EU for France.
    """

    one: str
    other: str
    agreement: SubjectState
    stage: str
    since: date
    event: str
    through: tuple[str, ...] = ()


def ties(
    state: State, *, parties: Collection[str] | None = None, forms: Collection[str] | None = None
) -> Iterator[Tie]:
    """Every tie of *state* between two of *parties*, by agreement and codes.

    Args:
        parties: left out, all, each for itself; of those that are named a body stands for
            the parties that belong to it on the day.
        forms: of these forms only.
    """
    stand_ins = {code: _stand_ins(state, code) for code in parties or ()}
    for agreement in state.subjects:
        if agreement.kind != "agreement" or agreement.stage not in MEMBER_STAGES:
            continue
        if forms is not None and agreement.value("form") not in forms:
            continue
        named = _not_gone(agreement)
        wanted = sorted(named if parties is None else parties)
        bound = {code: {each.party: each for each in partners(agreement, code)} for code in named}
        for one, other in combinations(wanted, 2):
            for first, second in _pairs(one, other, stand_ins):
                if first in named and second in bound[first]:
                    found = bound[first][second]
                    own = (stand_ins.get(one, {}).get(first), stand_ins.get(other, {}).get(second))
                    since = max([found.since, *(day for day in own if day)])
                    through = tuple(sorted({first, second} - {one, other}))
                    yield Tie(one, other, agreement, found.stage, since, found.event, through)
                    break


def _pairs(
    one: str, other: str, stand_ins: Mapping[str, Mapping[str, date]]
) -> Iterator[tuple[str, str]]:
    """The two themselves, then with bodies in the place of one or both."""
    for first in (one, *stand_ins.get(one, ())):
        for second in (other, *stand_ins.get(other, ())):
            if first != second and first != other and second != one:
                yield first, second


def _stand_ins(state: State, party: str) -> dict[str, date]:
    """The bodies to which *party* belongs on the day, and since when."""
    slugs = {slug: code for code, slug in groups().items()}
    return {
        slugs[each.subject]: member.since
        for each in state.subjects
        if each.subject in slugs
        for member in members(each)
        if member.party == party
    }


@dataclass(frozen=True, slots=True)
class Listed:
    """An agreement that was asked for; when it was for two parties, its stage between them."""

    agreement: SubjectState
    between: str | None = None
    through: tuple[str, ...] = ()


def agreements(
    state: State,
    *,
    between: tuple[str, str] | None = None,
    form: str | None = None,
    stage: str | None = None,
) -> list[Listed]:
    """The agreements of *state*, by slug.

    Args:
        between: both are parties to it, at whatever stage but gone, by themselves or through
            a body to which they belong on the day.
        form: of this form.
        stage: at this stage; between two, at this stage between them.
    """
    stand_ins = {code: _stand_ins(state, code) for code in between or ()}
    found = []
    for each in state.subjects:
        if each.kind != "agreement" or form not in (None, each.value("form")):
            continue
        if between is None:
            found.append(Listed(each))
            continue
        for first, second in _pairs(*between, stand_ins):
            here = stage_between(each, first, second)
            if here is not None:
                through = tuple(sorted({first, second} - set(between)))
                found.append(Listed(each, here, through))
                break
    return [each for each in found if stage in (None, each.between or each.agreement.stage)]


_RANK = ("open", "applied", "negotiating", "signed", "ratified", "provisional", "in-force")


def stage_between(agreement: SubjectState, one: str, other: str) -> str | None:
    """How far *agreement* has got between two parties; None when one is none, or gone.

    What it says of the pair, else the lesser of their own stages; an agreement that is not in
    force itself is at its own stage between any two.
    """
    stages = [agreement.value(f"party/{code}") for code in (one, other)]
    if any(stage is None or stage in GONE for stage in stages):
        return None
    pair = agreement.value("pair/" + "-".join(sorted((one.lower(), other.lower()))))
    if pair is not None:
        return str(pair)
    if agreement.stage not in MEMBER_STAGES:
        return agreement.stage
    if "suspended" in stages:
        return "suspended"
    return min(map(str, stages), key=_RANK.index)
