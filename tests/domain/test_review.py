"""What is refused in a batch that no single entry shows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.entries import about, agreement, event, line, measure, stage
from tracker.domain.corrections import by_target, counted
from tracker.domain.events import Development, Event
from tracker.domain.records import record_of
from tracker.domain.review import Head, clashes, lines_written, review, scope_of, too_early
from tracker.domain.timeline import assignments


def said(batch: Sequence[Event], **known: object) -> list[str]:
    heads = {head.id: head for head in known.get("heads", [])}  # type: ignore[attr-defined]
    introduced = set(known.get("introduced", ()))  # type: ignore[call-overload]
    records = list(map(record_of, batch))
    return [problem.message for problem in review(records, heads=heads, introduced=introduced)]


def test_an_effect_on_a_subject_that_nothing_introduces_is_refused() -> None:
    signed = event("signed", "2025-03-01", stage("agreement/x", "signed"))
    introduction = event("introduced", "2025-02-01", agreement("agreement/x"))

    assert "nothing introduces agreement/x" in said([signed])[0]
    assert said([signed, introduction]) == []
    assert said([signed], introduced=["agreement/x"]) == []


def test_a_rival_does_not_introduce_a_subject() -> None:
    first = event("a", "2025-03-01")
    rival = event("b", "2025-03-02", agreement("agreement/x"), against=first.id)

    assert "nothing introduces" in said([first, rival])[0]


def test_talks_about_a_subject_that_nothing_introduces_are_refused() -> None:
    talks = {"kind": "talks-introduced", "subject": "talks/x", "title": "X", "about": "measure/y"}

    assert said([event("a", "2025-03-01", talks)]) == [
        "it refers to measure/y, which nothing introduces"
    ]


def test_what_is_spoken_about_must_be_in_the_log_or_the_batch() -> None:
    first = event("a", "2025-03-01")
    right = about("correction", first, "2025-03-02", content={"title": "Right"})

    assert "neither in the log nor in what is being loaded" in said([right])[0]
    assert said([right, first]) == []
    assert said([right], heads=[Head(first.id, "statement")]) == []


def test_a_circle_of_retractions_is_refused() -> None:
    sources = {"of": "2025-03-02-b"}
    one = event("a", "2025-03-01", kind="retraction", **sources)
    other = event("b", "2025-03-02", kind="retraction", of="2025-03-01-a")

    assert all("speaks about itself" in each for each in said([one, other]))
    assert len(said([one, other])) == 2


def test_a_rival_names_a_development_that_is_no_rival() -> None:
    first = event("a", "2025-03-01")
    rival = event("b", "2025-03-02", against=first.id)
    against_it = event("c", "2025-03-03", against=rival.id)
    against_retraction = event("d", "2025-03-04", against="2025-03-05-r")
    retraction = event("r", "2025-03-05", kind="retraction", of=first.id)

    assert "itself a rival" in said([first, rival, against_it])[0]
    assert "is a retraction" in said([first, retraction, against_retraction])[0]


def test_a_retraction_has_no_content_to_correct() -> None:
    first = event("a", "2025-03-01")
    gone = about("retraction", first, "2025-03-02")
    right = event("c", "2025-03-03", kind="correction", of=gone.id, content={"title": "Right"})

    assert "has no content to correct" in said([first, gone, right])[0]


def clashing(*events: Event) -> int:
    every = [
        each
        for event in events
        if isinstance(event, Development)
        for content in counted(event, {})
        for each in assignments(content)
        if each.part == "stage"
    ]
    return len(list(clashes(every)))


def test_two_decisions_of_one_day_that_differ_clash_unless_one_has_an_order() -> None:
    signed = event("signed", "2025-03-01", stage("agreement/x", "signed"))
    begun = event("begun", "2025-03-01", stage("agreement/x", "in-force"))
    same = event("same", "2025-03-01", stage("agreement/x", "signed"))
    ordered = event("begun", "2025-03-01", stage("agreement/x", "in-force"), order=1)
    next_day = event("begun", "2025-03-02", stage("agreement/x", "in-force"))

    assert clashing(signed, begun) == 1
    assert clashing(signed, same) == 0
    assert clashing(signed, ordered) == 0
    assert clashing(signed, next_day) == 0


def test_two_decisions_of_one_day_about_other_days_do_not_clash() -> None:
    first = event(
        "a",
        "2025-03-01",
        stage("agreement/x", "signed", **{"from": "2025-04-01", "until": "2025-05-01"}),
    )
    touching = event("b", "2025-03-01", stage("agreement/x", "in-force", **{"from": "2025-05-01"}))
    overlapping = event(
        "c", "2025-03-01", stage("agreement/x", "in-force", **{"from": "2025-04-30"})
    )

    assert clashing(first, touching) == 0
    assert clashing(first, overlapping) == 1


def test_a_line_is_named_when_something_is_assigned_to_it_and_has_a_scope_beside_it() -> None:
    scope, rate = line("measure/x")
    both = record_of(event("a", "2025-03-01", measure("measure/x"), scope, rate))
    half = record_of(event("a", "2025-03-01", measure("measure/x"), scope))

    assert lines_written([both]) == {("measure/x", "line/all")}
    assert lines_written([half]) == set()
    assert scope_of(("measure/x", "line/all")) == ("measure/x", "scope/all")


# -- days that cannot be --------------------------------------------------------------------

CARS = event("cars", "2025-03-26")


def early(first: Event, *others: Event, old: Sequence[Event] = ()) -> list[str]:
    """What comes too early of what *others* say of *first*; the log had the *old* ones."""
    assert isinstance(first, Development)
    fresh = {each.id for each in others}.__contains__
    found = too_early(first, by_target([*old, *others]), fresh=fresh)
    return [f"{problem.event}: {problem.message.split(':')[0]}" for problem in found]


def published(day: str) -> list[dict[str, str]]:
    return [{"url": "https://example.org/b", "published": day}]


@pytest.mark.parametrize(
    ("day", "refused"),
    [("2020-01-01", True), ("2025-02-23", True), ("2025-02-24", False), ("2026-01-01", False)],
)
def test_a_source_comes_out_no_more_than_thirty_days_before_what_it_bears_out(
    day: str, refused: bool
) -> None:
    found_then = about("corroboration", CARS, day, sources=published(day))
    found_late = about("corroboration", CARS, "2026-04-01", sources=published(day))

    why = f"it came out on {day}, long before {CARS.id} occurred, on 2025-03-26"
    for each in (found_then, found_late):
        assert early(CARS, each) == ([f"{each.id}: {why}"] if refused else [])


@pytest.mark.parametrize("kind", ["correction", "retraction"])
@pytest.mark.parametrize(("day", "refused"), [("2025-02-23", True), ("2025-02-24", False)])
def test_nothing_is_put_right_more_than_thirty_days_before_it_was_public(
    kind: str, day: str, refused: bool
) -> None:
    right = {"content": {"title": "Right"}} if kind == "correction" else {}
    said = about(kind, CARS, day, **right)
    slip = about(kind, CARS, day, slip=True, **right)

    why = f"it was first public on {day}, long before {CARS.id} was, on 2025-03-26"
    assert early(CARS, said) == ([f"{said.id}: {why}"] if refused else [])
    assert early(CARS, slip) == []


def test_days_that_others_put_right_count_as_they_are_right() -> None:
    slip = event("slip", "2026-01-01", kind="correction", of=CARS.id, slip=True,
                 content={"occurred": "2024-03-26", "reported": "2024-03-27"})  # fmt: skip
    source = about("corroboration", CARS, "2024-03-28", sources=published("2024-03-28"))
    right = about("correction", CARS, "2024-04-10", content={"title": "Right"})

    assert len(early(CARS, source, right)) == 1
    assert early(CARS, right, old=[slip, source]) == []
    assert early(CARS, source, right, slip) == []


def test_what_corrects_our_own_slip_may_be_as_old_as_the_event() -> None:
    slip = event("slip", "2026-01-01", kind="correction", of=CARS.id, slip=True,
                 content={"title": "Our slip"})  # fmt: skip
    found = event("found", "2026-01-01", kind="correction", of=CARS.id, content={"title": "Found"})

    assert early(CARS, slip, about("correction", slip, "2025-04-01", content={"title": "A"})) == []
    assert early(CARS, found, about("correction", found, "2025-04-01", content={"title": "A"})) == [
        "2025-04-01-correction-of-it: it was first public on 2025-04-01, long before "
        "2026-01-01-found was, on 2026-01-01"
    ]


def test_what_the_log_has_already_is_not_looked_at_again() -> None:
    old = about("corroboration", CARS, "2020-01-01", sources=published("2020-01-01"))

    assert early(CARS, old=[old]) == []
