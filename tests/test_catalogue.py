"""The catalogue: what entries say, where each thing stands, and writing them back."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CARS, EVERY_CAR, MEASURE, cars, entry, rate
from tracker.catalogue import (
    Batch,
    header_lines,
    line_of,
    line_of_key,
    read_entries,
    read_files,
    read_text,
    to_toml,
)
from tracker.domain.events import Correction, Development, content_of
from tracker.domain.measures import RateSet, ScopeSet
from tracker.errors import NotFound, Problem

X = "2025-03-26-x"

THREE = '''\
# A comment, and a blank line.

[[event]]  # the first
id = "2025-03-26-a"
summary = """
[[event]]
id = "not an entry"
"""
tags = [
  "one",
  "two",
]

  [[event.sources]]
  url = "https://example.org/a"

  [[event.sources]]
  url = "https://example.org/b"

[[ event ]]
id = '2025-03-27-b'
summary = \'\'\'one line\'\'\'
[event.content]
title = "T"
[[event.content.effects]]
kind = "rate-set"
[[event.content.effects]]
kind = "scope-set"

[[event]]
"id" = "2025-03-28-c"
content.title = "T"
actors = [{ party = "US" }]
'''


def numbers(text: str, wanted: str) -> list[int]:
    """The numbers of the lines that begin so, after their blanks."""
    lines = enumerate(text.splitlines(), start=1)
    return [number for number, line in lines if line.strip().startswith(wanted)]


# -- where things stand ---------------------------------------------------------------------


def test_an_entry_begins_on_the_line_of_its_header_and_not_in_a_text() -> None:
    first, inside, last = numbers(THREE, "[[event]]")
    (middle,) = numbers(THREE, "[[ event ]]")

    found = header_lines(THREE, "event")

    assert found == [first, middle, last]
    assert inside not in found


@pytest.mark.parametrize(
    ("number", "path", "start"),
    [
        (0, "id", 'id = "2025-03-26-a"'),
        (0, "summary", "summary"),
        (0, "tags.1", "tags"),
        (0, "sources.0.url", 'url = "https://example.org/a"'),
        (0, "sources.1.url", 'url = "https://example.org/b"'),
        (1, "id", "id = '2025-03-27-b'"),
        (1, "content.title", 'title = "T"'),
        (1, "content.effects.0.kind", 'kind = "rate-set"'),
        (1, "content.effects.1.kind", 'kind = "scope-set"'),
        (2, "id", '"id"'),
        (2, "content.title", "content.title"),
        (2, "actors.0.party", "actors"),
    ],
)
def test_a_field_stands_on_its_own_line_or_on_that_of_what_holds_it(
    number: int, path: str, start: str
) -> None:
    assert line_of(THREE, number, path) == numbers(THREE, start)[0]


@pytest.mark.parametrize("path", ["title", "effects.3.rate", "sources.7.url"])
def test_a_field_that_is_missing_stands_where_its_entry_begins(path: str) -> None:
    assert line_of(THREE, 2, path) == header_lines(THREE, "event")[2]


def test_a_key_at_the_top_of_a_file_has_a_line() -> None:
    text = "# Comment.\n\nlanguage = 'en'\n[settings.deep]\nx = 1\n"

    assert line_of_key(text, "language") == 3
    assert line_of_key(text, "settings") == 4
    assert line_of_key(text, "nowhere") == 1


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp"]))


@st.composite
def files(draw: st.DrawFn) -> tuple[str, int]:
    """A file of entries with one unknown field in it, and the line on which that stands."""
    good = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    texts_between = [
        draw(st.sampled_from(["", "# [[event]]\n", "\n\n", '# """\n', "# '''\n"]))
        for _ in range(sum(good) + 1)
    ]
    bad = draw(st.integers(0, 2))
    lines: list[str] = []
    wanted = 0
    for number, before in enumerate(texts_between):
        lines += before.splitlines()
        summary = draw(st.sampled_from(['"""\n[[event]]\ncolour = 1\n"""', "'''a\n\n'''", '"#"']))
        whole = entry(f"2025-03-26-x{number}", MEASURE, {**EVERY_CAR, "line": "b"}, rate(1))
        where = {
            0: whole.replace("title = ", "colour = 1\ntitle = ", 1),
            1: whole.replace('line = "b"', 'colour = 1\nline = "b"'),
            2: whole.replace("rate = 1", "colour = 1\nrate = 1"),
        }
        chosen = where[bad] if number == good[0] else whole
        chosen = chosen.replace("kind = ", f"summary = {summary}\nkind = ", 1)
        if number == good[0]:
            inside = chosen.splitlines()
            unknown = [at for at, line in enumerate(inside) if line == "colour = 1"]
            at = unknown[0 if bad == 0 else -1]
            wanted = len(lines) + at + 1
        lines += chosen.splitlines()
    return "\n".join(lines) + "\n", wanted


