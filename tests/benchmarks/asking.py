"""Asking tracker, beside its floors and peers: states, parties, single subjects.

Before anything is timed, the answers are held against the peer's: a quick answer to another
question would be worth nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.benchmarks import floors
from tests.benchmarks.measuring import Failed, in_turns
from tests.benchmarks.workload import Workload, parties
from tracker.app import Tracker
from tracker.domain.dates import LAST, AsOf
from tracker.domain.duties import duty
from tracker.domain.questions import read_question
from tracker.domain.state import State
from tracker.store import database as databases
from tracker.store import facts


def write_facts(source: str, database: str, events: int) -> dict[str, Any]:
    """Keep all facts of a database of ours in a bare one, by subject and part."""
    workload = Workload(events)
    subjects = sorted(workload.subject(number) for number in range(workload.subjects))

    def rows() -> Iterator[floors.Row]:
        with databases.reading(databases.engine_for(source)) as conn:
            for subject in subjects:
                for fact in facts.timeline(conn, subject):
                    days = fact.since, fact.until, fact.known, fact.known_until
                    said = fact.value, fact.event, fact.via, str(fact.decided)
                    yield subject, fact.part, *map(str, days), fact.certain, *said

    return {"facts": floors.write_facts(Path(database), rows())}


def state(
    ours: str, floor: str, peer: str | None, events: int, day: str, runs: int
) -> dict[str, Any]:
    """The whole state on a day: the median seconds of each side, and how much there is."""
    tracker = Tracker(ours)
    asked = date.fromisoformat(day)
    at, then = tracker.as_of(asked), tracker.as_of(asked, known_by=asked)
    found = tracker.state(at)
    known = str(LAST)
    with (
        closing(floors.opened(Path(floor))) as scanned,
        databases.reading(databases.engine_for(ours)) as conn,
    ):
        sides: dict[str, Callable[[], object]] = {
            "floor": lambda: floors.facts_at(scanned, day, known),
            "parts": lambda: list(facts.facts_at(conn, at)),
            "views": lambda: tracker.state(at),
            "known": lambda: tracker.state(then),
        }
        counts = {
            "subjects": len(found.subjects),
            "parts held": sum(len(each.parts) for each in found.subjects),
            "rows": len(floors.facts_at(scanned, day, known)),
        }
        if peer is not None:
            from tests.benchmarks import ducks

            duck = ducks.opened(Path(peer))
            _agree(found, ducks.state(duck, asked, LAST))
            _agree(tracker.state(then), ducks.state(duck, asked, asked))
            sides["peer"] = lambda: ducks.state(duck, asked, LAST)
            sides["ranked"] = lambda: ducks.state_found(duck, asked, LAST)
        del found
        return in_turns(runs, **sides) | counts


def _agree(found: State, rows: Iterable[tuple[Any, ...]]) -> None:
    """Make sure that a peer has the same values, by the same events, of the subjects of ours."""
    ours = {
        (each.subject, part, json.dumps(held.value, sort_keys=True), held.event)
        for each in found.subjects
        for part, held in each.parts.items()
        if held.value is not None
    }
    there = {each.subject for each in found.subjects}
    theirs = {
        (subject, part, json.dumps(json.loads(value), sort_keys=True), event)
        for subject, part, value, event, _ in rows
        if value and subject in there
    }
    if ours != theirs:
        odd = sorted(ours ^ theirs)[0]
        raise Failed(f"the peer answers otherwise: {odd} of {len(ours ^ theirs)} differences")


def party(ours: str, peer: str, events: int, day: str, runs: int) -> dict[str, Any]:
    """What binds one party, and the measures that it imposes; several parties in turn."""
    from tests.benchmarks import ducks

    tracker = Tracker(ours)
    asked = date.fromisoformat(day)
    at = tracker.as_of(asked)
    duck = ducks.opened(Path(peer))
    some = parties()[:: max(1, len(parties()) // (runs + 1))]
    counts = {"ties": 0, "listed": 0}
    for code in some:
        bound = tracker.alliances(at, code, all_pacts=True, blocs=True)[1]
        mine = {(each.agreement.subject, other.party) for each in bound for other in each.partners}
        if mine != {(row[0], row[1][6:]) for row in ducks.bound(duck, asked, LAST, code)}:
            raise Failed(f"the peer has other partners of {code}")
        measures = tracker.measures(at, into=code)[1]
        held = {each.subject for each in measures if each.stage in ("in-force", "suspended")}
        rows = ducks.imposed(duck, asked, LAST, code)
        lines = {row[0] for row in rows if row[1] == "line/all"}
        if held != lines & {row[0] for row in rows if row[1] == "scope/all"}:
            raise Failed(f"the peer has other measures of {code}")
        counts["ties"] += len(mine)
        counts["listed"] += len(measures)
    names = {name: cycle(some) for name in ("alliances", "bound", "measures", "imposed")}
    taken = in_turns(
        runs,
        alliances=lambda: tracker.alliances(
            at, next(names["alliances"]), all_pacts=True, blocs=True
        ),
        bound=lambda: ducks.bound(duck, asked, LAST, next(names["bound"])),
        measures=lambda: tracker.measures(at, into=next(names["measures"])),
        imposed=lambda: ducks.imposed(duck, asked, LAST, next(names["imposed"])),
    )
    return taken | {name: round(number / len(some)) for name, number in counts.items()}


def subject(
    ours: str, small: str, floor: str, events: int, few: int, runs: int, each: int
) -> dict[str, Any]:
    """One subject on a day, of many subjects in turn: the median seconds of one answer."""
    sides: dict[str, Callable[[], object]] = {}
    for name, database, size in (("ours", ours, events), ("small", small, few)):
        sides[name] = _asking(Tracker(database), Workload(size), each)
    with closing(floors.opened(Path(floor))) as conn:
        wanted = [row[0] for row in conn.execute(
            "SELECT event_id FROM log WHERE version % ? = 1 LIMIT ?", (events // each, each)
        )]  # fmt: skip
        sides["floor"] = lambda: [floors.row_of(conn, event) for event in wanted]
        taken = in_turns(runs, **sides)
    return {name: seconds / each for name, seconds in taken.items()}


def _asking(tracker: Tracker, workload: Workload, each: int) -> Callable[[], object]:
    at = tracker.as_of(workload.middle)
    some = [workload.subject(each * 7919 % workload.subjects) for each in range(each)]
    return lambda: [tracker.state(at, subject=subject) for subject in some]


def rate(folder: str, runs: int) -> dict[str, Any]:
    """What goods pay, on the shipped catalogue: the median seconds of one answer.

    The questions are those of the tests, each asked of a tariff that is made once.
    """
    path = Path(folder) / "shipped.db"
    path.unlink(missing_ok=True)
    tracker = Tracker(str(path))
    tracker.open()
    tariff = tracker.tariff(tracker.as_of())
    asked = [
        (question.entry, AsOf(question.entry.on, question.known_by))
        for line in QUESTIONS.read_text(encoding="utf-8").splitlines()
        for question in [read_question(json.loads(line), claims=tariff.claims)]
    ]

    def answer() -> object:
        return [duty(tariff, entry, at) for entry, at in asked]

    seconds = in_turns(runs, rate=answer)["rate"]
    return {"seconds": seconds / len(asked)}


QUESTIONS = Path(__file__).parent.parent / "rate_questions.jsonl"
"""What the tests ask of the shipped catalogue."""
