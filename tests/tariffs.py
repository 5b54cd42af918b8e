"""Small tariffs for tests: effects as people would write them, and what goods then pay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tests.entries import agreement, event, folded
from tracker.domain.dates import AsOf
from tracker.domain.duties import Duty, duty
from tracker.domain.events import Development, Event
from tracker.domain.givens import in_words, read_givens
from tracker.domain.memberships import Memberships
from tracker.domain.numbers import plain
from tracker.domain.parties import groups
from tracker.domain.products import read_product
from tracker.domain.tariff import Entry, NotApplied, Tariff

Effect = dict[str, Any]

_DAYS = {"since": "from", "until": "until", "expires": "expires"}
_BORNE = {"basis", "share", "rank", "text", "heading"}


def _named(fields: Mapping[str, Any]) -> Effect:
    """*fields* as an entry writes them: ``from`` for ``since``, dashes for underscores."""
    return {_DAYS.get(name, name.replace("_", "-")): each for name, each in fields.items()}


def introduced(measure: str, *, imposer: str = "US", instrument: str = "tariff") -> Effect:
    """The effect that introduces a measure."""
    return {
        "kind": "measure-introduced",
        "subject": f"measure/{measure}",
        "title": f"Duty on {measure}",
        "imposer": imposer,
        "instrument": instrument,
    }


def effect(kind: str, measure: str, **fields: Any) -> Effect:
    """An effect on a measure."""
    return {"kind": kind, "subject": f"measure/{measure}", **_named(fields)}


def scope(measure: str, line: str = "all", **fields: Any) -> Effect:
    """The effect that says what a line covers."""
    return effect("scope-set", measure, line=line, **fields)


def rate(measure: str, line: str = "all", per_cent: object = 25, **fields: Any) -> Effect:
    """The effect that says what a line bears."""
    return effect("rate-set", measure, line=line, rate=per_cent, **fields)


def line(
    measure: str, name: str = "all", per_cent: object = 25, **fields: Any
) -> tuple[Effect, Effect]:
    """The two effects that make a line; days go to both, other fields where they belong."""
    days = {key: each for key, each in fields.items() if key in _DAYS}
    borne = {key: each for key, each in fields.items() if key in _BORNE}
    covered = {key: each for key, each in fields.items() if key not in {*days, *borne}}
    return scope(measure, name, **covered, **days), rate(measure, name, per_cent, **borne, **days)


def levy(measure: str, per_cent: object = 25, **fields: Any) -> tuple[Effect, ...]:
    """A measure of the United States with one line."""
    return introduced(measure), *line(measure, "all", per_cent, **fields)


def yields(measure: str, to: str, share: str = "all", **days: Any) -> Effect:
    """The effect that a measure yields to another."""
    return effect("yields-set", measure, to=f"measure/{to}", share=share, **days)


def member(code: str, party: str, **days: Any) -> tuple[Effect, Effect]:
    """The effects that a group is introduced and has a party from a day on."""
    subject = groups()[code]
    stage = {"kind": "party-stage-set", "subject": subject, "parties": [party]}
    return agreement(subject, "bloc"), {**stage, "stage": "in-force", **_named(days)}


COLUMN_1 = (
    *(introduced("column-1"), effect("coverage-set", "column-1")),
    *line("column-1", "all", "2.5", basis="base"),
)
"""The ordinary duty of the United States, 2.5 % on everything, and that it is covered."""


def decided(day: str, *effects: Effect, name: str = "act", **more: Any) -> Event:
    """An event of *day*, public on it."""
    return event(name, day, *effects, **more)


def tariff(events: Iterable[Event]) -> Tariff:
    """The tariff that *events* add up to."""
    events = list(events)
    facts = folded(events)
    return Tariff(
        [each for each in facts if each.subject.startswith("measure/")],
        Memberships(facts),
        {each.event: f"https://example.org/{each.event}" for each in facts},
        {each.id: each.order for each in events if isinstance(each, Development)},
        len(events),
    )


def in_force(*effects: Effect) -> Tariff:
    """The tariff of one event of New Year 2025: the ordinary duty, and these *effects*."""
    return tariff([decided("2025-01-01", *COLUMN_1, *effects)])


def pays(
    asked: Tariff,
    day: str = "2025-06-02",
    *,
    origin: str = "JP",
    product: str = "8703.23.01",
    into: str = "US",
    base: object = None,
    known_by: str | None = None,
    **given: object,
) -> Duty:
    """What goods pay on *day*; a given is named with underscores for dashes."""
    on = date.fromisoformat(day)
    stated = read_givens({name.replace("_", "-"): each for name, each in given.items()})
    entry = Entry(
        into,
        origin,
        read_product(product),
        on,
        None if base is None else Decimal(str(base)),
        stated,
    )
    return duty(asked, entry, AsOf(on, date.fromisoformat(known_by) if known_by else None))


def points(found: Duty) -> dict[str, str | None]:
    """Measure → its points, in digits, None where they are not known."""
    return {
        each.measure: None if each.points is None else plain(each.points)
        for each in found.components
    }


def lines(found: Duty) -> dict[str, str]:
    """Measure → the line of it that is charged."""
    return {each.measure: each.line for each in found.components}


def reasons(found: Duty) -> dict[str, str]:
    """Measure → why it is not charged."""
    return {each.measure: each.code for each in found.not_applied}


def reason(found: Duty, measure: str) -> NotApplied:
    """Why a measure is not charged, whole."""
    return next(each for each in found.not_applied if each.measure == measure)


def changes(found: Duty) -> dict[str, str | None]:
    """What would change the total, as ``quota=within``, and to what."""
    return {
        " ".join(f"{name}={in_words(value)}" for name, value in sorted(each.given.items())): (
            None if each.total is None else plain(each.total)
        )
        for each in found.would_change
    }
