"""Full text: every script, any case, nothing that is syntax."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.entries import about, event
from tests.places import Places
from tracker.app import Tracker
from tracker.catalogue import Batch
from tracker.domain.told import Filter
from tracker.errors import BadCommand


@pytest.fixture(scope="module")
def tracker(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    url = places.new(tmp_path_factory.mktemp("search") / "log.db")
    places.fill(url)
    found = Tracker(url)
    seoul = event(
        "seul", "2025-03-30", title="Reunión en Seúl", summary="Los ministros de comercio"
    )
    tokyo = event(
        "tokyo", "2025-04-02", title="日米の閣僚が東京で会談した", actors=[{"party": "JP"}]
    )
    summit = event("summit", "2025-04-03", title="Leaders meet", summary="Not in Tokyo: in Seoul")
    station = event("station", "2025-05-01", title=normalize("NFD", "서울역에서 회담"))
    fund = event(
        "fund",
        "2025-07-22",
        title="An investment is agreed",
        actors=[{"party": "KR", "person": "Kim Jung-kwan"}],
        figures=[{"name": "investment", "value": "550", "unit": "billion USD", "period": "2025"}],
    )
    wrong = about("retraction", summit, "2025-05-01", title="The leaders did not meet")
    found.add(Batch([seoul, tokyo, summit, station, fund, wrong]))
    yield found
    found.close()
    places.drop(url)


def ids(tracker: Tracker, words: str, **wanted: object) -> list[str]:
    return [told.id for told in tracker.search(words, Filter(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("seul", ["2025-03-30-seul"]),
        ("SEÚL reunion", ["2025-03-30-seul"]),
        ("東京", ["2025-04-02-tokyo"]),
        ("閣僚", ["2025-04-02-tokyo"]),
        ("京東", []),
        ("leaders", ["2025-04-03-summit", "2025-05-01-retraction-of-it"]),
        ("lead", ["2025-04-03-summit", "2025-05-01-retraction-of-it"]),
        ("leaders seúl", []),
        (normalize("NFD", "Seúl"), ["2025-03-30-seul"]),
        (normalize("NFD", "서울역"), ["2025-05-01-station"]),
        ("서울", ["2025-05-01-station"]),
        ("japan", ["2025-04-02-tokyo"]),
        ("south korea kim", ["2025-07-22-fund"]),
        ("550 billion", ["2025-07-22-fund"]),
    ],
)
def test_all_words_are_found_in_any_case_and_script(
    tracker: Tracker, words: str, found: list[str]
) -> None:
    assert sorted(ids(tracker, words)) == found


def test_a_word_in_the_title_counts_more_than_one_in_the_rest(tracker: Tracker) -> None:
    tracker.add(Batch([event("aside", "2025-06-01", title="A visit", summary="After Osaka")]))
    tracker.add(Batch([event("osaka", "2025-06-02", title="Ministers meet in Osaka")]))

    assert ids(tracker, "osaka") == ["2025-06-02-osaka", "2025-06-01-aside"]


def test_the_filters_of_events_hold_for_a_search(tracker: Tracker) -> None:
    assert ids(tracker, "leaders", kind="statement") == ["2025-04-03-summit"]
    assert ids(tracker, "leaders", known_by=date(2025, 4, 2)) == []
    assert ids(tracker, "leaders", known_by=date(2025, 4, 3)) == ["2025-04-03-summit"]
    assert ids(tracker, "東京", party="JP") == ["2025-04-02-tokyo"]
    assert ids(tracker, "東京", party="US") == []


FILTERS = [
    Filter(),
    Filter(kind="statement"),
    Filter(party="JP"),
    Filter(known_by=date(2025, 4, 2)),
    Filter(at_version=2),
    Filter(first=date(2025, 4, 1), last=date(2025, 4, 30)),
]


@pytest.mark.parametrize("wanted", FILTERS, ids=repr)
@pytest.mark.parametrize("words", ["leaders", "in", "ministros", "東京", "2025", "nowhere"])
def test_a_search_is_the_list_of_events_less_those_without_the_words(
    tracker: Tracker, wanted: Filter, words: str
) -> None:
    every = [told.id for told in tracker.search(words, Filter())]

    searched = [told.id for told in tracker.search(words, wanted)]
    listed = [told.id for told in tracker.events(wanted, words=words)]

    there = [told.id for told in tracker.events(wanted)]
    assert searched == [name for name in every if name in there]
    assert listed == [name for name in there if name in every]


def test_an_event_is_found_by_the_words_of_its_correction_once_that_is_known(
    tracker: Tracker,
) -> None:
    first = event("round", "2025-07-01", title="A round is held in Kobe")
    held = {"title": "A round is held in Nagoya", "reported": "2025-07-01"}
    right = about("correction", first, "2025-07-09", content=held)
    tracker.add(Batch([first, right]))

    assert set(ids(tracker, "Nagoya")) == {first.id, right.id}
    assert ids(tracker, "Nagoya", known_by=date(2025, 7, 8)) == []
    assert ids(tracker, "Kobe", known_by=date(2025, 7, 8)) == [first.id]


@given(st.text(max_size=40))
def test_nothing_that_is_typed_is_syntax(tracker: Tracker, words: str) -> None:
    if any(sign.isalnum() for sign in words):
        assert isinstance(ids(tracker, words), list)
        return
    with pytest.raises(BadCommand, match="has no word in it"):
        ids(tracker, words)


@pytest.mark.parametrize("words", ["a OR b", "NEAR(", "title:x", "-leaders", "l* AND"])
def test_the_signs_of_the_query_language_mean_nothing(tracker: Tracker, words: str) -> None:
    assert isinstance(ids(tracker, words), list)


def test_the_index_is_made_again_by_a_rebuild(tracker: Tracker) -> None:
    before = ids(tracker, "leaders")

    tracker.rebuild()

    assert ids(tracker, "leaders") == before
