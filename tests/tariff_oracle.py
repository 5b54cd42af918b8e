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
    """What they pay: ``charged`` is measure → line, share, points, standing and event.

    ``open`` are the measures of which it is not established whether they yield.
    """

    total: Decimal | None
    additional: Decimal | None
    charged: dict[str, tuple[str, Decimal, Decimal | None, str, str]]
    not_charged: dict[str, str]
    forbidden: set[tuple[str, str]]
    too_short: set[tuple[str, str]]
    open: set[str]
    covered: bool


def holding(entries: Sequence[Written], day: str, known_by: str) -> Held:
    """What is said last of each part, of what covers the day and was reported by another."""
    found: Held = {}
    for entry in sorted(
        entries, key=lambda each: (each["occurred"], each.get("order", 0), each["id"])
    ):
        if entry["reported"] > known_by:
            continue
        for effect in entry["effects"]:
            order = (entry["occurred"], entry.get("order", 0), entry["id"])
            said = {**effect, "event": entry["id"], "decided": order}
            first = _latest(effect.get("from", entry["occurred"]))
            until = _earliest(effect.get("until", "9999-12-31"))
            for part in _parts(effect):
                always = effect["kind"] == "measure-introduced"
                if always or (first <= day and not until <= day):
                    found[part] = said
                if _latest(effect.get("expires", "9999-12-31")) <= day:
                    found.pop(part, None)
    return found


def _earliest(day: str) -> str:
    """The first of the days that are meant, as in ``[2025-03-04..2025-03-06]``."""
    return day.strip("[]").split("..")[0]


def _latest(day: str) -> str:
    return day.strip("[]").split("..")[-1]


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
            if held.get(("agreement-stage-set", part[1]), {"stage": ""})["stage"] != "ended"
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
    if asked.base is not None:
        winners = {name: row for name, row in winners.items() if not _is_base(row)}
        too_short = {each for each in too_short if each[0] not in ORDINARY}
    shares, rests, is_open = _shares(winners, held)
    if "column-1" in measures and "column-1" not in rests:
        rests["column-1"], more = _left("column-1", shares, held)
        is_open |= {"column-1"} if more else set()
    rest = rests.get("column-1", Decimal(1))
    if "column-1" in measures and (rest == 0 or asked.base is not None):
        not_charged.pop("column-1", None)
    if rest == 0:
        not_charged["column-1"] = "yields"
    bases: list[Decimal | None] = [
        None for name in is_open if name in ("column-1", *_bases(winners))
    ]
    for name in _bases(winners):
        taken = shares[name]
        if taken is not None:
            bases.append(_points(winners[name], taken, Decimal(0)))
    if asked.base is not None:
        bases.append(asked.base * rest)
    elif not bases:
        bases.append(None if rest else Decimal(0))
    base = _sum(bases)
    charged = {}
    added: list[Decimal | None] = []
    for name, share in shares.items():
        if share is None:
            not_charged[name] = "yields"
            continue
        row = winners[name]
        points = _points(row, share, Decimal(0) if _is_base(row) else base)
        if not _is_base(row):
            added.append(None if name in is_open else points)
        charged[name] = row["line"], share, points, _standing(held, name), row["event"]
    additional = _sum(added)
    total = None if base is None or additional is None else base + additional
    covered = _is_covered(entries, asked, theirs)
    if not covered:
        total, additional = None, additional or None
    return Paid(total, additional, charged, not_charged, forbidden, too_short, is_open, covered)


ORDINARY = ("column-1", "column-2")
"""The measures of the ordinary duty; the first is the one that a stated base stands for."""


def _is_base(row: Written) -> bool:
    return bool(row.get("basis") == "base")


def _bases(winners: Mapping[str, Written]) -> list[str]:
    return [name for name, row in winners.items() if _is_base(row)]


def _sum(points: Sequence[Decimal | None]) -> Decimal | None:
    """All of them together; None where one is not known."""
    known = [each for each in points if each is not None]
    return sum(known, Decimal()) if len(known) == len(points) else None


