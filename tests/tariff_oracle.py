"""What goods pay, done the slow and obvious way: one day of plain dicts, sorted and summed.

It works on entries as they are written, and shares no code with the tracker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Written = Mapping[str, Any]
"""An entry or an effect, as it is written."""

Held = dict[tuple[str, ...], dict[str, Any]]
"""Part → the effect that says what it is on a day, with the event and its place in order."""


@dataclass
class Asked:
    """Goods that enter on a day, as known by another; ``given`` holds texts and numbers."""

    origin: str
    product: str
    day: str
    known_by: str
    into: str = "US"
    base: Decimal | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Paid:
    """What they pay: ``charged`` is measure → line, share, points, standing and event."""

    total: Decimal | None
    additional: Decimal | None
    charged: dict[str, tuple[str, Decimal, Decimal | None, str, str]]
    not_charged: dict[str, str]
    forbidden: set[tuple[str, str]]
    too_short: set[tuple[str, str]]


def holding(entries: Sequence[Written], day: str, known_by: str) -> Held:
    """What is said last of each part, of what covers the day and was reported by another."""
    found: Held = {}
    for entry in sorted(entries, key=lambda each: (each["occurred"], each.get("order", 0))):
        if entry["reported"] > known_by:
            continue
        for place, effect in enumerate(entry["effects"]):
            order = (entry["occurred"], entry.get("order", 0), entry["id"], place)
            said = {**effect, "event": entry["id"], "decided": order}
            first = effect.get("from", entry["occurred"])
            for part in _parts(effect):
                always = effect["kind"] == "measure-introduced"
                if always or (first <= day and not effect.get("until", "9999") <= day):
                    found[part] = said
                if effect.get("expires", "9999") <= day:
                    found.pop(part, None)
    return found


def _parts(effect: Written) -> list[tuple[str, ...]]:
    about = effect["subject"].split("/")[1]
    match effect["kind"]:
        case "party-stage-set":
            return [("party", about, party) for party in effect["parties"]]
        case "scope-set":
            return [("scope", about, effect["line"])]
        case "rate-set" | "line-open" | "ban-set" | "licence-set":
            return [("line", about, effect["line"])]
        case "yields-set":
            return [("yields", about, effect["to"].split("/")[1])]
        case "measure-suspended" | "measure-resumed":
            return [("suspended", about, effect.get("line", ""))]
        case kind:
            return [(kind, about)]


def pays(entries: Sequence[Written], asked: Asked, groups: Mapping[str, str]) -> Paid:
    """What the goods pay.

    Args:
        groups: agreement → the code that scopes name it by.
    """
    held = holding(entries, asked.day, asked.known_by)

    def belongs(party: str) -> set[str]:
        return {
            groups[f"agreement/{part[1]}"]
            for part, said in held.items()
            if part[0] == "party" and part[2] == party and said["stage"] == "in-force"
        }

    mine, theirs = belongs(asked.origin), {asked.into} | belongs(asked.into)
    measures = sorted(
        part[1]
        for part, said in held.items()
        if part[0] == "measure-introduced" and said["imposer"] in theirs
    )
    settled, too_short = _covering(held, asked, mine)
    too_short = {each for each in too_short if each[0] in measures}
    not_charged: dict[str, str] = {}
    winners: dict[str, dict[str, Any]] = {}
    for measure in measures:
        rows = [row for row in settled if row["measure"] == measure]
        ended = ("measure-ended", measure) in held
        if ended or _is_suspended(held, measure, ""):
            too_short = {each for each in too_short if each[0] != measure}
        if not rows:
            not_charged[measure] = _when(entries, measure, asked, mine)
        elif ended:
            not_charged[measure] = "ended"
        elif _is_suspended(held, measure, ""):
            not_charged[measure] = "suspended"
        else:
            found = _winner(rows, asked)
            if isinstance(found, str):
                not_charged[measure] = found
            else:
                winners[measure] = found
    forbidden = {
        (row["measure"], row["line"])
        for row in winners.values()
        if row["kind"] in ("ban-set", "licence-set")
    }
    winners = {name: row for name, row in winners.items() if (name, row["line"]) not in forbidden}
    ordinary = winners.pop("column-1", None)
    shares = _shares(winners, held, asked)
    displaced = [
        other
        for other, share in shares.items()
        if share is not None and _yielding(held, "column-1", other) == "all"
    ]
    base = asked.base
    charged = {}
    if displaced and "column-1" in measures:
        not_charged["column-1"] = "yields"
        base = Decimal(0)
    elif base is not None:
        not_charged.pop("column-1", None)
    elif ordinary:
        base = _number(ordinary.get("rate"))
        standing = _standing(held, "column-1")
        charged["column-1"] = ordinary["line"], Decimal(1), base, standing, ordinary["event"]
    added: list[Decimal | None] = []
    for name, share in shares.items():
        if share is None:
            not_charged[name] = "yields"
            continue
        row = winners[name]
        added.append(_points(row, share, base))
        charged[name] = row["line"], share, added[-1], _standing(held, name), row["event"]
    known = [each for each in added if each is not None]
    additional = sum(known, Decimal()) if len(known) == len(added) else None
    total = None if base is None or additional is None else base + additional
    return Paid(total, additional, charged, not_charged, forbidden, too_short)


def _standing(held: Held, measure: str) -> str:
    said = held.get(("measure-standing-set", measure))
    return str(said["standing"]) if said else "undisputed"


def _yielding(held: Held, one: str, other: str) -> str:
    said = held.get(("yields", one, other))
    return str(said["share"]) if said else "none"


def _number(rate: object) -> Decimal | None:
    """A rate, None where it is open or the whole line is."""
    return None if rate in ("open", None) else Decimal(str(rate))


def _is_suspended(held: Held, measure: str, line: str) -> bool:
    said = held.get(("suspended", measure, line))
    return said is not None and said["kind"] == "measure-suspended"


def _covering(
    held: Held, asked: Asked, groups: set[str]
) -> tuple[list[dict[str, Any]], set[tuple[str, str]]]:
    """The lines that cover the goods, conditions aside; and those that want more digits.

    A line with conditions and no products covers whatever is claimed: it does not speak of
    these goods.
    """
    rows = []
    short = set()
    for part, scope in held.items():
        bears = held.get(("line", *part[1:]))
        if part[0] != "scope" or bears is None:
            continue
        _, measure, line = part
        near = [
            3 if partner == asked.origin else 2 if partner in groups else 1
            for partner in scope.get("partners", ["*"])
            if partner in (asked.origin, "*") or partner in groups
        ]
        spared = set(scope.get("except-partners", ()))
        if not near or spared & {asked.origin, *groups}:
            continue
        length = _digits(scope.get("products", []), asked.product)
        spares = _digits(scope.get("except-products", []), asked.product)
        if length == "short" or (spares == "short" and length != "none"):
            short.add((measure, line))
        if length in ("short", "none") or isinstance(spares, int):
            continue
        conditions = scope.get("conditions", [])
        rows.append(
            {
                **bears,
                "measure": measure,
                "conditions": conditions,
                "speaks": length != "any" or not conditions,
                "suspended": _is_suspended(held, measure, line),
                "key": (
                    bears.get("rank", 0),
                    max(near),
                    0 if length == "any" else length,
                    conditions != [],
                    max(bears["decided"], scope["decided"]),
                ),
            }
        )
    return rows, short


def _digits(codes: Sequence[str], product: str) -> int | str:
    """How many digits of the product a code settles: or ``any``, ``none``, ``short``."""
    if not codes:
        return "any"
    plain = [code.replace(".", "") for code in codes]
    settling = [len(code) for code in plain if product.startswith(code)]
    if settling:
        return max(settling)
    return "short" if any(code.startswith(product) for code in plain) else "none"


def _when(entries: Sequence[Written], measure: str, asked: Asked, groups: set[str]) -> str:
    """Whether a line covers the goods on another day: asked of every day that is named."""
    named = {
        day
        for entry in entries
        for effect in entry["effects"]
        for day in (entry["occurred"], *(effect.get(each) for each in ("from", "until", "expires")))
        if day
    }
    covering = {
        day
        for day in named
        for row in _covering(holding(entries, day, asked.known_by), asked, groups)[0]
        if row["measure"] == measure and row["speaks"]
    }
    if any(day > asked.day for day in covering):
        return "not-yet"
    return "ended" if covering else "no-line"


def _winner(rows: Sequence[dict[str, Any]], asked: Asked) -> dict[str, Any] | str:
    """The line that wins, with the share that is taken out of it and its floor; or why none."""
    rows = [row for row in rows if not row["suspended"]]
    if not rows:
        return "suspended"
    shown = [row for row in rows if all(_is_shown(each, asked) for each in row["conditions"])]
    exempt = [row for row in shown if row.get("basis") == "exempt"]
    if any("share" not in row for row in exempt):
        return "exempt"
    floors = [row for row in shown if row.get("basis") == "at-least"]
    wanting = [row for row in rows if row not in shown and row["speaks"]]
    rows = [row for row in shown if row not in exempt and row not in floors]
    if not rows:
        relief = ("exempt", "at-least")
        some = [row for row in wanting if row.get("basis") not in relief]
        return "condition" if some else "no-line"
    *_, winner = sorted(rows, key=lambda row: row["key"])
    out = [_share(row["share"], asked, Decimal(0)) for row in exempt]
    floor = sorted(floors, key=lambda row: row["key"])[-1:]
    return {**winner, "out": max([Decimal(0), *out]), "floor": [row["rate"] for row in floor]}


def _is_shown(condition: Written, asked: Asked) -> bool:
    stated = asked.given.get(condition["given"])
    if condition["given"] == "age-years":
        made = asked.given.get("model-year")
        stated = None if made is None else int(asked.day[:4]) - int(made)
    if stated is None:
        return False
    if condition["given"] == "claim":
        return condition["is"] in stated.split(",")
    if condition["given"] == "metal-from":
        party, share = stated.split(":")
        return bool(party == condition["is"] and Decimal(share) >= Decimal(condition["at-least"]))
    if "is" in condition:
        return bool(stated == condition["is"])
    if "before" in condition:
        return bool(stated < condition["before"])
    if "on-or-after" in condition:
        return bool(stated >= condition["on-or-after"])
    others = [asked.given.get(name) for name in condition.get("plus", ())]
    if None in others:
        return False
    amount = sum(Decimal(str(each)) for each in [stated, *others])
    if "at-least" in condition:
        return amount >= Decimal(condition["at-least"])
    return amount < Decimal(condition["below"])


def _share(said: str | None, asked: Asked, unstated: Decimal) -> Decimal:
    """The share of the value that is meant, *unstated* where the importer does not say."""
    if said is None:
        return Decimal(1)
    kind, name = said.split(":")
    stated = asked.given.get("us-content" if name == "us-content" else f"{name}-value")
    if stated is None:
        return unstated
    return Decimal(str(stated)) if kind == "content" else 1 - Decimal(str(stated))


def _shares(
    winners: Mapping[str, dict[str, Any]], held: Held, asked: Asked
) -> dict[str, Decimal | None]:
    """Measure → the share of the value that it is charged on, None where it is displaced.

    Whoever yields waits until all it yields to are settled.
    """
    yielding = {
        (one, other): _yielding(held, one, other)
        for one in winners
        for other in winners
        if _yielding(held, one, other) != "none"
    }
    found: dict[str, Decimal | None] = {}
    while len(found) < len(winners):
        before = len(found)
        for name, row in winners.items():
            others = [other for one, other in yielding if one == name]
            if name in found or not all(other in found for other in others):
                continue
            rest = Decimal(1)
            for other in others:
                taken = found[other]
                if taken is not None:
                    rest -= taken if yielding[name, other] == "part" else 1
            own = _share(row.get("share"), asked, Decimal(1)) * (1 - row["out"])
            found[name] = own * rest if rest > 0 else None
        assert len(found) > before, "a ring"
    return found


def _points(row: Written, share: Decimal, base: Decimal | None) -> Decimal | None:
    rate = _number(row.get("rate"))
    if rate is None or (base is None and (row.get("basis") == "total" or row["floor"])):
        return None
    if row.get("basis") == "total" and base is not None:
        rate = max(Decimal(0), rate - base)
    found = rate * share
    for each in row["floor"]:
        least = _number(each)
        if least is None or base is None:
            return None
        found = max(found, least - base)
    return found
