"""The commands why and diff."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import CARS, EVERY_CAR, MEASURE, CommandLine, Write, cars, entry, rate
from tracker.app import Tracker

pytestmark = pytest.mark.usefixtures("shipped")


def test_why_names_the_event_its_sources_and_its_rivals(cli: CommandLine) -> None:
    found = cli.ok("why", "measure/us-232-autos", "line/all", "--as-of", "2025-04-03")

    assert "+25 %" in found.out
    assert "2025-03-26-us-232-autos-proclaimed" in found.out
    assert "https://www.govinfo.gov/content/pkg/FR-2025-04-03/html/2025-05930.htm" in found.out
    assert "rival: +25 %, from 2025-04-02" in found.out


def test_why_says_with_hindsight_what_became_known_later(cli: CommandLine) -> None:
    asked = ("--as-of", "2025-08-15", "--known-by", "2025-09-01", "--hindsight")

    german = cli.ok("why", "measure/us-232-autos", "line/eu", *asked)
    plain = cli.ok("why", "measure/us-232-autos", "line/all", *asked)

    assert "nothing certain holds on the day" in german.out
    assert "by all that is known now: 15 % in all" in german.out
    assert "nothing that became known later changes it" in plain.out


def test_why_in_json_has_what_was_overridden_and_what_would_show(
    cli: CommandLine, write: Write
) -> None:
    raised = entry("2025-06-01-raised", rate(50))
    cli.ok("load", str(write("a.toml", cars(), raised)))

    found = cli.ok("why", "measure/cars", "line/all", "--as-of", "2025-06-01", "--format", "json")

    part = found.json["parts"]["line/all"]
    assert part["deciding"]["event"] == "2025-06-01-raised"
    assert part["instead"]["event"] == CARS
    assert part["instead"]["sources"] == ["https://example.org/a"]
    assert found.json["as_of"]["day"] == "2025-06-01"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("measure/us-232-auto",), "did you mean measure/us-232-autos"),
        (("measure/us-232-autos", "line/al"), "did you mean line/all"),
    ],
)
def test_why_of_something_that_is_not_there_suggests(
    cli: CommandLine, words: tuple[str, ...], said: str
) -> None:
    found = cli("why", *words)

    assert found.code == 3
    assert said in found.err


def test_diff_of_two_days_says_that_the_world_changed(cli: CommandLine) -> None:
    found = cli.ok(
        "diff", "2025-04-02", "2025-04-03", "--subject", "measure/us-232-autos", "--format", "json"
    )

    change = found.json["changes"][0]
    parts = {part["part"]: part for part in change["parts"]}
    proclaimed = "2025-03-26-us-232-autos-proclaimed"
    assert (change["stage"]["before"], change["stage"]["after"]) == ("announced", "in-force")
    assert (change["stage"]["cause"], change["stage"]["event"]) == ("world", proclaimed)
    assert parts["line/all"]["cause"] == "world"
    assert parts["line/all"]["after"]["value"]["rate"] == "25"


def test_diff_of_two_days_of_knowledge_says_what_was_learned(cli: CommandLine) -> None:
    found = cli.ok(
        "diff", "--as-of", "2025-08-15", "--known-by", "2025-09-23..2025-09-24",
        "--subject", "measure/us-232-autos", "--format", "json",
    )  # fmt: skip

    parts = {part["part"]: part for part in found.json["changes"][0]["parts"]}
    assert parts["line/eu"]["what"] == "added"
    assert parts["line/eu"]["cause"] == "learned"


def test_diff_of_two_versions_says_what_was_corrected(cli: CommandLine, write: Write) -> None:
    cli.ok("load", str(write("a.toml", cars())))
    before = cli.version()
    effects = [
        "kind='measure-introduced', subject='measure/cars', title='Cars', imposer='US', "
        "instrument='tariff'",
        "kind='scope-set', subject='measure/cars', line='all', from=2025-04-03",
        "kind='rate-set', subject='measure/cars', line='all', rate=20, from=2025-04-03",
    ]
    named = [word for effect in effects for word in ("--effect", effect)]
    cli.ok("correct", CARS, "--slip", *named)

    found = cli.ok(
        "diff", "--at-version", f"{before}..{before + 1}", "--as-of", "2025-05-01",
        "--subject", "measure/cars", "--format", "json",
    )  # fmt: skip

    parts = {part["part"]: part for part in found.json["changes"][0]["parts"]}
    assert (parts["line/all"]["cause"], parts["line/all"]["what"]) == ("corrected", "changed")


def test_diff_as_markdown_can_be_pasted(cli: CommandLine) -> None:
    found = cli.ok("diff", "2025-04-02", "2025-04-03", "--markdown")

    assert found.out.startswith("**From 2025-04-02 to 2025-04-03**")
    assert "- `measure/us-232-autos`" in found.out
    assert "`line/all`: nothing → +25 %" in found.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2025-04-02",), "give two days"),
        (("--as-of", "2025-04-02"), "nothing differs"),
        (("2025-04-02", "04/03/2025"), "could be two different days"),
        (("--at-version", "one..two"), "is no version"),
    ],
)
def test_diff_of_what_does_not_differ_is_refused(
    cli: CommandLine, words: tuple[str, ...], said: str
) -> None:
    found = cli("diff", *words)

    assert found.code == 2
    assert said in found.err


def test_a_reading_answers_as_if_the_rival_were_right_and_says_so(cli: CommandLine) -> None:
    rival = "2025-03-31-us-232-autos-from-2-april"
    asked = ("state", "measure/us-232-autos", "--as-of", "2025-04-02", "--format", "json")

    plain = cli.ok(*asked)
    read = cli.ok(*asked, "--reading", rival)
    unheard_of = cli(*asked, "--reading", "2025-03-31-nothing")

    assert plain.json["subjects"][0]["stage"] == "announced"
    assert read.json["subjects"][0]["stage"] == "in-force"
    assert read.json["as_of"]["reading"] == rival
    assert f"as if {rival} were right" in read.err
    assert unheard_of.code == 3


def test_what_the_log_had_by_an_instant_is_a_version(cli: CommandLine) -> None:
    before = cli.ok("state", "--recorded-by", "2020-01-01", "--format", "json")
    after = cli.ok("state", "--recorded-by", "2100-01-01T00:00Z", "--format", "json")
    wrong = cli("state", "--recorded-by", "2025-01-01T12:00")

    assert (before.json["subjects"], before.json["as_of"]["at_version"]) == ([], 0)
    assert after.json["as_of"]["at_version"] == cli.version()
    assert wrong.code == 2
    assert "has no zone" in wrong.err


def test_history_lists_every_value_and_draws_a_strip(cli: CommandLine) -> None:
    found = cli.ok("history", "agreement/us-japan-security-treaty", "stage")

    rows = [row[3] for row in found.rows if row[0] == "stage"]
    assert rows == ["signed", "in-force"]
    assert any(line.startswith("stage") and "█" in line for line in found.out.splitlines())


def test_history_over_the_days_of_knowledge_has_both_spans(cli: CommandLine) -> None:
    found = cli.ok("history", "measure/us-232-autos", "line/eu", "--knowledge", "--format", "json")

    known = {fact["known"]: fact["from"] for fact in found.json["facts"]}
    assert known["2025-09-24"] == "2025-08-01"


def test_the_agenda_is_what_was_then_to_come(cli: CommandLine) -> None:
    span = ("--from", "2025-04-01", "--to", "2025-05-31", "--format", "json")
    then = cli.ok("agenda", *span, "--known-by", "2025-04-25")
    before = cli.ok("agenda", *span, "--known-by", "2025-03-25")

    items = {(item["day"], item["what"], item["subject"]) for item in then.json["agenda"]}
    assert ("2025-04-03", "effective", "measure/us-232-autos") in items
    assert ("2025-05-01", "meeting", "meeting/us-japan-tariffs-2") in items
    assert "measure/us-232-autos" not in {item["subject"] for item in before.json["agenda"]}


def test_conflicts_say_what_each_side_says(cli: CommandLine) -> None:
    found = cli.ok("conflicts", "--subject", "measure/us-232-autos", "--format", "json")

    sides = {
        each["event"]["id"]: [rival["id"] for rival in each["rivals"]]
        for each in found.json["conflicts"]
    }
    assert sides["2025-03-26-us-232-autos-proclaimed"] == ["2025-03-31-us-232-autos-from-2-april"]


def test_late_says_how_many_days_after(cli: CommandLine) -> None:
    found = cli.ok("late", "--by", "kind", "--format", "json")

    notices = next(row for row in found.json["late"] if row["group"] == "notice")
    assert notices["effect_most"] >= 54


KNOWING = ("--known-by", "2025-04-02")


@pytest.mark.parametrize(
    "asked",
    [
        ("events", "--party", "JP"),
        ("search", "tariff"),
        ("conflicts",),
        ("late",),
        ("history", "measure/us-232-autos"),
        ("agenda", "--from", "2025-04-01"),
        ("measures", "--into", "US"),
        ("matrix", "--parties", "US,JP"),
    ],
    ids=lambda asked: asked[0],
)
def test_every_answer_says_by_which_version_and_whose_knowledge_it_goes(
    cli: CommandLine, asked: tuple[str, ...]
) -> None:
    now = cli.ok(*asked, *KNOWING, "--format", "json").json
    here = cli.ok(*asked, *KNOWING, "--recorded-by", "2100-01-01", "--format", "json").json
    last = cli.version() - 1
    before = cli.ok(*asked, "--at-version", f"{last}", "--format", "json").json

    assert (now["as_of"]["known_by"], now["as_of"]["at_version"]) == (KNOWING[1], cli.version())
    assert here == now
    assert before["as_of"]["at_version"] == last


def test_a_diff_of_two_readings_of_one_day_is_of_what_the_log_had_by_then(
    cli: CommandLine,
) -> None:
    span = ("--as-of", "2025-04-05", "--recorded-by", "2020-01-01..2100-01-01")
    about = ("--subject", "measure/us-232-autos", "--format", "json")

    found = cli.ok("diff", *span, *about).json

    assert (found["before"]["at_version"], found["after"]["at_version"]) == (0, cli.version())
    assert {each["subject"] for each in found["changes"]} == {"measure/us-232-autos"}


def test_a_diff_can_be_read_as_if_a_rival_were_right(cli: CommandLine) -> None:
    rival = "2025-03-31-us-232-autos-from-2-april"
    days = ("diff", "2025-04-01", "2025-04-02", "--subject", "measure/us-232-autos")

    plain = cli.ok(*days, "--format", "json").json
    read = cli.ok(*days, "--reading", rival, "--format", "json").json

    assert plain["changes"] == []
    assert read["after"]["reading"] == rival
    assert {change["event"] for each in read["changes"] for change in each["parts"]} == {rival}


JOINED = "2024-05-cptpp-uk-joined-other-month"


@pytest.mark.parametrize(
    ("subject", "part", "day", "rival"),
    [
        ("agreement/cptpp", "party/GB", "2024-06-01", JOINED),
        ("agreement/manila-pact", "stage", "1974-01-01", "1973-11-07-manila-pact-ended-claimed"),
    ],
)
def test_a_rival_is_there_on_just_the_days_in_dispute(
    cli: CommandLine, subject: str, part: str, day: str, rival: str
) -> None:
    said = cli.ok("why", subject, part, "--as-of", day)
    shown = cli.ok("show", subject, "--as-of", day)
    found = cli.ok("state", subject, "--as-of", day, "--format", "json").json
    before = cli.ok("state", subject, "--as-of", "1960-01-01", "--format", "json").json

    assert f"({rival})" in said.out
    assert any(row[0] == part and row[-1] == rival for row in shown.rows)
    assert [one["event"] for one in found["subjects"][0]["parts"][part]["rivals"]] == [rival]
    assert rival not in str(before)


def test_by_a_reading_what_it_is_read_against_is_the_other_side(cli: CommandLine) -> None:
    found = cli.ok(
        "why", "agreement/cptpp", "party/GB", "--as-of", "2024-06-01", "--reading", JOINED
    )

    assert "in-force, from 2024-05-31" in found.out.splitlines()[1]
    assert "rival: ratified, from 2024-05-17" in found.out


TRUCKS = "measure/trucks"


def about_trucks() -> str:
    """A tariff on cars, one on trucks, and a source that takes the first for the second."""
    introduced = {**MEASURE, "subject": TRUCKS, "title": "Tariff on trucks"}
    scope = {**EVERY_CAR, "subject": TRUCKS}
    taxed = {**rate(35, since=date(2025, 4, 10)), "subject": TRUCKS}
    trucks = entry("2025-03-20-trucks", introduced, scope, {**rate(5), "subject": TRUCKS})
    rival = entry("2025-03-27-trucks-instead", taxed, against=CARS)
    return "\n".join((cars(), trucks, rival))


def test_a_rival_about_another_subject_is_a_conflict_of_both(
    cli: CommandLine, write: Write
) -> None:
    cli.ok("load", str(write("a.toml", about_trucks())))

    def conflicts(subject: str) -> list[str]:
        found = cli.ok("conflicts", "--subject", subject, "--format", "json").json
        return [each["event"]["id"] for each in found["conflicts"]]

    def rivals(subject: str, part: str) -> list[str]:
        shown = cli.ok("state", subject, "--as-of", "2025-05-01", "--format", "json").json
        return [one["event"] for one in shown["subjects"][0]["parts"][part]["rivals"]]

    assert conflicts(TRUCKS) == conflicts("measure/cars") == [CARS]
    assert rivals(TRUCKS, "line/all") == ["2025-03-27-trucks-instead"]
    assert rivals("measure/cars", "line/all") == ["2025-03-27-trucks-instead"]


def test_what_only_a_rival_says_is_there_stands_beside_what_is(
    cli: CommandLine, write: Write
) -> None:
    ended = {"kind": "measure-ended", "subject": "measure/cars", "from": date(2025, 6, 1)}
    rival = entry("2025-03-27-ended", ended, against=CARS)
    cli.ok("load", str(write("a.toml", cars(), rival)))
    asked = ("measure/cars", "--as-of", "2025-06-01")

    state = cli.ok("state", *asked, "--format", "json").json["subjects"][0]
    why = cli.ok("why", "measure/cars", "ended", "--as-of", "2025-06-01")
    shown = cli.ok("show", *asked)

    assert state["stage"] == "in-force"
    assert state["disputed"]["ended"]["rivals"][0]["value"] is True
    assert "rival: yes, from 2025-06-01 (2025-03-27-ended)" in why.out
    assert any(row[:2] == ["ended", "disputed"] for row in shown.rows)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (("--at-version", "100"), "was not in the log at version 100"),
        (("--known-by", "2020-01-01"), "was not known by 2020-01-01"),
    ],
)
def test_a_reading_by_a_rival_that_was_not_there_is_refused(
    cli: CommandLine, at: tuple[str, ...], said: str
) -> None:
    found = cli("state", "agreement/cptpp", "--reading", JOINED, *at)

    assert (found.code, found.out) == (3, "")
    assert said in found.err


def test_a_reading_by_a_retracted_rival_is_refused(cli: CommandLine, write: Write) -> None:
    back = entry("2025-06-01-taken-back", kind="retraction", of="2025-03-27-trucks-instead")
    cli.ok("load", str(write("a.toml", about_trucks(), back)))
    reading = ("--reading", "2025-03-27-trucks-instead")

    now = cli("why", TRUCKS, *reading)
    before = cli("why", TRUCKS, *reading, "--known-by", "2025-05-31")

    assert (now.code, before.code) == (3, 0)
    assert "was retracted by 2025-06-01-taken-back" in now.err


def test_a_diff_as_markdown_says_its_versions_and_its_reading(cli: CommandLine) -> None:
    last = cli.version()
    found = cli.ok(
        "diff", "--as-of", "2024-06-01", "--at-version", f"500..{last}", "--reading", JOINED,
        "--markdown",
    )  # fmt: skip

    first = found.out.splitlines()[0]
    read = f"as if `{JOINED}` were right"
    assert first == (
        f"**From 2024-06-01, at version 500, {read} to 2024-06-01, at version {last}, {read}**"
    )


COORDINATE = {"day", "known_by", "at_version", "root", "expected", "reading"}


def test_a_network_says_its_whole_coordinate(cli: CommandLine) -> None:
    asked = ("--as-of", "2024-06-01", "--reading", JOINED)

    found = cli.ok("network", "--format", "json", *asked).json["graph"]
    stated = cli.ok("state", "agreement/cptpp", "--format", "json", *asked).json
    drawn = cli.ok("network", "--format", "dot", *asked)

    assert found["as_of"] == stated["as_of"]
    assert found["as_of"].keys() == COORDINATE
    assert f'"reading"="{JOINED}"' in drawn.out


@pytest.mark.parametrize(
    "asked", [("events",), ("search", "tariff"), ("conflicts",), ("late",)], ids=lambda one: one[0]
)
def test_a_list_for_no_day_says_so_in_its_coordinate(
    cli: CommandLine, asked: tuple[str, ...]
) -> None:
    found = cli.ok(*asked, "--known-by", "2025-04-02", "--format", "json").json["as_of"]

    assert found.keys() == COORDINATE
    assert (found["day"], found["known_by"], found["reading"]) == (None, "2025-04-02", None)


def test_the_history_of_a_part_that_there_never_was_is_refused_with_a_hint(
    cli: CommandLine,
) -> None:
    found = cli("history", "measure/us-232-autos", "line/al")
    not_yet = cli("history", "measure/us-232-autos", "line/eu", "--known-by", "2025-09-01")

    assert (found.code, found.out) == (3, "")
    assert "did you mean line/all" in found.err
    assert not_yet.code == 0


def test_conflicts_say_what_each_side_would_have_and_all_its_sources(cli: CommandLine) -> None:
    found = cli.ok("conflicts", "--subject", "measure/us-232-autos")

    header, *rows = found.rows
    sides = {row[2]: dict(zip(header, row, strict=True)) for row in rows}
    rival = sides["2025-03-31-us-232-autos-from-2-april"]
    assert "from 2025-04-02" in rival["effects"]
    assert rival["source_urls"].startswith(rival["source_url"])


def test_a_search_says_when_it_finds_nothing_and_when_it_has_no_word(cli: CommandLine) -> None:
    nothing = cli.ok("search", "zebraword")
    empty = cli("search", "...")

    assert "nothing found" in nothing.err
    assert (empty.code, empty.out) == (2, "")
    assert "has no word in it" in empty.err


def test_more_words_than_an_engine_takes_are_refused(cli: CommandLine) -> None:
    answer = cli("search", *(f"w{number}" for number in range(20_000)))

    assert (answer.code, answer.out) == (2, "")
    assert "more than 100 words to search for" in answer.err


RAISED = "2025-04-10-raised"


def raised(**more: object) -> str:
    return entry(RAISED, rate(50), title="Cars raised", **more)


def speaking(kind: str, of: str, day: str, **more: object) -> str:
    sources = [{"url": f"https://example.org/{day}", "published": date.fromisoformat(day)}]
    return entry(f"{day}-{kind}", kind=kind, of=of, title=f"Said {day}", sources=sources, **more)


def to_rate(per_cent: int, **days: object) -> dict[str, object]:
    return {"title": f"Cars at {per_cent}", "effects": [rate(per_cent, **days)]}


@pytest.fixture
def corrected(cli: CommandLine, tracker: Tracker, write: Write) -> CommandLine:
    """A log in which a raise is corrected, that taken back, the raise too, and that taken back."""
    told = [
        cars(),
        raised(),
        speaking("correction", RAISED, "2025-05-01", content=to_rate(40)),
        speaking("retraction", "2025-05-01-correction", "2025-05-10"),
        speaking("retraction", RAISED, "2025-05-20"),
        speaking("retraction", "2025-05-20-retraction", "2025-05-30"),
        speaking("corroboration", RAISED, "2025-06-05"),
        entry(
            "2025-06-10-moved",
            kind="correction",
            of=RAISED,
            content=to_rate(50, since=date(2026, 1, 1)),
        ),
    ]
    cli.ok("load", str(write("a.toml", *told)))
    return cli


@pytest.mark.parametrize(
    ("known", "cause", "event", "by"),
    [
        ("2025-04-30..2025-05-01", "corrected", "2025-05-01-correction", ["2025-05-01-correction"]),
        ("2025-05-09..2025-05-10", "corrected", RAISED, ["2025-05-10-retraction"]),
        ("2025-05-19..2025-05-20", "corrected", CARS, ["2025-05-20-retraction"]),
        ("2025-05-29..2025-05-30", "corrected", RAISED, ["2025-05-30-retraction"]),
        ("2025-06-09..2025-06-10", "corrected", CARS, ["2025-06-10-moved"]),
        ("2025-04-09..2025-05-01", "learned", RAISED, ["2025-05-01-correction"]),
        ("2025-04-09..2025-04-10", "learned", RAISED, []),
    ],
)
def test_diff_names_what_came_between(
    corrected: CommandLine, known: str, cause: str, event: str, by: list[str]
) -> None:
    asked = ("diff", "--as-of", "2025-04-15", "--known-by", known)

    (found,) = corrected.ok(*asked, "--format", "json").json["changes"]
    (part,) = found["parts"]
    row = corrected.ok(*asked).rows[1]
    pasted = corrected.ok(*asked, "--markdown").out

    assert (part["cause"], part["event"], part["by"]) == (cause, event, by)
    assert row[-2:] == [event, ", ".join(by)]
    assert all(f"`{name}`" in pasted for name in (event, *by))


def test_a_stage_that_changed_has_its_event_and_its_cause(cli: CommandLine, write: Write) -> None:
    never = speaking("retraction", "2025-04-01-trucks", "2025-05-01")
    trucks = {"subject": "measure/trucks", "line": "all"}
    made = entry(
        "2025-04-01-trucks",
        {**MEASURE, "subject": "measure/trucks"},
        {"kind": "scope-set", **trucks},
        {"kind": "rate-set", "rate": 25, **trucks},
    )
    cli.ok("load", str(write("a.toml", made, never)))

    found = cli.ok("diff", "--as-of", "2025-04-15", "--known-by", "2025-04-30..2025-05-01",
                   "--subject", "measure/trucks", "--format", "json").json  # fmt: skip
    rows = cli.ok("diff", "--as-of", "2025-04-15", "--known-by", "2025-04-30..2025-05-01",
                  "--subject", "measure/trucks").rows  # fmt: skip

    assert found["changes"][0]["stage"] == {
        "before": "in-force",
        "after": None,
        "cause": "corrected",
        "event": "2025-04-01-trucks",
        "by": ["2025-05-01-retraction"],
    }
    assert rows[1][1:] == [
        *("", "changed", "in-force", "not there", "we corrected it"),
        *("2025-04-01-trucks", "2025-05-01-retraction"),
    ]


@pytest.mark.parametrize(
    ("known_by", "on_the_way", "corrected_later"),
    [
        ("2025-04-30", [], ["2025-06-10-moved"]),
        ("2025-05-01", ["2025-05-01-correction"], ["2025-06-10-moved"]),
        ("2025-05-10", ["2025-05-01-correction", "2025-05-10-retraction"], ["2025-06-10-moved"]),
        (
            "2025-05-20",
            ["2025-05-01-correction", "2025-05-10-retraction", "2025-05-20-retraction"],
            [],
        ),
    ],
)
def test_why_names_what_came_on_the_way_and_with_hindsight_what_changes_it(
    corrected: CommandLine, known_by: str, on_the_way: list[str], corrected_later: list[str]
) -> None:
    asked = ("why", "measure/cars", "line/all", "--as-of", "2025-04-15", "--known-by", known_by)

    plain = corrected.ok(*asked, "--format", "json").json["parts"]["line/all"]
    later = corrected.ok(*asked, "--hindsight", "--format", "json").json["parts"]["line/all"]
    said = corrected.ok(*asked, "--hindsight").out
    table = corrected.ok(*asked, "--format", "csv").out.splitlines()
    roles = {line.split(",")[1] for line in table[1:]}

    assert [each["event"] for each in plain["on_the_way"]] == on_the_way
    assert {"later", "hindsight", "corrected"}.isdisjoint(plain)
    assert [each["event"] for each in later["corrected"]] == corrected_later
    assert later["changed"] == bool(corrected_later)
    assert all(f"({name}: " in said for name in (*on_the_way, *corrected_later))
    assert ("nothing that became known later changes it" in said) == (not corrected_later)
    assert "later" not in roles


def test_why_bears_a_corrected_value_out_by_the_sources_of_both(corrected: CommandLine) -> None:
    asked = ("why", "measure/cars", "line/all", "--as-of", "2025-04-15")

    found = corrected.ok(*asked, "--known-by", "2025-05-01", "--format", "json").json
    now = corrected.ok(*asked).out

    sources = found["parts"]["line/all"]["deciding"]["sources"]
    assert sources == ["https://example.org/a", "https://example.org/2025-05-01"]
    assert "corroboration of 2025-04-10-raised" in now
    assert "https://example.org/2025-06-05" in now


def test_why_tells_an_event_as_it_was_then_known(corrected: CommandLine) -> None:
    asked = ("why", "measure/cars", "line/all", "--as-of", "2025-04-15", "--known-by")

    before = corrected.ok(*asked, "2025-04-30").out
    after = corrected.ok(*asked, "2025-05-01").out

    assert "Cars raised" in before
    assert "Cars at 40" not in before
    assert "Cars at 40" in after


def test_a_rival_that_was_taken_back_is_no_longer_listed(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    rival = entry("2025-04-11-rival", rate(60), against=RAISED)
    never = speaking("retraction", "2025-04-11-rival", "2025-05-01")
    cli.ok("load", str(write("a.toml", cars(), raised(), rival, never)))

    def rivals(known_by: str) -> tuple[list[str], list[str]]:
        asked = ("--known-by", known_by, "--format", "json")
        listed = cli.ok("conflicts", *asked).json["conflicts"]
        shown = cli.ok("show", RAISED, *asked).json
        return [rival["id"] for each in listed for rival in each["rivals"]], shown["rivals"]

    assert rivals("2025-04-10") == ([], [])
    assert rivals("2025-04-30") == (["2025-04-11-rival"], ["2025-04-11-rival"])
    assert rivals("2025-05-01") == ([], [])


def test_diff_says_what_differs_between_two_scopes_in_words(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    listed = [f"{number}.90" for number in range(6601, 6620)]
    first = {**EVERY_CAR, "products": listed, "goods": "umbrellas"}
    second = {**first, "products": listed[1:], "conditions": [{"given": "quota", "is": "within"}]}
    later = entry("2025-04-10-scope", {**second, "from": date(2025, 4, 10)})
    cli.ok("load", str(write("a.toml", entry(CARS, MEASURE, first, rate(25)), later)))

    found = cli.ok("diff", "2025-04-09", "2025-04-10").out

    assert "quota is within" in found
    assert "['" not in found
    assert "{'" not in found


# -- what is over -------------------------------------------------------------------------------


def test_what_changes_of_a_measure_that_has_ended_is_told_as_such(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    later = entry("2025-03-27-later", rate(40, since=date(2025, 7, 1)))
    end = {"kind": "measure-ended", "subject": "measure/cars", "from": date(2025, 6, 1)}
    cli.ok("load", str(write("all.toml", cars(), later, entry("2025-05-20-end", end))))

    (row,) = cli.ok("diff", "2025-06-15", "2025-07-15").rows[1:]
    why = cli.ok("why", "measure/cars", "line/all", "--as-of", "2025-07-15").out

    assert row[1:5] == ["line/all", "changed (it is ended)", "+25 %", "+40 %"]
    assert why.endswith("measure/cars is ended on 2025-07-15\n")
    assert "is ended" not in cli.ok("why", "measure/cars", "--as-of", "2025-05-31").out
