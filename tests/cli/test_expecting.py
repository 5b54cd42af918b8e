"""Conditional appending: nothing is added when somebody else was there first."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import CARS, MEASURE, CommandLine, Write, cars, entry, rate
from tracker.app import Tracker
from tracker.app.adding import Expected, NotExpected

SUBJECT = "measure/cars"


@pytest.fixture
def log(cli: CommandLine, tracker: Tracker, write: Write) -> CommandLine:
    """A log of three events; the second is about cars."""
    bikes = {**MEASURE, "subject": "measure/bikes"}
    files = [entry("2025-03-25-before"), cars(), entry("2025-03-27-bikes", bikes)]
    cli.ok("load", str(write("log.toml", *files)))
    return cli


def risen(per_cent: int, **fields: object) -> str:
    day = date(2025, 5, 1)
    return entry(f"2025-04-{per_cent}-risen", rate(per_cent, since=day), **fields)


def test_what_nobody_changed_since_may_be_added(log: CommandLine, write: Write) -> None:
    file = str(write("risen.toml", risen(28)))

    added = log.ok("load", file, "--expect-version", f"{SUBJECT}@2")

    assert added.out.startswith("added 1 event")


@pytest.mark.parametrize("command", ["load", "add"])
def test_when_somebody_was_there_first_nothing_is_added_and_the_difference_is_said(
    log: CommandLine, write: Write, command: str
) -> None:
    text = risen(28)
    log.ok("load", str(write("theirs.toml", risen(30, title="The rate rises to 30 %"))))
    words = ("load", str(write("ours.toml", text))) if command == "load" else ("add", "-")

    answer = log(*words, "--expect-version", f"{SUBJECT}@3", stdin=text)

    assert (answer.code, answer.out, log.version()) == (1, "", 4)
    assert "measure/cars is not as it was at version 3" in answer.err
    assert "  version 4: 2025-04-30-risen: The rate rises to 30 %" in answer.err
    assert "add with measure/cars@4" in answer.err
    assert log.ok(*words, "--expect-version", f"{SUBJECT}@4", stdin=text).code == 0


def test_what_was_said_of_others_does_no_harm(log: CommandLine, write: Write) -> None:
    file = str(write("risen.toml", risen(28)))

    # The third event came after the second, and is about bikes.
    log.ok("load", file, "--expect-version", f"{SUBJECT}@2", "--dry-run")
    refused = log("load", file, "--expect-version", "measure/bikes@2", "--dry-run")

    assert refused.code == 1
    assert "version 3: 2025-03-27-bikes" in refused.err


@pytest.mark.parametrize(
    "words",
    [
        ("correct", CARS, "--slip", "--title", "Another title"),
        ("retract", CARS, "--slip"),
        ("corroborate", CARS, "--url", "https://example.org/b", "--published", "2025-03-26"),
    ],
    ids=lambda words: str(words[0]),
)
def test_who_speaks_of_an_event_speaks_of_its_subjects(
    log: CommandLine, write: Write, words: tuple[str, ...]
) -> None:
    log.ok(*words, "--expect-version", f"{SUBJECT}@3")
    file = str(write("risen.toml", risen(28)))

    answer = log("load", file, "--expect-version", f"{SUBJECT}@3")

    assert answer.code == 1
    assert "  version 4: " in answer.err


def test_who_takes_back_what_was_said_of_an_event_speaks_of_its_subjects(
    log: CommandLine, write: Write
) -> None:
    log.ok("retract", CARS, "--slip", "--on", "2025-04-01")
    (taken,) = [row[2] for row in log.ok("tail", "--after", "3").rows]
    log.ok("retract", taken, "--slip", "--on", "2025-04-02")
    file = str(write("risen.toml", risen(28)))

    answer = log("load", file, "--expect-version", f"{SUBJECT}@4")

    assert answer.code == 1
    assert "  version 5: " in answer.err
    assert "  version 4: " not in answer.err


@pytest.mark.parametrize("others", [0, 1])
def test_trying_again_after_a_commit_that_nobody_heard_of_is_safe(
    log: CommandLine, write: Write, others: int
) -> None:
    file = str(write("ours.toml", risen(28)))
    first = log.ok("load", file, "--expect-version", f"{SUBJECT}@3")
    if others:
        log.ok("load", str(write("theirs.toml", risen(30))))

    again = log.ok("load", file, "--expect-version", f"{SUBJECT}@3")

    assert first.out.startswith("added 1 event")
    assert again.out.startswith("added 0 events, 1 already there")
    assert log.version() == 4 + others


def test_a_subject_may_be_expected_not_to_be_there(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    file = str(write("cars.toml", cars()))

    cli.ok("load", file, "--expect-version", f"{SUBJECT}@0")

    assert cli.version() == 1


@pytest.mark.parametrize(
    ("expected", "code", "said"),
    [
        ("measure/cars", 2, "write a subject and the version at which you saw it"),
        ("cars@3", 2, "write a subject and the version at which you saw it"),
        ("measure/cars@-1", 2, "write a subject and the version at which you saw it"),
        ("measure/cars@three", 2, "write a subject and the version at which you saw it"),
        ("measure/cars@9", 3, "the log is at version 3; 9 is not there yet"),
        ("measure/car@3", 3, "there is no subject measure/car: did you mean measure/cars"),
    ],
)
def test_what_cannot_be_expected_is_refused(
    log: CommandLine, write: Write, expected: str, code: int, said: str
) -> None:
    answer = log("load", str(write("risen.toml", risen(28))), "--expect-version", expected)

    assert (answer.code, answer.out, log.version()) == (code, "", 3)
    assert said in answer.err


def test_of_two_who_expect_the_same_one_is_first(log: CommandLine, tracker: Tracker) -> None:
    from tracker.catalogue import read_bytes

    expected = [Expected(SUBJECT, 3)]
    ours, theirs = (read_bytes(risen(each).encode(), "here") for each in (28, 30))
    other = Tracker(tracker.place)

    other.add(theirs, expected=expected)
    with pytest.raises(NotExpected, match="2025-04-30-risen"):
        tracker.add(ours, expected=expected)

    assert tracker.stats()["version"] == 4
    other.close()
