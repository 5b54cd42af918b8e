"""Events, alliances, members, measures and parties, as they are asked for and printed."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from tests.conftest import CARS, EVERY_CAR, MEASURE, CommandLine, Write, cars, entry, rate
from tracker.app import Tracker

PROCLAIMED = "2025-03-26-us-232-autos-proclaimed"


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def listed(cli: CommandLine, *words: str) -> list[str]:
    found = cli.ok("events", *words, "--format", "json").json["events"]
    return [event["id"] for event in found]


# -- events ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("shipped")
def test_events_are_listed_by_the_day_they_occurred(cli: CommandLine, shipped: Tracker) -> None:
    found = cli.ok("events", "--format", "json").json["events"]

    assert len(found) == shipped.stats()["events"]
    plain = [event["occurred"] for event in found if len(event["occurred"]) == 10]
    assert plain == sorted(plain)


@pytest.mark.usefixtures("shipped")
def test_the_same_events_are_listed_in_every_format(cli: CommandLine) -> None:
    asked = ("events", "--from", "2025-03-26", "--to", "2025-03-31")

    table = cli.ok(*asked)
    rows = cells(cli.ok(*asked, "--format", "csv").out)

    ids = listed(cli, *asked[1:])
    assert PROCLAIMED in ids
    assert table.rows[0] == ["occurred", "reported", "kind", "event", "title"]
    assert [row[3] for row in table.rows[1:]] == ids
    assert [row["event_id"] for row in rows] == ids


def test_events_are_found_by_party_kind_subject_tag_and_words(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    minister = [{"party": "JP", "person": "Yoji Muto", "role": "Minister"}]
    spoken = entry("2025-03-27-muto", kind="statement", actors=minister, title="Muto regrets it")
    tagged = entry("2025-03-28-figures", kind="figures", tags=["trade-totals"], summary="Of 2024")
    cli.ok("load", str(write("e.toml", cars(), spoken, tagged)))

    assert listed(cli, "--party", "JP") == ["2025-03-27-muto"]
    assert listed(cli, "--party", "US") == [CARS]
    assert listed(cli, "--kind", "figures") == ["2025-03-28-figures"]
    assert listed(cli, "--subject", "measure/cars") == [CARS]
    assert listed(cli, "--tag", "trade-totals") == ["2025-03-28-figures"]
    assert listed(cli, "--text", "yoji REGRETS") == ["2025-03-27-muto"]
    assert listed(cli, "--text", "yoji 2024") == []
    assert listed(cli, "--party", "JP", "--kind", "figures") == []


def test_events_that_were_not_reported_by_the_day_of_knowledge_are_left_out(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    late = entry("2025-03-20-late", reported=date(2025, 3, 30))
    cli.ok("load", str(write("e.toml", cars(), late)))

    assert listed(cli, "--known-by", "2025-03-25") == []
    assert listed(cli, "--known-by", "2025-03-26") == [CARS]
    assert listed(cli, "--known-by", "2025-03-29") == [CARS]
    assert listed(cli, "--known-by", "2025-03-30") == ["2025-03-20-late", CARS]


def test_events_that_the_log_did_not_have_at_a_version_are_left_out(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("one.toml", cars())))
    cli.ok("load", str(write("two.toml", entry("2025-03-01-earlier"))))

    assert listed(cli, "--at-version", "0") == []
    assert listed(cli, "--at-version", "1") == [CARS]
    assert listed(cli, "--at-version", "2") == ["2025-03-01-earlier", CARS]


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("words", [("events",), ("export", "csv", "events")], ids=" ".join)
def test_events_at_a_version_that_the_log_has_not_reached_are_refused(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    answer = cli(*words, "--at-version", "7")

    assert answer.code == 3
    assert answer.out == ""
    assert "the log is at version 0; 7 is not there yet" in answer.err


@pytest.mark.usefixtures("tracker")
def test_no_events_are_no_error(cli: CommandLine) -> None:
    assert cli.ok("events").out == "occurred\treported\tkind\tevent\ttitle\n"
    assert cli.ok("events", "--format", "json").json["events"] == []
    assert cells(cli.ok("events", "--format", "csv").out) == []
    assert cli.ok("events", "--tag", "nowhere").err == ""


@pytest.mark.usefixtures("tracker")
def test_a_kind_of_event_that_is_misspelt_is_not_there_and_the_one_meant_is_named(
    cli: CommandLine,
) -> None:
    answer = cli("events", "--kind", "proclamations")

    assert answer.code == 3
    assert answer.out == ""
    assert "there is no kind of event proclamations: did you mean proclamation?" in answer.err
    assert "There are: proclamation, order" in answer.err


@pytest.mark.usefixtures("tracker")
def test_a_kind_of_event_that_is_like_none_is_refused_in_whole_sentences(cli: CommandLine) -> None:
    answer = cli("events", "--kind", "xyzzy")

    assert answer.code == 3
    assert "there is no kind of event xyzzy. There are: proclamation, order" in answer.err


@pytest.mark.usefixtures("shipped")
def test_a_subject_to_filter_by_that_is_misspelt_is_not_there(cli: CommandLine) -> None:
    answer = cli("events", "--subject", "measure/us-232-auto")

    assert answer.code == 3
    assert "did you mean measure/us-232-autos" in answer.err


def test_an_event_that_was_retracted_is_listed_as_such(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("e.toml", cars())))
    cli.ok("retract", CARS, "--on", "2025-04-01", "--url", "https://example.org/b")

    assert "[retracted]" in cli.ok("events", "--kind", "order").out
    assert "[retracted]" not in cli.ok("events", "--kind", "order", "--known-by", "2025-03-31").out


# -- one event ------------------------------------------------------------------------------


@pytest.mark.usefixtures("shipped")
def test_an_event_is_shown_with_its_days_actors_effects_and_sources(cli: CommandLine) -> None:
    lines = cli.ok("show", PROCLAIMED).out.splitlines()

    assert lines[1] == PROCLAIMED
    labels = {line[:13].strip() for line in lines[3:]}
    assert labels >= {"kind", "occurred", "reported", "recorded", "actors", "effect", "source"}
    assert "https://www.govinfo.gov/content/pkg/FR-2025-04-03/html/2025-05930.htm" in "".join(lines)


@pytest.mark.usefixtures("shipped")
def test_an_event_in_json_is_its_entry_and_how_it_stands(cli: CommandLine) -> None:
    found = cli.ok("show", PROCLAIMED, "--format", "json").json

    assert found["id"] == PROCLAIMED
    assert (found["occurred"], found["reported"]) == ("2025-03-26", "2025-03-26")
    assert found["recorded"].endswith("+00:00")
    assert set(found) >= {
        *("title", "kind", "sources", "effects", "version", "corrected_by", "retracted_by"),
        *("corroborated_by", "rivals"),
    }
    assert found["rivals"] == ["2025-03-31-us-232-autos-from-2-april"]


@pytest.mark.usefixtures("shipped")
def test_an_event_in_csv_is_one_row(cli: CommandLine) -> None:
    (row,) = cells(cli.ok("show", PROCLAIMED, "--format", "csv").out)

    assert row["event_id"] == PROCLAIMED
    assert row["subjects"] == "measure/us-232-autos"


@pytest.mark.usefixtures("shipped")
def test_an_event_that_is_misspelt_is_not_there_and_the_one_meant_is_named(
    cli: CommandLine,
) -> None:
    answer = cli("show", "2025-03-26-us-232-autos-proclaim")

    assert answer.code == 3
    assert answer.out == ""
    assert f"did you mean {PROCLAIMED}" in answer.err


@pytest.mark.usefixtures("shipped")
def test_a_subject_without_its_kind_is_no_event_and_is_named_with_it(cli: CommandLine) -> None:
    answer = cli("show", "us-232-autos")

    assert answer.code == 3
    assert "there is no event us-232-autos, but a subject: measure/us-232-autos" in answer.err


def test_an_event_is_not_shown_before_it_was_known(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("e.toml", cars())))

    the_day_before = cli("show", CARS, "--known-by", "2025-03-25")
    on_the_day = cli("show", CARS, "--known-by", "2025-03-26")

    assert (the_day_before.code, the_day_before.out) == (3, "")
    assert on_the_day.code == 0


def test_an_event_is_not_shown_at_a_version_that_lacks_it(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("one.toml", entry("2025-03-01-earlier"))))
    cli.ok("load", str(write("two.toml", cars())))

    before = cli("show", CARS, "--at-version", "1")
    after = cli("show", CARS, "--at-version", "2")

    assert (before.code, before.out) == (3, "")
    assert after.code == 0


# -- alliances and members ------------------------------------------------------------------


def pact(event: str, form: str, *parties: str, slug: str = "pact") -> str:
    """An agreement of this form, in force between these parties from the day of the event."""
    subject = f"agreement/{slug}"
    named = {"kind": "agreement-introduced", "subject": subject, "title": slug, "form": form}
    stage = {"kind": "agreement-stage-set", "subject": subject, "stage": "in-force"}
    duty = {"kind": "obligation-set", "subject": subject, "obligation": "article-5"}
    owed = {**duty, "duty": "defence", "text": "An attack on one is an attack on all."}
    return entry(event, named, {**stage, "parties": list(parties)}, owed)


def test_an_alliance_shows_from_its_first_day_in_force(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("p.toml", pact("2025-03-01-pact", "defence-pact", "JP", "US"))))
    asked = ("alliances", "JP", "--format", "json", "--as-of")

    the_day_before = cli.ok(*asked, "2025-02-28").json
    on_the_day = cli.ok(*asked, "2025-03-01").json

    assert (the_day_before["party"], the_day_before["alliances"]) == ("JP", [])
    (alliance,) = on_the_day["alliances"]
    assert alliance["agreement"] == "agreement/pact"
    assert alliance["form"] == "defence-pact"
    assert [(each["party"], each["since"]) for each in alliance["partners"]] == [
        ("US", "2025-03-01")
    ]
    assert alliance["obligations"]["article-5"]["duty"] == "defence"
    assert set(on_the_day["as_of"]) >= {"day", "known_by", "at_version", "expected"}


@pytest.mark.parametrize(
    ("form", "option"),
    [
        ("neutrality", "--all-pacts"),
        ("non-aggression", "--all-pacts"),
        ("entente", "--all-pacts"),
        ("consultation", "--all-pacts"),
        ("bloc", "--blocs"),
    ],
)
def test_a_lesser_pact_or_a_bloc_is_no_alliance_and_shows_when_asked_for(
    cli: CommandLine, tracker: Tracker, write: Write, form: str, option: str
) -> None:
    cli.ok("load", str(write("p.toml", pact("2025-03-01-pact", form, "JP", "US"))))
    asked = ("alliances", "JP", "--as-of", "2025-03-02", "--format", "json")
    other = {"--all-pacts": "--blocs", "--blocs": "--all-pacts"}[option]

    shown = {words: len(cli.ok(*asked, *words).json["alliances"]) for words in ((), (option,))}

    assert shown == {(): 0, (option,): 1}
    assert cli.ok(*asked, other).json["alliances"] == []


@pytest.mark.usefixtures("shipped")
def test_alliances_in_a_pipe_are_a_row_a_partner_with_what_is_owed_below(cli: CommandLine) -> None:
    answer = cli.ok("alliances", "JP", "--as-of", "1960-06-23")

    assert answer.rows[0] == ["agreement", "form", "partner", "stage", "since", "event"]
    assert answer.rows[1][:5] == [
        *("agreement/us-japan-security-treaty", "defence-pact", "US", "in-force", "1960-06-23")
    ]
    assert "article-5: defence;" in answer.out


@pytest.mark.usefixtures("shipped")
def test_alliances_in_csv_are_a_row_a_partner_and_nothing_else(cli: CommandLine) -> None:
    rows = cells(cli.ok("alliances", "JP", "--as-of", "1960-06-23", "--format", "csv").out)

    assert [row["partner"] for row in rows] == ["US"]


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("day", "members"),
    [("2018-12-29", 0), ("2018-12-30", 6), ("2024-12-14", 11), ("2024-12-15", 12)],
)
def test_members_are_those_for_which_the_agreement_is_in_force(
    cli: CommandLine, day: str, members: int
) -> None:
    found = cli.ok("members", "agreement/cptpp", "--as-of", day, "--format", "json").json

    assert found["agreement"] == "agreement/cptpp"
    codes = [each["party"] for each in found["members"]]
    assert len(codes) == members
    assert codes == sorted(codes)
    assert ("GB" in codes) == (day == "2024-12-15")


@pytest.mark.usefixtures("shipped")
def test_the_members_of_an_agreement_are_the_same_in_every_format(cli: CommandLine) -> None:
    asked = ("members", "cptpp", "--as-of", "2024-12-16")

    table, rows = cli.ok(*asked), cells(cli.ok(*asked, "--format", "csv").out)

    found = cli.ok(*asked, "--format", "json").json["members"]
    assert table.rows[0] == ["party", "stage", "since", "event"]
    assert table.rows[1:] == [list(each.values()) for each in found]
    assert rows == found


@pytest.mark.usefixtures("shipped")
def test_members_of_an_agreement_that_is_not_there_are_not_found(cli: CommandLine) -> None:
    answer = cli("members", "cptp", "--as-of", "2024-12-16")

    assert answer.code == 3
    assert answer.out == ""
    assert "there is no subject agreement/cptp: did you mean agreement/cptpp" in answer.err


@pytest.mark.usefixtures("shipped")
def test_only_an_agreement_has_members(cli: CommandLine) -> None:
    answer = cli("members", "measure/us-232-autos", "--as-of", "2025-04-05")

    assert answer.code in (2, 3)
    assert answer.out == ""
    assert "agreement" in answer.err.split("tracker:", 1)[-1]


# -- measures -------------------------------------------------------------------------------


def test_measures_are_found_by_who_imposes_them_and_whose_goods_they_bear_on(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    spared = {**EVERY_CAR, "partners": ["*"], "except-partners": ["CA"]}
    cli.ok("load", str(write("m.toml", entry(CARS, MEASURE, spared, rate(25)))))

    def found(*words: str) -> int:
        asked = ("measures", "--as-of", "2025-04-05", "--format", "json")
        return len(cli.ok(*asked, *words).json["measures"])

    assert found() == found("--into", "US") == found("--from", "JP") == 1
    assert found("--into", "US", "--from", "JP") == 1
    assert found("--into", "JP") == 0
    assert found("--from", "CA") == 0


def test_a_group_stands_for_its_members_on_the_day(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    union = pact("2025-01-01-union", "bloc", "DE", "FR", slug="eu")
    left = {"kind": "party-stage-set", "subject": "agreement/eu", "parties": ["FR"]}
    leaves = entry("2025-02-01-france-leaves", {**left, "stage": "left"})
    taxed = entry("2025-01-10-cars", MEASURE, {**EVERY_CAR, "partners": ["EU"]}, rate(25))
    cli.ok("load", str(write("m.toml", union, leaves, taxed)))

    def found(party: str, day: str) -> int:
        asked = ("measures", "--from", party, "--as-of", day, "--format", "json")
        return len(cli.ok(*asked).json["measures"])

    assert (found("DE", "2025-01-31"), found("DE", "2025-02-01")) == (1, 1)
    assert (found("FR", "2025-01-31"), found("FR", "2025-02-01")) == (1, 0)
    assert found("JP", "2025-01-31") == 0


def test_who_only_may_be_a_member_of_a_group_is_none_for_measures_and_rates_alike(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    union = pact("2025-01-01-union", "bloc", "DE", slug="eu")
    joins = {"kind": "party-stage-set", "subject": "agreement/eu", "parties": ["HR"]}
    joined = entry("2025-01-05-joined", {**joins, "stage": "in-force", "from": "2025-02"})
    taxed = entry("2025-01-10-cars", MEASURE, {**EVERY_CAR, "partners": ["EU"]}, rate(25))
    cli.ok("load", str(write("m.toml", union, joined, taxed)))

    def found(day: str) -> tuple[int, int]:
        measures = cli.ok("measures", "--from", "HR", "--as-of", day, "--format", "json")
        goods = ("--into", "US", "--from", "HR", "--product", "8703.23", "--on", day)
        charged = cli.ok("rate", *goods, "--format", "json").json["components"]
        return len(measures.json["measures"]), len(charged)

    assert (found("2025-02-27"), found("2025-02-28")) == ((0, 0), (1, 1))


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("form", ["table", "csv"])
def test_measures_are_a_row_each(cli: CommandLine, form: str) -> None:
    asked = ("measures", "--into", "US", "--as-of", "2025-04-05", "--format", form)

    out = cli.ok(*asked).out

    columns = ["measure", "stage", "imposer", "instrument", "lines", "title"]
    header, *rows = csv.reader(io.StringIO(out), delimiter="\t" if form == "table" else ",")
    assert header == columns
    (row,) = [row for row in rows if row[0] == "measure/us-232-autos"]
    assert row[:4] == ["measure/us-232-autos", "in-force", "US", "tariff"]
    assert "all: +25 %" in row[4]


@pytest.mark.usefixtures("shipped")
def test_lines_that_bear_on_goods_are_a_row_each(cli: CommandLine) -> None:
    def found(product: str, day: str) -> dict[str, str]:
        asked = ("measures", "--into", "US", "--from", "JP", "--product", product, "--as-of", day)
        lines = cli.ok(*asked, "--format", "json").json["lines"]
        return {
            each["line"]: each["stage"]
            for each in lines
            if each["measure"] == "measure/us-232-autos"
        }

    assert found("8703.23", "2025-04-02")["all"] == "announced"
    assert found("8703.23", "2025-04-03")["all"] == "in-force"
    assert found("8703", "2025-04-03")["all"] == "in-force"
    assert "all" not in found("8703.10", "2025-04-03")


@pytest.mark.usefixtures("shipped")
def test_a_line_says_whether_it_is_charged_where_goods_are_named(cli: CommandLine) -> None:
    def found(origin: str) -> dict[tuple[str, str], str]:
        asked = ("measures", "--into", "US", "--from", origin, "--product", "8703.23")
        lines = cli.ok(*asked, "--as-of", "2025-04-05", "--format", "json").json["lines"]
        return {(each["measure"], each["line"]): each["applies"] for each in lines}

    assert found("JP")["measure/us-232-autos", "all"] == "yes"
    assert found("JP")["measure/us-reciprocal", "all"] == "yields"
    assert found("CN")["measure/us-fentanyl-china", "all"] == "yes"


def test_measures_that_are_ended_are_not_listed_and_suspended_ones_are(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    suspended = {"kind": "measure-suspended", "subject": "measure/cars"}
    paused = entry("2025-04-09-paused", {**suspended, "until": date(2025, 5, 1)})
    ended = entry("2025-06-01-ended", {"kind": "measure-ended", "subject": "measure/cars"})
    cli.ok("load", str(write("m.toml", cars(), paused, ended)))

    def stage(day: str) -> list[str]:
        found = cli.ok("measures", "--as-of", day, "--format", "json").json["measures"]
        return [each["stage"] for each in found]

    assert stage("2025-03-25") == []
    assert (stage("2025-03-26"), stage("2025-04-02")) == (["announced"], ["announced"])
    assert (stage("2025-04-03"), stage("2025-04-08")) == (["in-force"], ["in-force"])
    assert (stage("2025-04-09"), stage("2025-04-30")) == (["suspended"], ["suspended"])
    assert (stage("2025-05-01"), stage("2025-05-31")) == (["in-force"], ["in-force"])
    assert stage("2025-06-01") == []


# -- parties --------------------------------------------------------------------------------


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("JP", "JP"),
        ("Japan", "JP"),
        ("jp", "JP"),
        ("JPN", "JP"),
        ("North Korea", "KP"),
        ("South Korea", "KR"),
        ("Kosovo", "XK"),
        ("EU", "EU"),
    ],
)
def test_a_party_is_found_by_its_code_or_its_name(cli: CommandLine, typed: str, code: str) -> None:
    (found,) = cli.ok("parties", typed, "--format", "json").json["parties"]

    assert found["code"] == code
    assert set(found) >= {"code", "name", "kind", "since", "until", "iso3", "successors"}


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(
    "words",
    [
        ("parties", "Korea"),
        ("parties", "732"),
        ("state", "--party", "Korea"),
        ("events", "--party", "Korea"),
        ("rate", "--into", "US", "--product", "8703.23", "--from", "Korea"),
    ],
    ids=" ".join,
)
def test_a_party_that_could_be_several_is_no_command(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    answer = cli(*words)

    assert answer.code == 2
    assert answer.out == ""
    assert words[-1] in answer.err


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("day", ["2000-01-01", "2025-06-02"])
def test_a_subject_without_its_kind_is_told_with_it(
    cli: CommandLine, write: Write, day: str
) -> None:
    introduced = {"kind": "agreement-introduced", "subject": "agreement/rcep", "title": "RCEP"}
    cli.ok("load", str(write("rcep.toml", entry("2012-11-20-a", {**introduced, "form": "bloc"}))))

    answer = cli("state", "rcep", "--as-of", day)

    assert answer.code == 2
    assert "tracker: rcep is no kind, but a subject: agreement/rcep\n" in answer.err


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(
    "words",
    [
        ("parties", "Ruritania"),
        ("parties", "ZZ"),
        ("alliances", "Ruritania"),
        ("events", "--party", "ZZ"),
        ("measures", "--into", "ZZ"),
        ("measures", "--from", "Ruritania"),
        ("export", "ics", "--party", "ZZ"),
    ],
    ids=" ".join,
)
def test_a_party_that_nobody_knows_is_not_guessed(cli: CommandLine, words: tuple[str, ...]) -> None:
    answer = cli(*words)

    assert answer.code == 3
    assert answer.out == ""
    assert words[-1] in answer.err


@pytest.mark.usefixtures("tracker")
def test_a_code_that_two_states_have_borne_is_told_apart_by_the_day(cli: CommandLine) -> None:
    asked = ("parties", "CS", "--format", "json", "--as-of")

    earlier = cli.ok(*asked, "1990-01-01").json["parties"][0]
    later = cli.ok(*asked, "2004-01-01").json["parties"][0]

    assert "Czechoslovakia" in earlier["name"]
    assert "Serbia" in later["name"]


def test_a_party_is_one_row_of_csv_and_a_line_a_property_in_a_table(cli: CommandLine) -> None:
    header, row = cli.ok("parties", "JP", "--format", "csv").out.splitlines()
    table = dict(cli.ok("parties", "JP").rows)

    assert header.startswith("code,name,")
    assert row.startswith("JP,Japan,")
    assert (table["code"], table["gw"], table["iso3"]) == ("JP", "740", "JPN")


def test_a_code_is_read_in_its_scheme_and_on_its_day(cli: CommandLine) -> None:
    def found(*words: str) -> str:
        return str(cli.ok("parties", *words, "--format", "json").json["parties"][0]["code"])

    assert found("732", "--scheme", "cow") == "KR"
    assert found("CS", "--as-of", "1990-01-01") == "CSHH"
    assert found("CS", "--as-of", "2004-01-01") == "CSXX"
    assert cli("parties", "732").code == 2
