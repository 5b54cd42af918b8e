"""Adding: from flags, from an editor, from standard input, and from questions on a terminal."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.conftest import CARS, EVERY_CAR, MEASURE, Answer, CommandLine, cars, entry, rate

pytestmark = pytest.mark.usefixtures("tracker")

MEETING = ("--title", "Ministers meet in Seoul", "--occurred", "2025-03-30")
SOURCE = ("--url", "https://example.org/a", "--published", "2025-03-31")
INTRODUCED = "kind = 'claim-made', subject = 'claim/x', title = 'X', by = 'A', statement = 'S'"


def added(answer: Answer) -> str:
    """The id of the one event that was added."""
    assert answer.code == 0, answer.err
    word, name = answer.out.split()
    assert word == "added"
    return name


def shown(cli: CommandLine, event: str) -> dict[str, object]:
    found = cli.ok("show", event, "--format", "json").json
    assert isinstance(found, dict)
    return found


# -- flags ----------------------------------------------------------------------------------


def test_an_event_is_added_from_flags_under_an_id_made_of_its_day_and_title(
    cli: CommandLine,
) -> None:
    answer = cli("add", *MEETING, *SOURCE)

    assert added(answer) == "2025-03-30-ministers-meet-in-seoul"
    assert answer.err == ""
    told = shown(cli, "2025-03-30-ministers-meet-in-seoul")
    assert told["title"] == "Ministers meet in Seoul"
    assert (told["kind"], told["occurred"], told["reported"]) == (
        *("report", "2025-03-30", "2025-03-31"),
    )
    assert told["sources"] == [{"url": "https://example.org/a", "published": "2025-03-31"}]


def test_every_field_of_an_entry_has_a_flag(cli: CommandLine) -> None:
    flags = {
        "--kind": "meeting",
        "--reported": "2025-03-30",
        "--publisher": "Example",
        "--source-title": "Joint statement",
        "--cites": "paragraph 3",
        "--place": "Seoul",
        "--summary": "They agree to speed up the talks.",
        "--order": "2",
        "--id": "2025-03-30-etmm",
    }
    many = ("--party", "JP", "--party", "KR", "--tag", "trade", "--tag", "trilateral")
    words = [word for flag in flags.items() for word in flag]

    answer = cli("add", *MEETING, *SOURCE, *words, *many, "--effect", INTRODUCED)

    told = shown(cli, added(answer))
    assert told["id"] == "2025-03-30-etmm"
    assert (told["kind"], told["place"], told["order"]) == ("meeting", "Seoul", 2)
    assert told["reported"] == "2025-03-30"
    assert told["summary"] == "They agree to speed up the talks."
    assert told["actors"] == [{"party": "JP"}, {"party": "KR"}]
    assert told["tags"] == ["trade", "trilateral"]
    assert told["sources"] == [
        {
            "url": "https://example.org/a",
            "title": "Joint statement",
            "publisher": "Example",
            "published": "2025-03-31",
            "cites": "paragraph 3",
        }
    ]
    assert cli.ok("state", "claim/x", "--as-of", "2025-03-30").rows[1][1] == "made"


def test_an_event_that_is_added_changes_the_state(cli: CommandLine) -> None:
    cli.ok("add", "-", stdin=cars())
    raised = "kind = 'rate-set', subject = 'measure/cars', line = 'all', rate = 27.5"

    cli.ok("add", *MEETING, *SOURCE, "--effect", raised + ", from = 2025-05-01")

    asked = ("state", "measure/cars", "--format", "json", "--as-of")
    rates = [
        cli.ok(*asked, day).json["subjects"][0]["parts"]["line/all"]["value"]["rate"]
        for day in ("2025-04-30", "2025-05-01")
    ]
    assert rates == ["25", "27.5"]


def test_a_rival_is_added_beside_the_event_that_its_source_disagrees_with(
    cli: CommandLine,
) -> None:
    cli.ok("add", "-", stdin=cars())
    other = "kind = 'rate-set', subject = 'measure/cars', line = 'all', rate = 25"

    rival = added(
        cli("add", *MEETING, *SOURCE, "--against", CARS, "--effect", other + ", from = 2025-04-02")
    )

    asked = ("state", "measure/cars", "--as-of", "2025-04-02", "--format", "json")
    line = cli.ok(*asked).json["subjects"][0]["next"]["line/all"]
    assert line["from"] == "2025-04-03"
    assert [(each["event"], each["from"]) for each in line["rivals"]] == [(rival, "2025-04-02")]
    assert shown(cli, CARS)["rivals"] == [rival]


def test_a_day_may_be_named_as_on_any_command_line(cli: CommandLine) -> None:
    with freeze_time("2025-04-02 12:00"):
        answer = cli(
            *("add", "--title", "A call", "--url", "https://example.org/a"),
            *("--occurred", "yesterday", "--published", "today"),
        )

    told = shown(cli, added(answer))
    assert told["id"] == "2025-04-01-a-call"
    assert (told["occurred"], told["reported"]) == ("2025-04-01", "2025-04-02")


@pytest.mark.parametrize(
    ("occurred", "published", "said"),
    [
        ("2027-03-30", "2027-04-01", ["2027-03-30", "2027-04-01"]),
        ("2025-03-30", "2025-04-03", ["2025-04-03"]),
        ("2025-04", "2025-04-02", []),
    ],
)
def test_a_day_after_today_is_noted_and_taken(
    cli: CommandLine, occurred: str, published: str, said: list[str]
) -> None:
    days = ("--occurred", occurred, "--published", published)

    with freeze_time("2025-04-02 12:00"):
        answer = cli.ok("add", "--title", "A call", "--url", "https://example.org/a", *days)

    assert answer.err.splitlines() == [f"{day} is after today, 2025-04-02" for day in said]


def test_an_empty_standard_input_is_said_to_hold_nothing(cli: CommandLine) -> None:
    answer = cli.ok("add", "-", stdin="")

    assert answer.out == ""
    assert answer.err == "nothing was given on standard input: nothing to add\n"


def test_a_clash_of_flags_is_put_right_by_a_flag(cli: CommandLine) -> None:
    cli.ok("add", "-", stdin=cars())
    other = "kind = 'rate-set', subject = 'measure/cars', line = 'all', rate = 30"
    words = ("add", "--title", "X", "--occurred", "2025-03-26", *SOURCE)

    answer = cli(*words, "--effect", other + ", from = 2025-04-03")
    mended = cli(*words, "--effect", other + ", from = 2025-04-03", "--order", "1")

    assert answer.code == 1
    assert answer.err.endswith("give the one that counts an order, such as --order 1\n")
    assert mended.code == 0, mended.err


def test_a_report_long_before_the_event_is_refused(cli: CommandLine) -> None:
    answer = cli("add", *MEETING, *SOURCE, "--reported", "2020-01-01")

    assert answer.code == 2
    assert "reported: it was first public on 2020-01-01, long before it occurred" in answer.err


@pytest.mark.parametrize(
    ("title", "event"),
    [
        ("Ōsaka: the 1st «Ürün» — day!", "2025-03-30-osaka-the-1st-urun-day"),
        ("三国貿易相会合", "2025-03-30-event-400c0813"),
        ("word " * 80, "2025-03-30-" + ("word-" * 18).rstrip("-")),
    ],
)
def test_an_id_is_made_of_any_title(cli: CommandLine, title: str, event: str) -> None:
    answer = cli("add", "--title", title, "--occurred", "2025-03-30", *SOURCE)

    assert added(answer) == event


def test_adding_the_same_again_adds_nothing(cli: CommandLine) -> None:
    cli.ok("add", *MEETING, *SOURCE)

    answer = cli.ok("add", *MEETING, *SOURCE)

    assert answer.out == "1 event already there\n"
    assert cli.version() == 1


def test_adding_something_else_under_the_same_id_is_refused(cli: CommandLine) -> None:
    cli.ok("add", *MEETING, *SOURCE)

    answer = cli("add", *MEETING, *SOURCE, "--place", "Seoul")

    assert answer.code == 1
    assert 'place: nothing in the log, "Seoul" here' in answer.err
    assert cli.version() == 1


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ((), ("--title", "--occurred", "--url")),
        (MEETING[:2], ("--occurred", "--url")),
        (MEETING, ("--url",)),
        ((*MEETING[2:], *SOURCE), ("--title",)),
    ],
)
def test_what_is_missing_is_named_where_nobody_can_be_asked(
    cli: CommandLine, words: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    answer = cli("add", *words)

    assert answer.code == 2
    assert answer.out == ""
    assert answer.err == "".join(f"tracker: {each} is missing\n" for each in missing)
    assert cli.version() == 0


def test_what_is_missing_is_asked_for_on_a_terminal(cli: CommandLine) -> None:
    typed = "Ministers meet in Seoul\n2025-03-30\nhttps://example.org/a\n"

    answer = cli("add", *SOURCE[2:], stdin=typed, asking=True)

    assert added(answer) == "2025-03-30-ministers-meet-in-seoul"
    assert "Title:" in answer.err
    assert "Day it occurred:" in answer.err
    assert "Address of the source:" in answer.err


def test_a_question_on_a_terminal_leaves_no_trace_in_the_answer(cli: CommandLine) -> None:
    typed = "Ministers meet in Seoul\n2025-03-30\n"

    answer = cli("add", *SOURCE, stdin=typed, asking=True)

    assert answer.out == "added 2025-03-30-ministers-meet-in-seoul\n"


def test_ending_the_input_at_a_question_adds_nothing(cli: CommandLine) -> None:
    answer = cli("add", *SOURCE, stdin="Ministers meet in Seoul\n", asking=True)

    assert answer.code != 0
    assert "Traceback" not in answer.err
    assert cli.version() == 0


def test_a_word_that_is_no_flag_is_refused(cli: CommandLine) -> None:
    answer = cli("add", "events.toml")

    assert answer.code == 2
    assert "events.toml is not understood here: give flags, or - for standard input" in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--occurred", "04/02/2025"), "04/02/2025 could be two different days"),
        (("--occurred", "2025-02-30"), "2025-02-30 is no day of the calendar"),
        (("--published", "04/02/2025"), "04/02/2025 could be two different days"),
        (("--reported", "soon"), "'soon' is no day"),
        (("--url", "example.org/a"), "an address that starts with https:// or http://"),
        (("--url", "ftp://example.org/a"), "an address that starts with https:// or http://"),
        (("--kind", "statment"), "did you mean statement?"),
        (("--party", "Japan"), "--party Japan: write the code of a party"),
        (("--party", "Korea"), "KR (South Korea)"),
        (("--party", "ZZ"), "--party ZZ: write the code of a party"),
        (("--tag", "Section 232"), "lower-case words with dashes"),
        (("--id", "Seoul"), "a day and words with dashes"),
        (("--id", "2025-04-01-seoul"), "does not start with the day it occurred, 2025-03-30"),
        (("--against", "2025-01-01-x"), "2025-01-01-x is neither in the log nor"),
        (("--published", "2025-06-30"), "when it was first public cannot be told"),
        (("--title", "Red \x1b[31m"), "it holds the control character U+001B"),
        (("--effect", "kind = 'rate-set'"), "subject: it is missing"),
        (("--effect", "kind = 'rat-set'"), "did you mean rate-set?"),
        (("--effect", INTRODUCED + ", colour = 1"), "colour: unknown field"),
    ],
)
def test_a_flag_that_is_wrong_is_refused_with_what_is_wrong_and_nothing_is_added(
    cli: CommandLine, words: tuple[str, str], said: str
) -> None:
    answer = cli("add", *MEETING, *SOURCE, *words)

    assert answer.code in (1, 2)
    assert answer.out == ""
    assert said in answer.err
    assert cli.version() == 0


def test_nothing_is_said_of_an_id_that_nobody_typed(cli: CommandLine) -> None:
    answer = cli("add", "--title", "X", "--occurred", "04/02/2025", *SOURCE)

    assert answer.code in (1, 2)
    assert len(answer.err.splitlines()) == 1


@pytest.mark.parametrize("effect", ["rate = ", "kind = 'x' }, {", "[["])
def test_an_effect_that_is_no_toml_is_refused_with_an_example(
    cli: CommandLine, effect: str
) -> None:
    answer = cli("add", *MEETING, *SOURCE, "--effect", effect)

    assert answer.code == 2
    assert f"--effect {effect!r} is not TOML" in answer.err
    assert "kind = 'rate-set', subject = 'measure/x', line = 'all', rate = 25" in answer.err


# -- a dry run ------------------------------------------------------------------------------


def test_a_dry_run_shows_the_event_and_what_it_would_change_and_adds_nothing(
    cli: CommandLine,
) -> None:
    cli.ok("add", "-", stdin=cars())
    raised = "kind = 'rate-set', subject = 'measure/cars', line = 'all', rate = 30"

    answer = cli("add", *MEETING, *SOURCE, "--effect", raised + ", from = 2025-05-01", "--dry-run")

    assert answer.code == 0
    assert answer.out.startswith("[[event]]\n")
    assert 'id = "2025-03-30-ministers-meet-in-seoul"' in answer.out
    changes = [line for line in answer.out.splitlines() if line[:2] in ("+ ", "- ")]
    assert [line.split(" (")[0] for line in changes] == [
        "- measure/cars line/all: +25 %, from 2025-04-03",
        "+ measure/cars line/all: +25 %, from 2025-04-03",
        "+ measure/cars line/all: +25 %, from 2025-04-03 until 2025-05-01",
        "+ measure/cars line/all: +30 %, from 2025-05-01",
    ]
    assert answer.err == "nothing was added\n"
    assert cli.version() == 1


def test_what_a_dry_run_shows_can_be_added(cli: CommandLine) -> None:
    cli.ok("add", "-", stdin=cars())
    words = (*MEETING, *SOURCE, "--summary", 'Said "so", and more.\nTwice.', "--party", "JP")
    tried = cli.ok("add", *words, "--dry-run")
    draft = "\n".join(line for line in tried.out.splitlines() if line != "it would change no state")

    answer = cli("add", "-", stdin=draft)

    assert added(answer) == "2025-03-30-ministers-meet-in-seoul"
    assert cli.ok("add", *words).out == "1 event already there\n"


def test_a_dry_run_of_news_that_changes_nothing_says_so(cli: CommandLine) -> None:
    answer = cli("add", *MEETING, *SOURCE, "--dry-run")

    assert answer.code == 0
    assert answer.out.endswith("it would change no state\n")
    assert cli.version() == 0


def test_a_dry_run_refuses_what_would_be_refused(cli: CommandLine) -> None:
    effect = "kind = 'rate-set', subject = 'measure/none', line = 'all', rate = 1"

    answer = cli("add", *MEETING, *SOURCE, "--effect", effect, "--dry-run")

    assert answer.code == 1
    assert answer.out == ""
    assert "nothing introduces measure/none" in answer.err


# -- standard input -------------------------------------------------------------------------


def test_many_entries_in_toml_are_read_from_standard_input(cli: CommandLine) -> None:
    answer = cli("add", "-", stdin=cars() + entry("2025-03-27-more"))

    assert answer.out == f"added {CARS}\nadded 2025-03-27-more\n"
    assert cli.version() == 2


def json_line(event: str, **fields: object) -> str:
    day = event[:10]
    source = {"url": "https://example.org/a", "published": day}
    whole = {"id": event, "title": "T", "kind": "report", "occurred": day, "sources": [source]}
    return json.dumps({**whole, **fields}) + "\n"


def test_many_entries_in_json_lines_are_read_from_standard_input(cli: CommandLine) -> None:
    effects = [MEASURE, EVERY_CAR, rate("12.5")]
    lines = [json_line("2025-03-26-cars", effects=effects), "\n", json_line("2025-03-27-more")]

    answer = cli("add", "-", stdin="".join(lines))

    assert answer.out == "added 2025-03-26-cars\nadded 2025-03-27-more\n"
    asked = ("state", "measure/cars", "--as-of", "2025-03-26", "--format", "json")
    line = cli.ok(*asked).json["subjects"][0]["parts"]["line/all"]
    assert line["value"]["rate"] == "12.5"


def test_a_number_in_json_is_taken_as_it_is_written(cli: CommandLine) -> None:
    figure = {"name": "trade", "value": "@", "unit": "USD billion"}
    line = json_line("2025-03-27-more", figures=[figure]).replace('"@"', "328.080000000000000001")

    cli.ok("add", "-", stdin=line)

    assert shown(cli, "2025-03-27-more")["figures"] == [
        {**figure, "value": "328.080000000000000001"}
    ]


def test_what_is_wrong_on_standard_input_is_named_by_its_line(cli: CommandLine) -> None:
    good, bad = json_line("2025-03-26-a"), json_line("2025-03-27-b", colour="red")

    in_json = cli("add", "-", stdin=good + bad + "{\n")
    in_toml = cli("add", "-", stdin=entry("2025-03-26-a", colour="red"))

    assert in_json.code == in_toml.code == 1
    assert [line.split(": ")[1] for line in in_json.err.splitlines()] == [
        *("standard input:2", "standard input:3")
    ]
    assert in_toml.err.startswith("tracker: standard input:7: 2025-03-26-a: colour: unknown field")
    assert cli.version() == 0


def test_standard_input_may_begin_with_a_byte_order_mark(cli: CommandLine) -> None:
    assert cli("add", "-", stdin="\ufeff" + cars()).out == f"added {CARS}\n"
    assert cli("add", "-", stdin="\ufeff" + json_line("2025-03-27-b")).code == 0


@pytest.mark.parametrize("stdin", ["", "\n", "# Nothing.\n"])
def test_empty_standard_input_adds_nothing(cli: CommandLine, stdin: str) -> None:
    answer = cli("add", "-", stdin=stdin)

    assert (answer.code, answer.out) == (0, "")
    assert cli.version() == 0


def test_entries_on_standard_input_can_be_tried_first(cli: CommandLine) -> None:
    answer = cli("add", "-", "--dry-run", stdin=cars())

    assert answer.code == 0
    assert "+ measure/cars line/all: +25 %, from 2025-04-03" in answer.out
    assert cli.version() == 0


# -- an editor ------------------------------------------------------------------------------


@pytest.fixture
def editor(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that keeps the draft it was given as ``seen`` and saves ``wanted`` over it."""
    script = cli.folder / "my editor"
    script.write_text('#!/bin/sh\ncp "$2" seen\ncp wanted "$2"\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", f"'{script}' --wait")
    return script


@pytest.mark.usefixtures("editor")
def test_an_event_is_added_from_an_editor(cli: CommandLine) -> None:
    (cli.folder / "wanted").write_text(cars())

    answer = cli("add", "--edit")

    assert added(answer) == CARS


@pytest.mark.usefixtures("editor")
def test_what_the_flags_said_stands_in_the_draft(cli: CommandLine) -> None:
    (cli.folder / "wanted").write_text(cars())

    cli.ok("add", "--edit", *MEETING, *SOURCE)

    draft = (cli.folder / "seen").read_text()
    assert 'id = "2025-03-30-ministers-meet-in-seoul"' in draft
    assert "occurred = 2025-03-30" in draft
    assert 'url = "https://example.org/a"' in draft


@pytest.mark.usefixtures("editor")
def test_an_effect_with_a_day_and_a_rate_stands_in_the_draft(cli: CommandLine) -> None:
    (cli.folder / "wanted").write_text(cars())
    effect = "kind = 'rate-set', subject = 'measure/cars', line = 'all', rate = 27.5"

    cli.ok("add", "--edit", *MEETING, *SOURCE, "--effect", effect + ", from = 2025-05-01")

    draft = tomllib.loads((cli.folder / "seen").read_text(), parse_float=str)
    (effects,) = draft["event"][0]["effects"]
    assert (effects["rate"], effects["from"]) == ("27.5", date(2025, 5, 1))


@pytest.mark.parametrize(
    ("option", "value"), [("--kind", "meting"), ("--url", "notaurl"), ("--party", "Jpan")]
)
def test_a_flag_that_is_wrong_is_a_wrong_command_line(
    cli: CommandLine, option: str, value: str
) -> None:
    assert cli("add", *MEETING, *SOURCE, option, value).code == 2


def test_a_template_that_is_saved_as_it_is_adds_nothing(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")

    answer = cli("add", "--edit")

    assert (answer.code, answer.out) == (0, "")
    assert "nothing to add" in answer.err
    assert cli.version() == 0


def test_a_template_that_is_filled_in_is_given_an_id(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = 's/title = ""/title = "Ministers meet"/; s,url = "",url = "https://a.example/",'
    monkeypatch.setenv("EDITOR", f"sed -i '{fill}'")

    with freeze_time("2025-03-30 12:00"):
        answer = cli("add", "--edit")

    assert added(answer) == "2025-03-30-ministers-meet"


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize("saved", ["", "# Changed my mind.\n"])
def test_an_emptied_draft_adds_nothing(cli: CommandLine, saved: str) -> None:
    (cli.folder / "wanted").write_text(saved)

    answer = cli("add", "--edit")

    assert (answer.code, answer.out) == (0, "")
    assert "nothing to add" in answer.err
    assert cli.version() == 0


@pytest.mark.usefixtures("editor")
def test_a_draft_that_is_taken_or_emptied_is_not_kept(cli: CommandLine, tmp_path: Path) -> None:
    for saved in (cars(), ""):
        (cli.folder / "wanted").write_text(saved)
        cli.ok("add", "--edit")

    assert list(tmp_path.glob("tracker-*.toml")) == []


@pytest.mark.usefixtures("editor")
def test_a_draft_that_is_refused_is_kept_and_can_be_mended(
    cli: CommandLine, tmp_path: Path
) -> None:
    (cli.folder / "wanted").write_text(entry("2025-03-26-x", colour="red"))

    answer = cli("add", "--edit")

    (draft,) = tmp_path.glob("tracker-*.toml")
    assert answer.code == 1
    assert f"{draft}:7: 2025-03-26-x: colour: unknown field" in answer.err
    assert f"tracker add - < {draft}" in answer.err
    assert "colour" in draft.read_text()
    assert cli.version() == 0


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("false", "ended with code 1: "),
        ("no-such-editor-anywhere", "cannot be started ("),
    ],
)
def test_an_editor_that_fails_is_named_and_the_draft_is_kept(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, why: str
) -> None:
    monkeypatch.setenv("EDITOR", command)

    answer = cli("add", "--edit", *MEETING, *SOURCE)

    (draft,) = tmp_path.glob("tracker-*.toml")
    assert answer.code == 2
    assert f"the editor '{command}' {why}" in answer.err
    assert "nothing was added, and the draft is kept in" in answer.err
    assert "Command '" not in answer.err
    assert str(draft) in answer.err
    assert cli.version() == 0


@pytest.mark.usefixtures("editor")
def test_a_draft_can_be_tried_first(cli: CommandLine) -> None:
    later = rate(30, since=date(2025, 5, 1))
    (cli.folder / "wanted").write_text(cars() + entry("2025-03-27-later", later))

    answer = cli("add", "--edit", "--dry-run")

    assert answer.code == 0
    assert "+ measure/cars line/all: +30 %, from 2025-05-01" in answer.out
    assert cli.version() == 0


@pytest.mark.usefixtures("tracker")
def test_an_id_is_made_of_a_title_in_any_script_and_of_a_vague_day(cli: CommandLine) -> None:
    def added(title: str, occurred: str) -> str:
        asked = ("--title", title, "--occurred", occurred, "--reported", "2025-05-01")
        return cli.ok("add", *asked, "--url", "https://example.org").out.split()[1]

    one, other = added("日本と中国", "2025-03-30"), added("中国と韓国", "2025-03-30")

    assert one != other
    assert added("Talks", "[2025-04-25..2025-04-29]") == "2025-04-25-talks"
    assert added("Talks", "2025-04") == "2025-04-talks"