@given(files())
def test_what_is_wrong_is_found_on_its_line_whatever_stands_around_it(
    file: tuple[str, int],
) -> None:
    text, wanted = file

    batch = read_text(text, "f.toml")

    assert [(problem.path, problem.line) for problem in batch.problems] == [("f.toml", wanted)]


# -- what entries say -----------------------------------------------------------------------


def test_an_entry_is_read_with_its_effects_and_its_numbers_unrounded() -> None:
    text = entry(CARS, MEASURE, EVERY_CAR, rate(Decimal("2.675"), since=date(2025, 4, 3)))

    (event,) = read_text(text, "f.toml").events

    assert isinstance(event, Development)
    _, _, effect = event.effects
    assert isinstance(effect, RateSet)
    assert effect.rate == Decimal("2.675")
    assert effect.since is not None
    assert effect.since.earliest == date(2025, 4, 3)


def test_a_correction_is_read_with_the_content_that_it_brings() -> None:
    text = entry(X, kind="correction", of=CARS, content={"title": "Right", "effects": []})

    (event,) = read_text(text, "f.toml").events

    assert isinstance(event, Correction)
    assert event.content.title == "Right"
    assert event.content.effects == ()


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2025-04-03", "2025-04-03"),
        ('"2025-04-03"', "2025-04-03"),
        ("2025-04-03T00:01:00-04:00", "2025-04-03T00:01-04:00"),
        ('"2025-04-03T00:01-04:00"', "2025-04-03T00:01-04:00"),
        ('"2025-04-03T23:59-04:00"', "2025-04-03T23:59-04:00"),
    ],
)
def test_a_day_may_be_written_with_or_without_quotes_and_keeps_its_hour(
    written: str, text: str
) -> None:
    whole = cars().replace("from = 2025-04-03", f"from = {written}")

    (event,) = read_text(whole, "f.toml").events

    assert isinstance(event, Development)
    since = event.effects[1].days()[0]
    assert since is not None
    assert (since.text, since.earliest, since.latest) == (text, date(2025, 4, 3), date(2025, 4, 3))


def test_an_hour_without_a_zone_is_refused() -> None:
    whole = cars().replace("from = 2025-04-03", "from = 2025-04-03T00:01:00")

    batch = read_text(whole, "f.toml")

    assert "has no zone: write it as 2025-04-03T00:01-04:00" in batch.problems[0].message


def test_one_entry_that_is_wrong_does_not_hide_the_others() -> None:
    batch = read_text(cars() + entry(X, colour="red") + entry("2025-03-27-y"), "f.toml")

    assert [event.id for event in batch.events] == [CARS, "2025-03-27-y"]
    assert [problem.event for problem in batch.problems] == [X]
    assert batch.broken == {X}


