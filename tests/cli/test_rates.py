"""Rates on the command line: what goods pay, every change of it, files of questions, refunds."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from freezegun import freeze_time

from tests.conftest import Answer, CommandLine, Write, entry
from tests.tariffs import COLUMN_1, effect, introduced, levy, line, member, scope, yields
from tracker.app import Tracker
from tracker.domain.givens import GIVENS, PROGRAMMES
from tracker.domain.tariff import Entry

DE = ("--into", "US", "--from", "DE", "--product", "8703.23")
GB = ("--into", "US", "--from", "GB", "--product", "8703.23")


def entries() -> list[str]:
    """25 % on cars from 3 April, a British quota, and a notice that reached back to 1 August."""
    within = [{"given": "quota", "is": "within"}]
    british = line("cars", "british", "7.5", partners=["GB"], conditions=within, since="2025-06-30")
    lowered = line("cars", "eu", 15, basis="total", partners=["EU"], since="2025-08-01")
    return [
        entry("2025-01-01-ordinary", *COLUMN_1, *member("EU", "DE")),
        entry("2025-03-26-proclaimed", *levy("cars", 25, since="2025-04-03"), *british),
        entry("2025-09-24-notice", *lowered),
    ]


@pytest.fixture
def cars(cli: CommandLine, tracker: Tracker, write: Write) -> CommandLine:
    """A command line with the tariff of :func:`entries`."""
    cli.ok("load", str(write("cars.toml", *entries())))
    return cli


def loaded(cli: CommandLine, write: Write, *effects: dict[str, Any]) -> CommandLine:
    """*cli* with the ordinary duty and these *effects* of New Year 2025."""
    cli.ok("load", str(write("e.toml", entry("2025-01-01-act", *COLUMN_1, *effects))))
    return cli


def rows(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.out, newline="")))


def total(cli: CommandLine, *words: str) -> str | None:
    found = cli.ok("rate", *words, "--format", "json").json["total"]
    assert found is None or isinstance(found, str)
    return found


# -- rate -----------------------------------------------------------------------------------


def test_a_rate_is_shown_component_by_component_with_the_sum(cars: CommandLine) -> None:
    lines = cars.ok("rate", *DE, "--on", "2025-08-15").out.splitlines()

    assert lines[0] == "DE → US, 8703.23, entry on 2025-08-15"
    assert [line.split("\t") for line in lines[2:5]] == [
        ["measure", "line", "basis", "rate", "share", "points", "standing", "heading", "event"],
        ["column-1", "all", "base", "2.5", "1", "2.5", "undisputed", "", "2025-01-01-ordinary"],
        ["cars", "eu", "total", "15", "1", "12.5", "undisputed", "", "2025-09-24-notice"],
    ]
    assert lines[6] == "total 15 % = column-1 2.5 + cars 12.5"
    assert len(lines) == 7


def test_a_rate_is_asked_as_known_by_a_day(cars: CommandLine) -> None:
    asked = (*DE, "--on", "2025-08-15", "--known-by")

    assert total(cars, *asked, "2025-09-23") == "27.5"
    assert total(cars, *asked, "2025-09-24") == "15"


@freeze_time("2025-04-03 00:00")
def test_goods_enter_today_where_no_day_is_given(cars: CommandLine) -> None:
    answer = cars.ok("rate", *DE, "--format", "json").json

    assert answer["entry"]["on"] == "2025-04-03"
    assert answer["total"] == "27.5"


@freeze_time("2025-07-01 12:00")
def test_an_entry_of_a_day_to_come_is_what_is_then_expected(cars: CommandLine) -> None:
    answer = cars.ok("rate", *DE, "--on", "+30d", "--format", "json")

    assert answer.json["as_of"]["expected"] is True
    assert answer.err == "as of 2025-07-31 (+30d): what is then expected\n"


def test_a_rate_in_json_shows_its_work(cars: CommandLine) -> None:
    found = cars.ok("rate", *GB, "--on", "2025-07-15", "--format", "json").json

    assert found["as_of"]["day"] == "2025-07-15"
    assert found["entry"] == {
        "into": "US",
        "from": "GB",
        "product": "8703.23",
        "on": "2025-07-15",
        "base": None,
        "given": {},
    }
    assert (found["total"], found["additional"]) == ("27.5", "25")
    assert found["components"][1] == {
        "measure": "cars",
        "line": "all",
        "basis": "additional",
        "rate": "25",
        "share": "1",
        "points": "25",
        "standing": "undisputed",
        "heading": None,
        "event": "2025-03-26-proclaimed",
        "source": "https://example.org/a",
    }
    assert found["would_change"] == [
        {
            "given": "quota",
            "value": "within",
            "total": "10",
            "additional": "7.5",
            "measure": "cars",
        }
    ]
    assert found["covered"] is True
    assert found["covers"] == {"from": "2025-01-01", "until": None}
    nothing = ("specific", "not_applied", "unsettled", "prohibited")
    assert {name: found[name] for name in nothing} == {name: [] for name in nothing}


def test_a_rate_in_csv_is_one_row_a_component(cars: CommandLine) -> None:
    first, second = rows(cars.ok("rate", *DE, "--on", "2025-08-15", "--format", "csv"))

    assert (first["measure"], first["points"]) == ("column-1", "2.5")
    assert (second["measure"], second["points"]) == ("cars", "12.5")
    for row in (first, second):
        assert (row["on"], row["total"], row["additional"]) == ("2025-08-15", "15", "12.5")
        assert (row["into"], row["from"], row["covered"]) == ("US", "DE", "true")


def test_what_is_given_is_shown_and_counts(cars: CommandLine) -> None:
    answer = cars.ok("rate", *GB, "--on", "2025-07-15", "--given", "quota=within")

    assert "GB → US, 8703.23, entry on 2025-07-15, quota within\n" in answer.out
    assert "total 10 % = column-1 2.5 + cars 7.5" in answer.out
    assert "would change" not in answer.out


def test_what_would_change_the_total_is_shown(cars: CommandLine) -> None:
    answer = cars.ok("rate", *GB, "--on", "2025-07-15")

    assert "would change it\ngiven\tvalue\twith\ttotal\tadditional\tmeasure\n" in answer.out
    assert "quota\twithin\t\t10\t7.5\tcars\n" in answer.out


def test_a_condition_of_several_givens_shows_all_of_them(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    both = [{"given": "claim", "is": "usmca"}, {"given": "quota", "is": "within"}]
    loaded(cli, write, *levy("cars"), *line("cars", "low", 0, conditions=both))

    answer = cli.ok("rate", *DE, "--on", "2025-06-02", "--format", "json")

    (change,) = answer.json["would_change"]
    assert (change["given"], change["value"]) == ("claim", "usmca")
    assert (change["with"], change["total"]) == ({"quota": "within"}, "2.5")
    assert (
        "claim\tusmca\tquota=within\t2.5\t0\tcars\n"
        in cli.ok("rate", *DE, "--on", "2025-06-02").out
    )


def test_several_claims_may_be_given_one_by_one(cars: CommandLine) -> None:
    asked = (*DE, "--on", "2025-06-02", "--format", "json")
    claims = ("--given", "claim=usmca", "--given", "claim=9903.88.69")

    found = cars.ok("rate", *asked, *claims).json["entry"]["given"]

    assert found == {"claim": ["9903.88.69", "usmca"]}


def test_what_a_line_names_as_a_claim_may_be_claimed_and_nothing_else(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    deal = [{"given": "claim", "is": "swiss-deal"}]
    loaded(cli, write, *levy("cars"), *line("cars", "swiss", 10, conditions=deal))
    asked = (*DE, "--on", "2025-06-02")

    assert total(cli, *asked, "--given", "claim=swiss-deal") == "12.5"
    answer = cli("rate", *asked, "--given", "claim=swiss-dael")
    assert answer.code == 2
    assert "did you mean swiss-deal?" in answer.err


@pytest.mark.parametrize(("base", "expected"), [("10", "15"), ("15.5", "15.5"), ("0", "15")])
def test_a_base_that_is_given_is_topped_up(cars: CommandLine, base: str, expected: str) -> None:
    assert total(cars, *DE, "--on", "2025-08-15", "--base", base) == expected


def test_why_a_measure_is_not_charged_is_shown(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    loaded(cli, write, *levy("everything", 10), *levy("cars"), yields("everything", "cars"))
    asked = ("rate", *DE, "--on", "2025-06-02")

    assert "everything\tyields\tnot charged where cars is\t2025-01-01-act" in cli.ok(*asked).out
    assert cli.ok(*asked, "--format", "json").json["not_applied"] == [
        {
            "measure": "everything",
            "code": "yields",
            "why": "not charged where cars is",
            "by": "cars",
            "event": "2025-01-01-act",
        }
    ]


def test_what_is_not_settled_is_shown(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    loaded(cli, write, *levy("cars", products=["8703.23.01"]), *levy("all", "open"))

    answer = cli.ok("rate", *DE, "--on", "2025-06-02")

    assert "total not known" in answer.out
    assert "all\tall\tits rate is not established" in answer.out
    assert "cars\tall\t8703.23 is too short: 8 digits settle it" in answer.out


@pytest.fixture
def short(cli: CommandLine, tracker: Tracker, write: Write) -> tuple[str, ...]:
    """Goods whose code is too short to tell whether the tariff on cars of April is on them."""
    some = levy("cars", products=["8703.23.01"], since="2025-04-03")
    ordinary = (introduced("column-1"), *line("column-1", "all", "2.5", basis="base"))
    loaded(cli, write, *ordinary, *some)
    return DE


def test_an_answer_that_is_not_settled_says_so_beside_its_total(
    cli: CommandLine, short: tuple[str, ...]
) -> None:
    def found(*words: str) -> tuple[str, bool, list[str]]:
        shape = cli.ok("rate", *words, "--format", "json").json
        return shape["total"], shape["settled"], [each["measure"] for each in shape["unsettled"]]

    assert found(*short, "--on", "2025-04-02") == ("2.5", True, [])
    assert found(*short, "--on", "2025-04-03") == ("2.5", False, ["cars"])
    (row,) = rows(cli.ok("rate", *short, "--on", "2025-04-03", "--format", "csv"))
    assert row["settled"] == "false"


def test_a_history_says_from_which_day_on_it_is_not_settled(
    cli: CommandLine, short: tuple[str, ...]
) -> None:
    asked = (*short, "--history", "2025-03-01..2025-06-30")

    table = cli.ok("rate", *asked)
    steps = cli.ok("rate", *asked, "--format", "json").json
    cells = rows(cli.ok("export", "csv", "duties", *asked))

    days = [("2025-03-01", ""), ("2025-04-03", "cars")]
    assert [(row[0], row[-1]) for row in table.rows[1:3]] == days
    assert [(row["from"], row["unsettled"]) for row in cells] == days
    assert [each["settled"] for each in steps["steps"]] == [True, False]
    assert steps["as_of"]["day"] == "2025-06-30"
    assert "not settled, and not in the totals\nfrom\tmeasure\tline\twhy\n2025-04-03\tcars\t" in (
        table.out
    )


def test_where_no_total_is_known_what_agrees_is_the_additional_duties(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    some = levy("cars", products=["8703.23.01"], since="2025-04-03")
    without_base = entry("2025-01-01-act", *some, *levy("steel", 25))
    cli.ok("load", str(write("e.toml", without_base)))

    answer = cli.ok("refunds", *DE, "--on", "2025-04-03", "--value", "1000")

    assert "known on the day of entry: not known\n" in answer.out
    assert (
        "what is owed is not known: a total is not, and the additional duties agree as far as "
        "they are settled\n"
    ) in answer.out


def test_of_what_is_not_settled_nobody_says_that_nothing_is_owed(
    cli: CommandLine, short: tuple[str, ...]
) -> None:
    answer = cli.ok("refunds", *short, "--on", "2025-04-03", "--value", "1000")

    assert "nothing is owed" not in answer.out
    assert "what is owed is not known: the two agree as far as they are settled\n" in answer.out
    assert "\nnot settled\nmeasure\tline\twhy\ncars\t" in answer.out


def test_a_history_of_days_that_are_not_covered_ends_in_what_is(cars: CommandLine) -> None:
    asked = ("--into", "BR", "--from", "JP", "--product", "8703.23", *YEAR)

    answer = cars.ok("rate", *asked)

    assert "\n\n\n" not in answer.out
    assert not answer.out.endswith("\n\n")


def test_what_forbids_the_goods_is_shown(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    ban = effect("ban-set", "cars", line="all")
    loaded(cli, write, introduced("cars", instrument="ban"), scope("cars"), ban)

    answer = cli.ok("rate", *DE, "--on", "2025-06-02")

    assert "forbidden\nmeasure\tline\tbears\tevent\ncars\tall\tban\t2025-01-01-act\n" in answer.out
    assert "total 2.5 %" in answer.out


def test_a_standing_and_a_specific_duty_are_shown_below_the_total(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    held = effect("measure-standing-set", "cars", standing="held-unlawful")
    loaded(cli, write, *levy("cars", 5, text="5 % and 2 cents per kilogram"), held)

    answer = cli.ok("rate", *DE, "--on", "2025-06-02")

    assert "total 7.5 % = column-1 2.5 + cars 5" in answer.out
    assert "cars is held-unlawful for this day\n" in answer.out
    assert "and 5 % and 2 cents per kilogram (cars)\n" in answer.out


def test_a_base_that_nobody_knows_leaves_the_total_open(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    covered = (introduced("column-1"), effect("coverage-set", "column-1"))
    cli.ok("load", str(write("e.toml", entry("2025-01-01-act", *covered, *levy("cars")))))

    answer = cli.ok("rate", *DE, "--on", "2025-06-02")

    assert "total not known; additional duties 25 %" in answer.out
    assert "the ordinary duty is not known: give it as the base" in answer.out


@pytest.mark.parametrize(
    ("day", "covered"),
    [("2025-03-31", False), ("2025-04-01", True), ("2025-04-30", True), ("2025-05-01", False)],
)
def test_a_day_that_is_not_covered_has_no_total_and_says_which_days_are(
    cli: CommandLine, tracker: Tracker, write: Write, day: str, covered: bool
) -> None:
    april = effect("coverage-set", "column-1", since="2025-04-01", until="2025-05-01")
    ordinary = (introduced("column-1"), *line("column-1", "all", "2.5", basis="base"), april)
    cli.ok("load", str(write("e.toml", entry("2025-01-01-act", *ordinary, *levy("cars")))))

    found = cli.ok("rate", *DE, "--on", day, "--format", "json").json

    assert found["covered"] is covered
    assert found["covers"] == {"from": "2025-04-01", "until": "2025-05-01"}
    assert found["total"] == ("27.5" if covered else None)
    assert found["additional"] == "25"
    said = "not covered: the catalogue covers entries from 2025-04-01 to 2025-04-30"
    assert (said in cli.ok("rate", *DE, "--on", day).out) is not covered


def test_an_importer_of_which_nothing_is_kept_is_not_covered(cars: CommandLine) -> None:
    asked = ("rate", "--into", "BR", "--from", "JP", "--product", "8703.23", "--on", "2025-06-02")

    assert cars.ok(*asked, "--format", "json").json["covers"] is None
    assert (
        "not covered: the catalogue does not say which days it covers for this importer"
        in cars.ok(*asked).out
    )


def test_a_catalogue_that_covers_days_without_an_end_says_from_when(cars: CommandLine) -> None:
    said = "not covered: the catalogue covers entries from 2025-01-01 on\n"

    assert said in cars.ok("rate", *DE, "--on", "2024-12-31").out
    assert "not covered" not in cars.ok("rate", *DE, "--on", "2025-01-01").out


def test_every_answer_says_which_version_of_the_log_it_goes_by(
    cars: CommandLine, write: Write
) -> None:
    asked = (*DE, "--on", "2025-06-02")
    file = str(write("q.jsonl", file_of(ONE)))

    def version(*words: str) -> object:
        return json.loads(cars.ok(*words).out)["as_of"]["at_version"]

    assert version("rate", *asked, "--format", "json") == 3
    assert version("rate", *asked, "--format", "json", "--at-version", "2") == 2
    assert version("rate", "--file", file) == 3
    assert version("rate", *DE, *YEAR, "--format", "json") == 3


def test_an_empty_log_can_be_asked(cli: CommandLine, tracker: Tracker) -> None:
    found = cli.ok("rate", *DE, "--on", "2025-06-02", "--base", "1", "--format", "json").json

    assert (found["total"], found["covered"], found["covers"]) == (None, False, None)
    assert found["as_of"]["at_version"] == 0


def test_rates_are_asked_at_a_version_and_by_what_the_log_had_by_an_instant(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    ordinary, proclaimed, notice = entries()
    asked = (*DE, "--on", "2025-08-15")
    with freeze_time("2026-01-01 12:00"):
        cli.ok("load", str(write("one.toml", ordinary)))
    with freeze_time("2026-02-01 12:00"):
        cli.ok("load", str(write("two.toml", proclaimed)))
    with freeze_time("2026-03-01 12:00"):
        cli.ok("load", str(write("three.toml", notice)))

    found = [total(cli, *asked, "--at-version", str(number)) for number in range(4)]

    assert found == [None, "2.5", "27.5", "15"]
    assert total(cli, *asked, "--recorded-by", "2026-02-28") == "27.5"
    assert total(cli, *asked, "--recorded-by", "2026-03-01") == "15"


def test_a_tracker_that_is_asked_again_knows_what_was_loaded_since(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    def answer() -> str:
        day = date(2025, 8, 15)
        return str(tracker.rate(tracker.as_of(day), Entry("US", "DE", "870323", day)).total)

    found = []
    for number, each in enumerate(entries()):
        tracker.load([write(f"{number}.toml", each)])
        found.append(answer())

    assert found == ["2.5", "27.5", "15.0"]


def test_a_tariff_is_made_once_and_asked_many_times(cars: CommandLine, tracker: Tracker) -> None:
    first = tracker.tariff(tracker.as_of(date(2025, 8, 15)))

    assert tracker.tariff(tracker.as_of(date(2020, 1, 1), known_by=date(2020, 1, 1))) is first
    assert tracker.tariff(tracker.as_of(at_version=1)) is not first


@pytest.mark.usefixtures("shipped")
def test_the_car_tariff_of_the_catalogue_is_25_from_3_april(cli: CommandLine) -> None:
    asked = ("rate", "--into", "US", "--from", "JP", "--product", "8703.23", "--format", "json")

    def charged(*words: str) -> dict[str, str]:
        found = cli.ok(*asked, *words).json["components"]
        return {each["measure"]: each["points"] for each in found}

    assert charged("--on", "2025-04-02").get("us-232-autos") is None
    assert charged("--on", "2025-04-03")["us-232-autos"] == "25"
    assert charged("--on", "2025-08-20", "--known-by", "2025-10-01")["us-232-autos"] == "25"


@pytest.mark.usefixtures("shipped")
def test_a_rate_may_be_asked_as_if_a_rival_were_right(cli: CommandLine) -> None:
    rival = "2025-09-16-us-232-autos-japan-from-august"
    asked = ("rate", "--into", "US", "--from", "JP", "--product", "8703.23", "--format", "json")

    def line_of(*words: str) -> str:
        found = cli.ok(*asked, *words).json["components"]
        return next(str(each["line"]) for each in found if each["measure"] == "us-232-autos")

    assert line_of("--on", "2025-08-20") == "all"
    assert line_of("--on", "2025-08-20", "--reading", rival) == "japan"
    assert line_of("--on", "2025-08-06", "--reading", rival) == "all"


# -- what cannot be meant -------------------------------------------------------------------


def refused(cli: CommandLine, code: int, *words: str) -> str:
    answer = cli(*words)

    assert answer.code == code, answer.err
    assert answer.out == ""
    return answer.err.splitlines()[-1]


@pytest.mark.parametrize("left_out", ["--into", "--from", "--product"])
@pytest.mark.usefixtures("cars")
def test_a_question_that_lacks_something_is_refused(cli: CommandLine, left_out: str) -> None:
    at = DE.index(left_out)
    words = DE[:at] + DE[at + 2 :]

    message = refused(cli, 2, "rate", *words, "--on", "2025-08-15")

    assert message == f"tracker: {left_out} is missing: give --into, --from and --product"


@pytest.mark.usefixtures("cars")
def test_a_code_that_is_none_is_refused_with_those_of_its_heading(cli: CommandLine) -> None:
    words = ("rate", "--into", "US", "--from", "JP", "--product", "8703.99", "--on", "2025-08-15")

    assert "8703 has .10, .21, .22, .23, .24" in refused(cli, 2, *words)


@pytest.mark.usefixtures("cars")
def test_a_party_that_is_none_or_was_none_on_the_day_is_not_there(cli: CommandLine) -> None:
    def said(origin: str, day: str) -> str:
        words = ("--into", "US", "--from", origin, "--product", "8703.23", "--on", day)
        return refused(cli, 3, "rate", *words)

    assert "'Xanadu' names no party" in said("Xanadu", "2025-08-15")
    assert "'SU' names no party on 1991-12-26: Soviet Union (SU) existed" in said(
        "SU", "1991-12-26"
    )
    assert cli("rate", "--into", "US", "--from", "SU", *DE[4:], "--on", "1991-12-25").code == 0


@pytest.mark.usefixtures("cars")
def test_goods_do_not_come_from_a_group(cli: CommandLine) -> None:
    words = ("rate", "--into", "US", "--from", "EU", *DE[4:], "--on", "2025-08-15")

    assert "is a group: name the country of origin, such as DE" in refused(cli, 2, *words)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("quot=within", "quot is no given: did you mean quota?; tracker givens lists them"),
        ("quota=full", "quota is within or exhausted, not 'full'"),
        ("us-content=40", "us-content: 40 is above 1: it is a share, so write 0.4 for 40 %"),
        ("loaded=04/02/2025", "write the year first"),
        ("for-cars-of=Xanadu", "for-cars-of: 'Xanadu' is no party: give its code, such as GB"),
        ("quota", "--given quota: write it as KEY=VALUE, such as loaded=2025-04-09"),
    ],
)
@pytest.mark.parametrize("command", [("rate",), ("refunds", "--value", "1000")], ids=" ".join)
@pytest.mark.usefixtures("cars")
def test_a_given_that_cannot_be_meant_is_refused(
    cli: CommandLine, command: tuple[str, ...], given: str, message: str
) -> None:
    assert message in refused(cli, 2, *command, *DE, "--on", "2025-08-15", "--given", given)


@pytest.mark.parametrize("command", ["rate", "refunds"])
@pytest.mark.usefixtures("cars")
def test_a_day_that_cannot_be_meant_names_its_option(cli: CommandLine, command: str) -> None:
    value = ("--value", "1000") if command == "refunds" else ()

    assert "--on: 04/02/2025" in refused(cli, 2, command, *DE, *value, "--on", "04/02/2025")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--base", "free"), "base: 'free' is no number: write it in digits, such as 40000 or 2.5"),
        (("--base", "-1"), "base: -1 is no number that it can be: write one from 0 up"),
        (
            ("--history", "2025-01-01..2025-12-31"),
            "--on is one day and --history a span: give one of them",
        ),
        (
            ("--file", "q.jsonl"),
            "--file holds the questions: leave out what they say themselves",
        ),
    ],
)
@pytest.mark.usefixtures("cars")
def test_options_that_cannot_be_meant_are_refused(
    cli: CommandLine, words: tuple[str, ...], message: str
) -> None:
    answer = refused(cli, 2, "rate", *DE, "--on", "2025-08-15", *words)

    assert answer == f"tracker: {message}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        *(
            ((name, value), "--file holds the questions: leave out what they say themselves")
            for name, value in (
                *(("--into", "US"), ("--from", "DE"), ("--product", "8703.23")),
                *(("--on", "2025-08-15"), ("--history", "2025"), ("--base", "5")),
                ("--given", "quota=within"),
            )
        ),
        (("--format", "csv"), "--file is answered in JSON lines: leave out --format csv"),
    ],
)
def test_options_that_a_file_does_not_heed_are_refused(
    cars: CommandLine, write: Write, words: tuple[str, ...], message: str
) -> None:
    file = str(write("q.jsonl", file_of(ONE)))

    assert refused(cars, 2, "rate", "--file", file, *words) == f"tracker: {message}"
    assert cars("rate", "--file", file, "--format", "json").code == 0


@pytest.mark.parametrize(
    "condition",
    [
        '{ given = "stee-weight", at-least = "0.5" }',
        '{ given = "quota", is = "withn" }',
        '{ given = "model-year", is = "classic" }',
        '{ given = "quota", at-least = "1" }',
    ],
)
@pytest.mark.parametrize("command", ["check", "load"])
@pytest.mark.usefixtures("tracker")
def test_a_condition_that_nobody_can_meet_never_reaches_the_log(
    cli: CommandLine, write: Write, command: str, condition: str
) -> None:
    scoped = 'kind = "scope-set"'
    text = entry("2025-01-01-act", *levy("cars"))
    file = write("e.toml", text.replace(scoped, f"{scoped}\nconditions = [{condition}]"))

    assert cli(command, str(file)).code == 1
    assert cli.version() == 0


# -- history --------------------------------------------------------------------------------

YEAR = ("--history", "2025-01-01..2025-12-31")


def test_a_history_is_every_change_of_what_goods_pay_and_why(cars: CommandLine) -> None:
    found = cars.ok("rate", *DE, *YEAR)

    assert found.rows[:4] == [
        [
            "from",
            "total",
            "additional",
            "charged",
            "measure",
            "before",
            "after",
            "event",
            "unsettled",
        ],
        ["2025-01-01", "2.5", "0", "column-1 2.5", "", "", "", "", ""],
        [
            *("2025-04-03", "27.5", "25", "column-1 2.5 + cars 25"),
            *("cars", "0", "25", "2025-03-26-proclaimed", ""),
        ],
        [
            *("2025-08-01", "15", "12.5", "column-1 2.5 + cars 12.5"),
            *("cars", "25", "12.5", "2025-09-24-notice", ""),
        ],
    ]
    assert "lowest 2.5 %, highest 27.5 %" in found.out


def test_a_history_is_the_same_in_every_format(cars: CommandLine) -> None:
    table = cars.ok("rate", *DE, *YEAR).rows[1:4]
    cells = rows(cars.ok("rate", *DE, *YEAR, "--format", "csv"))
    steps = cars.ok("rate", *DE, *YEAR, "--format", "json").json["steps"]

    assert [list(row.values())[:9] for row in cells] == table
    assert [[each["from"], each["total"]] for each in steps] == [row[:2] for row in table]
    assert [each["causes"] for each in steps][1] == [
        {"measure": "cars", "before": "0", "after": "25", "event": "2025-03-26-proclaimed"}
    ]


def test_each_row_of_a_history_says_what_was_asked_and_whether_it_was_only_expected(
    cars: CommandLine,
) -> None:
    known = ("--known-by", "2025-04-02", "--given", "claim=usmca", "--base", "3")

    first, second = rows(cars.ok("rate", *DE, *YEAR, *known, "--format", "csv"))

    asked = ("into", "origin", "product", "base", "given", "known_by", "at_version", "reading")
    for row in (first, second):
        assert [row[name] for name in asked] == [
            *("US", "DE", "8703.23", "3", "claim=usmca", "2025-04-02", "3", ""),
        ]
    assert [row["from"] for row in (first, second)] == ["2025-01-01", "2025-04-03"]
    assert [row["until"] for row in (first, second)] == ["2025-04-03", ""]
    assert [row["expected"] for row in (first, second)] == ["false", "true"]


def test_a_history_is_what_was_known_by_a_day(cars: CommandLine) -> None:
    words = ("rate", *DE, *YEAR, "--known-by", "2025-09-23", "--format", "json")

    steps = cars.ok(*words).json["steps"]

    assert [each["from"] for each in steps] == ["2025-01-01", "2025-04-03"]


def test_a_history_goes_from_the_first_day_of_a_period_to_its_last(cars: CommandLine) -> None:
    def days(span: str) -> list[str]:
        steps = cars.ok("rate", *DE, "--history", span, "--format", "json").json["steps"]
        return [each["from"] for each in steps]

    assert days("2025-04") == ["2025-04-01", "2025-04-03"]
    assert days("2025-Q3") == ["2025-07-01", "2025-08-01"]
    assert days("2025-08-01..2025-08-01") == ["2025-08-01"]


@pytest.mark.parametrize("span", ["2025-01-01..", "..2025-01-01", "..", "2025-12..2025-01", "x"])
@pytest.mark.usefixtures("cars")
def test_a_history_without_both_ends_is_refused(cli: CommandLine, span: str) -> None:
    assert refused(cli, 2, "rate", *DE, "--history", span).startswith("tracker: --history")


# -- files ----------------------------------------------------------------------------------

ONE = {"id": "Q1", "into": "US", "from": "DE", "product": "8703.23", "on": "2025-08-15"}


def file_of(*questions: object) -> str:
    return "".join(json.dumps(each) + "\n" for each in questions)


def answers(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.out.splitlines()]


def test_a_file_of_questions_is_answered_line_by_line(cars: CommandLine, write: Write) -> None:
    two = ONE | {"id": "Q2", "known_by": "2025-09-23"}
    british = ONE | {"id": "Q3", "from": "GB", "given": {"quota": "within"}, "base": 6}
    file = write("q.jsonl", file_of(ONE, two, british))

    found = answers(cars.ok("rate", "--file", str(file)))

    assert [(each["id"], each["total"]) for each in found] == [
        ("Q1", "15"),
        ("Q2", "27.5"),
        ("Q3", "13.5"),
    ]
    assert found[1]["as_of"]["known_by"] == "2025-09-23"


def test_an_answer_of_a_file_is_the_answer_of_the_command(cars: CommandLine, write: Write) -> None:
    file = write("q.jsonl", file_of(ONE))

    (found,) = answers(cars.ok("rate", "--file", str(file)))
    alone = cars.ok("rate", *DE, "--on", "2025-08-15", "--format", "json").json

    assert found == {"id": "Q1"} | alone


def test_a_bad_line_stops_none_of_the_others(cars: CommandLine, write: Write) -> None:
    wrong = [
        ONE | {"id": "Q2", "product": "8703.99"},
        ONE | {"id": "Q3", "from": "Xanadu"},
        ONE | {"id": "Q4", "from": "SU"},
        ONE | {"id": "Q5", "given": {"quot": "within"}},
        ONE | {"id": "Q6", "on": "2025-08"},
    ]
    text = file_of(ONE, *wrong) + "nothing\n" + file_of(ONE | {"id": "Q8"})

    answer = cars("rate", "--file", str(write("q.jsonl", text)))

    found = answers(answer)
    assert answer.code == 1
    assert [each["id"] for each in found] == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", None, "Q8"]
    assert [each.get("error", {}).get("code") for each in found] == [
        *(None, "unknown-product", "unknown-party", "unknown-party"),
        *("bad-given", "bad-question", "bad-question", None),
    ]
    lines = answer.err.splitlines()
    assert [line.split(": ")[0] for line in lines[:-1]] == [
        f"q.jsonl:{number}" for number in range(2, 8)
    ]
    assert lines[-1] == "6 of the questions could not be answered"


def test_a_line_that_is_not_utf_8_stops_none_of_the_others(cars: CommandLine) -> None:
    (cars.folder / "q.jsonl").write_bytes(b"\xff\xfe\n" + file_of(ONE).encode())

    answer = cars("rate", "--file", "q.jsonl")

    assert answer.code == 1
    bad, found = answers(answer)
    assert (bad["id"], bad["error"]["code"]) == (None, "bad-question")
    assert found["total"] == "15"
    assert "q.jsonl:1: it is not UTF-8 (byte 0): save it as UTF-8\n" in answer.err


@pytest.mark.parametrize("name", [7, "7", 0, ["a"], True])
def test_an_id_comes_back_as_it_was_written(cars: CommandLine, write: Write, name: object) -> None:
    asked = file_of(ONE | {"id": name}, ONE | {"id": name, "product": "8703.99"})

    answer = cars("rate", "--file", str(write("q.jsonl", asked)))

    assert answer.code == 1
    assert [each["id"] for each in answers(answer)] == [name, name]


def test_a_csv_of_questions_is_answered_row_by_row(cars: CommandLine, write: Write) -> None:
    text = (
        "\ufeffid,into,from,product,on,quota,given\r\n"
        "Q1,US,GB,8703.23,2025-07-15,within,\r\n"
        "Q2,US,GB,8703.99,2025-07-15,,\r\n"
        "Q3,US,GB,8703.23,2025-07-15,,quota=exhausted\r\n"
    )

    answer = cars("rate", "--file", str(write("q.csv", text)))

    assert answer.code == 1
    first, bad, last = answers(answer)
    assert (first["id"], first["total"]) == ("Q1", "10")
    assert (bad["id"], bad["error"]["code"]) == ("Q2", "unknown-product")
    assert (last["id"], last["total"]) == ("Q3", "27.5")
    assert "q.csv:3: 8703.99 is no subheading" in answer.err


def test_questions_may_come_on_standard_input(cars: CommandLine) -> None:
    (found,) = answers(cars.ok("rate", "--file", "-", stdin=file_of(ONE)))

    assert found["total"] == "15"


def test_what_is_known_is_what_the_question_says_or_else_the_command(
    cars: CommandLine, write: Write
) -> None:
    file = write("q.jsonl", file_of(ONE, ONE | {"known_by": "2025-09-24"}))

    words = ("rate", "--file", str(file), "--known-by", "2025-09-23")
    found = answers(cars.ok(*words))

    assert [each["total"] for each in found] == ["27.5", "15"]


@freeze_time("2025-07-01 12:00")
def test_each_answer_of_a_file_says_whether_it_is_expected(cars: CommandLine, write: Write) -> None:
    known = ONE | {"known_by": "2025-08-15"}
    file = write("q.jsonl", file_of(ONE, known, ONE | {"on": "2025-07-01"}))

    found = answers(cars.ok("rate", "--file", str(file)))

    assert [each["as_of"]["expected"] for each in found] == [True, False, False]


@pytest.mark.usefixtures("cars")
def test_a_file_that_is_not_there_is_not_found(cli: CommandLine) -> None:
    answer = cli("rate", "--file", "nowhere.jsonl")

    assert answer.code == 3
    assert "tracker: nowhere.jsonl cannot be read: No such file or directory" in answer.err


def test_an_empty_file_has_no_answers(cars: CommandLine, write: Write) -> None:
    assert cars.ok("rate", "--file", str(write("q.jsonl", ""))).out == ""


# -- refunds --------------------------------------------------------------------------------


def test_a_refund_is_what_was_charged_by_what_was_known_and_is_not_due(
    cars: CommandLine,
) -> None:
    answer = cars.ok("refunds", *DE, "--on", "2025-08-15", "--value", "40000.00")

    assert answer.out.splitlines() == [
        "customs value: 40000",
        "known on the day of entry: 27.5 %",
        "known now: 15 %",
        "",
        "owed to the importer: 5000",
        "",
        "why",
        "measure\tbefore\tafter\tevent",
        "cars\t25\t12.5\t2025-09-24-notice",
    ]


def test_a_refund_in_json_has_both_answers_whole(cars: CommandLine) -> None:
    words = ("refunds", *DE, "--on", "2025-08-15", "--value", "40000", "--format", "json")

    found = cars.ok(*words).json

    assert (found["value"], found["owed"], found["held_unlawful"]) == ("40000", "5000", "0")
    assert found["then"]["as_of"]["known_by"] == "2025-08-15"
    assert found["now"]["as_of"]["known_by"] is None
    assert (found["then"]["total"], found["now"]["total"]) == ("27.5", "15")
    assert found["differences"] == [
        {"measure": "cars", "before": "25", "after": "12.5", "event": "2025-09-24-notice"}
    ]


def test_a_refund_in_csv_is_one_row_a_difference(cars: CommandLine) -> None:
    def found(day: str) -> list[dict[str, str]]:
        words = ("refunds", *DE, "--on", day, "--value", "40000", "--format", "csv")
        return rows(cars.ok(*words))

    (due,) = found("2025-08-15")
    (none,) = found("2025-07-31")
    assert (due["owed"], due["measure"], due["before"], due["after"]) == (
        *("5000", "cars"),
        *("25", "12.5"),
    )
    assert (none["owed"], none["measure"]) == ("0", "")


def test_nothing_is_owed_where_what_was_known_stands(cars: CommandLine) -> None:
    answer = cars.ok("refunds", *DE, "--on", "2025-07-31", "--value", "40000")

    assert "nothing is owed: the two agree\n" in answer.out
    assert "why" not in answer.out


def test_a_refund_may_be_asked_as_known_by_a_day(cars: CommandLine) -> None:
    asked = ("refunds", *DE, "--on", "2025-08-15", "--value", "40000", "--known-by")

    assert "nothing is owed" in cars.ok(*asked, "2025-09-23").out
    assert "\nknown by 2025-09-23: 27.5 %\n" in cars.ok(*asked, "2025-09-23").out
    assert "owed to the importer: 5000" in cars.ok(*asked, "2025-09-24").out


def test_what_the_importer_owes_is_said_to_be_owed_by_the_importer(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    raised = entry("2025-07-01-raised", *line("cars", "all", 30, since="2025-06-01"))
    loaded(cli, write, *levy("cars", 25))
    cli.ok("load", str(write("raised.toml", raised)))

    answer = cli.ok("refunds", *DE, "--on", "2025-06-02", "--value", "1000")

    assert "owed by the importer: 50\n" in answer.out


def test_what_unlawful_measures_charge_is_counted_apart(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    held = effect("measure-standing-set", "cars", standing="held-unlawful")
    loaded(cli, write, *levy("cars", 25), held)

    answer = cli.ok("refunds", *DE, "--on", "2025-06-02", "--value", "1000")

    assert (
        "charged under measures held unlawful, counted apart: 250\n"
        "beside that, nothing is owed: the two agree\n"
    ) in answer.out


def test_what_is_owed_is_not_known_where_a_total_is_not(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    loaded(cli, write, *levy("cars", "open"))

    answer = cli.ok("refunds", *DE, "--on", "2025-06-02", "--value", "1000")

    assert "known now: not known\n" in answer.out
    assert "what is owed is not known: a total is not\n" in answer.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--on", "2025-08-15"), "--value and --on are needed"),
        (("--value", "40000"), "--value and --on are needed"),
        (("--on", "2025-08-15", "--value", "much"), "--value: 'much' is no number: write it in"),
        (("--on", "2025-08-15", "--value", "-5"), "--value: -5 is no number that it can be"),
        (("--on", "2025-08-15", "--value", "nan"), "--value: 'nan' is no number: write it in"),
        (("--on", "2025-08-15", "--value", "40000,50"), "--value: '40000,50' has a comma, which"),
        (("--on", "2025-08-15", "--value", "1e30"), "--value: '1e30' is no number: write it in"),
        (("--on", "2025-08-15", "--value", "40.000"), "--value: 40.000 could be two different"),
    ],
)
@pytest.mark.usefixtures("cars")
def test_a_refund_without_a_value_or_a_day_is_refused(
    cli: CommandLine, words: tuple[str, ...], message: str
) -> None:
    assert message in refused(cli, 2, "refunds", *DE, *words)


# -- givens ---------------------------------------------------------------------------------


def test_what_may_be_stated_is_listed_with_how_it_is_written(cli: CommandLine) -> None:
    table = cli.ok("givens")
    shape = cli.ok("givens", "--format", "json").json
    cells = rows(cli.ok("givens", "--format", "csv"))

    assert [row["given"] for row in cells] == list(GIVENS)
    assert (shape["givens"], shape["programmes"]) == (cells, list(PROGRAMMES))
    assert [row[0] for row in table.rows[1 : len(GIVENS) + 1]] == list(GIVENS)
    assert table.out.endswith(f"\nprogrammes: {', '.join(PROGRAMMES)}\n")


def test_what_is_written_of_a_given_can_be_given(cars: CommandLine) -> None:
    for row in cars.ok("givens", "--format", "json").json["givens"]:
        for value in row["written"].split(" | "):
            if value == "a word":
                continue  # No line of these measures asks for a use.
            given = ("--given", f"{row['given']}={value}")
            assert total(cars, *DE, "--on", "2025-07-15", *given) == "27.5"


@pytest.mark.usefixtures("shipped")
def test_the_uses_that_lines_ask_for_are_listed(cli: CommandLine) -> None:
    found = cli.ok("givens", "--format", "json").json["givens"]

    (use,) = [row["written"] for row in found if row["given"] == "use"]
    assert "car-part" in use.split(" | ")
