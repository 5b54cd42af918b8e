"""Both engines give the same answers: what is found, in which order, and in which bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.conftest import CommandLine
from tests.places import Files, Places, schemas
from tracker.app import Tracker
from tracker.store import search


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Places]:
    return {"sqlite": Files(tmp_path_factory.mktemp("made")), "postgresql": schemas()}


@pytest.fixture(scope="module")
def indexes(
    both: dict[str, Places], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Connection]]:
    """An index of words on each engine, which nobody else sees."""
    with ExitStack() as stack:
        found = []
        for places in both.values():
            url = places.new(tmp_path_factory.mktemp("words") / "words.db")
            places.fill(url)
            stack.callback(places.drop, url)
            tracker = Tracker(url)
            stack.callback(tracker.close)
            conn = stack.enter_context(tracker._writing())
            stack.callback(conn.rollback)
            found.append(conn)
        yield found


LETTERS = "abcSTZ019éÉüñçøßİıſκΚσςΣжйЙёا٣東京都がカ가각서울ไทยẞǆ \u0301\u0306_-'’.,:;/()\"*\t\n"
texts = st.text(LETTERS, max_size=24)
some_texts = st.lists(st.tuples(texts, texts), min_size=1, max_size=4)


@settings(max_examples=200)
@given(some_texts, st.text(LETTERS, min_size=1, max_size=6))
@example([("Reunión en Seúl", "")], "seul")
@example([("日米の閣僚が東京で会談した", "")], "東京")
@example([("US-232", "x"), ("US", "232")], "us-232")
@example([("end", "start")], "end-start")
@example([("Seu\u0301l", "")], "seúl")
def test_the_same_words_find_the_same_events(
    indexes: list[Connection], events: list[tuple[str, str]], words: str
) -> None:
    found = []
    for conn in indexes:
        search.forget(conn)
        search.index(conn, ((number, *each) for number, each in enumerate(events, 1)))
        found.append(sorted(search.find(conn, words)))

    assert found[0] == found[1]


@settings(max_examples=60)
@given(st.text(max_size=40), st.text(max_size=12))
def test_nothing_that_is_written_or_typed_is_syntax(
    indexes: list[Connection], title: str, words: str
) -> None:
    for conn in indexes:
        search.forget(conn)
        search.index(conn, [(1, title, title)])

        assert search.find(conn, words) in ([], [1])


def test_an_event_of_more_words_than_fit_is_found_by_those_that_do(
    indexes: list[Connection],
) -> None:
    long = " ".join(f"w{number}" for number in range(150_000))

    for conn in indexes:
        search.forget(conn)
        search.index(conn, [(1, "A title " + "x" * 5_000, long)])

        assert search.find(conn, "title") == search.find(conn, "w17000") == [1]
        assert search.find(conn, "x" * 5_000) == [1]


CARS = ("--from", "JP", "--into", "US", "--product", "8703.23")


@pytest.mark.parametrize(
    "words",
    [
        ("state", "--as-of", "2025-04-05", "--format", "json"),
        ("state", "--as-of", "2025-04-05", "--known-by", "2025-03-26", "--format", "csv"),
        ("events", "--format", "json"),
        ("agreements", "--as-of", "2022-02-01", "--format", "json"),
        ("late", "--by", "source"),
        ("conflicts", "--format", "json"),
        ("export", "jsonl", "events"),
        ("export", "ics"),
        ("export", "csv", "state", "--as-of", "2025-04-05"),
        ("search", "tariff cars", "--format", "json"),
        ("verify", "--format", "json"),
        ("verify", "--catalogue"),
        ("checkpoint",),
        ("prove", "2025-03-26-us-232-autos-proclaimed"),
        ("tail", "--format", "jsonl"),
        ("export", "csv", "events"),
        ("export", "csv", "duties", *CARS, "--history", "2025-01-01..2026-06-30"),
        ("rate", *CARS, "--on", "2025-08-20"),
        ("agenda", "--from", "2025-04-01", "--to", "2025-08-01", "--format", "json"),
        ("history", "measure/us-232-autos", "--format", "json"),
        ("diff", "--as-of", "2025-04-05", "--known-by", "2025-03-25..2025-04-05"),
        ("network", "--as-of", "2022-02-01", "--format", "dot"),
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_the_catalogue_answers_in_the_same_bytes(
    cli: CommandLine, catalogues: dict[str, str], words: tuple[str, ...]
) -> None:
    answers = {name: cli.ok(*words, "--db", url) for name, url in catalogues.items()}

    one, other = (
        sorted(each.out.splitlines()) if words[0] == "search" else each.out
        for each in answers.values()
    )
    assert one == other


@pytest.fixture(scope="module")
def catalogues(
    both: dict[str, Places], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """One log on each engine: the second is a copy of the first."""
    urls = {
        name: places.new(tmp_path_factory.mktemp("catalogue") / "tracker.db")
        for name, places in both.items()
    }
    both["sqlite"].fill(urls["sqlite"], shipped=True)
    one, other = map(Tracker, urls.values())
    one.copy_to(other)
    one.close()
    other.close()
    yield urls
    for name, url in urls.items():
        both[name].drop(url)