def test_what_is_wrong_names_file_line_event_and_field() -> None:
    (problem,) = read_text(entry(X, colour="red"), "some/f.toml").problems

    assert (problem.path, problem.line, problem.event, problem.field) == (
        *("some/f.toml", 7, X, "colour"),
    )
    assert str(problem).startswith(f"some/f.toml:7: {X}: colour: unknown field")


def test_a_field_that_is_misspelt_is_told_with_the_one_that_may_be_meant() -> None:
    problems = read_text(entry(X, occured="2025-03-26", colour="red"), "f.toml").problems

    said = {problem.field: problem.message for problem in problems}
    assert "; did you mean occurred?" in said["occured"]
    assert "did you mean" not in said["colour"]


def test_what_is_found_later_is_put_where_its_field_stands() -> None:
    batch = read_text(cars(), "f.toml")

    found = batch.located(Problem("no good", CARS, "effects.2.rate"))

    assert (found.path, found.line) == ("f.toml", numbers(cars(), "rate = ")[0])


def test_what_is_found_later_of_something_else_stays_as_it_is() -> None:
    elsewhere = Problem("no good", "2025-01-01-elsewhere")

    assert read_text(cars(), "f.toml").located(elsewhere) == elsewhere


def test_entries_without_a_file_are_named_by_what_they_came_from() -> None:
    batch = read_entries([{"id": X}], "the command line")

    assert {str(problem).split(": ")[0] for problem in batch.problems} == {"the command line"}


def test_all_that_is_wrong_with_an_entry_is_said() -> None:
    batch = read_text(entry(X, colour="red", shape="round"), "f.toml")

    assert [problem.field for problem in batch.problems] == ["colour", "shape"]


def test_folders_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, event in (("b.toml", "2025-03-26-b"), ("a.toml", "2025-03-26-a")):
        (tmp_path / name).write_text(entry(event))

    assert [event.id for event in read_files([tmp_path]).events] == ["2025-03-26-a", "2025-03-26-b"]


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is not there: give a TOML file of events"):
        read_files([tmp_path / "nowhere.toml"])


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_may_end_in_either_way(tmp_path: Path, newline: str) -> None:
    file = tmp_path / "f.toml"
    text = cars() + entry(X, colour="red")
    file.write_bytes(text.replace("\n", newline).encode())

    batch = read_files([file])

    assert [event.id for event in batch.events] == [CARS]
    assert [problem.line for problem in batch.problems] == numbers(text, "colour")


# -- writing back ---------------------------------------------------------------------------


def rewritten(batch: Batch) -> Batch:
    entries = [to_toml(json.loads(content_of(event))) for event in batch.events]
    return read_text("\n".join(entries), "again.toml")


def test_every_entry_of_the_shipped_catalogue_can_be_written_and_read_back(
    catalogue_files: Sequence[Path],
) -> None:
    batch = read_files(catalogue_files)

    again = rewritten(batch)

    assert again.problems == []
    assert [content_of(event) for event in again.events] == [
        content_of(event) for event in batch.events
    ]


@given(title=texts, summary=texts, place=texts)
def test_any_text_can_be_written_and_read_back(title: str, summary: str, place: str) -> None:
    fields = {
        "title": f"T{title}"[:500],
        "summary": f"S{summary}\n'''\"\"\"\\",
        "place": f"P{place}",
    }
    batch = read_entries(
        [
            {
                **fields,
                "id": X,
                "kind": "report",
                "occurred": "2025-03-26",
                "sources": [{"url": "https://example.org/a", "published": "2025-03-26"}],
            }
        ],
        "here",
    )

    again = rewritten(batch)

    assert again.problems == batch.problems == []
    assert again.events == batch.events


@pytest.mark.parametrize(
    "value",
    [date(2025, 4, 3), Decimal("27.5"), 25, "25", True, ["a", "b"], [["CN", "MM"]], {"a": "b"}],
)
def test_whatever_an_entry_may_hold_can_be_written(value: Any) -> None:
    text = to_toml({"id": X, "field": value})

    (read,) = tomllib.loads(text, parse_float=Decimal)["event"]
    assert read == {"id": X, "field": value}


