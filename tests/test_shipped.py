"""The catalogue that ships with the package: its form, and real questions with known answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tracker.app import Tracker, shipped
from tracker.catalogue import read_files
from tracker.domain.dates import EVER, FIRST, LAST, AsOf
from tracker.domain.events import Correction, Event, effects_of
from tracker.domain.state import SubjectState
from tracker.domain.ties import members

FILES = sorted(shipped("events").glob("*.toml"))


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    tracker = Tracker(str(tmp_path_factory.mktemp("shipped") / "tracker.db"))
    tracker.open()
    return tracker


@pytest.fixture(scope="module")
def events() -> list[Event]:
    batch = read_files(FILES)
    assert batch.problems == []
    return batch.events


Ask = Callable[..., SubjectState | None]


@pytest.fixture
def ask(catalogue: Tracker) -> Ask:
    def ask(subject: str, day: str, known_by: str | None = None) -> SubjectState | None:
        at = AsOf(date.fromisoformat(day), date.fromisoformat(known_by) if known_by else None)
        found = catalogue.state(at, subject=subject).subjects
        return found[0] if found else None

    return ask


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_entries_of_a_file_stand_in_the_order_of_their_days(path: Path) -> None:
    found = read_files([path]).events

    for earlier, later in pairwise(found):
        assert earlier.occurred.earliest <= later.occurred.earliest, later.id


def test_every_event_has_a_source_with_address_publisher_and_day(events: list[Event]) -> None:
    for event in events:
        assert any(source.publisher and source.published for source in event.sources), event.id


OFFICIAL = (
    *("whitehouse.gov", "federalregister.gov", "govinfo.gov", "usitc.gov", "cbp.gov"),
    *("content.govdelivery.com", "ustr.gov", "commerce.gov", "trade.gov", "bis.gov", "doc.gov"),
    *("state.gov", "treasury.gov", "congress.gov", "archives.gov", "ecfr.gov"),
    *("supremecourt.gov", "uscourts.gov", "canada.ca", "gc.ca", "europa.eu", "gov.cn"),
)
"""Hosts of those who make or publish the acts that bear on trade."""
TARIFFS = [
    path
    for path in FILES
    if re.match(r"us-(\d|ieepa|column|coverage|de-minimis|deals-by)|.*-retaliation", path.stem)
]


@pytest.mark.parametrize("path", TARIFFS, ids=lambda path: path.stem)
def test_a_tariff_that_rests_on_what_others_report_says_so(path: Path) -> None:
    for event in read_files([path]).events:
        hosts = [urlsplit(source.url).hostname or "" for source in event.sources]
        official = any(
            host == each or host.endswith(f".{each}") for host in hosts for each in OFFICIAL
        )
        assert official or "secondary" in event.tags, event.id


def test_nothing_is_known_before_the_event_that_says_so_was_public(
    catalogue: Tracker, events: list[Event]
) -> None:
    public = {event.id: event.public for event in events}

    for day in sorted(set(public.values()))[::7]:
        for subject in catalogue.state(AsOf(day, day)).subjects:
            for held in (*subject.parts.values(), *subject.next.values()):
                assert public[held.event] <= day


def test_no_day_is_known_before_an_event_that_names_it_was_public(
    catalogue: Tracker, events: list[Event]
) -> None:
    named: dict[date, date] = {FIRST: FIRST, EVER: FIRST}
    for event in events:
        days = [event.occurred, *(day for each in effects_of(event) for day in each.days())]
        days += [event.content.occurred] if isinstance(event, Correction) else []
        for when in filter(None, days):
            for day in (when.earliest, when.latest):
                named[day] = min(named.get(day, EVER), event.public)

    for subject in {effect.subject for event in events for effect in effects_of(event)}:
        for fact in catalogue.history(AsOf(LAST), subject, knowledge=True)[1]:
            for day in (fact.since, fact.until):
                assert named[day] <= fact.known, (subject, fact.part, day, fact.event)


def test_the_order_of_loading_does_not_matter(tmp_path: Path, catalogue: Tracker) -> None:
    backwards = Tracker(str(tmp_path / "backwards.db"))
    backwards.open(catalogue=False)

    backwards.load(FILES[::-1])

    digest = catalogue.stats()["facts_digest"]
    assert backwards.stats()["facts_digest"] == digest
    assert backwards.rebuild().digest == digest


@pytest.mark.parametrize(
    ("day", "known_by", "stage"),
    [
        ("2025-04-05", "2025-03-25", None),
        ("2025-04-05", "2025-03-26", "in-force"),
        ("2025-03-25", None, None),
        ("2025-03-26", None, "announced"),
        ("2025-04-02", None, "announced"),
        ("2025-04-03", None, "in-force"),
    ],
)
def test_the_car_tariff_is_announced_on_26_march_and_in_force_from_3_april(
    ask: Ask, day: str, known_by: str | None, stage: str | None
) -> None:
    found = ask("measure/us-232-autos", day, known_by)

    assert (found.stage if found else None) == stage
    if stage == "in-force":
        assert found is not None
        assert found.parts["line/all"].value["rate"] == "25"


def test_the_article_that_says_2_april_is_a_rival_and_changes_nothing(ask: Ask) -> None:
    found = ask("measure/us-232-autos", "2025-04-05")

    assert found is not None
    held = found.parts["line/all"]
    assert held.since == date(2025, 4, 3)
    assert [str(rival.since) for rival in held.rivals] == ["2025-04-02"]


def test_a_german_car_of_august_2025_pays_less_once_the_notice_is_public(ask: Ask) -> None:
    before = ask("measure/us-232-autos", "2025-08-15", "2025-09-01")
    after = ask("measure/us-232-autos", "2025-08-15", "2025-10-01")

    assert before is not None
    assert after is not None
    assert "eu" not in before.lines
    assert after.lines["eu"].value["rate"] == "15"
    assert after.lines["eu"].value["basis"] == "total"


def test_the_claim_of_a_joint_response_is_disputed_and_a_day_later_denied(ask: Ask) -> None:
    first = ask("claim/cjk-joint-response", "2025-03-31")
    second = ask("claim/cjk-joint-response", "2025-04-01")

    assert first is not None
    assert second is not None
    assert (first.stage, sorted(first.under("position"))) == ("disputed", ["KR"])
    assert (second.stage, sorted(second.under("position"))) == ("denied", ["JP", "KR"])


@pytest.mark.parametrize(
    ("agreement", "day", "count"),
    [
        ("rcep", "2021-12-31", 0),
        ("rcep", "2022-01-01", 10),
        ("rcep", "2022-01-31", 10),
        ("rcep", "2022-02-01", 11),
        ("rcep", "2022-03-18", 12),
        ("rcep", "2023-01-02", 13),
        ("rcep", "2023-06-02", 14),
        ("cptpp", "2024-12-14", 11),
        ("cptpp", "2024-12-16", 12),
        ("eu", "2020-01-31", 28),
        ("eu", "2020-02-01", 27),
        ("asean", "2025-10-25", 10),
        ("asean", "2025-10-26", 11),
        ("nato", "1949-08-24", 12),
        ("nato", "2024-03-06", 31),
        ("nato", "2024-03-07", 32),
        ("usmca", "2020-06-30", 0),
        ("usmca", "2020-07-01", 3),
        ("us-japan-security-treaty", "1960-06-22", 0),
        ("us-japan-security-treaty", "1960-06-23", 2),
        ("us-japan-trade-2019", "2019-12-31", 0),
        ("us-japan-trade-2019", "2020-01-01", 2),
        ("korus", "2012-03-14", 0),
        ("korus", "2012-03-15", 2),
    ],
)
def test_an_agreement_has_its_members_from_their_own_days(
    ask: Ask, agreement: str, day: str, count: int
) -> None:
    found = ask(f"agreement/{agreement}", day)

    assert len(members(found) if found else []) == count


def test_the_alliance_of_japan_in_1955_is_the_treaty_of_1951(catalogue: Tracker) -> None:
    _, found = catalogue.alliances(AsOf(date(1955, 1, 1)), "JP")

    assert [each.agreement.subject for each in found] == ["agreement/us-japan-security-treaty-1951"]


@pytest.mark.parametrize(
    "subject",
    [
        "measure/us-232-autos",
        "agreement/rcep",
        "agreement/cptpp",
        "agreement/eu",
        "agreement/asean",
        "agreement/usmca",
        "agreement/nato",
        "agreement/korus",
        "agreement/cjk-fta",
        "agreement/us-japan-trade-2019",
        "agreement/us-japan-security-treaty",
        "talks/us-japan-tariffs",
        "talks/cjk-fta",
        "claim/cjk-joint-response",
        "commitment/us-japan-command-upgrade",
        "commitment/japan-relief-2025",
        "meeting/cjk-etmm-13",
        "meeting/cjk-fmm-11",
    ],
)
def test_the_subjects_that_others_rely_on_are_there(catalogue: Tracker, subject: str) -> None:
    assert catalogue.timeline(catalogue.as_of(), subject)


def test_the_second_round_was_planned_before_it_was_held(ask: Ask) -> None:
    unknown = ask("meeting/us-japan-tariffs-2", "2025-05-01", "2025-04-23")
    planned = ask("meeting/us-japan-tariffs-2", "2025-05-01", "2025-04-24")
    held = ask("meeting/us-japan-tariffs-2", "2025-05-02")

    assert unknown is None
    assert planned is not None
    assert held is not None
    assert (planned.stage, held.stage) == ("scheduled", "held")


def test_the_calendar_is_the_same_bytes_twice(catalogue: Tracker) -> None:
    assert b"".join(catalogue.calendar()) == b"".join(catalogue.calendar())


def test_the_schema_accepts_what_the_catalogue_writes(events: list[Event]) -> None:
    from tracker.domain.events import EVENT

    text = json.dumps(EVENT.json_schema())

    kinds = {effect.kind for event in events for effect in getattr(event, "effects", ())}
    assert all(f'"{kind}"' in text for kind in kinds)


def test_the_slugs_that_several_files_share_are_listed() -> None:
    listed = (shipped("events") / "README.md").read_text(encoding="utf-8")
    where: dict[str, set[str]] = {}
    for path in FILES:
        for event in read_files([path]).events:
            for effect in effects_of(event):
                for slug in (effect.subject, *effect.refers()):
                    where.setdefault(slug, set()).add(path.stem)

    shared = {slug for slug, files in where.items() if len(files) > 1}

    assert shared
    assert all(f"| `{slug}` |" in listed for slug in shared), shared


def test_nothing_is_known_of_a_measure_before_the_measure_is(catalogue: Tracker) -> None:
    early = set()
    for subject in catalogue.state(catalogue.as_of(LAST), kind="measure").subjects:
        every = catalogue.history(catalogue.as_of(LAST), subject.subject, knowledge=True)[1]
        since = min(fact.known for fact in every if fact.part == "title")
        early |= {(subject.subject, fact.event) for fact in every if fact.known < since}

    # The ordinary duty is older than any event that says what it is.
    assert early == {("measure/us-column-1", "2016-02-24-us-de-minimis-800")}
