"""Corrections, retractions and corroborations, asked on both sides of each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.entries import about, event, folded, line, measure
from tracker.domain.corrections import by_target, counted, standing
from tracker.domain.events import Development, Event

TARIFF = "measure/us-tariff"


def rate_known(events: Sequence[Event], known_by: str, day: str = "2025-06-01") -> str | None:
    on, known = date.fromisoformat(day), date.fromisoformat(known_by)
    for fact in folded(events):
        if (
            fact.part == "line/all"
            and fact.since <= on < fact.until
            and fact.known <= known < fact.known_until
        ):
            assert fact.value is not None
            return fact.value.split('"rate":"')[1].split('"')[0]
    return None


def imposed(rate: int = 25) -> Event:
    return event("imposed", "2025-03-01", measure(TARIFF), *line(TARIFF, rate=rate))


def right_rate(rate: int) -> dict[str, object]:
    return {"effects": [measure(TARIFF), *line(TARIFF, rate=rate)]}


def test_a_correction_counts_from_the_day_it_was_reported() -> None:
    first = imposed(25)
    right = about("correction", first, "2025-03-10", content=right_rate(20))

    assert rate_known([first, right], "2025-03-09") == "25"
    assert rate_known([first, right], "2025-03-10") == "20"


def test_our_own_slip_counts_as_if_the_entry_had_been_right_from_the_first() -> None:
    first = imposed(25)
    right = about("correction", first, "2025-03-10", slip=True, content=right_rate(20))

    assert rate_known([first, right], "2025-02-28") is None
    assert rate_known([first, right], "2025-03-01") == "20"


def test_a_slip_of_a_slip_counts_from_where_the_first_slip_did() -> None:
    first = imposed(25)
    slip = about("correction", first, "2025-05-02", slip=True, content=right_rate(20))
    again = event(
        "again", "2025-06-02", kind="correction", of=slip.id, slip=True, content=right_rate(15)
    )

    assert rate_known([first, slip, again], "2025-02-28") is None
    assert rate_known([first, slip, again], "2025-03-01") == "15"


def test_a_slip_about_the_day_of_the_report_moves_it_either_way() -> None:
    first = imposed(25)
    later = about("correction", first, "2025-04-01", slip=True, content={"reported": "2025-03-05"})
    earlier = about(
        "correction", first, "2025-04-01", slip=True, content={"reported": "2025-02-20"}
    )

    assert rate_known([first, later], "2025-03-04") is None
    assert rate_known([first, later], "2025-03-05") == "25"
    assert rate_known([first, earlier], "2025-02-19") is None
    assert rate_known([first, earlier], "2025-02-20") == "25"


def test_an_event_is_told_from_the_first_day_on_which_it_counts() -> None:
    first = event("imposed", "2025-03-01", measure(TARIFF), *line(TARIFF), reported="2025-03-08")
    earlier = about(
        "correction", first, "2025-04-01", slip=True, content={"reported": "2025-03-03"}
    )
    later = about("correction", first, "2025-04-01", slip=True, content={"reported": "2025-03-20"})
    sources = [{"url": "https://example.org/b", "published": "2025-03-05"}]
    source = about("corroboration", first, "2025-04-01", sources=sources)
    on = date(2025, 6, 1)

    days = [standing(first, by_target([each]), on).public for each in (earlier, later, source)]

    assert days == [date(2025, 3, 3), date(2025, 3, 20), date(2025, 3, 5)]
    assert standing(first, {}, on).public == date(2025, 3, 8)


def test_of_several_corrections_the_last_decided_counts() -> None:
    first = imposed(25)
    decided_last = about("correction", first, "2025-03-12", content=right_rate(15))
    told_last = event(
        "told-last",
        "2025-03-10",
        kind="correction",
        of=first.id,
        reported="2025-03-20",
        content=right_rate(20),
    )

    assert rate_known([first, decided_last, told_last], "2025-03-25") == "15"


def test_retracting_a_correction_brings_the_first_content_back() -> None:
    first = imposed(25)
    wrong = about("correction", first, "2025-03-10", content=right_rate(20))
    back = about("retraction", wrong, "2025-03-20")

    assert rate_known([first, wrong, back], "2025-03-19") == "20"
    assert rate_known([first, wrong, back], "2025-03-20") == "25"


def test_a_retracted_event_counts_until_the_retraction_was_reported() -> None:
    first = imposed(25)
    never = about("retraction", first, "2025-03-10")

    assert rate_known([first, never], "2025-03-09") == "25"
    assert rate_known([first, never], "2025-03-10") is None


def test_a_retraction_that_is_our_own_slip_counts_on_all_days() -> None:
    first = imposed(25)
    never = about("retraction", first, "2025-03-10", slip=True)

    assert rate_known([first, never], "2025-03-05") is None


def test_retracting_a_retraction_brings_the_event_back() -> None:
    first = imposed(25)
    never = about("retraction", first, "2025-03-10")
    after_all = about("retraction", never, "2025-03-20")

    assert rate_known([first, never, after_all], "2025-03-19") is None
    assert rate_known([first, never, after_all], "2025-03-20") == "25"


def test_an_earlier_source_moves_the_day_of_the_report_and_a_later_one_does_not() -> None:
    first = event("imposed", "2025-03-01", measure(TARIFF), *line(TARIFF), reported="2025-03-08")

    def with_source(published: str) -> list[Event]:
        sources = [{"url": "https://example.org/b", "published": published}]
        more = about("corroboration", first, "2025-03-20", sources=sources)
        return [first, more]

    assert rate_known(with_source("2025-03-03"), "2025-03-02") is None
    assert rate_known(with_source("2025-03-03"), "2025-03-03") == "25"
    assert rate_known(with_source("2025-03-12"), "2025-03-07") is None
    assert rate_known(with_source("2025-03-12"), "2025-03-08") == "25"


def test_the_corrected_content_takes_the_place_of_the_first_among_decisions() -> None:
    first = imposed(25)
    second = event("second", "2025-04-01", *line(TARIFF, rate=30))
    same_day = about("correction", first, "2025-05-01", content=right_rate(20))
    later_day = about(
        "correction",
        first,
        "2025-05-01",
        content={"occurred": "2025-04-15", **right_rate(20)},
    )

    assert rate_known([first, second, same_day], "2025-05-01") == "30"
    assert rate_known([first, second, later_day], "2025-05-01") == "20"


def test_what_a_correction_leaves_out_stays_as_it_was() -> None:
    first = imposed(25)
    title = about("correction", first, "2025-03-10", content={"title": "The right title"})

    contents = counted(_development(first), by_target([title]))

    assert [each.event.title for each in contents] == ["Imposed", "The right title"]
    assert rate_known([first, title], "2025-03-10") == "25"


def test_an_empty_list_of_effects_takes_them_away() -> None:
    first = imposed(25)
    none = about("correction", first, "2025-03-10", content={"effects": []})

    assert rate_known([first, none], "2025-03-10") is None


def test_how_an_event_stands_tells_what_others_said_of_it() -> None:
    first = imposed(25)
    moved = about("correction", first, "2025-03-10", content={"occurred": "2025-03-02"})
    never = event("never", "2025-03-20", kind="retraction", of=first.id)
    said = by_target([moved, never])

    before = standing(first, said, date(2025, 3, 9))
    corrected = standing(first, said, date(2025, 3, 19))
    gone = standing(first, said, date(2025, 3, 20))

    assert (before.corrected_by, before.retracted_by) == (None, None)
    assert (corrected.corrected_by, corrected.retracted_by) == (moved.id, None)
    assert gone.retracted_by == never.id


def _development(found: Event) -> Development:
    assert isinstance(found, Development)
    return found
