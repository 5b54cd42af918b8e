"""CSV, read back with the standard library: what went in comes out, and says when it speaks of."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.app import Tracker
from tracker.catalogue import read_entries
from tracker.domain.dates import EVER, FIRST, AsOf
from tracker.domain.state import Held, Rival, State, SubjectState
from tracker.domain.timeline import Fact
from tracker.domain.told import Filter, Told
from tracker.exports import csv as writer
from tracker.exports import tables

# -- the format ---------------------------------------------------------------------------


def written(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> str:
    out = StringIO(newline="")
    writer.write(rows, columns, out)
    return out.getvalue()


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), strict=True))


RFC_4180 = re.compile(r'(?:(?:[^",\r\n]*|"(?:[^"]|"")*")(?:,|\r\n))*')
"""The grammar of RFC 4180, 2: nothing bare that would have to be quoted, CRLF after each record."""

signs = st.characters(codec="utf-8")
cells = st.text(signs, max_size=40) | st.sampled_from(
    [
        '"',
        '""',
        ",",
        "\r\n",
        "\r",
        "\n",
        " a ",
        "=1+1",
        "0201.10",
        "NA",
        "日本, 韓国",
        "",
        "\x85\u2028",
    ]
)
grids = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=5)
)


@given(grids)
def test_texts_come_back_as_they_went_in(grid: list[list[str]]) -> None:
    columns = [f"c{number}" for number in range(len(grid[0]) if grid else 1)]

    text = written((dict(zip(columns, cells, strict=True)) for cells in grid), columns)

    assert RFC_4180.fullmatch(text)
    assert read(text) == [columns, *grid]


def test_the_header_is_there_when_no_row_is() -> None:
    assert written([], ["as_of", "value"]) == "as_of,value\r\n"


def test_a_row_that_lacks_a_column_has_an_empty_cell_there() -> None:
    assert written([{"b": "x"}, {"a": None}], ["a", "b"]) == "a,b\r\n,x\r\n,\r\n"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (25, "25"),
        ("0201.10", "0201.10"),
        ("in-force", "in-force"),
        ({"rate": "25", "basis": "additional"}, '{"basis": "additional", "rate": "25"}'),
        (["JP", "KR"], '["JP", "KR"]'),
        ({"text": "日本"}, '{"text": "日本"}'),
    ],
)
def test_a_value_has_one_way_to_be_written(value: object, cell: str) -> None:
    assert read(written([{"value": value}], ["value"])) == [["value"], [cell]]


@pytest.mark.parametrize(
    ("cell", "formulas"),
    [
        ("=1+1", 1),
        ("+1", 1),
        ("-25", 1),
        ("@SUM(1,1)", 1),
        ("\tx", 1),
        ("\rx", 1),
        (" =1+1", 0),
        ("'=1+1", 0),
        ("25", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_texts_that_a_spreadsheet_would_run_are_counted_and_left_as_they_are(
    cell: str | None, formulas: int
) -> None:
    out = StringIO(newline="")

    counted = writer.write([{"a": cell, "b": cell}], ["a", "b"], out)

    assert counted == 2 * formulas
    assert read(out.getvalue()) == [["a", "b"], [cell or ""] * 2]


def test_the_columns_are_a_contract() -> None:
    # New ones go to the end; none is ever renamed, moved or taken away.
    assert tables.EVENTS.names[:19] == (
        "event_id",
        "version",
        "kind",
        "title",
        "occurred",
        "reported",
        "recorded_utc",
        "place",
        "parties",
        "subjects",
        "tags",
        "summary",
        "source_url",
        "source_publisher",
        "source_published",
        "sources",
        "speaks_of",
        "corrected_by",
        "retracted_by",
    )
    assert tables.STATE.names[:17] == (
        "as_of",
        "known_by",
        "at_version",
        "expected",
        "subject",
        "kind",
        "title",
        "stage",
        "part",
        "holds",
        "value",
        "certain",
        "from",
        "until",
        "event",
        "corrected_by",
        "rivals",
    )
    assert tables.DUTIES.names[:8] == (
        *("from", "total", "additional", "charged", "measure", "before", "after", "event"),
    )


# -- a state: one row a fact --------------------------------------------------------------

AUTOS = "measure/us-232-autos"
PROCLAIMED = "2025-03-26-us-232-autos-proclaimed"
APRIL_2 = date(2025, 4, 2)
APRIL_3 = date(2025, 4, 3)


def held(value: Any, since: date = FIRST, until: date = EVER, **fields: Any) -> Held:
    usual = {"event": PROCLAIMED, "via": None, "decided": date(2025, 3, 26)}
    return Held(value, since, until, **(usual | fields))


def rows_of(
    parts: Mapping[str, Held] | None = None,
    following: Mapping[str, Held] | None = None,
    at: AsOf | None = None,
) -> list[dict[str, Any]]:
    subject = SubjectState(AUTOS, "in-force", parts or {}, following or {})
    asked = at or AsOf(APRIL_3, at_version=7)
    return list(tables.state_rows(State(asked, (subject,))))


def test_a_row_says_what_a_part_is_on_the_day_and_which_event_says_so() -> None:
    rate = held({"rate": "25"}, APRIL_3, EVER, via="2025-05-02-corrected")

    (row,) = rows_of({"line/cars": rate})

    promised = {
        "as_of": "2025-04-03",
        "known_by": None,
        "at_version": 7,
        "expected": False,
        "subject": AUTOS,
        "kind": "measure",
        "title": AUTOS,
        "stage": "in-force",
        "part": "line/cars",
        "holds": "now",
        "value": {"rate": "25"},
        "certain": True,
        "from": APRIL_3,
        "until": None,
        "event": PROCLAIMED,
        "corrected_by": "2025-05-02-corrected",
        "rivals": "",
    }
    assert {name: row[name] for name in promised} == promised
    assert row.keys() == set(tables.STATE.names)


def test_every_row_says_for_which_day_and_by_whose_knowledge_it_speaks() -> None:
    at = AsOf(APRIL_3, known_by=APRIL_2, at_version=7, expected=True)

    rows = rows_of({"title": held("Tariff on cars")}, {"line/cars": held("open", APRIL_3)}, at)

    assert [
        (row["as_of"], row["known_by"], row["at_version"], row["expected"]) for row in rows
    ] == [("2025-04-03", "2025-04-02", 7, True)] * 2


def test_a_span_without_an_end_or_a_beginning_has_an_empty_cell_there() -> None:
    bounded = held("a", APRIL_2, APRIL_3)

    first, second = rows_of({"1": bounded, "2": held("b")})

    text = written([first, second], ["from", "until"])
    assert read(text)[1:] == [["2025-04-02", "2025-04-03"], ["", ""]]


def test_the_hour_that_an_act_names_stands_in_place_of_its_day() -> None:
    hour = "2025-04-03T00:01-04:00"

    (row,) = rows_of({"line/cars": held("open", APRIL_3, since_hour=hour)})

    assert row["from"] == hour


def test_what_holds_what_possibly_does_and_what_is_due_are_rows_of_their_own() -> None:
    maybe = held("left", date(2025, 4, 1), certain=False)
    seen = held("in-force", certain=False, possible=(maybe,))

    rows = rows_of({"party/US": seen}, {"party/JP": held("signed", date(2025, 5, 1))})

    assert [(row["part"], row["holds"], row["value"], row["certain"]) for row in rows] == [
        ("party/US", "now", "in-force", False),
        ("party/US", "possible", "left", False),
        ("party/JP", "next", "signed", True),
    ]


def test_where_nothing_certain_holds_only_what_possibly_does_has_a_row() -> None:
    maybe = held("left", date(2025, 4, 1), certain=False)

    rows = rows_of({"party/US": held(None, certain=False, possible=(maybe,))})

    assert [row["holds"] for row in rows] == ["possible"]


def test_a_row_names_the_events_that_disagree() -> None:
    rivals = tuple(Rival(name, "x", APRIL_2, EVER) for name in ("2025-04-01-b", "2025-04-02-c"))

    (row,) = rows_of({"line/cars": held("y", rivals=rivals)})

    assert row["rivals"] == "2025-04-01-b 2025-04-02-c"


# -- events: one row each -----------------------------------------------------------------


def told(content: Mapping[str, Any], **standing: Any) -> Told:
    usual: dict[str, Any] = {
        "id": PROCLAIMED,
        "kind": "proclamation",
        "title": "United States proclaims a tariff on cars",
        "occurred": "2025-03-26",
        "sources": [{"url": "https://www.govinfo.gov/1"}],
    }
    stamp = "2025-03-27T09:30:00.000000+00:00"
    return Told(PROCLAIMED, 3, date(2025, 3, 27), stamp, {**usual, **content}, **standing)


def test_a_row_of_an_event_has_every_column_and_no_other() -> None:
    (row,) = tables.event_rows([told({})])

    assert row.keys() == set(tables.EVENTS.names)
    assert (row["event_id"], row["version"], row["reported"]) == (PROCLAIMED, 3, "2025-03-27")
    assert row["recorded_utc"] == "2025-03-27T09:30:00.000000+00:00"


def test_a_list_of_words_is_one_cell_and_names_each_once() -> None:
    effects = [{"kind": "scope-set", "subject": AUTOS}, {"kind": "rate-set", "subject": AUTOS}]
    actors = [{"party": "US"}, {"person": "Donald Trump"}, {"party": "US"}, {"party": "JP"}]

    (row,) = tables.event_rows([told({"effects": effects, "actors": actors, "tags": ["a", "b"]})])

    assert (row["subjects"], row["parties"], row["tags"]) == (AUTOS, "US JP", "a b")


def test_the_first_source_has_cells_of_its_own_and_all_of_them_one() -> None:
    sources = [
        {"url": "https://www.govinfo.gov/1", "publisher": "FR", "published": "2025-04-03"},
        {"url": "https://www.whitehouse.gov/2"},
    ]

    (row,) = tables.event_rows([told({"sources": sources})])

    assert (row["source_url"], row["source_publisher"], row["source_published"]) == (
        "https://www.govinfo.gov/1",
        "FR",
        "2025-04-03",
    )
    assert row["sources"] == "https://www.govinfo.gov/1 | https://www.whitehouse.gov/2"


@pytest.mark.parametrize("field", ["of", "against"])
def test_a_row_names_the_event_that_it_speaks_of(field: str) -> None:
    (row,) = tables.event_rows([told({field: "2025-03-01-earlier"})])

    assert row["speaks_of"] == "2025-03-01-earlier"


def test_a_correction_is_about_the_subjects_of_what_it_puts_in_place() -> None:
    content = {"effects": [{"kind": "rate-set", "subject": AUTOS}]}

    (row,) = tables.event_rows([told({"kind": "correction", "of": "x", "content": content})])

    assert row["subjects"] == AUTOS


# -- the catalogue that ships -------------------------------------------------------------

RECORDED = datetime(2025, 7, 1, 8, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Tracker]:
    with closing(Tracker(str(tmp_path / "tracker.db"), now=lambda: RECORDED)) as tracker:
        tracker.open(catalogue=False)
        yield tracker


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    path = tmp_path_factory.mktemp("catalogue") / "tracker.db"
    with closing(Tracker(str(path), now=lambda: RECORDED)) as tracker:
        tracker.open()
        yield tracker


def table_of(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> list[dict[str, str]]:
    header, *body = read(written(rows, columns))
    assert tuple(header) == columns
    return [dict(zip(header, cells, strict=True)) for cells in body]


def test_every_event_of_the_shipped_log_has_one_row_that_can_be_read_back(
    catalogue: Tracker,
) -> None:
    told_events = list(catalogue.events(Filter()))

    rows = table_of(tables.event_rows(told_events), tables.EVENTS.names)

    assert [row["event_id"] for row in rows] == [each.id for each in told_events]
    assert [row["title"] for row in rows] == [each.content["title"] for each in told_events]
    assert [row["summary"] for row in rows] == [
        each.content.get("summary", "") for each in told_events
    ]
    assert sorted(int(row["version"]) for row in rows) == list(range(1, len(rows) + 1))
    assert all(row["source_url"] for row in rows)


def facts_at(tracker: Tracker, at: AsOf, subject: str) -> Counter[tuple[str, str]]:
    """Part and holds of the rows that *subject* should have, the slow and obvious way."""
    by_part: dict[str, list[Fact]] = {}
    for fact in tracker.timeline(at, subject):
        by_part.setdefault(fact.part, []).append(fact)
    expected: Counter[tuple[str, str]] = Counter()
    for part, facts in by_part.items():
        here = [fact for fact in facts if fact.since <= at.day < fact.until]
        now = [fact for fact in here if fact.certain and fact.value is not None]
        possible = [fact for fact in here if not fact.certain]
        later = [fact for fact in facts if fact.since > at.day and fact.value is not None]
        expected[part, "now"] += len(now)
        expected[part, "possible"] += len(possible)
        expected[part, "next"] += bool(later and not now and not possible)
    return +expected


@pytest.mark.parametrize(
    ("day", "known_by"),
    [("2025-04-02", None), ("2025-04-05", "2025-03-25"), ("1960-01-01", None)],
)
def test_a_state_of_the_shipped_log_has_one_row_a_fact(
    catalogue: Tracker, day: str, known_by: str | None
) -> None:
    at = catalogue.as_of(
        date.fromisoformat(day), known_by=date.fromisoformat(known_by) if known_by else None
    )
    state = catalogue.state(at)

    rows = table_of(tables.state_rows(state), tables.STATE.names)

    assert rows
    for subject in state.subjects:
        mine = Counter(
            (row["part"], row["holds"]) for row in rows if row["subject"] == subject.subject
        )
        assert mine == facts_at(catalogue, at, subject.subject), subject.subject
    assert {row["subject"] for row in rows} == {each.subject for each in state.subjects}
    assert {(row["as_of"], row["known_by"]) for row in rows} == {(day, known_by or "")}
    assert {row["at_version"] for row in rows} == {str(catalogue.stats()["version"])}
    assert all(row["event"] for row in rows)


def test_a_value_that_is_no_word_is_json(catalogue: Tracker) -> None:
    state = catalogue.state(catalogue.as_of(APRIL_3), kind="measure")

    rows = table_of(tables.state_rows(state), tables.STATE.names)

    scopes = [json.loads(row["value"]) for row in rows if row["part"].startswith("scope/")]
    assert scopes
    assert all(scope["partners"] for scope in scopes)


def test_a_code_with_a_leading_nought_keeps_it(log: Tracker) -> None:
    introduced = {
        "kind": "measure-introduced",
        "subject": "measure/jp-beef",
        "title": "Duty on beef",
        "imposer": "JP",
        "instrument": "tariff",
    }
    scope = {"kind": "scope-set", "subject": "measure/jp-beef", "line": "all", "products": ["0201"]}
    rate = {"kind": "rate-set", "subject": "measure/jp-beef", "line": "all", "rate": "38.5"}
    entry = {
        "id": "2025-04-01-jp-beef",
        "title": "Japan charges a duty on beef",
        "kind": "notice",
        "occurred": "2025-04-01",
        "sources": [{"url": "https://www.customs.go.jp/", "published": "2025-04-01"}],
        "effects": [introduced, scope, rate],
    }
    log.add(read_entries([entry], "entries"))

    state = log.state(log.as_of(APRIL_2))
    rows = table_of(tables.state_rows(state), tables.STATE.names)

    values = {row["part"]: row["value"] for row in rows}
    assert json.loads(values["scope/all"])["products"] == ["0201"]
    assert json.loads(values["line/all"])["rate"] == "38.5"
