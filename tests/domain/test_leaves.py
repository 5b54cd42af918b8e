"""The line of a row of the log, which its leaf is the hash of."""

from __future__ import annotations

import json
from hashlib import sha256

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import logs
from tracker.domain.events import Event, content_of
from tracker.domain.leaves import Row, leaf_of, line_of

RECORDED = "2026-01-31T12:00:00.000000+00:00"


@given(logs().filter(bool).map(lambda events: events[0]), st.integers(1, 10**9))
def test_the_line_of_a_row_is_canonical_json_of_all_of_it(event: Event, version: int) -> None:
    content = content_of(event).decode()
    row = Row(version, event.id, "2025-03-01", "2025-03-02", RECORDED, 1, content)

    line = row.line()

    whole = {
        "content": json.loads(content),
        "format": 1,
        "id": event.id,
        "occurred": "2025-03-01",
        "recorded": RECORDED,
        "reported": "2025-03-02",
        "version": version,
    }
    assert line.encode() == rfc8785.dumps(whole)
    assert leaf_of(*row) == sha256(b"\0" + line.encode()).digest()


def test_whatever_changes_in_a_row_changes_its_leaf() -> None:
    row = Row(7, "2025-03-01-x", "2025-03-01", "2025-03-02", RECORDED, 1, '{"id":"2025-03-01-x"}')
    others = [
        row._replace(version=8),
        row._replace(event_id="2025-03-01-y"),
        row._replace(occurred="2025-03-03"),
        row._replace(reported="2025-03-03"),
        row._replace(recorded=RECORDED.replace("31", "30")),
        row._replace(format=2),
        row._replace(content='{"id":"2025-03-01-y"}'),
    ]

    leaves = {leaf_of(*each) for each in (row, *others)}

    assert len(leaves) == 8
    assert line_of(*row) == row.line()
