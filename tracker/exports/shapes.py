"""The JSON shapes of answers.  Others rely on them: fields may be added, never renamed.

Days are ISO texts; null stands for a span without a beginning or an end.  Arrays and
objects are sorted, so that the same answer is the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.domain.dates import AsOf
from tracker.domain.state import Held, Rival, State, SubjectState, without_end

if TYPE_CHECKING:
    from datetime import date

    from tracker.domain.agenda import Item, Lateness
    from tracker.domain.changes import Change, SubjectChanges
    from tracker.domain.scopes import Bearing
    from tracker.domain.ties import Alliance, Listed, Member, Tie
    from tracker.domain.timeline import Assignment, Fact
    from tracker.domain.told import Told
    from tracker.domain.why import Why


@dataclass(frozen=True, slots=True)
class Root:
    """Stands for the root of the tree over the first events of the log, in hex.

    Whoever writes the JSON asks for it: it takes longer to find than many an answer.
    """

    version: int


def root(version: int | None) -> Root | None:
    """What stands for the root at a version; None where none is said."""
    return None if version is None else Root(version)


def of_coordinate(at: AsOf) -> dict[str, Any]:
    """``{"day", "known_by", "at_version", "root", "expected", "reading"}``.

    ``root`` is that of the Merkle tree over the first ``at_version`` events of the log.
    """
    return {
        "day": at.day.isoformat(),
        "known_by": at.known_by.isoformat() if at.known_by else None,
        "at_version": at.at_version,
        "root": root(at.at_version),
        "expected": at.expected,
        "reading": at.reading,
    }


def of_knowledge(at: AsOf) -> dict[str, Any]:
    """The coordinate of what is listed for no day, by no reading: ``day`` is null."""
    return of_coordinate(at) | {"day": None, "expected": False}


def of_state(state: State) -> dict[str, Any]:
    """``{"as_of", "subjects": […], "absent": […]}``, the subjects by slug.

    ``absent`` are those that are not there on the day, of which a rival says anything then.
    """
    return {
        "as_of": of_coordinate(state.as_of),
        "subjects": [of_subject(subject) for subject in state.subjects],
        "absent": [of_subject(subject) for subject in state.absent],
    }


def of_subject(subject: SubjectState) -> dict[str, Any]:
    """One subject, its parts by name.

    ``disputed`` are the parts without a value, now or due, of which a rival says otherwise.
    """
    return {
        "subject": subject.subject,
        "title": subject.title,
        "kind": subject.kind,
        "stage": subject.stage,
        "parts": _parts(subject.parts),
        "next": _parts(subject.next),
        "disputed": {
            part: {"rivals": [_rival(rival) for rival in rivals]}
            for part, rivals in sorted(subject.disputed.items())
        },
    }


def _parts(parts: Mapping[str, Held]) -> dict[str, Any]:
    return {name: of_held(parts[name]) for name in sorted(parts)}


def of_held(held: Held) -> dict[str, Any]:
    """A value with its days, the event that says so, and what disagrees with it."""
    shape: dict[str, Any] = {
        "value": held.value,
        "certain": held.certain,
        "from": _day(held.since),
        "until": _day(held.until),
        "event": held.event,
        "rivals": [_rival(rival) for rival in held.rivals],
    }
    if held.via:
        shape["corrected_by"] = held.via
    if held.since_hour:
        shape["from_hour"] = held.since_hour
    if held.until_hour:
        shape["until_hour"] = held.until_hour
    if held.possible:
        shape["possible"] = [
            {
                "value": each.value,
                "from": _day(each.since),
                "until": _day(each.until),
                "event": each.event,
            }
            for each in held.possible
        ]
    return shape


def _rival(rival: Rival) -> dict[str, Any]:
    return {
        "event": rival.event,
        "value": rival.value,
        "from": _day(rival.since),
        "until": _day(rival.until),
        **({} if rival.certain else {"certain": False}),
    }


def _day(day: Any) -> str | None:
    shown = without_end(day)
    return shown.isoformat() if shown else None


def of_facts(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """The facts of a timeline: part, value, days, event."""
    return [
        {
            "part": held.part,
            "value": held_value(held),
            "certain": held.certain,
            "from": _day(held.since),
            "until": _day(held.until),
            "event": held.event,
            **({"from_hour": held.since_hour} if held.since_hour else {}),
            **({"until_hour": held.until_hour} if held.until_hour else {}),
            **({"corrected_by": held.via} if held.via else {}),
        }
        for held in facts
    ]


def held_value(fact: Fact) -> Any:
    """The value of a fact, out of its JSON."""
    return Held.of(fact).value


def of_members(
    state: State, agreement: str, members: Iterable[Member], perhaps: Iterable[Member] = ()
) -> dict[str, Any]:
    """``{"as_of", "agreement", "members": […]}``, by code; ``perhaps``: those that may be."""
    return {
        "as_of": of_coordinate(state.as_of),
        "agreement": agreement,
        "members": [_member(member) for member in members],
        "perhaps": [_member(member) for member in perhaps],
    }


def _member(member: Member) -> dict[str, Any]:
    return {
        "party": member.party,
        "stage": member.stage,
        "since": _day(member.since),
        "event": member.event,
        **({} if member.certain else {"certain": False}),
    }


def of_alliances(state: State, party: str, alliances: Iterable[Alliance]) -> dict[str, Any]:
    """``{"as_of", "party", "alliances": […]}``, the alliances by slug, the partners by code."""
    return {
        "as_of": of_coordinate(state.as_of),
        "party": party,
        "alliances": [
            {
                "agreement": each.agreement.subject,
                "title": each.agreement.title,
                "form": each.agreement.value("form"),
                "stage": each.agreement.stage,
                "obligations": {
                    name: held.value
                    for name, held in sorted(each.agreement.under("obligation").items())
                },
                "partners": [_member(member) for member in each.partners],
            }
            for each in alliances
        ],
    }


def of_measures(
    state: State,
    measures: Iterable[SubjectState],
    lines: Iterable[Bearing],
) -> dict[str, Any]:
    """``{"as_of", "measures": […], "lines": […]}``: measures as in a state, lines by name."""
    return {
        "as_of": of_coordinate(state.as_of),
        "measures": [of_subject(measure) for measure in measures],
        "lines": [
            {
                "measure": each.measure.subject,
                "line": each.line,
                "stage": each.stage,
                "applies": each.applies,
                "bears": of_held(each.bears),
                "scope": of_held(each.scope),
            }
            for each in lines
        ],
    }


def of_told(told: Told) -> dict[str, Any]:
    """An event: what the entry says, and how it stands."""
    return {
        **told.content,
        "id": told.id,
        "reported": told.reported.isoformat(),
        "version": told.version,
        "recorded": told.recorded,
        "corrected_by": told.corrected_by,
        "retracted_by": told.retracted_by,
        "corroborated_by": list(told.corroborated_by),
        "rivals": list(told.rivals),
    }


def of_subjects(state: State, name: str, subjects: Iterable[SubjectState]) -> dict[str, Any]:
    """``{"as_of", name: […]}``, each subject as in a state."""
    return {
        "as_of": of_coordinate(state.as_of),
        name: [of_subject(subject) for subject in subjects],
    }


def of_agreements(state: State, agreements: Iterable[Listed]) -> dict[str, Any]:
    """``{"as_of", "agreements": […]}``, the agreements by slug, their parties by code.

    ``between`` is the stage between two parties, when it was asked for them, and ``through``
    the bodies that are party in their place.
    """
    return {
        "as_of": of_coordinate(state.as_of),
        "agreements": [
            {
                "agreement": each.agreement.subject,
                "title": each.agreement.title,
                "form": each.agreement.value("form"),
                "stage": each.agreement.stage,
                "between": each.between,
                "through": list(each.through),
                "parties": [
                    {"party": code, **_staged(held)}
                    for code, held in sorted(each.agreement.under("party").items())
                ],
                "pairs": [
                    {"pair": name.upper().split("-"), **_staged(held)}
                    for name, held in sorted(each.agreement.under("pair").items())
                ],
            }
            for each in agreements
        ],
    }


def _staged(held: Held) -> dict[str, Any]:
    return {"stage": held.value, "since": _day(held.since), "event": held.event}


def of_ties(state: State, parties: Iterable[str] | None, ties: Iterable[Tie]) -> dict[str, Any]:
    """``{"as_of", "parties", "ties": […]}``, by agreement and codes."""
    return {
        "as_of": of_coordinate(state.as_of),
        "parties": None if parties is None else sorted(parties),
        "ties": [
            {
                "pair": [tie.one, tie.other],
                "agreement": tie.agreement.subject,
                "title": tie.agreement.title,
                "form": tie.agreement.value("form"),
                "stage": tie.stage,
                "since": _day(tie.since),
                "event": tie.event,
                "through": list(tie.through),
            }
            for tie in ties
        ],
    }


def of_reasons(
    state: State, subject: str, reasons: Iterable[Why], *, hindsight: bool = False
) -> dict[str, Any]:
    """``{"as_of", "subject", "parts": {…}}``: why each part is as it is.

    Args:
        hindsight: also what became known later and changes it.
    """
    return {
        "as_of": of_coordinate(state.as_of),
        "subject": subject,
        "parts": {why.reason.part: _reason(why, hindsight=hindsight) for why in reasons},
    }


def _reason(why: Why, *, hindsight: bool) -> dict[str, Any]:
    found = why.reason
    shape: dict[str, Any] = {
        "deciding": found.deciding and _assigned(found.deciding, why.events),
        "perhaps": [_assigned(each, why.events) for each in found.perhaps],
        "overridden": [_assigned(each, why.events) for each in found.overridden],
        "instead": found.instead and _assigned(found.instead, why.events),
        "rivals": [_rival(rival) for rival in why.rivals],
        "on_the_way": [_speaking(each) for each in why.on_the_way],
    }
    if hindsight:
        shape |= {
            "changed": found.changed,
            "later": [_assigned(each, why.now) for each in found.later],
            "corrected": [_speaking(each) for each in why.corrected],
            "hindsight": found.hindsight and _assigned(found.hindsight, why.now),
        }
    return shape


def _assigned(said: Assignment, events: Mapping[str, Told]) -> dict[str, Any]:
    told = events[said.decided.event]
    bearing = (told, *([events[said.via]] if said.via else ()))
    return {
        "value": None if said.value is None else json.loads(said.value),
        "from": _day(said.since),
        "until": _day(said.until),
        "event": said.decided.event,
        "title": told.content["title"],
        "occurred": told.content["occurred"],
        "reported": said.known.isoformat(),
        "corrected_by": said.via,
        "sources": [source["url"] for each in bearing for source in each.content["sources"]],
    }


def _speaking(told: Told) -> dict[str, Any]:
    """A correction, retraction or corroboration, and what it is about."""
    return {
        "event": told.id,
        "kind": told.content["kind"],
        "of": told.content["of"],
        "slip": told.content.get("slip", False),
        "title": told.content["title"],
        "reported": told.reported.isoformat(),
        "retracted_by": told.retracted_by,
        "sources": [source["url"] for source in told.content["sources"]],
    }


def of_diff(before: State, after: State, found: Iterable[SubjectChanges]) -> dict[str, Any]:
    """``{"before", "after", "changes": […]}``: what changed, by subject and part."""
    return {
        "before": of_coordinate(before.as_of),
        "after": of_coordinate(after.as_of),
        "changes": [
            {
                "subject": each.subject,
                "title": each.title,
                "stage": {
                    "before": each.stage_before,
                    "after": each.stage_after,
                    **(_turn(each.turn) if each.turn else {}),
                },
                "parts": [
                    {
                        "part": change.part,
                        "what": change.what,
                        **_turn(change),
                        "before": change.before and of_held(change.before),
                        "after": change.after and of_held(change.after),
                    }
                    for change in each.parts
                ],
            }
            for each in found
        ],
    }


def _turn(change: Change) -> dict[str, Any]:
    return {"cause": change.cause, "event": change.event, "by": list(change.by)}


def of_rectangles(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """The facts of a history, each with its days of knowledge."""
    found = list(facts)
    return [
        shape | {"known": fact.known.isoformat(), "known_until": _day(fact.known_until)}
        for shape, fact in zip(of_facts(found), found, strict=True)
    ]


def of_agenda(state: State, first: date, last: date, items: Iterable[Item]) -> dict[str, Any]:
    """``{"as_of", "from", "to", "agenda": […]}``, by day."""
    return {
        "as_of": of_coordinate(state.as_of),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "agenda": [
            {
                "day": item.day.isoformat(),
                "what": item.what,
                "subject": item.subject,
                "part": item.part,
                "value": item.value,
                "certain": item.certain,
                "event": item.event,
            }
            for item in items
        ],
    }


LATENESS = (
    "group",
    "events",
    "public_median",
    "public_most",
    "effect_median",
    "effect_most",
    "recorded_median",
)


def of_lateness(found: Lateness) -> dict[str, Any]:
    """One group: how many events, and days of lateness."""
    return {
        "group": found.group,
        "events": found.events,
        "public_median": found.public,
        "public_most": found.public_most,
        "effect_median": found.effect,
        "effect_most": found.effect_most,
        "recorded_median": found.recorded,
    }
