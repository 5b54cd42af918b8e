"""Spells: tables with one row for each span of days that a member belongs to an agreement.

Datasets of alliances come so: agreement, member, first day, last day, and the duties that
the member has in that phase.  A small TOML file maps what such a file calls them:

    slug = "atop-"               # subjects are called agreement/atop-3180
    scheme = "cow"               # whose codes the members are: iso2 iso3 numeric iso-3166-3 cow gw
    ends = "inclusive"           # the end is the last day in; "exclusive": the first day out
    missing = ["", "0", "-9", "NA"]  # how the file writes that there is no value
    reported = "occurred"        # or the day by which the file was public: "../2018-12-31"

    [columns]
    agreement = "atopid"
    member = "member"
    start = ["yrent", "moent", "dayent"]  # year, month, day; or one column: start = "begin"
    end = ["yrexit", "moexit", "dayexit"]
    # title = "name"             # what the agreement is called
    # left_censored = "censored" # a column of 1 and 0; 1: it began on that day or before

    [columns.obligations]        # columns of 1 and 0; there is also: entente
    defence = "defense"
    offence = "offense"
    neutrality = "neutral"
    non-aggression = "nonagg"
    consultation = "consul"

    [source]
    url = "http://www.atopdata.org/"
    title = "ATOP 4.01"

    [leave_out]                  # on purpose, as the file writes them; counted and said
    agreement = []
    member = []

A row makes one event of its first day (the member enters, or a phase begins, with the duties
it has then) and, if it ends, one of its last: two, so that nobody who asks what was known on
the first day is told how it ended.  Spells that touch are one membership;
duties stay with their phase.  The agreement is in force while anybody belongs to it, and its
form is that of the strongest duty that a row has named so far.

An event is named by agreement, party and day, and holds its row as given.  So a file loaded
twice changes nothing, and a row that has changed is refused like any changed event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from tracker.domain.dates import When
from tracker.domain.events import Event, problems, read_event
from tracker.errors import Problem
from tracker.imports.spell_rows import (
    End,
    Row,
    Spell,
    SpellMap,
    Table,
    columns_of,
    read_map,
    read_rows,
)

FORMS: dict[str, str] = {
    "defence": "defence-pact",
    "offence": "military-cooperation",
    "neutrality": "neutrality",
    "non-aggression": "non-aggression",
    "consultation": "consultation",
    "entente": "entente",
}
"""Duty → the form of an agreement that has no stronger one; the strongest first."""

_Entry: TypeAlias = tuple[dict[str, Any], Row]
"""An event as it would be read from a file, and the row that it comes from."""


@dataclass(slots=True)
class Imported:
    """What files of spells say: the events, what is wrong, and where the row of each stands."""

    table: Table
    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)


def read(paths: Iterable[Path], map_path: Path) -> Imported:
    """What the files *paths* say, going by the map; together they are one table.

    Raises:
        NotFound: a file is not there.
        BadEntries: the map cannot be used, or a file is no text.
    """
    by = read_map(map_path)
    table = read_rows(paths, by)
    found = Imported(table, problems=list(table.problems))
    for _, group in groupby(sorted(table.spells, key=_place), key=lambda spell: spell.slug):
        _take(_entries(list(group), by, found), found)
    if refused := {(wrong.path, wrong.line) for wrong in found.problems if wrong.line > 1}:
        said = f"{len(refused)} of {table.rows} rows are refused, so nothing is added"
        found.problems.insert(0, Problem(said, path=found.problems[0].path))
    return found


def _place(spell: Spell) -> tuple[object, ...]:
    return spell.slug, *_days(spell), spell.party.code, spell.row.path, spell.row.line


def _days(spell: Spell) -> tuple[object, ...]:
    return spell.start.earliest, spell.start.latest


def _entries(spells: list[Spell], by: SpellMap, found: Imported) -> Iterator[_Entry]:
    """The entries of one agreement, from its spells by their first days."""
    runs: list[list[Spell]] = []
    for spell in spells:
        last = _last(runs[-1]) if runs else None
        if runs and (last is None or spell.start.earliest <= last.out.latest):
            runs[-1].append(spell)
        else:
            runs.append([spell])
    for number, run in enumerate(runs):
        yield from _agreement(run, by, before=[spell for early in runs[:number] for spell in early])
    ends = [_last(run) for run in runs]
    of_party = sorted(spells, key=lambda spell: spell.party.code)
    for _, group in groupby(of_party, key=lambda spell: spell.party.code):
        for run in _memberships(group, found):
            for spell in run:
                yield from _phase(spell, run, ends, by)


def _last(run: Iterable[Spell]) -> End | None:
    """How a run ends; None when it goes on."""
    ends = [spell.end for spell in run]
    known = [end for end in ends if end is not None]
    return max(known, key=End.reach) if len(known) == len(ends) else None


def _agreement(run: Sequence[Spell], by: SpellMap, *, before: Sequence[Spell]) -> Iterator[_Entry]:
    """When the agreement comes into force and ends, and which form it has."""
    slug, label = run[0].slug, run[0].label
    form = _form(before) if before else None
    for _, group in groupby(run, key=_days):
        together = list(group)
        begins = together[0] is run[0]
        stronger = _form([*together, *before])
        before = [*before, *together]
        effects = [_stage(slug, "in-force")] if begins else []
        said = f"{label} {'begins' if form is None else 'resumes'}"
        if stronger != form:
            form = stronger
            words = {"title": label[:1].upper() + label[1:], "form": form}
            effects.append({"kind": "agreement-introduced", "subject": f"agreement/{slug}"} | words)
            said = said if begins else f"{label} takes the form {form}"
        if effects:
            yield _entry(together[0].start, f"{slug}-begins", said, effects, together[0], by)
    end = _last(run)
    if end is not None:
        effects = [_stage(slug, "ended") | {"from": end.out}]
        ending = next(spell for spell in run if spell.end == end)
        yield _entry(end.given, f"{slug}-ends", f"{label} ends", effects, ending, by, order=1)


def _form(spells: Sequence[Spell]) -> str:
    duties = {duty for spell in spells for duty in spell.duties}
    return next((form for duty, form in FORMS.items() if duty in duties), "entente")


def _memberships(spells: Iterable[Spell], found: Imported) -> list[list[Spell]]:
    """The spells of one party, those that touch together."""
    runs: list[list[Spell]] = []
    for spell in spells:
        if not runs:
            runs.append([spell])
            continue
        end, start = _last(runs[-1]), spell.start
        if end is None or (start.earliest <= end.out.earliest and start.latest <= end.out.latest):
            runs[-1].append(spell)
            continue
        # A return that may come before the leaving would be undone by it.
        if (start.earliest, start.latest) <= (end.given.earliest, end.given.latest):
            said = (
                f"{spell.party} belonged until {end.given}, and {start} is too vague to tell "
                "whether it left in between: give the days, or make the two rows one"
            )
            found.problems.append(Problem(said, path=spell.row.path, line=spell.row.line))
        runs.append([spell])
    return runs


def _phase(
    spell: Spell, run: Sequence[Spell], ends: Sequence[End | None], by: SpellMap
) -> Iterator[_Entry]:
    """What begins with a spell, and what ends with it."""
    slug, label, party, end = spell.slug, spell.label, spell.party, spell.end
    name = f"{slug}-{party.code.lower()}"
    effects = [_obligation(spell, duty) for duty in spell.duties]
    said = f"a phase of {label} begins for {party.name}"
    if spell is run[0]:
        effects.insert(0, _stage(slug, "in-force", party.code))
        said = f"{party.name} enters {label}"
        if spell.follows:
            said = f"{party.name} follows {spell.follows.name} in {label}"
    yield _entry(spell.start, f"{name}-from", said, effects, spell, by, whole=True)
    if end is None:
        return
    kept = {
        duty
        for other in run
        if other.start.earliest <= end.out.latest
        and (other.end is None or other.end.reach() > end.reach())
        for duty in other.duties
    }
    # It held on the first day that may be the last, so that only its end is vague.
    last = end.last if end.last.earliest < spell.start.latest else When.on(end.last.earliest)
    effects = [
        _obligation(spell, duty) | {"from": last, "expires": end.out}
        for duty in spell.duties
        if duty not in kept
    ]
    said = f"a phase of {label} ends for {party.name}"
    if end == _last(run):
        gone = end in ends or not party.existed(end.out.latest)
        effects.insert(0, _stage(slug, "ended" if gone else "left", party.code) | {"from": end.out})
        said = f"{label} ends for {party.name}" if gone else f"{party.name} leaves {label}"
    # Of a spell of one day, what ends it is decided second.  A phase that ends nothing is told
    # all the same: had it been the last one when it was loaded, it is refused as changed.
    yield _entry(end.given, f"{name}-to", said, effects, spell, by, order=1, whole=True)


def _stage(slug: str, stage: str, code: str | None = None) -> dict[str, Any]:
    effect: dict[str, Any] = {"subject": f"agreement/{slug}", "stage": stage}
    if code is None:
        return effect | {"kind": "agreement-stage-set"}
    return effect | {"kind": "party-stage-set", "parties": [code]}


def _obligation(spell: Spell, duty: str) -> dict[str, Any]:
    return {
        "kind": "obligation-set",
        "subject": f"agreement/{spell.slug}",
        "obligation": f"{duty}-{spell.party.code.lower()}",
        "duty": "consultation" if duty == "entente" else duty,
        "text": f"owed by {spell.party.name}",
    }


def _entry(
    occurred: When,
    name: str,
    title: str,
    effects: list[dict[str, Any]],
    spell: Spell,
    by: SpellMap,
    *,
    order: int = 0,
    whole: bool = False,
) -> _Entry:
    """An entry that cites the agreement; with *whole*, the row, and holds it as given."""
    columns, row = by.columns, spell.row
    key = [columns.agreement]
    if whole:
        key += [columns.member, *columns_of(columns.start)]
    cites = ", ".join(f"{column} {row.cells[column]}" for column in key)
    source = by.source.model_dump(mode="json", exclude_none=True)
    source["cites"] = "; ".join(filter(None, (by.source.cites, cites)))
    plain = re.match(r"\d{4}(-\d\d){0,2}", occurred.text)
    entry: dict[str, Any] = {
        "id": f"{plain[0] if plain else occurred.latest}-{name}",
        "kind": "report",
        "title": title[:1].upper() + title[1:],
        "occurred": occurred,
        "reported": by.reported,
        "order": order,
        "sources": [source],
        "effects": effects,
    }
    return (entry | {"summary": f"Row as given: {row.text}"} if whole else entry), row


def _take(entries: Iterable[_Entry], found: Imported) -> None:
    """Make events of *entries*; what is wrong with one is wrong with its row."""
    for entry, row in entries:
        name = entry["id"]
        if name in found.places:
            other = "{}:{}".format(*found.places[name])
            wrong = [f"the row at {other} has this agreement, party and day: make them one row"]
        else:
            found.places[name] = row.path, row.line
            try:
                event = read_event(entry)
            except ValidationError as error:
                wrong = [f"{one['loc'][-1]}: {one['msg']}" for one in error.errors()]
            else:
                found.events.append(event)
                wrong = [one.message for one in problems(event)]
        found.problems += [Problem(said, name, "", row.path, row.line) for said in wrong]
