"""Saying that an event was wrong, never was so, or is borne out: with the state that results."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from tests.conftest import CARS, CommandLine, Write, cars, entry
from tracker.app import Tracker

SOURCE = ("--url", "https://example.org/b", "--publisher", "Example")
TWENTY = (
    "--effect",
    "kind = 'measure-introduced', subject = 'measure/cars', title = 'Tariff on cars', "
    "imposer = 'US', instrument = 'tariff'",
    "--effect",
    "kind = 'scope-set', subject = 'measure/cars', line = 'all', from = 2025-04-03",
    "--effect",
    "kind = 'rate-set', subject = 'measure/cars', line = 'all', rate = 20, from = 2025-04-03",
)


@pytest.fixture(autouse=True)
def loaded(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    """25 % on cars, reported on 26 March 2025."""
    cli.ok("load", str(write("cars.toml", cars())))


def told(cli: CommandLine, event: str, *words: str) -> Any:
    return cli.ok("show", event, "--format", "json", *words).json


def car_rate(cli: CommandLine, known_by: str, *words: str) -> str | None:
    asked = ("state", "measure/cars", "--as-of", "2025-06-01", "--known-by", known_by)
    found = cli.ok(*asked, "--format", "json", *words).json["subjects"]
    return found[0]["parts"]["line/all"]["value"]["rate"] if found else None


# -- correct --------------------------------------------------------------------------------


def test_a_correction_counts_from_the_day_it_was_reported(cli: CommandLine) -> None:
    answer = cli.ok("correct", CARS, *TWENTY, *SOURCE, "--on", "2025-05-02", "--why", "It is 20 %")

    assert answer.out == f"added 2025-05-02-correction-of-{CARS}\n"
    assert car_rate(cli, "2025-05-01") == "25"
    assert car_rate(cli, "2025-05-02") == "20"
    assert told(cli, CARS)["corrected_by"] == f"2025-05-02-correction-of-{CARS}"
    assert told(cli, f"2025-05-02-correction-of-{CARS}")["title"] == "It is 20 %"


@pytest.mark.parametrize("kind", [("--why", "It is 20 %"), ("--slip",)], ids=["report", "slip"])
def test_a_correction_may_not_leave_a_line_without_its_scope(
    cli: CommandLine, kind: tuple[str, ...]
) -> None:
    rate = TWENTY[-2:]

    answer = cli("correct", CARS, *rate, *SOURCE, "--on", "2025-05-02", *kind)

    assert answer.code == 1
    assert "line all of measure/cars has no scope, so it would never be in force" in answer.err
    assert car_rate(cli, "2025-05-02") == "25"


def test_a_title_is_put_right_where_a_retraction_took_the_scope(
    cli: CommandLine, write: Write
) -> None:
    rate = {"kind": "rate-set", "subject": "measure/cars", "line": "all", "rate": 30}
    raised = entry("2025-04-10-cars-raised", rate)
    cli.ok("load", str(write("raised.toml", raised)))
    cli.ok("retract", CARS, *SOURCE, "--on", "2025-05-01", "--why", "It never was proclaimed")

    cli.ok("correct", "2025-04-10-cars-raised", "--title", "Cars: 30 %", "--slip")

    assert told(cli, "2025-04-10-cars-raised")["title"] == "Cars: 30 %"


def test_our_own_slip_is_as_if_it_had_been_right_from_the_first(cli: CommandLine) -> None:
    cli.ok("correct", CARS, *TWENTY, "--slip", "--on", "2025-05-02")

    assert car_rate(cli, "2025-03-25") is None
    assert car_rate(cli, "2025-03-26") == "20"
    assert car_rate(cli, "2025-03-26", "--at-version", "1") == "25"


def test_what_a_correction_leaves_out_stays_as_it_was(cli: CommandLine) -> None:
    cli.ok("correct", CARS, "--title", "Tariff on cars is proclaimed", "--slip")

    found = told(cli, CARS)
    assert found["title"] == "Tariff on cars is proclaimed"
    assert found["occurred"] == "2025-03-26"
    assert len(found["effects"]) == 3
    assert car_rate(cli, "2025-06-01") == "25"


def test_every_field_that_can_be_put_right_has_a_flag(cli: CommandLine) -> None:
    right = {
        "--title": "Right title",
        "--occurred": "2025-03-25",
        "--reported": "2025-03-27",
        "--place": "Washington",
        "--summary": "A summary.",
    }

    cli.ok("correct", CARS, "--slip", *(word for flag in right.items() for word in flag))

    found = told(cli, CARS)
    assert {f"--{name}": found[name] for name in ("title", "occurred", "place", "summary")} == {
        name: value for name, value in right.items() if name != "--reported"
    }
    assert car_rate(cli, "2025-03-26") is None
    assert car_rate(cli, "2025-03-27") == "25"


def test_a_correction_can_take_the_effects_away(cli: CommandLine) -> None:
    cli.ok("correct", CARS, "--no-effects", *SOURCE, "--on", "2025-05-02")

    assert car_rate(cli, "2025-05-01") == "25"
    assert car_rate(cli, "2025-05-02") is None


def test_the_first_content_stays_in_the_log(cli: CommandLine) -> None:
    cli.ok("correct", CARS, "--title", "Right title", *SOURCE, "--on", "2025-05-02")

    assert told(cli, CARS, "--known-by", "2025-05-01")["title"] == "Tariff on cars proclaimed"
    assert told(cli, CARS, "--known-by", "2025-05-02")["title"] == "Right title"
    assert told(cli, CARS, "--at-version", "1")["title"] == "Tariff on cars proclaimed"
    assert cli.version() == 2


def test_of_two_corrections_the_one_decided_last_counts(cli: CommandLine) -> None:
    cli.ok("correct", CARS, "--title", "Second", *SOURCE, "--on", "2025-05-03")
    cli.ok("correct", CARS, "--title", "First", *SOURCE, "--on", "2025-05-02")

    assert told(cli, CARS)["title"] == "Second"
    assert told(cli, CARS, "--known-by", "2025-05-02")["title"] == "First"


def test_two_corrections_of_one_event_may_be_written_on_one_day(cli: CommandLine) -> None:
    cli.ok("correct", CARS, "--title", "Right title", *SOURCE, "--on", "2025-05-02")

    answer = cli("correct", CARS, "--place", "Washington", *SOURCE, "--on", "2025-05-02")

    assert answer.code == 0, answer.err
    assert cli.version() == 3


def test_a_correction_is_found_today_when_no_day_is_given(cli: CommandLine) -> None:
    with freeze_time("2025-05-02 23:59"):
        answer = cli.ok("correct", CARS, "--title", "Right title", *SOURCE)

    assert answer.out == f"added 2025-05-02-correction-of-{CARS}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("correct", "--title", "Right title"),
        ("correct", "--title", "Right title", "--published", "2025-07-01"),
        ("correct", "--title", "Right title", "--slip"),
        ("corroborate",),
        ("corroborate", "--published", "2025-03-25", "--on", "2025-07-02"),
    ],
    ids=" ".join,
)
def test_repeating_a_command_adds_nothing_twice_on_whatever_day(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    command, *more = words
    for instant in ("2025-07-02 23:59", "2025-07-03 00:00", "2025-07-03 12:00"):
        with freeze_time(instant):
            answer = cli.ok(command, CARS, *more, *SOURCE)

    assert answer.out == "1 event already there\n"
    assert cli.version() == 2


def test_what_says_something_else_is_another_correction(cli: CommandLine) -> None:
    words = ("correct", CARS, *SOURCE, "--on", "2025-05-02", "--title")

    for title in ("One", "Other", "One"):
        answer = cli.ok(*words, title)
    moved = cli.ok("correct", CARS, *SOURCE, "--published", "2025-05-01", "--title", "One")

    assert answer.out == "1 event already there\n"
    assert moved.out.startswith("added 2025-05-01-correction-of")
    assert cli.version() == 4


def test_another_source_is_another_corroboration(cli: CommandLine) -> None:
    for url in ("https://example.org/c", "https://example.org/d", "https://example.org/c"):
        with freeze_time("2025-07-02 12:00"):
            cli.ok("corroborate", CARS, "--url", url)

    assert len(told(cli, CARS)["corroborated_by"]) == 2


def test_a_correction_that_says_nothing_is_refused(cli: CommandLine) -> None:
    answer = cli("correct", CARS, *SOURCE)

    assert answer.code == 2
    assert answer.out == ""
    assert "say what is right: --title, --occurred" in answer.err
    assert cli.version() == 1


def test_a_correction_without_a_source_is_refused_unless_it_is_our_slip(cli: CommandLine) -> None:
    answer = cli("correct", CARS, "--title", "Right title")

    assert answer.code == 2
    assert "--url is missing" in answer.err
    assert "--slip" in answer.err
    assert cli.version() == 1


def test_a_dry_run_of_a_correction_shows_what_it_would_change_and_adds_nothing(
    cli: CommandLine,
) -> None:
    answer = cli.ok("correct", CARS, *TWENTY, *SOURCE, "--on", "2025-05-02", "--dry-run")

    changes = [line for line in answer.out.splitlines() if "line/all" in line[:30]]
    assert [line.split(";")[0] for line in changes] == [
        "- measure/cars line/all: +25 %, from 2025-04-03 (known from 2025-03-26",
        "+ measure/cars line/all: +25 %, from 2025-04-03 (known from 2025-03-26 until 2025-05-02",
        "+ measure/cars line/all: +20 %, from 2025-04-03 (known from 2025-05-02",
    ]
    assert answer.err == "nothing was added\n"
    assert cli.version() == 1


def test_a_correction_is_refused_where_its_content_would_be(cli: CommandLine) -> None:
    wrong = "kind = 'rate-set', subject = 'measure/cars', line = 'all', rate = -5"

    answer = cli("correct", CARS, "--effect", wrong, *SOURCE)

    assert answer.code == 1
    assert "content.effects.0.rate: -5 is below zero" in answer.err
    assert cli.version() == 1


@pytest.fixture
def editor(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that keeps the draft it was given as ``seen`` and puts 20 for 25 in it."""
    script = cli.folder / "editor"
    script.write_text('#!/bin/sh\ncp "$1" seen\nsed "s/rate = .*/rate = 20/" seen > "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    return script


@pytest.mark.usefixtures("editor")
def test_a_correction_is_written_in_an_editor_on_a_draft_of_what_the_entry_says(
    cli: CommandLine,
) -> None:
    answer = cli.ok("correct", CARS, "--edit", *SOURCE, "--on", "2025-05-02")

    assert answer.out == f"added 2025-05-02-correction-of-{CARS}\n"
    assert "Tariff on cars proclaimed" in (cli.folder / "seen").read_text()
    assert car_rate(cli, "2025-05-01") == "25"
    assert car_rate(cli, "2025-05-02") == "20"


@pytest.mark.parametrize("slip", [(), ("--slip",), SOURCE])
def test_a_draft_of_a_correction_that_is_left_as_it_was_adds_nothing(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, slip: tuple[str, ...]
) -> None:
    monkeypatch.setenv("EDITOR", "true")

    answer = cli.ok("correct", CARS, "--edit", *slip)

    assert (answer.out, answer.err) == ("", "nothing to add: the draft is as it was\n")
    assert cli.version() == 1


def test_a_draft_that_flags_wrote_is_added_as_it_was(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")

    cli.ok("correct", CARS, "--edit", "--title", "Right title", *SOURCE)

    assert told(cli, CARS)["title"] == "Right title"


@pytest.mark.usefixtures("editor")
def test_the_source_of_a_correction_may_be_left_to_the_editor(cli: CommandLine) -> None:
    answer = cli("correct", CARS, "--edit", "--on", "2025-05-02")

    assert "--url is missing" not in answer.err
    assert f'of = "{CARS}"' in (cli.folder / "seen").read_text()


# -- retract --------------------------------------------------------------------------------


def test_a_retracted_event_counts_no_more_from_the_day_of_the_retraction(
    cli: CommandLine,
) -> None:
    answer = cli.ok("retract", CARS, *SOURCE, "--on", "2025-05-02", "--why", "It was a hoax")

    retraction = f"2025-05-02-retraction-of-{CARS}"
    assert answer.out == f"added {retraction}\n"
    assert car_rate(cli, "2025-05-01") == "25"
    assert car_rate(cli, "2025-05-02") is None
    assert told(cli, CARS)["retracted_by"] == retraction
    assert told(cli, CARS, "--known-by", "2025-05-01")["retracted_by"] is None


def test_what_is_retracted_already_is_not_retracted_again(cli: CommandLine) -> None:
    cli.ok("retract", CARS, *SOURCE, "--on", "2025-05-02")
    version = cli.version()

    answer = cli("retract", CARS, *SOURCE, "--on", "2025-05-03", "--why", "It was a hoax")

    assert answer.code == 1
    assert f"{CARS} is already retracted by 2025-05-02-retraction-of-{CARS}" in answer.err
    assert cli.version() == version


def test_a_retraction_that_is_our_slip_counts_on_all_days(cli: CommandLine) -> None:
    cli.ok("retract", CARS, "--slip", "--on", "2025-05-02")

    assert car_rate(cli, "2025-03-26") is None
    assert car_rate(cli, "2025-03-26", "--at-version", "1") == "25"


def test_retracting_a_correction_brings_the_first_content_back(cli: CommandLine) -> None:
    cli.ok("correct", CARS, *TWENTY, *SOURCE, "--on", "2025-05-02")
    cli.ok("retract", f"2025-05-02-correction-of-{CARS}", *SOURCE, "--on", "2025-05-09")

    assert car_rate(cli, "2025-05-01") == "25"
    assert car_rate(cli, "2025-05-08") == "20"
    assert car_rate(cli, "2025-05-09") == "25"


def test_retracting_a_retraction_brings_the_event_back(cli: CommandLine) -> None:
    cli.ok("retract", CARS, *SOURCE, "--on", "2025-05-02")
    cli.ok("retract", f"2025-05-02-retraction-of-{CARS}", *SOURCE, "--on", "2025-05-09")

    assert car_rate(cli, "2025-05-08") is None
    assert car_rate(cli, "2025-05-09") == "25"


def test_a_dry_run_of_a_retraction_shows_what_would_go_and_adds_nothing(cli: CommandLine) -> None:
    answer = cli.ok("retract", CARS, "--slip", "--dry-run")

    assert any(
        line.startswith("- measure/cars line/all: +25 %") for line in answer.out.splitlines()
    )
    assert not any(line.startswith("+ ") for line in answer.out.splitlines())
    assert cli.version() == 1


def test_a_retraction_that_goes_round_in_a_circle_is_refused(
    cli: CommandLine, write: Write
) -> None:
    one = entry("2025-05-02-a", kind="retraction", of="2025-05-02-b")
    other = entry("2025-05-02-b", kind="retraction", of="2025-05-02-a")

    answer = cli("load", str(write("circle.toml", one, other)))

    assert answer.code == 1
    assert answer.err.splitlines() == [
        "tracker: circle.toml:7: 2025-05-02-a: of: it speaks about itself, by way of 2025-05-02-b",
        "tracker: circle.toml:15: 2025-05-02-b: of: it speaks about itself, by way of 2025-05-02-a",
    ]
    assert cli.version() == 1


# -- corroborate ----------------------------------------------------------------------------


def test_a_corroboration_with_an_earlier_source_moves_the_day_of_the_report(
    cli: CommandLine,
) -> None:
    answer = cli.ok("corroborate", CARS, *SOURCE, "--published", "2025-03-24")

    assert answer.out == f"added 2025-03-24-corroboration-of-{CARS}\n"
    assert car_rate(cli, "2025-03-23") is None
    assert car_rate(cli, "2025-03-24") == "25"
    found = told(cli, CARS)
    assert found["reported"] == "2025-03-24"
    assert found["corroborated_by"] == [f"2025-03-24-corroboration-of-{CARS}"]


def test_a_corroboration_with_a_later_source_moves_nothing(cli: CommandLine) -> None:
    cli.ok("corroborate", CARS, *SOURCE, "--published", "2025-04-20", "--cites", "p. 3")

    assert told(cli, CARS)["reported"] == "2025-03-26"
    assert car_rate(cli, "2025-03-25") is None
    assert car_rate(cli, "2025-03-26") == "25"
    source = told(cli, f"2025-04-20-corroboration-of-{CARS}")["sources"]
    assert source == [
        {
            "url": "https://example.org/b",
            "publisher": "Example",
            "published": "2025-04-20",
            "cites": "p. 3",
        }
    ]


def test_a_source_long_after_the_event_can_corroborate_it(cli: CommandLine) -> None:
    answer = cli("corroborate", CARS, *SOURCE, "--published", "2026-01-15", "--on", "2026-04-01")

    assert answer.code == 0, answer.err
    assert told(cli, CARS)["reported"] == "2025-03-26"


@pytest.mark.parametrize("command", ["retract", "correct"])
def test_an_old_source_can_be_found_late(cli: CommandLine, command: str) -> None:
    right = {"correct": ("--title", "Right title"), "retract": ()}

    with freeze_time("2026-04-01 12:00"):
        answer = cli(command, CARS, *right[command], *SOURCE, "--published", "2025-04-20")

    assert answer.code == 0, answer.err


def test_a_clash_of_ids_on_the_command_line_names_no_line_that_is_not_there(
    cli: CommandLine,
) -> None:
    words = ("add", "--title", "X", "--occurred", "2025-04-01", *SOURCE, "--published")
    cli.ok(*words, "2025-04-01")

    answer = cli(*words, "2025-04-02")

    assert answer.code == 1
    assert answer.err.startswith("tracker: the command line: 2025-04-01-x is already in the log")


def test_two_sources_of_one_day_can_corroborate_an_event(cli: CommandLine) -> None:
    cli.ok("corroborate", CARS, *SOURCE, "--published", "2025-03-27")

    second = ("--url", "https://example.com/c", "--published", "2025-03-27")
    answer = cli("corroborate", CARS, *second)

    assert answer.code == 0, answer.err
    assert len(told(cli, CARS)["corroborated_by"]) == 2


@pytest.mark.parametrize(
    ("words", "field", "why"),
    [
        (("corroborate",), "sources", "it came out on 2020-01-01, long before"),
        (("corroborate", "--on", "2025-06-01"), "sources", "it came out on 2020-01-01, long"),
        (("correct", "--title", "T"), "reported", "it was first public on 2020-01-01, long before"),
        (("retract",), "reported", "it was first public on 2020-01-01, long before"),
    ],
)
def test_what_is_said_long_before_the_event_is_refused(
    cli: CommandLine, words: tuple[str, ...], field: str, why: str
) -> None:
    command, *more = words

    answer = cli(command, CARS, *more, *SOURCE, "--published", "2020-01-01")

    assert answer.code == 1
    assert f"{field}: {why}" in answer.err
    assert "on 2025-03-26" in answer.err
    assert cli.version() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--published", "2027-03-30"), "2027-03-30 is after today, 2026-11-22\n"),
        (("--on", "2026-11-23"), "2026-11-23 is after today, 2026-11-22\n"),
        (("--on", "2026-11-22"), ""),
    ],
)
def test_a_day_after_today_is_noted(cli: CommandLine, words: tuple[str, ...], said: str) -> None:
    with freeze_time("2026-11-22 23:59"):
        answer = cli.ok("correct", CARS, "--title", "T", *SOURCE, *words)

    assert answer.out.startswith("added ")
    assert answer.err == said


