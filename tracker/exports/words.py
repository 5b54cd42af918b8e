"""Values in words: what a table or a timeline says of a part of a subject."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tracker.domain.numbers import plain
from tracker.domain.state import STANDING_WORDS, Held, Rival, SubjectState, without_end
from tracker.domain.ties import members
from tracker.domain.timeline import Fact

if TYPE_CHECKING:
    from tracker.domain.changes import Change, SubjectChanges


def of_subject(subject: SubjectState, day: date) -> str:
    """What a subject is on *day*, in one line."""
    match subject.kind:
        case "measure":
            said = _measure(subject, day)
        case "agreement":
            said = _agreement(subject)
        case "meeting":
            said = _some(_schedule(subject.value("schedule")), subject.value("place"))
        case "commitment":
            said = _some(
                subject.value("by"),
                subject.value("amount") and of_amount(subject.value("amount")),
                subject.value("due") and f"due {subject.value('due')}",
                *(f"{name}: {held.value['text']}" for name, held in _under(subject, "progress")),
            )
        case "claim":
            said = _some(
                _name(subject.value("by")),
                *(
                    f"{party} {held.value['position']}"
                    for party, held in _under(subject, "position")
                ),
            )
        case _:
            said = _some(", ".join(subject.value("participants") or ()))
    here = (*subject.parts.values(), *subject.due(day).values())
    rivals = [*(held.rivals for held in here), *subject.disputed.values()]
    disputed = len({rival.event for some in rivals for rival in some})
    vague = [name for name, held in subject.parts.items() if not held.certain]
    return _some(
        said,
        f"{disputed} rival{'s' if disputed > 1 else ''}" if disputed else None,
        f"uncertain: {', '.join(vague)}" if vague else None,
    )


def of_value(part: str, value: Any) -> str:
    """The value of a part, in one line."""
    if value is None:
        return "nothing"
    match part.split("/", 1)[0]:
        case "line":
            return _line(value)
        case "scope":
            return _scope(value)
        case "schedule":
            return _schedule(value)
        case "amount":
            return of_amount(value)
        case "by":
            return _name(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return "; ".join(
            of_amount(each) if isinstance(each, Mapping) else str(each) for each in value.values()
        )
    return str(value)


CAUSES = {
    "world": "the world changed",
    "learned": "we learned of it",
    "corrected": "we corrected it",
}


def of_changes(found: SubjectChanges) -> list[dict[str, Any]]:
    """What changed of one subject, a row a part; a stage that no part says is a row of its own."""
    rows: list[dict[str, Any]] = []
    if found.stage_before != found.stage_after and not any(
        change.part in ("stage", "standing") for change in found.parts
    ):
        stages = found.stage_before or "not there", found.stage_after or "not there"
        rows.append(_row(found.subject, "", "changed", *stages, found.turn))
    on_both_days = {found.stage_before, found.stage_after}
    over = found.stage_after if on_both_days <= {"ended", "expired"} else None
    for change in found.parts:
        if change.part not in STANDING_WORDS or (change.before and change.after):
            said = _apart(change.part, change.before, change.after)
            # What is written of a measure goes on being so when it has ended, and charges nothing.
            what = f"{change.what} (it is {over})" if over else change.what
            rows.append(_row(found.subject, change.part, what, *said, change))
    return rows


def _row(
    subject: str, part: str, what: str, before: str, after: str, change: Change | None
) -> dict[str, Any]:
    return {
        "subject": subject,
        "part": part,
        "what": what,
        "before": before,
        "after": after,
        "cause": CAUSES[change.cause] if change else "",
        "event": change.event if change else "",
        "by": ", ".join(change.by) if change else "",
    }


def _apart(part: str, before: Held | None, after: Held | None) -> tuple[str, str]:
    """Two values in words; where these are the same, with what is not."""
    values = [held.value if held else None for held in (before, after)]
    old, new = (of_value(part, held.value) if held else "" for held in (before, after))
    one, other = values
    if old == new and one != other and isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = [key for key in sorted({*one, *other}) if one.get(key) != other.get(key)]
        said = [
            "; ".join(f"{key} {_listed(each.get(key))}" for key in keys) for each in (one, other)
        ]
        old, new = f"{old} ({said[0]})", f"{new} ({said[1]})"
    return old, new


def _listed(value: Any) -> str:
    """Any piece of a value, in words."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(map(_listed, value)) or "none"
    if isinstance(value, Mapping):
        if "given" in value:
            return _condition(value)
        return " ".join(f"{name} {_listed(each)}" for name, each in value.items())
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def read(value: str | None) -> Any:
    """A value, out of its JSON."""
    return None if value is None else json.loads(value)


def of_days(since: date, until: date, hour: str | None = None) -> str:
    """Days in force, from the first to the last one in."""
    first, end = without_end(since), without_end(until)
    if first is None and end is None:
        return "always"
    begins = f"from {hour or first}" if first else ""
    return _joined(begins, f"until {end}" if end else "", " ")


def of_rival(part: str, rival: Rival) -> str:
    """What another side says of a part, in one line."""
    if rival.value is None:
        return "nothing"
    perhaps = "" if rival.certain else " (perhaps)"
    return f"{of_value(part, rival.value)}{perhaps}, {of_days(rival.since, rival.until)}"


def _measure(subject: SubjectState, day: date) -> str:
    stopped = {name for name, held in subject.under("suspended").items() if held.value is True}
    lines = [
        f"{name}: {_line(held.value)}" + (" (suspended)" if name in stopped else "")
        for name, held in sorted(subject.lines.items())
    ]
    due = [
        f"{part.removeprefix('line/')}: {_line(held.value)} from {held.since}"
        for part, held in sorted(subject.due(day).items())
        if part.startswith("line/")
    ]
    return _some(*_first(lines, 4), *_first(due, 4))


