"""Events: what an entry says, what is refused, and the bytes that the log keeps."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.entries import about, agreement, entry, event, line, measure, stage
from tests.strategies import logs
from tracker.domain.events import (
    EVENT,
    Event,
    content_of,
    from_content,
    problems,
    read_event,
)
from tracker.domain.records import record_of
from tracker.domain.review import introduced_by


def messages(event: Event) -> list[str]:
    return [str(problem) for problem in problems(event)]


@given(logs())
def test_what_the_log_keeps_reads_back_as_the_event(events: list[Event]) -> None:
    for each in events:
        assert from_content(content_of(each)) == each
        assert content_of(from_content(content_of(each))) == content_of(each)


@given(st.text(max_size=60))
def test_the_content_is_canonical_as_rfc_8785_has_it(words: str) -> None:
    try:
        found = event("a", "2025-03-01", stage("agreement/x", "signed"), order=1, summary=words)
    except ValidationError:
        return

    data = found.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    assert content_of(found) == rfc8785.dumps(data)


def test_the_content_is_canonical_and_leaves_out_what_the_entry_does() -> None:
    found = event("a", "2025-03-01", stage("agreement/x", "signed", "JP"), order=0, summary=None)

    content = json.loads(content_of(found))

    assert list(content) == sorted(content)
    assert "order" not in content
    assert "summary" not in content
    assert b" " not in content_of(found).replace(b"A", b"")[:10]


def test_two_ways_of_writing_the_same_entry_are_the_same_content() -> None:
    plain = entry("a", "2025-03-01", *line("measure/x", rate=25))
    spelled = entry("a", "2025-03-01", *line("measure/x", rate="25.00"), order=0, tags=[])

    assert content_of(read_event(plain)) == content_of(read_event(spelled))


def test_a_rate_is_exact_and_written_without_trailing_zeros() -> None:
    found = event("a", "2025-03-01", *line("measure/x", rate=Decimal("2.50")))

    assert json.loads(content_of(found))["effects"][1]["rate"] == "2.5"
    with pytest.raises(ValidationError, match="without rounding"):
        event("a", "2025-03-01", *line("measure/x", rate=2.5))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "Extra inputs"),
        ({"title": ""}, "at least 1 character"),
        ({"title": "two\nlines"}, "one line"),
        ({"title": "bell \x07"}, "control character U\\+0007"),
        ({"title": "turned \u202e round"}, "control character U\\+202E"),
        ({"summary": "half \ud800 of a pair"}, "unicode"),
        ({"sources": []}, "at least 1 item"),
        ({"sources": [{"url": "example.org"}]}, "match pattern"),
        ({"sources": [{"url": "javascript:alert(1)"}]}, "match pattern"),
        ({"occurred": "04/02/2025"}, "could be two different days"),
        ({"kind": "rumour"}, "rumour"),
        ({"id": "no-day"}, "match pattern"),
        ({"order": 100}, "less than or equal to 99"),
        ({"actors": [{"role": "President"}]}, "name a party, a body or a person"),
        ({"actors": [{"party": "Japan"}]}, "match pattern"),
        ({"effects": [{"kind": "rate-set"}]}, "Field required"),
        ({"effects": [{"kind": "rate-sett"}]}, "rate-sett"),
        ({"effects": line("agreement/x")}, "match pattern"),
        ({"effects": line("measure/x", rate=-25)}, "below zero"),
        ({"effects": line("measure/x", rate="1e40")}, "no number that can be written"),
        ({"effects": line("measure/x", **{"from": "2025-04"})}, "whole days only"),
        ({"effects": [stage("agreement/x", "dormant", "JP")]}, "a party has no stage dormant"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read_event(entry("a", "2025-03-01") | change)


def test_an_event_never_changes() -> None:
    found = event("a", "2025-03-01")

    with pytest.raises(ValidationError):
        setattr(found, "title", "b")  # noqa: B010


@pytest.mark.parametrize(
    ("published", "reported"),
    [
        ("2025-01-30", "2025-01-30"),
        ("2025-01-29", None),
        ("2025-03-31", "2025-03-31"),
        ("2025-04-01", None),
    ],
)
def test_the_earliest_source_tells_the_report_only_within_thirty_days(
    published: str, reported: str | None
) -> None:
    sources = [
        {"url": "https://example.org/a", "published": "2026-01-01"},
        {"url": "https://example.org/b", "published": published},
    ]

    found = read_event(entry("a", "2025-03-01", reported=None, sources=sources))

    assert (str(found.first_public()) if found.first_public() else None) == reported
    assert bool(messages(found)) == (reported is None)


@pytest.mark.parametrize(
    ("reported", "wrong"),
    [("2025-01-29", True), ("2025-01-30", False), ("2025-01", False), ("2024", True)],
)
def test_nothing_is_public_more_than_thirty_days_before_it_occurs(
    reported: str, wrong: bool
) -> None:
    found = event("a", "2025-03-01", reported=reported)
    slip = {"occurred": "2025-03-01", "reported": reported}
    right = event("b", "2026-01-01", kind="correction", of=found.id, slip=True, content=slip)

    for each, field in ((found, "reported"), (right, "content.reported")):
        said = (
            f"{each.id}: {field}: it was first public on {reported}, long before it occurred, on "
            "2025-03-01: put right the day that is wrong. What was announced beforehand is an "
            "event of the day of its announcement"
        )
        assert messages(each) == ([said] if wrong else [])


def test_what_occurred_on_some_day_up_to_another_was_public_on_any_day() -> None:
    found = event("a", "../1816-01-01", id="1816-a", reported="1700-01-01")

    assert messages(found) == []


def test_a_vague_report_counts_as_known_from_its_latest_day() -> None:
    found = event("a", "2025-03-01", reported="2025-03")

    assert str(found.public) == "2025-03-31"


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        ({"from": "2025-04-03", "until": "2025-04-03"}, True),
        ({"from": "2025-04-03", "until": "2025-04-04"}, False),
        ({"from": "2025-04-03", "expires": "2025-04-02"}, True),
        ({"until": "2025-03-01"}, True),
        ({"until": "2025-03-02"}, False),
        ({"from": "2025-04-03", "until": "2025-05-01", "expires": "2025-06-01"}, True),
    ],
)
def test_a_span_that_ends_before_it_begins_is_refused(days: dict[str, str], wrong: bool) -> None:
    found = event("a", "2025-03-01", *line("measure/x", **days))

    assert bool(messages(found)) == wrong


@pytest.mark.parametrize(
    ("identifier", "wrong"),
    [
        ("2025-03-01-a", False),
        ("2025-03-a", False),
        ("2025-a", False),
        ("2025-03-02-a", True),
        ("2024-a", True),
        ("2025-13-45-a", True),
    ],
)
def test_an_id_starts_with_the_day_the_event_occurred(identifier: str, wrong: bool) -> None:
    found = event("a", "2025-03-01", id=identifier)

    assert bool(messages(found)) == wrong


def test_a_party_must_have_existed_on_the_first_day_of_the_effect() -> None:
    def joins(code: str, day: str) -> list[str]:
        return messages(
            event("a", day, agreement("agreement/x"), stage("agreement/x", "in-force", code))
        )

    assert joins("SS", "2011-07-08") != []
    assert joins("SS", "2011-07-09") == []
    assert joins("EE", "1939-01-01") == []
    assert "not from" in joins("EE", "1960-01-01")[0]
    assert "only until" in joins("SU", "1992-01-01")[0]
    assert "is no party that we know" in joins("QQ", "2020-01-01")[0]


def test_a_party_may_leave_on_the_day_on_which_it_is_gone() -> None:
    left = {
        "kind": "party-stage-set",
        "subject": "agreement/x",
        "parties": ["SU"],
        "stage": "ended",
        "from": "1996-09-10",
    }

    assert messages(event("a", "1995-09-07", left)) == []


def test_rivals_introduce_nothing() -> None:
    rival = event("b", "2025-03-01", measure("measure/x"), against="2025-03-01-a")

    assert introduced_by([record_of(rival)]) == set()
    assert introduced_by([record_of(event("a", "2025-03-01", measure("measure/x")))]) == {
        "measure/x"
    }


def test_a_correction_must_change_something() -> None:
    with pytest.raises(ValidationError, match="changes nothing"):
        about("correction", event("a", "2025-03-01"), "2025-03-02", content={})


def test_the_schema_knows_every_kind_of_effect() -> None:
    text = json.dumps(EVENT.json_schema())

    for kind in ("rate-set", "pair-stage-set", "position-taken", "meeting-postponed"):
        assert f'"{kind}"' in text
