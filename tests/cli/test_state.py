"""What holds on a day, going by the reports up to another, in the shipped catalogue."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from tests.conftest import CARS, EVERY_CAR, MEASURE, CommandLine, Write, cars, entry, rate
from tracker.app import Tracker

CAR_TARIFF = "measure/us-232-autos"
CLAIM = "claim/cjk-joint-response"


def subjects(state: dict[str, Any]) -> dict[str, Any]:
    return {each["subject"]: each for each in state["subjects"]}


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.usefixtures("shipped")
def test_nobody_knew_of_the_car_tariff_the_day_before_it_was_proclaimed(cli: CommandLine) -> None:
    asked = ("state", "--as-of", "2025-04-05", "--format", "json", "--known-by")

    the_day_before = cli.ok(*asked, "2025-03-25").json
    on_the_day = cli.ok(*asked, "2025-03-26").json

    assert CAR_TARIFF not in subjects(the_day_before)
    tariff = subjects(on_the_day)[CAR_TARIFF]
    assert tariff["stage"] == "in-force"
    assert tariff["parts"]["line/all"]["value"]["rate"] == "25"
    assert on_the_day["as_of"]["expected"] is True


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("day", "stage"),
    [
        ("2025-03-25", None),
        ("2025-03-26", "announced"),
        ("2025-04-02", "announced"),
        ("2025-04-03", "in-force"),
    ],
)
def test_the_car_tariff_is_announced_before_it_is_in_force(
    cli: CommandLine, day: str, stage: str | None
) -> None:
    found = subjects(cli.ok("state", "--as-of", day, "--format", "json").json)

    assert found.get(CAR_TARIFF, {}).get("stage") == stage


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(("day", "place"), [("2025-04-02", "next"), ("2025-04-03", "parts")])
def test_the_other_day_that_an_article_gives_is_shown_beside_and_changes_nothing(
    cli: CommandLine, day: str, place: str
) -> None:
    tariff = cli.ok("state", CAR_TARIFF, "--as-of", day, "--format", "json").json["subjects"][0]

    line = tariff[place]["line/all"]
    assert line["from"] == "2025-04-03"
    assert line["event"] == "2025-03-26-us-232-autos-proclaimed"
    assert {rival["from"] for rival in line["rivals"]} == {"2025-04-02"}


@pytest.mark.usefixtures("shipped")
def test_a_state_in_json_has_the_shape_that_others_rely_on(
    cli: CommandLine, shipped: Tracker
) -> None:
    asked = ("state", CAR_TARIFF, "--as-of", "2025-08-20", "--format", "json")

    found = cli.ok(*asked).json

    coordinate = {
        "day": "2025-08-20",
        "known_by": None,
        "at_version": shipped.stats()["version"],
        "expected": False,
    }
    assert {**found["as_of"], **coordinate} == found["as_of"]
    (tariff,) = found["subjects"]
    assert set(tariff) >= {"subject", "title", "kind", "stage", "parts", "next"}
    assert tariff["kind"] == "measure"
    for held in (*tariff["parts"].values(), *tariff["next"].values()):
        assert set(held) >= {"value", "certain", "from", "until", "event", "rivals"}
    assert tariff["parts"]["line/all"] == {
        "value": {"rate": "25", "basis": "additional", "heading": "9903.94.01"},
        "certain": True,
        "from": "2025-04-03",
        "from_hour": "2025-04-03T00:01-04:00",
        "until": None,
        "event": "2025-03-26-us-232-autos-proclaimed",
        "rivals": tariff["parts"]["line/all"]["rivals"],
    }


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_two_runs_print_the_same_bytes(cli: CommandLine, form: str) -> None:
    asked = ("state", "--as-of", "2025-04-05", "--known-by", "2025-04-01", "--format", form)

    assert cli.ok(*asked) == cli.ok(*asked)


@pytest.mark.usefixtures("shipped")
def test_the_subjects_and_parts_of_a_state_are_sorted(cli: CommandLine) -> None:
    found = cli.ok("state", "--as-of", "2025-04-05", "--format", "json").json["subjects"]

    names = [each["subject"] for each in found]
    assert names == sorted(names)
    assert all(list(each["parts"]) == sorted(each["parts"]) for each in found)


@pytest.mark.usefixtures("shipped")
def test_a_state_in_a_pipe_is_plain_and_apart_by_tabs(cli: CommandLine) -> None:
    answer = cli.ok("state", "measure", "--as-of", "2025-04-05")

    header, *rows = answer.rows
    assert header == ["subject", "stage", "what", "title"]
    assert [row[:2] for row in rows if row[0] == CAR_TARIFF] == [[CAR_TARIFF, "in-force"]]
    assert all(len(row) == len(header) for row in rows)
    assert "\x1b" not in answer.out


@pytest.mark.usefixtures("shipped")
def test_a_state_in_csv_has_a_row_for_every_fact_and_says_its_coordinate(cli: CommandLine) -> None:
    asked = ("state", CAR_TARIFF, "--as-of", "2025-04-02", "--known-by", "2025-03-26")

    rows = cells(cli.ok(*asked, "--format", "csv").out)

    whole = cli.ok(*asked, "--format", "json").json["subjects"][0]
    assert [row["part"] for row in rows] == [*whole["parts"], *whole["next"]]
    assert {(row["as_of"], row["known_by"], row["expected"]) for row in rows} == {
        ("2025-04-02", "2025-03-26", "true")
    }
    (line,) = [row for row in rows if row["part"] == "line/all"]
    assert (line["stage"], line["holds"]) == ("announced", "next")
    assert line["from"] == "2025-04-03T00:01-04:00"


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "kind", ["measure", "agreement", "talks", "meeting", "commitment", "claim", "claims"]
)
def test_a_state_can_be_asked_of_one_kind_of_subject(cli: CommandLine, kind: str) -> None:
    asked = ("state", "--as-of", "2025-06-01", "--format", "json")

    some = cli.ok(*asked[:1], kind, *asked[1:]).json["subjects"]

    everything = cli.ok(*asked).json["subjects"]
    singular = kind if kind == "talks" else kind.removesuffix("s")
    assert some == [each for each in everything if each["kind"] == singular]
    assert some


@pytest.mark.usefixtures("shipped")
def test_what_is_over_is_left_out_of_the_table_of_everything_and_counted(cli: CommandLine) -> None:
    asked = ("state", "--as-of", "2025-06-01")

    table = cli.ok(*asked)

    listed = {row[0] for row in table.rows[1:]}
    whole = subjects(cli.ok(*asked, "--format", "json").json)
    assert listed < set(whole)
    assert f"{len(whole) - len(listed)} more are over" in table.err


@pytest.mark.usefixtures("tracker")
def test_the_state_of_an_empty_log_is_empty_and_no_error(cli: CommandLine) -> None:
    table = cli.ok("state", "--as-of", "2025-04-05")
    json = cli.ok("state", "--as-of", "2025-04-05", "--format", "json")
    rows = cli.ok("state", "--as-of", "2025-04-05", "--format", "csv")

    assert table.out == "subject\tstage\twhat\ttitle\n"
    assert json.json["subjects"] == []
    assert cells(rows.out) == []
    assert rows.out.startswith("as_of,known_by,")


@pytest.mark.usefixtures("shipped")
def test_a_subject_that_is_not_there_yet_has_no_state_and_that_is_no_error(
    cli: CommandLine,
) -> None:
    answer = cli.ok("state", CAR_TARIFF, "--as-of", "2025-03-25", "--format", "json")

    assert answer.json["subjects"] == []


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("command", ["state", "show"])
def test_a_subject_that_is_misspelt_is_not_there_and_the_one_meant_is_named(
    cli: CommandLine, command: str
) -> None:
    answer = cli(command, "measure/us-232-auto", "--as-of", "2025-04-05")

    assert answer.code == 3
    assert answer.out == ""
    assert (
        "tracker: there is no subject measure/us-232-auto: did you mean measure/us-232-autos"
        in answer.err
    )


@pytest.mark.usefixtures("shipped")
def test_a_word_that_is_neither_a_subject_nor_a_kind_is_refused(cli: CommandLine) -> None:
    answer = cli("state", "tariffs")

    assert answer.code == 2
    assert answer.out == ""
    assert "tariffs is neither a subject" in answer.err
    assert "measure, agreement, talks, meeting, commitment, claim" in answer.err


def test_an_earlier_version_of_the_log_gives_its_own_answer(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    raised = rate(50, since=date(2025, 4, 3))
    cli.ok("load", str(write("first.toml", cars())))
    cli.ok("load", str(write("second.toml", entry("2025-03-30-cars-raised", raised))))
    asked = ("state", "measure/cars", "--as-of", "2025-04-05", "--format", "json")

    rates = [
        [
            each["parts"]["line/all"]["value"]["rate"]
            for each in cli.ok(*asked, "--at-version", version).json["subjects"]
        ]
        for version in ("1", "2")
    ]

    assert rates == [["25"], ["50"]]
    assert cli.ok(*asked).json == cli.ok(*asked, "--at-version", "2").json


@pytest.mark.parametrize(
    "words",
    [
        ("state", "measure/cars"),
        ("show", "measure/cars"),
        ("why", "measure/cars"),
        ("history", "measure/cars"),
        ("events", "--subject", "measure/cars"),
        ("diff", "--at-version", "0..1", "--subject", "measure/cars"),
    ],
    ids=lambda words: words[0],
)
def test_a_subject_that_the_log_did_not_have_yet_is_not_there(
    cli: CommandLine, tracker: Tracker, write: Write, words: tuple[str, ...]
) -> None:
    cli.ok("load", str(write("first.toml", entry("2025-01-01-nothing-yet"))))
    cli.ok("load", str(write("second.toml", cars())))

    answer = cli(*words, *(() if "--at-version" in words else ("--at-version", "1")))

    assert answer.code == 3
    assert "measure/cars was not in the log at version 1; it came with version 2" in answer.err


@pytest.mark.usefixtures("shipped")
def test_a_claim_is_shown_with_the_positions_taken_by_the_day_and_no_later_ones(
    cli: CommandLine,
) -> None:
    asked = ("show", CLAIM, "--format", "json", "--as-of")

    on_the_day = cli.ok(*asked, "2025-03-31").json["subjects"][0]
    the_day_after = cli.ok(*asked, "2025-04-01").json["subjects"][0]

    assert on_the_day["stage"] == "disputed"
    assert on_the_day["parts"]["position/KR"]["value"]["position"] == "disputes"
    assert "position/JP" not in on_the_day["parts"]
    assert the_day_after["stage"] == "denied"
    assert the_day_after["parts"]["position/JP"]["value"]["position"] == "denies"


@pytest.mark.usefixtures("shipped")
def test_what_was_only_decided_later_is_no_row_of_the_day_that_is_shown(cli: CommandLine) -> None:
    on_the_day = cli.ok("show", CLAIM, "--as-of", "2025-03-31").out.split("\nTimeline")[0]
    the_day_after = cli.ok("show", CLAIM, "--as-of", "2025-04-01").out.split("\nTimeline")[0]

    assert "claim/cjk-joint-response: disputed" in on_the_day
    assert "position/KR\tnow\tdisputes" in on_the_day
    assert "position/JP" not in on_the_day
    assert "claim/cjk-joint-response: denied" in the_day_after
    assert "position/JP\tnow\tdenies" in the_day_after


@pytest.mark.usefixtures("shipped")
def test_what_is_decided_and_still_to_come_is_shown_as_next(cli: CommandLine) -> None:
    shown = cli.ok("show", CAR_TARIFF, "--as-of", "2025-04-02").out.split("\nTimeline")[0]

    assert f"{CAR_TARIFF}: announced" in shown
    assert "line/all\tnext\t+25 %\tfrom 2025-04-03" in shown


@pytest.mark.usefixtures("shipped")
def test_a_subject_in_json_has_its_state_and_its_timeline(cli: CommandLine) -> None:
    found = cli.ok("show", CLAIM, "--as-of", "2025-03-31", "--format", "json").json

    assert found["subject"] == CLAIM
    assert found["as_of"]["day"] == "2025-03-31"
    standings = [each for each in found["timeline"] if each["part"] == "standing"]
    assert [(each["value"], each["from"], each["until"]) for each in standings] == [
        ("disputed", "2025-03-31", "2025-04-01"),
        ("denied", "2025-04-01", None),
    ]
    assert set(standings[0]) >= {"part", "value", "certain", "from", "until", "event"}


@pytest.mark.usefixtures("shipped")
def test_the_timeline_of_a_subject_knows_no_report_after_the_day_of_knowledge(
    cli: CommandLine,
) -> None:
    asked = ("show", CLAIM, "--as-of", "2025-03-31", "--known-by", "2025-03-31")

    table = cli.ok(*asked)
    found = cli.ok(*asked, "--format", "json").json

    assert "Timeline, as known by 2025-03-31" in table.out
    assert "position/JP" not in table.out
    assert {each["part"] for each in found["timeline"]} == set(found["subjects"][0]["parts"])


@pytest.mark.usefixtures("shipped")
def test_a_subject_can_be_shown_in_csv(cli: CommandLine) -> None:
    rows = cells(cli.ok("show", CLAIM, "--as-of", "2025-03-31", "--format", "csv").out)

    assert {"standing", "position/KR", "title"} <= {row["part"] for row in rows}
    assert {row["subject"] for row in rows} == {CLAIM}


@pytest.mark.usefixtures("shipped")
def test_a_subject_is_said_not_to_be_there_before_its_first_day(cli: CommandLine) -> None:
    answer = cli.ok("show", CLAIM, "--as-of", "2025-03-30")

    assert answer.out.startswith(f"{CLAIM} is not there on 2025-03-30\n")


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("subject", [CAR_TARIFF, CLAIM, "agreement/cptpp", "talks/cjk-fta"])
def test_every_subject_can_be_shown_as_a_table_on_any_day(cli: CommandLine, subject: str) -> None:
    for day in ("0001-01-01", "1990-06-15", "2025-04-05", "9999-12-30"):
        answer = cli.ok("show", subject, "--as-of", day)

        assert "part\tdays\tvalue\tevent" in answer.out


def test_an_uncertain_value_says_what_may_hold(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    made = {"kind": "claim-made", "subject": "claim/x", "title": "X", "by": "A", "statement": "S"}
    denied = {"kind": "claim-standing-set", "subject": "claim/x", "standing": "denied"}
    made_on = entry("2025-03-01-x-claimed", made)
    denied_in = entry("2025-03-02-x-denied", {**denied, "from": "2025-04"})
    cli.ok("load", str(write("claim.toml", made_on, denied_in)))

    standing = {
        day: cli.ok("state", "claim/x", "--as-of", day, "--format", "json").json["subjects"][0][
            "parts"
        ]["standing"]
        for day in ("2025-03-31", "2025-04-01", "2025-04-29", "2025-04-30")
    }

    certain = {day: (held["value"], held["certain"]) for day, held in standing.items()}
    assert certain == {
        "2025-03-31": ("made", True),
        "2025-04-01": ("made", False),
        "2025-04-29": ("made", False),
        "2025-04-30": ("denied", True),
    }
    assert [each["value"] for each in standing["2025-04-01"]["possible"]] == ["denied"]
    shown = cli.ok("state", "claim/x", "--as-of", "2025-04-01").out
    assert "uncertain: standing" in shown


def test_a_pause_needs_no_second_event_to_end_it(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    paused = rate(10, since=date(2025, 4, 10), until=date(2025, 7, 9))
    cli.ok("load", str(write("c.toml", cars(), entry("2025-04-09-cars-paused", paused))))

    found = {
        day: cli.ok("state", "measure/cars", "--as-of", day, "--format", "json").json
        for day in ("2025-04-09", "2025-04-10", "2025-07-08", "2025-07-09")
    }

    lines = [each["subjects"][0]["parts"]["line/all"] for each in found.values()]
    assert [line["value"]["rate"] for line in lines] == ["25", "10", "10", "25"]
    assert [line["event"] for line in lines] == [CARS, *["2025-04-09-cars-paused"] * 2, CARS]


def test_a_state_may_be_of_a_subject_a_kind_and_what_names_a_party(
    shipped: Tracker, cli: CommandLine
) -> None:
    def found(*words: str) -> set[str]:
        asked = ("state", *words, "--as-of", "2025-11-10", "--format", "json")
        return {each["subject"] for each in cli.ok(*asked).json["subjects"]}

    measures = found("measure")
    of_korea = found("--party", "South Korea", "--kind", "measures")

    assert found("--kind", "measure") == measures
    assert {"measure/us-232-autos"} <= of_korea < measures
    assert "measure/us-fentanyl-canada" in measures - of_korea
    assert found("--subject", "measure/us-122") == set()
    assert found("--subject", "measure/us-232-autos", "--party", "KR") == {"measure/us-232-autos"}


@pytest.mark.usefixtures("shipped")
def test_what_a_state_is_of_is_said_once(cli: CommandLine) -> None:
    answer = cli("state", "measure", "--subject", "measure/us-232-autos")

    assert answer.code == 2
    assert "leave out the option" in answer.err


@pytest.mark.parametrize(
    ("party", "has", "lacks"),
    [
        # Both days of knowledge: an event of 15 September names Japan, and changes nothing of it.
        ("JP", "measure/us-232-autos", "measure/us-fentanyl-china"),
        ("DE", "measure/eu-us-countermeasures-1564", "measure/us-301-china"),
        ("RU", "measure/us-232-aluminium-russia", "measure/us-301-china"),
    ],
)
@pytest.mark.parametrize("known_by", ["2025-09-01", "2025-09-20"])
@pytest.mark.parametrize("at_version", [False, True])
def test_a_party_has_a_part_in_measures_on_all_partners_and_in_those_of_its_groups(
    cli: CommandLine,
    shipped: Tracker,
    party: str,
    has: str,
    lacks: str,
    known_by: str,
    at_version: bool,
) -> None:
    version = ("--at-version", str(shipped.stats()["version"])) if at_version else ()
    asked = ("--party", party, "--kind", "measure", "--as-of", "2025-08-15", "--known-by", known_by)

    state = cli.ok("state", *asked, *version, "--format", "json").json
    table = cells(cli.ok("export", "csv", "state", *asked, *version).out)
    page = cli.ok("export", "md", *asked, *version).out

    found = set(subjects(state))
    assert {has} <= found
    assert lacks not in found
    assert {row["subject"] for row in table} == found
    assert has in page
    assert lacks not in page


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("party", ["JP", "DE", "CA", "CN", "BR"])
def test_the_measures_that_bear_on_the_goods_of_a_party_are_in_its_state(
    cli: CommandLine, party: str
) -> None:
    for day in ("2018-09-01", "2025-04-05", "2025-08-15", "2026-03-01"):
        asked = ("--as-of", day, "--format", "json")
        bearing = cli.ok("measures", "--from", party, *asked).json["measures"]

        found = cli.ok("state", "--party", party, *asked).json

        assert {each["subject"] for each in bearing} <= set(subjects(found))


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(("party", "there"), [("JP", True), ("KR", False), ("US", True)])
def test_a_measure_that_only_spares_a_party_is_not_of_it(
    cli: CommandLine, write: Write, party: str, there: bool
) -> None:
    scope = {**EVERY_CAR, "except-partners": ["KR"]}
    cli.ok("load", str(write("cars.toml", entry(CARS, MEASURE, scope, rate(25)))))

    found = cli.ok("state", "--party", party, "--as-of", "2025-04-05", "--format", "json").json

    assert ("measure/cars" in subjects(found)) == there