def _first(texts: list[str], most: int) -> list[str]:
    return texts if len(texts) <= most else [*texts[:most], f"and {len(texts) - most} more"]


def _agreement(subject: SubjectState) -> str:
    codes = [member.party for member in members(subject)]
    form = subject.value("form")
    if not codes:
        return _some(form)
    shown = ", ".join(codes) if len(codes) <= 16 else f"{len(codes)} parties"
    return _some(form, shown)


def _line(value: Any) -> str:
    if value == "open":
        return "open"
    if "rate" in value:
        return _rate(value)
    if "quota" in value:
        quota = value["quota"]
        return f"{quota['amount']} {quota['unit']} a {quota['period']}"
    if "entities" in value:
        return f"{value['count']} entities"
    return next(word for word in ("ban", "licence", "advice") if value.get(word))


def _rate(value: Mapping[str, Any]) -> str:
    rate = value["rate"]
    if rate == "open":
        return "open"
    words = {
        "additional": f"+{rate} %",
        "total": f"{rate} % in all",
        "base": f"{rate} %",
        "exempt": "exempt",
        "at-least": f"at least {rate} %",
    }[value["basis"]]
    return f"{words} on {value['share']}" if value.get("share") else words


def _scope(value: Any) -> str:
    goods = value.get("goods") or _codes(value.get("products", ())) or "all goods"
    partners = ", ".join(value["partners"]).replace("*", "all partners")
    spared = value.get("except-partners")
    return f"{goods}; {partners}" + (f" except {', '.join(spared)}" if spared else "")


def _codes(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - 12} more" if len(codes) > 12 else ""
    return ", ".join(codes[:12]) + more


def of_conditions(scope: Mapping[str, Any]) -> str:
    """What an importer must show for a line, in words."""
    return "; ".join(map(_condition, scope.get("conditions", ())))


def _condition(value: Mapping[str, Any]) -> str:
    name = " + ".join((value["given"], *value.get("plus", ())))
    tests = (f"{test} {value[test]}" for test in value if test not in ("given", "plus"))
    return f"{name} {' '.join(tests)}"


def _schedule(value: Any) -> str:
    if not value:
        return ""
    said = str(value.get("start", ""))
    if value.get("end"):
        said += f" until {value['end']}"
    return said + (f" ({value['zone']})" if value.get("zone") else "")


def of_amount(value: Mapping[str, Any] | None) -> str:
    """How much, in words; nothing for None."""
    if value is None:
        return ""
    per = value.get("per") or ""
    span = per if per.startswith("in ") or not per else f"per {per}"
    return _joined(f"{value['value']} {value['unit']}", span, " ")


def _name(value: Any) -> str:
    return str(value["name"]) if isinstance(value, Mapping) else str(value or "")


def _under(subject: SubjectState, prefix: str) -> Iterator[tuple[str, Held]]:
    yield from sorted(subject.under(prefix).items())


def _some(*texts: Any) -> str:
    return "; ".join(str(text) for text in texts if text)


def _joined(one: str, other: str, by: str) -> str:
    return one + by + other if one and other else one or other


WIDTH = 60
BLOCKS = "█▓▒░"


def strips(facts: Sequence[Fact], today: date) -> list[str]:
    """A strip of blocks for each part that changes: a column a stretch of days.

    Each value has the next of four blocks; a dot is a stretch with nothing.  What is only
    possible is left out.
    """
    bounds = {day for fact in facts for day in (fact.since, fact.until)}
    days = sorted({without_end(day) for day in bounds} - {None} | {today}, key=str)
    if len(days) < 2:
        return []
    first, last = days[0], days[-1]
    assert first is not None
    assert last is not None
    span = max((last - first).days, 1)
    columns = [first + timedelta(days=span * number // WIDTH) for number in range(WIDTH)]
    lines = [f"{'':24}{first} {'':{WIDTH - 22}}{last}"]
    for part, group in groupby(facts, key=lambda fact: fact.part):
        certain = [fact for fact in group if fact.certain]
        if all(without_end(fact.since) is None for fact in certain):
            continue
        shown = "".join(
            next(
                (
                    BLOCKS[number % len(BLOCKS)]
                    for number, fact in enumerate(certain)
                    if fact.since <= day < fact.until and fact.value is not None
                ),
                "·",
            )
            for day in columns
        )
        lines.append(f"{part[:23]:24}{shown}")
    return lines


STEPS = "▁▂▃▄▅▆▇█"


def stairs(steps: Sequence[tuple[date, Decimal | None]], last: date) -> list[str]:
    """A picture of a total from day to day: the higher the block, the more; ``?`` unknown.

    Args:
        steps: the days from which each total holds, in order.
        last: the last day shown.
    """
    totals = [total for _, total in steps if total is not None]
    if not totals:
        return []
    first, most = steps[0][0], max(totals)
    span = (last - first).days
    columns = [first + timedelta(days=span * number // (WIDTH - 1)) for number in range(WIDTH)]
    held = [[total for day, total in steps if day <= column][-1] for column in columns]
    shown = "".join("?" if total is None else _step(total, most) for total in held)
    scale = f"lowest {plain(min(totals))} %, highest {plain(most)} %"
    return [f"{first} {scale:^{WIDTH - 22}} {last}", shown]


def _step(total: Decimal, most: Decimal) -> str:
    return STEPS[int(total * (len(STEPS) - 1) / most)] if most else STEPS[0]
