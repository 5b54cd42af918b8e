"""Tariffs: made of what the log says of measures and groups, and asked what goods pay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from tracker.domain.dates import AsOf
from tracker.domain.duties import Duty, duty
from tracker.domain.memberships import Memberships
from tracker.domain.parties import groups
from tracker.domain.questions import Question, read_question
from tracker.domain.tariff import Tariff
from tracker.domain.timeline import Fact
from tracker.errors import TrackerError
from tracker.store import log as logs


def subjects(conn: Connection) -> list[str]:
    """What a tariff is made of: every measure, and the agreements of groups."""
    bodies = groups().values()
    introduced = logs.all_introduced(conn)
    return [name for name in introduced if name.startswith("measure/") or name in bodies]


def made_of(conn: Connection, facts: Iterable[Fact], version: int | None) -> Tariff:
    """The tariff of *facts*, by subject and part, of a log at *version*."""
    measures: list[Fact] = []
    agreements: list[Fact] = []
    for fact in facts:
        (measures if fact.subject.startswith("measure/") else agreements).append(fact)
    cited = logs.cited(conn, {each.event for each in measures})
    return Tariff(
        measures,
        Memberships(agreements),
        {name: each.source for name, each in cited.items()},
        {name: each.order for name, each in cited.items() if each.order},
        version,
    )


def question(tariff: Tariff, raw: Mapping[str, Any]) -> Question:
    """The question about goods that *raw* asks; what may be stated goes by the tariff.

    Raises:
        BadQuestion, BadGiven, UnknownProduct, UnknownParty: it cannot be asked.
    """
    return read_question(raw, claims=tariff.claims, uses=tariff.uses)


def answers(
    tariff: Tariff,
    at: AsOf,
    questions: Iterable[Mapping[str, Any] | TrackerError],
    *,
    today: date,
) -> Iterator[Duty | TrackerError]:
    """What each entry pays, or what is wrong with its question.

    Args:
        at: the last day whose reports count, for questions that name none.
    """
    for raw in questions:
        if isinstance(raw, TrackerError):
            yield raw
            continue
        try:
            asked = question(tariff, raw)
        except TrackerError as error:
            yield error
            continue
        known = asked.known_by or at.known_by
        late = asked.entry.on > (known or today)
        here = replace(at, day=asked.entry.on, known_by=known, expected=late)
        yield duty(tariff, asked.entry, here)
