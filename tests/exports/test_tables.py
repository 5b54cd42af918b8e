"""Tables: one definition of what is in each column, and rows that keep to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.entries import about, agreement, event, measure, stage
from tracker.app import Tracker
from tracker.catalogue import read_entries
from tracker.domain.dates import EVER, FIRST, AsOf
from tracker.domain.events import Event, content_of
from tracker.domain.state import Held, State, SubjectState
from tracker.domain.told import Filter, Told
from tracker.exports import entry_rows, tables
from tracker.exports.duties import step_rows
from tracker.exports.tables import Kind, Table

READ: Mapping[Kind, Callable[[str], Any]] = {
    Kind.text: str,
    Kind.code: str,
    Kind.when: str,
    Kind.day: date.fromisoformat,
    Kind.instant: datetime.fromisoformat,
    Kind.whole: int,
    Kind.number: Decimal,
    Kind.truth: {"true": True, "false": False}.__getitem__,
}
"""How a cell of each kind is read."""

every_table = pytest.mark.parametrize("table", tables.TABLES.values(), ids=lambda each: each.name)


@every_table
def test_a_column_has_a_name_of_its_own_and_says_what_it_means(table: Table) -> None:
    assert len(set(table.names)) == len(table.names)
    assert all(column.meaning for column in table.columns)
    assert {column.unit for column in table.columns if column.kind is Kind.number} <= {
        tables.PERCENT
    }


@every_table
def test_the_key_of_a_table_is_never_empty(table: Table) -> None:
    always = {column.name for column in table.columns if column.always}

    assert set(table.key) <= always


# -- events -------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8) | st.sampled_from(
    ['"', "\\", '"subject":"x"', "],", '=HYPERLINK("http://x","y")', "NA", "0201", "\u202e"]
)
slugs = st.sampled_from(["measure/a", "measure/b", "talks/c"])
days = st.sampled_from(
    ["1815-06-09", "2025-04-03", "2025", "2025-04~", "../1816-01-01", "[2025-04-25..2025-04-29]"]
)
sources = st.fixed_dictionaries(
    {"url": words}, optional={"publisher": words, "published": days, "title": words, "cites": words}
)
some_effects = st.lists(st.fixed_dictionaries({"subject": slugs, "kind": words}), max_size=3)
contents = st.fixed_dictionaries(
    {
        "id": words,
        "kind": words,
        "title": words,
        "occurred": days,
        "sources": st.lists(sources, min_size=1, max_size=3),
    },
    optional={
        "place": words,
        "summary": words,
        "tags": st.lists(words, max_size=3),
        "actors": st.lists(
            st.fixed_dictionaries(
                {}, optional={"party": st.sampled_from(["NA", "JP"]), "person": words}
            ),
            max_size=3,
        ),
        "effects": some_effects,
        "content": st.fixed_dictionaries({}, optional={"effects": some_effects, "title": words}),
        "of": words,
        "order": st.integers(-9, 9),
    },
)


@given(contents)
def test_cells_straight_from_the_log_are_those_of_the_event(content: dict[str, Any]) -> None:
    stamp = "2025-03-27T09:30:00.000000+00:00"
    told = Told(content["id"], 3, date(2025, 3, 27), stamp, content)
    kept = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    cells = entry_rows.cells((3, content["id"], "2025-03-27", stamp, kept, False))

    assert list(cells) == list(tables.event_cells(told))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Tracker]:
    with closing(Tracker(str(tmp_path / "tracker.db"))) as tracker:
        tracker.open(catalogue=False)
        yield tracker


def add(tracker: Tracker, *events: Event) -> None:
    lines = [json.loads(content_of(each)) for each in events]
    tracker.add(read_entries(lines, "entries"))


def in_turn(tracker: Tracker, wanted: Filter) -> list[list[str]]:
    """The cells of events the slow and obvious way: each told by itself, by id."""
    told = sorted(tracker.events(wanted), key=lambda each: each.id)
    return [list(tables.event_cells(each)) for each in told]


def told_of(tracker: Tracker, wanted: Filter) -> list[list[str]]:
    with tracker.event_table(wanted) as rows:
        return [list(cells) for cells in rows.cells]


def test_events_that_others_speak_of_are_told_as_those_leave_them(log: Tracker) -> None:
    first = event("first", "2025-04-01", measure("measure/a"))
    second = event("second", "2025-04-02")
    third = event("third", "2025-04-03")
    content = {"title": "Put right", "occurred": "2025-03"}
    later = [
        about("correction", first, "2025-04-04", content=content),
        about("retraction", second, "2025-04-05"),
        about("corroboration", third, "2025-04-06"),
        event("rival", "2025-04-07", against=third.id),
    ]
    add(log, first, second, third, *later)

    for wanted in (
        Filter(),
        Filter(known_by=date(2025, 4, 4)),
        Filter(at_version=5),
        Filter(first=date(2025, 4, 2), last=date(2025, 4, 5)),
        Filter(subject="measure/a"),
    ):
        assert told_of(log, wanted) == in_turn(log, wanted)
    cells = {row[0]: row for row in told_of(log, Filter())}
    named = tables.EVENTS.names.index
    assert cells[first.id][named("title")] == "Put right"
    assert cells[first.id][named("occurred_earliest")] == "2025-03-01"
    assert cells[first.id][named("corrected_by")] == later[0].id
    assert cells[second.id][named("retracted_by")] == later[1].id
    assert cells[third.id][named("corroborated_by")] == later[2].id
    assert cells[third.id][named("rivals")] == later[3].id


def test_a_table_says_which_version_it_goes_by_and_how_many_rows_there_will_be(
    log: Tracker,
) -> None:
    add(log, *(event(f"e{number}", "2025-04-01") for number in range(5)))

    for wanted, version, total in (
        (Filter(), 5, 5),
        (Filter(at_version=3), 3, 3),
        (Filter(first=date(2025, 4, 1)), 5, None),
        (Filter(known_by=date(2025, 4, 1)), 5, None),
    ):
        with log.event_table(wanted) as rows:
            assert (rows.at_version, rows.total) == (version, total)
            assert total in (None, len(list(rows.cells)))


def test_an_event_of_ten_thousand_sources_is_one_row(log: Tracker) -> None:
    urls = [f"https://example.org/{number}" for number in range(10_000)]
    add(log, event("much-told", "1815-06-09", sources=[{"url": url} for url in urls]))

    (cells,) = told_of(log, Filter())

    named = tables.EVENTS.names.index
    assert cells[named("sources")].split(" | ") == urls
    assert cells[named("source_url")] == urls[0]
    assert cells[named("occurred_earliest")] == "1815-06-09"


# -- a state ------------------------------------------------------------------------------


def keys(table: Table, rows: Iterable[Iterable[str]]) -> list[tuple[str, ...]]:
    named = [table.names.index(name) for name in table.key]
    return [tuple(list(row)[place] for place in named) for row in rows]


def test_rows_of_what_is_perhaps_so_are_told_apart_by_number() -> None:
    maybe = [
        Held(value, FIRST, EVER, "2025-04-01-x", None, date(2025, 4, 1), certain=False)
        for value in ("left", "suspended")
    ]
    seen = Held(
        "in-force", FIRST, EVER, "2025-04-01-x", None, date(2025, 4, 1), possible=tuple(maybe)
    )
    subject = SubjectState("agreement/a", "in-force", {"party/US": seen}, {})

    rows = list(tables.state_rows(State(AsOf(date(2025, 4, 3), at_version=1), (subject,))))

    found = [(row["holds"], row["number"], row["value"]) for row in rows]
    assert found == [("now", 1, "in-force"), ("possible", 1, "left"), ("possible", 2, "suspended")]


def test_a_line_has_its_rate_in_a_column_of_its_own_where_it_is_known() -> None:
    def rate(part: str, value: Any) -> Any:
        held = Held(value, FIRST, EVER, "2025-04-01-x", None, date(2025, 4, 1))
        subject = SubjectState("measure/a", "in-force", {part: held}, {})
        (row,) = tables.state_rows(State(AsOf(date(2025, 4, 3), at_version=1), (subject,)))
        return row["rate_pct"]

    assert rate("line/all", {"rate": "27.5", "basis": "additional"}) == "27.5"
    assert rate("line/all", {"rate": "open", "basis": "additional"}) is None
    assert rate("line/all", {"ban": True}) is None
    assert rate("line/all", "open") is None
    assert rate("scope/all", {"rate": "27.5"}) is None


def test_each_row_of_a_state_says_by_which_reading_it_is_so(log: Tracker) -> None:
    pact = event("pact", "2025-04-01", agreement("agreement/a"), stage("agreement/a", "signed"))
    rival = event("rival", "2025-04-02", stage("agreement/a", "in-force"), against=pact.id)
    add(log, pact, rival)
    at = log.as_of(date(2025, 4, 3), reading=rival.id)

    with log.state_table(at) as found:
        rows = [dict(zip(tables.STATE.names, cells, strict=True)) for cells in found.cells]

    assert {row["reading"] for row in rows} == {rival.id}
    assert {row["at_version"] for row in rows} == {"2"}


# -- the catalogue that ships -------------------------------------------------------------


@pytest.fixture
def catalogue(shipped_once: Path) -> Iterator[Tracker]:
    with closing(Tracker(str(shipped_once))) as tracker:
        yield tracker


def test_the_shipped_events_are_told_as_one_by_one(catalogue: Tracker) -> None:
    assert told_of(catalogue, Filter()) == in_turn(catalogue, Filter())


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"kind": "measure"},
        {"party": "JP"},
        {"kind": "agreement", "party": "KR"},
        {"subject": "measure/us-232-autos"},
    ],
    ids=str,
)
@pytest.mark.parametrize("at_version", [None, 700])
def test_a_state_that_is_streamed_is_the_state_that_is_shown(
    catalogue: Tracker, asked: dict[str, str], at_version: int | None
) -> None:
    at = catalogue.as_of(date(2025, 4, 5), at_version=at_version)
    state = catalogue.state(at, **asked)

    with catalogue.state_table(at, **asked) as rows:
        found = [list(cells) for cells in rows.cells]

    shown = tables.cells_of(tables.state_rows(state), tables.STATE.names)
    assert found == [list(cells) for cells in shown]
    assert rows.at_version == state.as_of.at_version


@every_table
def test_every_cell_of_the_shipped_log_is_of_the_kind_of_its_column(
    catalogue: Tracker, table: Table
) -> None:
    rows = shipped_rows(catalogue, table)

    assert rows
    for row in rows:
        for column, cell in zip(table.columns, row, strict=True):
            assert cell or not column.always, column.name
            if cell:
                READ[column.kind](cell)
    found = keys(table, rows)
    assert len(set(found)) == len(found)


def shipped_rows(tracker: Tracker, table: Table) -> list[list[str]]:
    at = tracker.as_of(date(2025, 8, 1))
    if table is tables.EVENTS:
        return told_of(tracker, Filter())
    if table is tables.STATE:
        with tracker.state_table(at) as found:
            return [list(cells) for cells in found.cells]
    raw = {"into": "US", "from": "CA", "product": "8703.23", "on": at.day}
    steps = tracker.rate_steps(at, tracker.question(at, raw).entry, date(2025, 1, 1))
    return [list(cells) for cells in tables.cells_of(step_rows(steps), table.names)]