def test_a_corroboration_needs_a_source(cli: CommandLine) -> None:
    answer = cli("corroborate", CARS)

    assert answer.code == 2
    assert answer.err == "tracker: --url is missing\n"
    assert cli.version() == 1


def test_a_dry_run_of_a_corroboration_adds_nothing(cli: CommandLine) -> None:
    answer = cli.ok("corroborate", CARS, *SOURCE, "--published", "2025-03-24", "--dry-run")

    assert "(known from 2025-03-24" in answer.out
    assert cli.version() == 1


# -- all three ------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["correct", "retract", "corroborate"])
def test_an_event_that_is_not_there_cannot_be_spoken_about(cli: CommandLine, command: str) -> None:
    right = {"correct": ("--title", "Right title")}

    answer = cli(command, "2025-03-26-car", *SOURCE, *right.get(command, ()))

    assert answer.code == 3
    assert answer.out == ""
    assert answer.err == f"tracker: there is no event 2025-03-26-car: did you mean {CARS}?\n"
    assert cli.version() == 1


@pytest.mark.parametrize("kind", ["correction", "retraction", "corroboration"])
def test_an_entry_about_an_event_that_is_not_there_is_refused(
    cli: CommandLine, write: Write, kind: str
) -> None:
    content = {"title": "Right title"} if kind == "correction" else None
    about = entry("2025-05-02-about", kind=kind, of="2025-03-26-car", content=content)

    answer = cli("load", str(write("about.toml", about)))

    assert answer.code == 1
    assert answer.err == (
        "tracker: about.toml:7: 2025-05-02-about: of: 2025-03-26-car is neither in the log nor "
        "in what is being loaded; it must be, before anything can be said about it\n"
    )
    assert cli.version() == 1


