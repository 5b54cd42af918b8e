"""Random events over a few subjects and a window of days, for Hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tracker.domain.events import Event, read_event
from tracker.domain.records import record_of

START = date(2025, 1, 1)
WINDOW = [START + timedelta(days=number) for number in range(-1, 14)]
SUBJECTS = ("agreement/a", "measure/b")
PARTS = {
    "agreement/a": ("title", "form", "stage", "party/JP", "party/US"),
    "measure/b": ("title", "imposer", "instrument", "scope/all", "line/all", "suspended", "ended"),
}
"""Every part that an effect here may say anything of."""

days = st.sampled_from(WINDOW[1:-2])


@st.composite
def whens(draw: st.DrawFn) -> str:
    """A day, exact three times out of four."""
    first = draw(days)
    match draw(st.integers(0, 7)):
        case 0:
            last = first + timedelta(days=draw(st.integers(1, 3)))
            return f"[{first}..{last}]"
        case 1:
            return draw(st.sampled_from(["2025-01", f"../{first}", f"{first}~"]))
        case _:
            return first.isoformat()


@st.composite
def bounds(draw: st.DrawFn, *, vague: bool) -> dict[str, str]:
    """Days of an effect that are no empty span."""
    first = draw(st.none() | days)
    length = draw(st.integers(1, 6))
    found: dict[str, str] = {}
    if first:
        found["from"] = first.isoformat()
        if vague and draw(st.integers(0, 3)) == 0:
            found["from"] = f"[{first}..{first + timedelta(days=draw(st.integers(1, 4)))}]"
    end = draw(st.sampled_from(["", "", "until", "expires"]))
    if first and end:
        last = first + timedelta(days=length)
        found[end] = last.isoformat()
        if vague and draw(st.integers(0, 3)) == 0:
            found[end] = f"[{last}..{last + timedelta(days=draw(st.integers(1, 4)))}]"
    return found


@st.composite
def effects(draw: st.DrawFn) -> dict[str, Any]:
    """An effect on one of a few parts."""
    stages = st.sampled_from(["signed", "in-force", "suspended", "open"])
    match draw(st.integers(0, 6)):
        case 0 | 1:
            return {
                "kind": "agreement-stage-set",
                "subject": "agreement/a",
                "stage": draw(stages),
                **draw(bounds(vague=True)),
            }
        case 2:
            return {
                "kind": "party-stage-set",
                "subject": "agreement/a",
                "parties": draw(st.sampled_from([["JP"], ["US"], ["JP", "US"]])),
                "stage": draw(stages),
                **draw(bounds(vague=True)),
            }
        case 3:
            return {
                "kind": "agreement-introduced",
                "subject": "agreement/a",
                "title": draw(st.sampled_from(["A", "A again"])),
                "form": "bloc",
            }
        case 4:
            spared = draw(st.sampled_from([[], ["US"], ["JP"]]))
            return {
                "kind": "scope-set",
                "subject": "measure/b",
                "line": "all",
                "partners": draw(st.sampled_from([["*"], ["JP"], ["CN", "JP"]])),
                **({"except-partners": spared} if spared else {}),
                **draw(bounds(vague=False)),
            }
        case 5:
            return {
                "kind": draw(st.sampled_from(["measure-suspended", "measure-ended"])),
                "subject": "measure/b",
                **draw(bounds(vague=False)),
            }
        case _:
            return {
                "kind": "rate-set",
                "subject": "measure/b",
                "line": "all",
                "rate": draw(st.sampled_from([0, 10, 25, "open"])),
                **draw(bounds(vague=False)),
            }


def _entry(number: int, occurred: str, reported: date, order: int) -> dict[str, Any]:
    return {
        "id": f"2025-e{number}" if occurred.startswith("..") else f"2025-01-e{number}",
        "title": f"Event {number}",
        "occurred": occurred,
        "reported": reported.isoformat(),
        "order": order,
        "sources": [{"url": "https://example.org/a", "publisher": "A"}],
    }


INTRODUCTION: dict[str, Any] = {
    **_entry(0, "2025-01-01", START, -90),
    "kind": "announcement",
    "effects": [
        {"kind": "agreement-introduced", "subject": "agreement/a", "title": "A", "form": "bloc"},
        {
            "kind": "measure-introduced",
            "subject": "measure/b",
            "title": "B",
            "imposer": "US",
            "instrument": "tariff",
        },
        {"kind": "scope-set", "subject": "measure/b", "line": "all"},
    ],
}
"""The event that gives both subjects their titles, and the line its scope."""


def leaves_the_introduction(events: Sequence[Event]) -> bool:
    """Whether no event speaks about the first, so that both subjects keep their titles."""
    return all(record_of(event).target != events[0].id for event in events)


@st.composite
def logs(draw: st.DrawFn, *, ties: bool = True, most: int = 7) -> list[Event]:
    """An introduction and some events, each of which may speak about any before it.

    Args:
        ties: decisions of one day may have the same order, so that their ids decide.
    """
    found = [read_event(INTRODUCTION)]
    for number in range(1, draw(st.integers(1, most)) + 1):
        order = draw(st.integers(0, 1)) if ties else number
        entry = _entry(number, draw(whens()), draw(days), order)
        target = draw(st.sampled_from(found))
        what = draw(
            st.sampled_from(
                ["statement"] * 5 + ["correction", "correction", "retraction", "corroboration"]
            )
        )
        speaking = [each for each in found if each.kind in ("correction", "retraction")]
        if speaking and draw(st.integers(0, 2)) == 0:
            # What others say of corrections and retractions is rare unless it is made so.
            target = draw(st.sampled_from(speaking))
            what = draw(st.sampled_from(["correction", "retraction"]))
        if what == "correction" and target.kind in ("retraction", "corroboration"):
            what = "retraction"
        entry["kind"] = what
        some = st.lists(effects(), max_size=3)
        if what == "statement":
            entry["effects"] = draw(some)
            rivals = [each for each in found if each.kind == "statement"]
            rivals = [each for each in rivals if not getattr(each, "against", None)]
            # What neither side says anything of is no dispute.
            rivals = [each for each in rivals if getattr(each, "effects", ())] or rivals
            if rivals and draw(st.integers(0, 3)) == 0:
                entry["against"] = draw(st.sampled_from(rivals)).id
                entry["effects"] = entry["effects"] or draw(st.lists(effects(), max_size=2))
        else:
            entry["of"] = target.id
        if what in ("correction", "retraction"):
            entry["slip"] = draw(st.booleans())
        if what == "correction":
            entry["content"] = {"title": f"Corrected {number}"}
            if draw(st.booleans()):
                entry["content"]["occurred"] = draw(whens())
            if draw(st.booleans()):
                entry["content"]["reported"] = draw(days).isoformat()
            if draw(st.integers(0, 3)):
                entry["content"]["effects"] = draw(some)
        if what == "corroboration":
            entry["sources"][0]["published"] = draw(days).isoformat()
        found.append(read_event(entry))
    return found


@st.composite
def corrected_logs(draw: st.DrawFn) -> list[Event]:
    """An introduction, two rates of one line, and what others say of these and of one another."""
    found = [read_event(INTRODUCTION)]
    for number, per_cent in ((1, 10), (2, 25)):
        said = _entry(number, START.isoformat(), draw(days), number)
        found.append(read_event({**said, "kind": "order", "effects": [_rate(per_cent)]}))
    for number in range(3, draw(st.integers(3, 7)) + 1):
        target = draw(st.sampled_from(found[1:]))
        kinds = ["retraction"] if target.kind == "retraction" else ["correction", "retraction"]
        entry = _entry(number, draw(days).isoformat(), draw(days), number)
        entry |= {"kind": draw(st.sampled_from(kinds)), "of": target.id}
        entry["slip"] = draw(st.integers(0, 3)) == 0
        if entry["kind"] == "correction":
            more = draw(st.sampled_from([[], [_rate(number)], [_rate(50, draw(days))]]))
            entry["content"] = {"effects": more}
            if draw(st.integers(0, 3)) == 0:
                entry["content"]["reported"] = draw(days).isoformat()
        found.append(read_event(entry))
    return found


def _rate(per_cent: int, since: date = START) -> dict[str, Any]:
    days = {"from": since.isoformat()}
    return {"kind": "rate-set", "subject": "measure/b", "line": "all", "rate": per_cent, **days}