def _is_covered(entries: Sequence[Written], asked: Asked, theirs: set[str]) -> bool:
    """Whether the importer's measures cover the day, by all that is known; else its groups'."""
    effects = [effect for entry in entries for effect in entry["effects"]]
    imposers = {
        each["subject"].split("/")[1]: each["imposer"]
        for each in effects
        if each["kind"] == "measure-introduced"
    }
    covering = {
        imposers[each["subject"].split("/")[1]]
        for each in effects
        if each["kind"] == "coverage-set"
    }
    held = holding(entries, asked.day, "9999-12-31")
    today = {imposers[part[1]] for part in held if part[0] == "coverage-set"}
    return bool(({asked.into} if asked.into in covering else theirs) & today)


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
                    line,
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
        _latest(day)
        for entry in entries
        for effect in entry["effects"]
        for day in (entry["occurred"], *(effect.get(each) for each in ("from", "until", "expires")))
        if day
    }
    covering = {
        day
        for day in named
        for row in _covering(holding(entries, day, asked.known_by), asked, groups)[0]
        if row["measure"] == measure and row["speaks"] and row.get("basis") != "exempt"
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
        rows, floors = floors, []
    if not rows:
        some = [row for row in wanting if row.get("basis") != "exempt"]
        return "condition" if some else "no-line"
    *_, winner = sorted(rows, key=lambda row: row["key"])
    out = [_share(row["share"], asked, Decimal(0)) for row in exempt]
    floor = sorted(floors, key=lambda row: row["key"])[-1:]
    own = _share(winner.get("share"), asked, Decimal(1)) * (1 - max([Decimal(0), *out]))
    return {**winner, "own": own, "floor": [row["rate"] for row in floor]}


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
    winners: Mapping[str, dict[str, Any]], held: Held
) -> tuple[dict[str, Decimal | None], dict[str, Decimal], set[str]]:
    """Measure → the share of the value that it is charged on, None where it is displaced.

    Also what those to which each yields leave of the value, and the measures of which it is not
    established whether they yield.  Whoever yields waits until all it yields to are settled, or
    those that are leave nothing.  In a ring nobody can begin, so its first by name does.
    """
    found: dict[str, Decimal | None] = {}
    rests: dict[str, Decimal] = {}
    is_open = set()
    while len(found) < len(winners):
        waiting = [name for name in sorted(winners) if name not in found]
        reached = {name: ring(name, waiting, held) for name in waiting}
        begins = [name for name in waiting if not reached[name] or _left(name, found, held)[0] == 0]
        rings = [name for name in waiting if all(name in reached[other] for other in reached[name])]
        name = [*begins, *rings][0]
        rests[name], more = _left(name, found, held)
        is_open |= {name} if more else set()
        found[name] = winners[name]["own"] * rests[name] if rests[name] else None
    return found, rests, is_open


def ring(one: str, among: Sequence[str], held: Held) -> set[str]:
    """The measures to which *one* yields, and those to which these yield, and so on."""
    found: set[str] = set()
    for _ in among:
        for other in among:
            if any(_yielding(held, each, other) != "none" for each in (one, *found)):
                found.add(other)
    return found


def _left(one: str, settled: Mapping[str, Decimal | None], held: Held) -> tuple[Decimal, bool]:
    """The share of the value that those that are settled leave to *one*, and if that is open."""
    rest, is_open = Decimal(1), False
    for other, taken in settled.items():
        word = _yielding(held, one, other)
        if taken is None or word == "none":
            continue
        if word == "open":
            is_open = True
        else:
            rest -= taken if word == "part" else 1
    return max(rest, Decimal(0)), is_open and rest > 0


def _points(row: Written, share: Decimal, base: Decimal | None) -> Decimal | None:
    """What a line adds; *base* is what the rest of the duty is, to be topped up."""
    rate = _number(row.get("rate"))
    tops_up = row.get("basis") in ("total", "at-least")
    if rate is None or (base is None and (tops_up or row["floor"])):
        return None
    if tops_up and base is not None:
        rate = max(Decimal(0), rate - base)
    found = rate * share
    for each in row["floor"]:
        least = _number(each)
        if least is None or base is None:
            return None
        found = max(found, least - base)
    return found