@pytest.mark.parametrize("about", ["retract", "corroborate"])
def test_only_what_has_content_can_be_corrected(cli: CommandLine, about: str) -> None:
    said = cli.ok(about, CARS, *SOURCE, "--published", "2025-05-02", "--on", "2025-05-02")
    name = said.out.split()[1]

    answer = cli("correct", name, "--title", "Right title", *SOURCE)

    assert answer.code == 1
    assert "has no content to correct: retract it instead" in answer.err


def test_a_rival_cannot_disagree_with_a_rival(cli: CommandLine, write: Write) -> None:
    rival = entry("2025-04-01-rival", against=CARS)
    other = entry("2025-04-02-rival-of-rival", against="2025-04-01-rival")

    answer = cli("load", str(write("rivals.toml", rival, other)))

    assert answer.code == 1
    assert answer.err == (
        "tracker: rivals.toml:15: 2025-04-02-rival-of-rival: against: 2025-04-01-rival is itself "
        "a rival: name the event that both disagree with\n"
    )
    assert cli.version() == 1


def test_a_rival_disagrees_with_an_event_and_not_with_what_is_said_about_one(
    cli: CommandLine, write: Write
) -> None:
    cli.ok("retract", CARS, *SOURCE, "--on", "2025-05-02")
    rival = entry("2025-05-03-rival", against=f"2025-05-02-retraction-of-{CARS}")

    answer = cli("load", str(write("rival.toml", rival)))

    assert answer.code == 1
    assert "is a retraction: name the event that the source disagrees with" in answer.err


