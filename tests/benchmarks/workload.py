"""The workload: a log of entries as JSON lines, the same for the same seed and size.

An entry depends on nothing but the seed, the number of its subject and its step, so that a
log of any length is made one entry at a time.  A subject has ten steps, one effect each:
its introduction first.  Reports come in order of their days; a tenth of them are late,
by two months to a year, so that what they tell was decided before things known already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from tracker.domain.parties import Party, party
from tracker.domain.party_table import PLACES

Entry: TypeAlias = dict[str, Any]

STEPS = 10
"""Effects of one subject, one an event."""

PARTIES = 200
START = date(2016, 1, 1)
"""The day of the first report."""

DAYS = 3650
"""Days from the first report to the last."""

APART = 20
"""Subjects are introduced over so many spaces, each as long as the time between two steps."""

_MIXED = (
    *("measure",) * 11,
    *("agreement",) * 5,
    *("meeting",) * 2,
    "talks",
    "commitment",
)
_FORMS = (
    "defence-pact",
    "consultation",
    "free-trade-area",
    "non-aggression",
    "partial-scope",
    "bloc",
    "economic-framework",
    "customs-union",
)
_GOODS = ("steel", "cars", "copper", "timber", "wheat", "soybeans", "chips", "ships", "drugs")
_PRODUCTS = ("7208", "8703.23", "7408", "4407", "1001", "1201.90", "8542.31", "8901", "3004")
_PLACES = ("Washington", "Tokyo", "Brussels", "Seoul", "Beijing", "Geneva", "Hanoi", "Ottawa")
_PUBLISHERS = ("Federal Register", "Official Journal", "Ministry of Trade", "Yonhap", "Reuters")
_KINDS = ("announcement", "order", "notice", "order", "statement", "notice", "order", "report")
_TALKS = ("proposed", "under-way", "dormant", "under-way", "agreed", "under-way", "dormant")


@dataclass(frozen=True, slots=True)
class Workload:
    """A log of *events* entries, a multiple of 200."""

    events: int
    seed: int = 2025

    def __post_init__(self) -> None:
        if self.events < 200 or self.events % 200:
            raise ValueError(f"{self.events} events: give a multiple of 200")

    @property
    def subjects(self) -> int:
        """How many subjects there are, ten events each."""
        return self.events // STEPS

    @property
    def last_day(self) -> date:
        """The day of the last report, when hardly anything is still to come."""
        return START + timedelta(days=DAYS)

    @property
    def middle(self) -> date:
        """A day with about as many reports before it as after it."""
        return START + timedelta(days=DAYS // 2)

    def entries(self) -> Iterator[Entry]:
        """All entries, in the order in which they were reported."""
        apart = self.subjects // APART
        places = self.subjects + (STEPS - 1) * apart
        for place in range(places):
            day = START + timedelta(days=place * DAYS // places)
            for step in range(STEPS):
                number = place - step * apart
                if 0 <= number < self.subjects:
                    yield self._entry(number, step, day)

    def more(self, count: int, *, after: int = 0) -> Iterator[Entry]:
        """Entries to append afterwards, of subjects all over the log, in order and never late.

        Args:
            after: leave out so many, which were appended before.
        """
        for each in range(after, after + count):
            # Every subject has its turn before any has a second one, on a later day.
            number, turn = each * 7919 % self.subjects, each // self.subjects
            day = self.last_day + timedelta(days=3 + 3 * turn + each // 20)
            step = 2 + self._mixed(each, 77) % 7
            yield self._entry(number, step, day, suffix=f"-{each}")

    def write(self, path: Path) -> int:
        """Write all entries to *path*, one a line; how many bytes."""
        with path.open("w", encoding="utf-8") as out:
            for entry in self.entries():
                out.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
                out.write("\n")
            return out.tell()

    def subject(self, number: int) -> str:
        """The slug of a subject."""
        kind = _MIXED[number % len(_MIXED)]
        good = _GOODS[self._mixed(number, 1) % len(_GOODS)]
        return f"{kind}/{self.parties_of(number)[0].lower()}-{good}-{number}"

    def parties_of(self, number: int) -> list[str]:
        """Four different parties that have to do with a subject; the first imposes or hosts."""
        codes = parties()
        first, space = self._mixed(number, 2) % PARTIES, 1 + self._mixed(number, 3) % 60
        return [codes[(first + each * space) % PARTIES] for each in range(4)]

    def _mixed(self, number: int, salt: int) -> int:
        """A number that looks random (splitmix64, of Steele, Lea and Flood)."""
        mixed = (self.seed * 0x9E3779B97F4A7C15 + number * 0xD1B54A32D192ED03 + salt) % 2**64
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB % 2**64
        return mixed ^ (mixed >> 31)

    def _entry(self, number: int, step: int, reported: date, *, suffix: str = "") -> Entry:
        chance = self._mixed(number, 100 + step)
        late = chance % 10 == 0 and not suffix
        lag = chance // 10 % 3
        if late:
            # Between two other steps of the subject, and each step at a place of its own there:
            # two decisions of one day would have to say which of them counts.
            lag = 63 + 126 * lag + 5 * step - 22
        occurred = reported - timedelta(days=lag)
        subject = self.subject(number)
        kind, slug = subject.split("/")
        codes = self.parties_of(number)
        effect = _EFFECTS[kind](step, occurred, codes, chance // 100)
        publisher = _PUBLISHERS[chance // 100 % len(_PUBLISHERS)]
        document = f"{chance % 10**10:010d}"
        entry: Entry = {
            "id": f"{occurred}-{slug}-{effect['kind']}-{step}{suffix}",
            "title": f"{publisher} reports step {step} of {kind} {slug.replace('-', ' ')}",
            "kind": _KINDS[chance // 1000 % len(_KINDS)],
            "occurred": occurred.isoformat(),
            "actors": [{"party": codes[0], "role": "imposer" if kind == "measure" else "host"}],
            "place": _PLACES[chance // 10_000 % len(_PLACES)],
            "summary": f"The text of {document} was made public by {publisher} and says from "
            f"which day on it applies.",
            "tags": [kind, _GOODS[self._mixed(number, 1) % len(_GOODS)]],
            "sources": [
                {
                    "url": f"https://example.org/{kind}/{reported.year}/{document}",
                    "publisher": publisher,
                    "published": reported.isoformat(),
                }
            ],
            "effects": [{"subject": subject, **effect}],
        }
        if late:
            entry["reported"] = reported.isoformat()
        return entry


@cache
def parties() -> tuple[str, ...]:
    """Two hundred codes of states and areas that existed on every day of the workload."""
    places = sorted(PLACES, key=lambda row: (row[1] != "state", row[0]))
    found = (party(row[0]) for row in places)
    lasting = [each.code for each in found if each and _lasts(each)]
    return tuple(sorted(lasting[:PARTIES]))


def _lasts(found: Party) -> bool:
    first = START - timedelta(days=400)
    return found.until is None and all(
        found.existed(first + timedelta(days=days)) for days in range(0, DAYS + 800, 100)
    )


def _days(occurred: date, since: int, **ends: int) -> dict[str, str]:
    """The days of an effect: from, until, expires, each so many days after it was decided."""
    days = {"from": since, **ends}
    return {name: (occurred + timedelta(days=count)).isoformat() for name, count in days.items()}


def _measure(step: int, occurred: date, codes: list[str], chance: int) -> Mapping[str, Any]:
    imposer, *partners = codes
    rate = {"kind": "rate-set", "line": "all", "rate": 5 * (1 + chance % 20)}
    first = _PRODUCTS[chance % len(_PRODUCTS)]
    scope = {"kind": "scope-set", "line": "all", "products": sorted({first, "2709", "8471.30"})}
    match step:
        case 0:
            return {
                "kind": "measure-introduced",
                "title": f"Duty of {imposer} on goods of {partners[0]}",
                "imposer": imposer,
                "instrument": "tariff",
                "legal-basis": f"Act {chance % 1000} of 2015",
            }
        case 1:
            return {**scope, "partners": partners, **_days(occurred, 3)}
        case 3:
            return {**rate, **_days(occurred, 20, until=110)}
        case 4:
            return {**scope, "partners": partners[:2], **_days(occurred, 30)}
        case 5:
            return {"kind": "measure-suspended", **_days(occurred, 10, until=100)}
        case 7:
            return {"kind": "measure-standing-set", "standing": "contested"}
        case 8:
            return {**rate, **_days(occurred, 15, expires=900)}
        case 9 if chance % 3 == 0:
            return {"kind": "measure-ended", **_days(occurred, 30)}
        case _:
            return {**rate, **_days(occurred, 14)}


def _agreement(step: int, occurred: date, codes: list[str], chance: int) -> Mapping[str, Any]:
    first, second, third, fourth = codes
    stage = {"kind": "party-stage-set"}
    match step:
        case 0:
            form = _FORMS[chance % len(_FORMS)]
            title = f"Agreement of {first}, {second} and {third}"
            return {"kind": "agreement-introduced", "title": title, "form": form}
        case 1:
            signed = {"stage": "signed", "parties": [first, second, third]}
            return {"kind": "agreement-stage-set", **signed}
        case 2:
            return {**stage, "parties": [first], "stage": "ratified"}
        case 3:
            return {**stage, "parties": [second, third], "stage": "ratified"}
        case 4:
            in_force = {"stage": "in-force", "parties": [first, second, third]}
            return {"kind": "agreement-stage-set", **in_force, **_days(occurred, 30)}
        case 5:
            return {**stage, "parties": [fourth], "stage": "in-force", **_days(occurred, 60)}
        case 6:
            duty = {"duty": "consultation", "text": "The parties consult one another on request."}
            return {"kind": "obligation-set", "obligation": f"article-{chance % 30}", **duty}
        case 7:
            paused = {"parties": [third], "stage": "suspended"}
            return {**stage, **paused, **_days(occurred, 10, until=210)}
        case 8:
            return {"kind": "notice-set", "party": second, "notice": "given"}
        case _ if chance % 3 == 0:
            return {**stage, "parties": [second], "stage": "left", **_days(occurred, 90)}
        case _:
            return {"kind": "term-set", "text": "It runs for five years and is then renewed."}


def _meeting(step: int, occurred: date, codes: list[str], chance: int) -> Mapping[str, Any]:
    start = occurred + timedelta(days=40 + chance % 50)
    planned = {
        "start": start.isoformat(),
        "end": (start + timedelta(days=2)).isoformat(),
        "place": _PLACES[chance % len(_PLACES)],
        "participants": codes[:3],
    }
    match step:
        case 0:
            title = f"Round of {codes[0]} with {codes[1]} and {codes[2]}"
            return {"kind": "meeting-introduced", "title": title, "form": "round"}
        case 4:
            return {"kind": "meeting-postponed"}
        case 9:
            return {"kind": "meeting-held"}
        case _:
            return {"kind": "meeting-scheduled", **planned}


def _talks(step: int, occurred: date, codes: list[str], chance: int) -> Mapping[str, Any]:
    if step == 0:
        return {"kind": "talks-introduced", "title": f"Talks of {codes[0]} with {codes[1]}"}
    stage = _TALKS[(step + chance) % len(_TALKS)]
    return {"kind": "talks-stage-set", "stage": stage, "participants": codes[: 2 + chance % 3]}


def _commitment(step: int, occurred: date, codes: list[str], chance: int) -> Mapping[str, Any]:
    amount = {"value": 1 + chance % 900, "unit": "million dollars"}
    match step:
        case 0:
            return {
                "kind": "commitment-made",
                "title": f"{codes[0]} promises to buy more of {codes[1]}",
                "by": codes[0],
                "to": codes[1:3],
                "what": "It buys more goods.",
                "amount": amount,
                "due": (occurred + timedelta(days=1500)).isoformat(),
            }
        case 4:
            return {"kind": "commitment-standing-set", "standing": "under-way"}
        case 6:
            return {"kind": "commitment-changed", "amount": amount}
        case 9:
            standing = ("met", "missed", "dropped")[chance % 3]
            return {"kind": "commitment-standing-set", "standing": standing}
        case _:
            said = {"text": "A share of it was bought.", "amount": amount}
            return {"kind": "progress-set", "progress": f"share-{step}", **said}


_EFFECTS = {
    "measure": _measure,
    "agreement": _agreement,
    "meeting": _meeting,
    "talks": _talks,
    "commitment": _commitment,
}