def test_the_fields_that_say_what_an_entry_is_are_written_first() -> None:
    text = to_toml({"tags": ["a"], "occurred": "2025-03-26", "title": "T", "id": X})

    assert [line.split(" = ")[0] for line in text.splitlines()] == [
        *("[[event]]", "id", "title", "occurred", "tags")
    ]
    assert "occurred = 2025-03-26\n" in text


LISTED = """
[[event]]
id = "2025-03-26-cars"
title = "The United States puts 25 % on listed cars"
kind = "proclamation"
occurred = 2025-03-26
sources = [{ url = "https://example.org/a", publisher = "P", published = 2025-03-26 }]

[[event.effects]]
kind = "scope-set"
subject = "measure/us-232-autos"
line = "all"
products = ["8704.21"]
products-from = "lists/cars.txt"
except-products-from = "lists/old.txt"
"""


def test_the_codes_of_a_list_file_stand_beside_those_of_the_entry(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/cars.txt").write_text(
        "# from note 33(b)\n8703.22 8703.23  # small\n8703.24\n"
    )
    (tmp_path / "lists/old.txt").write_text("8703.24.01\n")
    (tmp_path / "cars.toml").write_text(LISTED)

    (event,) = read_files([tmp_path / "cars.toml"]).events

    assert isinstance(event, Development)
    (effect,) = event.effects
    assert isinstance(effect, ScopeSet)
    assert effect.products == ("8704.21", "8703.22", "8703.23", "8703.24")
    assert effect.except_products == ("8703.24.01",)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (None, "cannot be read"),
        ("# nothing", "lists no codes"),
        ("8703.22\ncars", "cars.txt:2: cars is no tariff code"),
    ],
)
def test_a_list_file_that_cannot_be_used_is_named_with_the_line_that_asks_for_it(
    tmp_path: Path, codes: str | None, message: str
) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/old.txt").write_text("8703.24.01\n")
    if codes is not None:
        (tmp_path / "lists/cars.txt").write_text(codes)
    (tmp_path / "cars.toml").write_text(LISTED)

    batch = read_files([tmp_path / "cars.toml"])

    (problem,) = batch.problems
    assert message in problem.message
    assert LISTED.splitlines()[problem.line - 1].startswith("products-from")


@pytest.mark.parametrize("path", ["/etc/passwd", "../cars.txt"])
def test_a_list_file_stands_in_the_folder_of_its_entry(tmp_path: Path, path: str) -> None:
    (tmp_path / "cars.toml").write_text(LISTED.replace("lists/cars.txt", path))

    batch = read_files([tmp_path / "cars.toml"])

    assert any("is no list file" in problem.message for problem in batch.problems)


def test_all_that_is_wrong_with_an_entry_is_told_at_once() -> None:
    twice = """
        [[event]]
        id = "2025-03-26-x"
        kind = "statement"
        title = "X"
        occurred = 2025-03-26
        sources = [{ url = "https://example.org/a", published = 2025-03-26 }]

        [[event]]
        id = "2025-03-26-x"
        kind = "ordr"
        title = "X"
        occurred = 2025-03-26
        sources = [{ url = "notaurl", published = 2025-03-26 }]
        actors = [{ party = "US" }, { party = "XX" }]
    """

    found = {each.field: each.message for each in read_text(twice, "e.toml").problems}

    assert set(found) == {"id", "", "sources.0.url", "actors.1.party"}
    assert "did you mean order?" in found[""]
    assert "XX" in found["actors.1.party"]


def test_an_entry_without_a_kind_is_told_what_else_it_lacks() -> None:
    found = read_text('[[event]]\ntitle = "X"\noccurred = 2025-03-26', "e.toml").problems

    assert {each.field for each in found} == {"", "id", "sources"}