def test_what_is_loaded_together_may_speak_about_one_another_in_any_order(
    cli: CommandLine, write: Write
) -> None:
    wrong = entry("2025-06-02-x", title="Wrong", reported=date(2025, 6, 2))
    right = entry("2025-06-03-x", kind="correction", of="2025-06-02-x", content={"title": "Right"})

    cli.ok("load", str(write("both.toml", right, wrong)))

    assert told(cli, "2025-06-02-x")["title"] == "Right"


def test_a_second_correction_keeps_what_the_first_put_right(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("a.toml", cars())))
    cli.ok("correct", CARS, "--slip", "--title", "The right title")

    cli.ok("correct", CARS, "--slip", "--summary", "The right summary")

    found = cli.ok("show", CARS, "--format", "json").json
    assert (found["title"], found["summary"]) == ("The right title", "The right summary")


def test_filters_go_by_what_an_event_says_once_it_is_corrected(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    def meeting(slug: str, *parties: str) -> list[dict[str, object]]:
        of = {"subject": f"meeting/{slug}"}
        scheduled = {"start": date(2026, 3, 1), "participants": list(parties)}
        return [
            {"kind": "meeting-introduced", "title": slug, **of},
            {"kind": "meeting-scheduled", **scheduled, **of},
        ]

    met = entry("2026-01-10-meet", *meeting("m1", "KR", "JP"))
    right = {"effects": meeting("m2", "KR", "CN")}
    fixed = entry("2026-02-01-fixed", kind="correction", of="2026-01-10-meet", content=right)
    cli.ok("load", str(write("a.toml", met, fixed)))

    def listed(*asked: str) -> bool:
        listed = cli.ok("events", *asked, "--format", "json").json["events"]
        return "2026-01-10-meet" in {each["id"] for each in listed}

    def on_calendar(*asked: str) -> bool:
        calendar = cli.ok("export", "ics", *asked, "--what", "developments").out
        return "UID:2026-01-10-meet" in calendar

    for has in (listed, on_calendar):
        assert has("--party", "CN")
        assert has("--party", "KR")
        assert not has("--party", "JP")
        assert has("--subject", "meeting/m2")
        assert not has("--subject", "meeting/m1")
        assert has("--party", "JP", "--known-by", "2026-01-31")
        assert not has("--party", "CN", "--known-by", "2026-01-31")
