"""The JSON shapes that others rely on: every field is there, sorted, and plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tracker.app import Tracker
from tracker.catalogue import read_entries
from tracker.domain.dates import EVER, FIRST, AsOf
from tracker.domain.state import Held, Rival, State, SubjectState
from tracker.domain.ties import Alliance, Member
from tracker.domain.timeline import Fact
from tracker.domain.told import Filter, Told
from tracker.exports import shapes

AUTOS = "measure/us-232-autos"
PROCLAIMED = "2025-03-26-us-232-autos-proclaimed"
APRIL_3 = date(2025, 4, 3)


def held(value: Any, since: date = FIRST, until: date = EVER, **fields: Any) -> Held:
    usual: dict[str, Any] = {"event": PROCLAIMED, "via": None, "decided": date(2025, 3, 26)}
    return Held(value, since, until, **(usual | fields))


def keeps(shape: Any, promised: Any) -> bool:
    """Whether *shape* has all that was *promised*; fields may be added to it, never renamed."""
    match promised:
        case dict():
            return promised.keys() <= shape.keys() and all(
                keeps(shape[name], value) for name, value in promised.items()
            )
        case list():
            return len(shape) == len(promised) and all(map(keeps, shape, promised))
        case _:
            return type(shape) is type(promised) and bool(shape == promised)


# -- a coordinate -------------------------------------------------------------------------


def test_a_coordinate_says_what_was_asked_and_whether_it_is_expected() -> None:
    at = AsOf(APRIL_3, known_by=date(2025, 3, 26), at_version=812, expected=True)

    promised = {
        "day": "2025-04-03",
        "known_by": "2025-03-26",
        "at_version": 812,
        "expected": True,
    }
    assert keeps(shapes.of_coordinate(at), promised)


def test_a_coordinate_without_a_day_of_knowledge_has_null_there() -> None:
    promised = {"day": "2025-08-20", "known_by": None, "at_version": 812, "expected": False}
    assert keeps(shapes.of_coordinate(AsOf(date(2025, 8, 20), at_version=812)), promised)


# -- a state ------------------------------------------------------------------------------


def test_a_part_has_its_value_its_days_its_event_and_its_rivals() -> None:
    rival = Rival("2025-04-01-from-2-april", {"rate": "25"}, date(2025, 4, 2), EVER)

    shape = shapes.of_held(held({"rate": "25"}, APRIL_3, rivals=(rival,)))

    promised = {
        "value": {"rate": "25"},
        "certain": True,
        "from": "2025-04-03",
        "until": None,
        "event": PROCLAIMED,
        "rivals": [
            {
                "event": "2025-04-01-from-2-april",
                "value": {"rate": "25"},
                "from": "2025-04-02",
                "until": None,
            }
        ],
    }
    assert keeps(shape, promised)


def test_a_part_that_holds_on_all_days_has_neither_a_first_nor_a_last() -> None:
    shape = shapes.of_held(held("Tariff on cars"))

    assert (shape["from"], shape["until"]) == (None, None)


@pytest.mark.parametrize(
    ("fields", "field", "value"),
    [
        ({"via": "2025-05-02-corrected"}, "corrected_by", "2025-05-02-corrected"),
        ({"since_hour": "2025-04-03T00:01-04:00"}, "from_hour", "2025-04-03T00:01-04:00"),
        ({"until_hour": "2025-07-09T00:01-04:00"}, "until_hour", "2025-07-09T00:01-04:00"),
    ],
)
def test_what_not_every_part_has_is_a_field_only_where_it_is_so(
    fields: Mapping[str, Any], field: str, value: str
) -> None:
    assert shapes.of_held(held("open", APRIL_3, **fields))[field] == value
    assert field not in shapes.of_held(held("open", APRIL_3))


def test_a_part_that_is_not_certain_says_what_else_may_hold() -> None:
    maybe = held("left", date(2025, 4, 1), date(2025, 5, 1), certain=False)

    shape = shapes.of_held(held("in-force", certain=False, possible=(maybe,)))

    assert (shape["value"], shape["certain"]) == ("in-force", False)
    promised = {"value": "left", "from": "2025-04-01", "until": "2025-05-01", "event": PROCLAIMED}
    assert keeps(shape["possible"], [promised])


def test_a_state_has_its_coordinate_and_each_subject_with_parts_in_order() -> None:
    parts = {"title": held("Tariff on cars"), "imposer": held("US"), "line/b": held("open")}
    following = {"line/d": held("open", APRIL_3), "line/c": held("open", APRIL_3)}
    subject = SubjectState(AUTOS, "in-force", parts, following)

    shape = shapes.of_state(State(AsOf(APRIL_3, at_version=7), (subject,)))

    assert shape.keys() >= {"as_of", "subjects"}
    (found,) = shape["subjects"]
    assert found.keys() >= {"subject", "title", "kind", "stage", "parts", "next"}
    assert (found["subject"], found["kind"]) == (AUTOS, "measure")
    assert (found["title"], found["stage"]) == ("Tariff on cars", "in-force")
    assert list(found["parts"]) == ["imposer", "line/b", "title"]
    assert list(found["next"]) == ["line/c", "line/d"]


# -- a timeline ---------------------------------------------------------------------------


def fact(value: str | None, since: date, until: date, **fields: Any) -> Fact:
    usual: dict[str, Any] = {
        "known": date(2025, 3, 26),
        "known_until": EVER,
        "certain": True,
        "event": PROCLAIMED,
        "via": None,
        "decided": date(2025, 3, 26),
    }
    return Fact(
        subject=AUTOS, part="line/cars", since=since, until=until, value=value, **(usual | fields)
    )


def test_a_timeline_is_its_facts_with_their_values_out_of_json() -> None:
    rate = fact('{"rate":"25"}', APRIL_3, date(2025, 7, 3))
    nothing = fact(None, date(2025, 7, 3), EVER, via="2025-05-02-corrected")

    promised = [
        {
            "part": "line/cars",
            "value": {"rate": "25"},
            "certain": True,
            "from": "2025-04-03",
            "until": "2025-07-03",
            "event": PROCLAIMED,
        },
        {
            "part": "line/cars",
            "value": None,
            "certain": True,
            "from": "2025-07-03",
            "until": None,
            "event": PROCLAIMED,
            "corrected_by": "2025-05-02-corrected",
        },
    ]
    assert keeps(shapes.of_facts([rate, nothing]), promised)


def test_a_timeline_keeps_the_hour_that_an_act_names() -> None:
    hour = "2025-04-03T00:01-04:00"

    (shape,) = shapes.of_facts([fact('"open"', APRIL_3, EVER, since_hour=hour)])

    assert shape["from_hour"] == hour


# -- agreements and events ----------------------------------------------------------------

TREATY = SubjectState(
    "agreement/us-japan-security-treaty",
    "in-force",
    {
        "title": held("Security treaty"),
        "form": held("defence-pact"),
        "obligation/defence": held({"duty": "defence"}),
    },
    {},
)
NOW = State(AsOf(APRIL_3, at_version=7), (TREATY,))
JAPAN = Member("JP", "in-force", date(1960, 6, 23), "1960-06-23-in-force")
MAYBE_LEFT = Member("JP", "in-force", date(1960, 6, 23), "1960-06-23-in-force", certain=False)


def test_a_member_has_its_stage_since_when_and_by_which_event() -> None:
    shape = shapes.of_members(NOW, TREATY.subject, [JAPAN])

    promised = {
        "as_of": shapes.of_coordinate(NOW.as_of),
        "agreement": "agreement/us-japan-security-treaty",
        "members": [
            {
                "party": "JP",
                "stage": "in-force",
                "since": "1960-06-23",
                "event": "1960-06-23-in-force",
            }
        ],
    }
    assert keeps(shape, promised)


def test_an_alliance_has_its_obligations_and_its_partners() -> None:
    shape = shapes.of_alliances(NOW, "US", [Alliance(TREATY, (JAPAN,))])

    promised = {
        "as_of": shapes.of_coordinate(NOW.as_of),
        "party": "US",
        "alliances": [
            {
                "agreement": "agreement/us-japan-security-treaty",
                "title": "Security treaty",
                "form": "defence-pact",
                "stage": "in-force",
                "obligations": {"defence": {"duty": "defence"}},
                "partners": [
                    {
                        "party": "JP",
                        "stage": "in-force",
                        "since": "1960-06-23",
                        "event": "1960-06-23-in-force",
                    }
                ],
            }
        ],
    }
    assert keeps(shape, promised)


def test_a_member_that_may_have_left_is_said_to_be_uncertain_wherever_it_is_listed() -> None:
    (member,) = shapes.of_members(NOW, TREATY.subject, [MAYBE_LEFT])["members"]
    (alliance,) = shapes.of_alliances(NOW, "US", [Alliance(TREATY, (MAYBE_LEFT,))])["alliances"]

    (partner,) = alliance["partners"]
    assert member["certain"] is False
    assert partner["certain"] is False


def test_an_event_has_what_its_entry_says_and_how_it_stands() -> None:
    content = {"id": PROCLAIMED, "title": "A tariff", "occurred": "2025-03-26", "kind": "order"}
    told = Told(
        PROCLAIMED,
        3,
        date(2025, 3, 27),
        "2025-03-28T09:30:00.000000+00:00",
        content,
        corrected_by="2025-05-02-corrected",
        corroborated_by=("2025-05-03-more",),
        rivals=("2025-04-01-from-2-april",),
    )

    promised = content | {
        "reported": "2025-03-27",
        "version": 3,
        "recorded": "2025-03-28T09:30:00.000000+00:00",
        "corrected_by": "2025-05-02-corrected",
        "retracted_by": None,
        "corroborated_by": ["2025-05-03-more"],
        "rivals": ["2025-04-01-from-2-april"],
    }
    assert keeps(shapes.of_told(told), promised)


# -- a log and the shapes of its answers --------------------------------------------------

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


DAYS = [("2025-04-05", None), ("2025-04-05", "2025-03-25"), ("1960-01-01", None)]


@pytest.mark.parametrize(("day", "known_by"), DAYS)
def test_an_answer_is_sorted_and_the_same_when_it_is_asked_again(
    catalogue: Tracker, day: str, known_by: str | None
) -> None:
    known = date.fromisoformat(known_by) if known_by else None
    at = catalogue.as_of(date.fromisoformat(day), known_by=known)

    shape = shapes.of_state(catalogue.state(at))

    names = [subject["subject"] for subject in shape["subjects"]]
    assert names
    assert names == sorted(set(names))
    for subject in shape["subjects"]:
        assert list(subject["parts"]) == sorted(subject["parts"])
        assert list(subject["next"]) == sorted(subject["next"])
        assert subject["parts"].keys().isdisjoint(subject["next"])
    again = shapes.of_state(catalogue.state(at))
    assert json.dumps(shape, default=repr) == json.dumps(again, default=repr)
    assert json.loads(json.dumps(shape["subjects"])) == shape["subjects"]


@pytest.mark.parametrize(("day", "known_by"), DAYS)
def test_the_same_state_at_the_latest_version_has_the_same_shape(
    catalogue: Tracker, day: str, known_by: str | None
) -> None:
    known = date.fromisoformat(known_by) if known_by else None
    asked = date.fromisoformat(day)
    version = catalogue.stats()["version"]

    folded = catalogue.state(catalogue.as_of(asked, known_by=known, at_version=version))
    kept = catalogue.state(catalogue.as_of(asked, known_by=known))

    assert shapes.of_state(folded) == shapes.of_state(kept)


def test_every_shipped_event_is_plain_json(catalogue: Tracker) -> None:
    told_events = [shapes.of_told(told) for told in catalogue.events(Filter())]

    assert told_events
    assert json.loads(json.dumps(told_events)) == told_events


def test_every_value_out_of_a_log_has_the_days_of_its_fact(log: Tracker) -> None:
    introduced = {
        "kind": "measure-introduced",
        "subject": AUTOS,
        "title": "Tariff on cars",
        "imposer": "US",
        "instrument": "tariff",
    }
    days = {"subject": AUTOS, "line": "cars", "from": "2025-04-03T00:01-04:00"}
    paused = {"subject": AUTOS, "line": "cars", "from": "2025-04-09", "until": "2025-07-09"}
    proclaimed = {
        "id": PROCLAIMED,
        "title": "United States proclaims a tariff on cars",
        "kind": "proclamation",
        "occurred": "2025-03-26",
        "reported": "occurred",
        "sources": [{"url": "https://www.govinfo.gov/1"}],
        "effects": [
            introduced,
            {"kind": "scope-set"} | days,
            {"kind": "rate-set", "rate": 25} | days,
            {"kind": "rate-set", "rate": 10} | paused,
        ],
    }
    log.add(read_entries([proclaimed], "entries"))

    def rate(day: str) -> tuple[Any, ...]:
        at = log.as_of(date.fromisoformat(day))
        (found,) = shapes.of_state(log.state(at, subject=AUTOS))["subjects"]
        shape = (found["parts"] | found["next"])["line/cars"]
        return shape["value"]["rate"], shape["from"], shape["until"], shape.get("from_hour")

    assert rate("2025-04-02") == ("25", "2025-04-03", "2025-04-09", "2025-04-03T00:01-04:00")
    assert rate("2025-04-08") == ("25", "2025-04-03", "2025-04-09", "2025-04-03T00:01-04:00")
    assert rate("2025-04-09") == ("10", "2025-04-09", "2025-07-09", None)
    assert rate("2025-07-09") == ("25", "2025-07-09", None, None)
