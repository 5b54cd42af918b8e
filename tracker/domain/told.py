"""An event as it is told: what the entry says, and how others leave it standing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tracker.domain.events import Event


class Told(NamedTuple):
    """An event as it is known at a coordinate.

    ``content`` is what the entry says, with whatever a correction put in its place;
    ``corrected_by`` names that correction, ``retracted_by`` the retraction that counts,
    ``corroborated_by`` and ``rivals`` the events that bring more sources or disagree.
    """

    id: str
    version: int
    reported: date
    recorded: str
    content: Mapping[str, Any]
    corrected_by: str | None = None
    retracted_by: str | None = None
    corroborated_by: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


class Published(NamedTuple):
    """An event, and the instant at which the log last received anything that was said of it."""

    told: Told
    updated: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event, and the instant, in UTC, at which the log received it."""

    version: int
    recorded: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Filter:
    """What events to list; everything that is given must be so.

    ``first`` and ``last`` are days on which it occurred, both in.  ``known_by`` counts the
    reports of that day too.  ``concerning`` is a kind of event, or of subject that it is about.
    """

    subject: str | None = None
    party: str | None = None
    kind: str | None = None
    tag: str | None = None
    first: date | None = None
    last: date | None = None
    known_by: date | None = None
    at_version: int | None = None
    concerning: str | None = None

    def words(self) -> list[tuple[str, str]]:
        """What an event must be found by: subject, party, kind or tag, and the word."""
        asked = {
            "subject": self.subject,
            "party": self.party,
            "kind": self.kind,
            "tag": self.tag,
        }
        return [(what, word) for what, word in asked.items() if word is not None]


SHOWN = 300
"""How many characters of a value a difference shows."""


def difference(before: str, after: str) -> str:
    """What differs between two contents of one event, as JSON: a line a field."""
    return "\n".join(_differences(json.loads(before), json.loads(after), ""))


def _differences(old: object, new: object, path: str) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, f"{path}.{number}")
    elif isinstance(old, list) and isinstance(new, list) and (gone := _without(old, new)):
        for number, one, other in gone:
            yield from _differences(one, other, f"{path}.{number}")
    else:
        yield f"  {path}: {_shown(old)} in the log, {_shown(new)} here"


def _without(old: list[Any], new: list[Any]) -> list[tuple[int, Any, Any]]:
    """What only one of two lists has, by its place there, with None for the other."""
    before, after = map(_said, old), map(_said, new)
    kept = {*before} & {*after}
    gone = [(number, each, None) for number, each in enumerate(old) if _said(each) not in kept]
    come = [(number, None, each) for number, each in enumerate(new) if _said(each) not in kept]
    return gone + come


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shown(value: object) -> str:
    said = "nothing" if value is None else _said(value)
    return said if len(said) <= SHOWN else f"{said[: SHOWN - 1]}…"
