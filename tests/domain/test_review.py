"""What is refused in a batch that no single entry shows."""

from __future__ import annotations

from collections.abc import Sequence

from tests.entries import about, agreement, event, line, measure, stage
from tracker.domain.corrections import counted
from tracker.domain.events import Development, Event
from tracker.domain.records import record_of
from tracker.domain.review import Head, clashes, lines_written, review, scope_of
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
