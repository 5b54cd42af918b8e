"""Bad entries: one message each with file, line, value and remedy, and nothing half done."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from tests.conftest import CARS, EVERY_CAR, MEASURE, CommandLine, Write, cars, entry, rate
from tracker.domain.events import read_event

pytestmark = pytest.mark.usefixtures("tracker")

X = "2025-03-26-x"
APRIL = date(2025, 4, 3)
MAY = date(2025, 5, 1)

Refused = Callable[..., list[str]]


@pytest.fixture
def refused(cli: CommandLine, write: Write) -> Refused:
    """Load ``bad.toml`` beside a good file, which must add nothing; the messages that it gets."""

    def load(*entries: str | bytes) -> list[str]:
        good = write("good.toml", entry("2025-01-01-good"))
        answer = cli("load", str(good), str(write("bad.toml", *entries)))

        assert answer.code == 1, answer.out
        assert answer.out == ""
        assert "Traceback" not in answer.err
        assert cli.version() == 0
        lines = answer.err.splitlines()
        assert all(line.startswith("tracker: ") for line in lines)
        return [line.removeprefix("tracker: ") for line in lines]

    return load


def line(start: str, *entries: str) -> int:
    """The number of the first line of a file of *entries* that begins so."""
    lines = "\n".join(entries).splitlines()
    return next(number for number, each in enumerate(lines, 1) if each.startswith(start))


def accepted(cli: CommandLine, write: Write, *entries: str) -> None:
    cli.ok("check", str(write("good.toml", *entries)))


# -- what is no entry -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[[event]]\nid = "x', 2),
        ("[[event]]\nid == 1\n", 2),
        ("[[event]\n", 1),
        ('[[event]]\nid = "a"\nid = "b"\n', 3),
        ("\n\n[[event]]\nsummary = '''never closed\n\n", 6),
        ("[[event]]\nsources = [{ url = 1 }\nkind = 2\n", 3),
    ],
)
def test_a_syntax_error_is_named_by_its_line(refused: Refused, text: str, line: int) -> None:
    (message,) = refused(text)

    assert message.startswith(f"bad.toml:{line}: it is not TOML: ")


def test_a_table_that_is_no_event_is_refused(refused: Refused) -> None:
    settings = '[settings]\nlanguage = "en"\n'

    messages = refused(cars(), settings)

    assert messages == [
        f"bad.toml:{line('[settings]', cars(), settings)}: unknown key 'settings': a file of the "
        "catalogue has [[event]] entries only"
    ]


def test_an_event_in_single_brackets_is_refused(refused: Refused) -> None:
    messages = refused(entry(X).replace("[[event]]", "[event]"))

    assert messages == ["bad.toml:1: write [[event]] with two brackets: a file holds many"]


def test_an_event_that_is_no_table_is_refused(refused: Refused) -> None:
    (message,) = refused("event = [3]\n")

    assert message.startswith("bad.toml:1: ")


def test_a_file_that_is_not_utf_8_is_named_by_the_line(refused: Refused) -> None:
    latin = entry(X, title="Visite à Séoul").encode("latin-1")

    messages = refused(latin)

    assert messages == [f"bad.toml:3: it is not UTF-8 (byte {latin.index(0xE0)}): save it as UTF-8"]


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"PK\x03\x04\xff\xfe", b"\xff\xfe[\x00"])
def test_a_file_that_is_no_text_is_refused(refused: Refused, content: bytes) -> None:
    (message,) = refused(content)

    assert message.startswith("bad.toml:1: it is not ")


@pytest.mark.parametrize("opened", ["[" * 50_000, "[" * 50_000 + "]" * 50_000, "{a=" * 50_000])
def test_a_file_that_is_nested_too_deeply_is_refused(refused: Refused, opened: str) -> None:
    (message,) = refused(f"[[event]]\nid = {opened}\n")

    assert message.startswith("bad.toml:")
    assert "it is not TOML: nested too deeply" in message


def test_json_that_is_nested_too_deeply_is_refused(cli: CommandLine) -> None:
    answer = cli("add", "-", stdin='{"id": ' + "[" * 200_000)

    assert answer.code == 1
    assert answer.err.startswith("tracker: standard input:1: it is not JSON: ")
    assert cli.version() == 0


def test_a_folder_that_is_named_like_a_file_is_no_file(cli: CommandLine) -> None:
    (cli.folder / "sub").mkdir()
    (cli.folder / "sub" / "odd.toml").mkdir()

    answer = cli("load", "sub")

    assert "Traceback" not in answer.err
    assert answer.code in (0, 3)


# -- fields ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "field"),
    [
        (entry(X, colour="red"), "colour", "colour"),
        (entry(X, MEASURE, {**EVERY_CAR, "colour": "red"}, rate(1)), "colour", "effects.1.colour"),
        (entry(X, actors=[{"party": "US", "colour": "red"}]), "actors", "actors.0.colour"),
        (
            entry(X, sources=[{"url": "https://example.org", "colour": "red"}]),
            "sources",
            "sources.0.colour",
        ),
        (
            entry(X, kind="correction", of=CARS, content={"title": "T", "colour": "red"}),
            "content",
            "content.colour",
        ),
    ],
)
def test_an_unknown_field_is_named_with_its_line_and_value(
    refused: Refused, text: str, start: str, field: str
) -> None:
    assert refused(text) == [
        f"bad.toml:{line(start, text)}: {X}: {field}: unknown field (its value is 'red'): see "
        "events/README.md, or tracker schema"
    ]


def test_a_field_that_is_missing_is_named(refused: Refused) -> None:
    no_rate = {name: value for name, value in rate(1).items() if name != "rate"}

    text = entry(X, MEASURE, EVERY_CAR, no_rate, title=None)

    messages = refused(text)

    effect = line('kind = "rate-set"', text) - 1
    assert messages == [
        f"bad.toml:1: {X}: title: it is missing: every entry of this kind needs it",
        f"bad.toml:{effect}: {X}: effects.2.rate: it is missing: every entry of this kind needs it",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry(X, kind="proclamaton"), "did you mean proclamation?"),
        (entry(X, {**rate(1), "kind": "rate-sett"}), "did you mean rate-set?"),
        (entry(X, {**rate(1), "basis": "totl"}), "did you mean total?"),
        (entry(X, {**MEASURE, "instrument": "tarif"}), "did you mean tariff?"),
    ],
)
def test_a_word_that_is_misspelt_is_refused_with_the_one_that_was_meant(
    refused: Refused, text: str, said: str
) -> None:
    assert any(message.endswith(said) for message in refused(text))


def test_an_entry_without_a_kind_is_told_to_have_one(refused: Refused) -> None:
    assert refused(entry(X, kind=None)) == [
        f'bad.toml:1: {X}: it has no kind: add one, such as kind = "statement"'
    ]


@pytest.mark.parametrize("per_cent", [-25, "-0.5"])
def test_a_rate_below_zero_is_refused_once(refused: Refused, per_cent: object) -> None:
    text = entry(X, MEASURE, EVERY_CAR, rate(per_cent))

    messages = refused(text)

    assert messages == [
        f"bad.toml:{line('rate = ', text)}: {X}: effects.2.rate: {per_cent} is below zero: "
        "rates are per cent and never negative"
    ]


@pytest.mark.parametrize("per_cent", ["a lot", "nan", "inf", "1e99", True])
def test_a_rate_that_is_no_number_is_refused(refused: Refused, per_cent: object) -> None:
    text = entry(X, MEASURE, EVERY_CAR, rate(per_cent))

    messages = refused(text)

    start = f"bad.toml:{line('rate = ', text)}: {X}: effects.2.rate: "
    assert all(message.startswith(start) for message in messages)


@pytest.mark.parametrize("event", ["x", "2025-03-26-X", "2025-03-26-a_b", "26-03-2025-x"])
def test_an_id_that_is_not_a_day_and_words_is_refused(refused: Refused, event: str) -> None:
    messages = refused(entry(X).replace(X, event, 1))

    assert messages == [
        f"bad.toml:2: {event}: id: '{event}' is not written as it should be (a day and words "
        "with dashes: 2025-03-26-us-232-autos)"
    ]


def test_an_id_that_begins_with_another_day_is_refused(refused: Refused) -> None:
    assert refused(entry(X, occurred=date(2025, 3, 27))) == [
        f"bad.toml:2: {X}: id: the id {X} does not start with the day it occurred, 2025-03-27"
    ]


def test_an_id_that_stands_twice_is_named_with_both_places(cli: CommandLine, write: Write) -> None:
    one, two = write("one.toml", entry(X)), write("two.toml", entry(X, place="Seoul"))

    answer = cli("load", str(one), str(two))

    assert answer.code == 1
    assert answer.err == (
        f"tracker: two.toml:1: {X}: id: the id stands twice, also at one.toml:1: give one of them "
        "another\n"
    )
    assert cli.version() == 0


# -- sources --------------------------------------------------------------------------------


@pytest.mark.parametrize(("sources", "line"), [(None, 1), ([], 6)])
def test_an_entry_without_a_source_is_refused(refused: Refused, sources: object, line: int) -> None:
    (message,) = refused(entry(X, sources=sources))

    assert message.startswith(f"bad.toml:{line}: {X}: sources: it ")
    assert "needs" in message


@pytest.mark.parametrize(
    "url",
    [
        "example.org/a",
        "www.example.org",
        "ftp://example.org/a",
        "//example.org/a",
        "javascript:alert(1)",
        "https://",
        "https://example.org/a b",
    ],
)
def test_an_address_that_nobody_can_open_is_refused_once(refused: Refused, url: str) -> None:
    (message,) = refused(entry(X, sources=[{"url": url, "published": date(2025, 3, 26)}]))

    assert message.startswith(f"bad.toml:6: {X}: sources.0.url: ")
    assert "an address that starts with https:// or http://, without spaces" in message


@pytest.mark.parametrize("sign", ["\u202e", "\x9b", "\x85", "\ufeff"])
def test_an_address_holds_no_control_character(refused: Refused, sign: str) -> None:
    url = f"https://example.org/{sign}31m"

    messages = refused(entry(X, sources=[{"url": url, "published": date(2025, 3, 26)}]))

    assert sign not in "".join(messages)


@pytest.mark.parametrize(
    "days",
    [
        {"published": date(2025, 4, 26)},
        {"published": date(2025, 2, 23)},
        {},
    ],
)
def test_an_entry_whose_report_cannot_be_told_is_refused(
    refused: Refused, days: dict[str, date]
) -> None:
    messages = refused(entry(X, sources=[{"url": "https://example.org/a", **days}]))

    assert messages == [
        f"bad.toml:1: {X}: reported: when it was first public cannot be told: no source has a "
        'day within 30 days of 2025-03-26. Add reported = <day>, or reported = "occurred" for '
        "an act that was public by its nature"
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"sources": [{"url": "https://example.org/a", "published": date(2025, 4, 25)}]},
        {"sources": [{"url": "https://example.org/a", "published": date(2025, 2, 24)}]},
        {"sources": [{"url": "https://example.org/a"}], "reported": "occurred"},
        {"sources": [{"url": "https://example.org/a"}], "reported": date(2026, 1, 1)},
    ],
)
def test_an_entry_whose_report_can_be_told_is_taken(
    cli: CommandLine, write: Write, fields: dict[str, object]
) -> None:
    accepted(cli, write, entry(X, **fields))


# -- days -----------------------------------------------------------------------------------


def test_a_day_that_could_be_two_is_refused_with_a_hint(refused: Refused) -> None:
    assert refused(entry(X, occurred="04/02/2025")) == [
        f"bad.toml:5: {X}: occurred: 04/02/2025 could be two different days: write the year "
        "first, then month and day, as in 2025-04-02 (it is '04/02/2025')"
    ]


@pytest.mark.parametrize("field", ["occurred", "reported", "published", "from"])
def test_a_day_that_could_be_two_is_refused_with_a_hint_without_quotes_too(
    refused: Refused, field: str
) -> None:
    effect = rate(25, since=APRIL)
    whole = entry(X, MEASURE, EVERY_CAR, effect, reported=date(2025, 3, 27))
    day = {"occurred": "2025-03-26", "reported": "2025-03-27", "from": "2025-04-03"}
    published = whole.replace("published = 2025-03-26", "published = 04/02/2025")
    text = (
        published
        if field == "published"
        else whole.replace(f"{field} = {day[field]}", f"{field} = 04/02/2025")
    )
    assert text.count("04/02/2025") == 1
    line = text[: text.index("04/02/2025")].count("\n") + 1

    (message,) = refused(text)

    assert message.startswith(f"bad.toml:{line}: ")
    assert "04/02/2025" in message
    assert "2025-04-02" in message


@pytest.mark.parametrize(
    "day",
    ["2025-02-29", "2025-13", "2025-Q1", "yesterday", "", "３１", 20250326, "2025-03-26T10:00"],
)
def test_what_is_no_day_is_refused(refused: Refused, day: object) -> None:
    (message,) = refused(entry(X, occurred=day))

    assert message.startswith(f"bad.toml:5: {X}: occurred: ")


def test_a_line_of_a_measure_takes_whole_days_only(refused: Refused) -> None:
    text = entry(X, MEASURE, EVERY_CAR, rate(25, since="2025-04"))

    (message,) = refused(text)

    assert message.startswith(
        f"bad.toml:{line('from', text)}: {X}: effects.2.from: 2025-04 is vague"
    )


@pytest.mark.parametrize("end", ["until", "expires"])
@pytest.mark.parametrize("last", [date(2025, 4, 2), APRIL])
def test_a_span_that_ends_before_or_when_it_begins_is_refused(
    refused: Refused, end: str, last: date
) -> None:
    text = entry(X, MEASURE, EVERY_CAR, rate(25, since=APRIL, **{end: last}))

    messages = refused(text)

    assert messages == [
        f"bad.toml:{line(end, text)}: {X}: effects.2.{end}: it ends on {last}, before "
        f"or when it begins on 2025-04-03; {end} is the first day on which it no longer holds"
    ]


@pytest.mark.parametrize("end", ["until", "expires"])
def test_a_span_of_one_day_is_taken(cli: CommandLine, write: Write, end: str) -> None:
    one_day = rate(25, since=APRIL, **{end: date(2025, 4, 4)})

    accepted(cli, write, entry(X, MEASURE, EVERY_CAR, one_day))


def test_a_span_without_a_first_day_begins_when_the_event_occurred(refused: Refused) -> None:
    (message,) = refused(entry(X, MEASURE, EVERY_CAR, rate(25, until=date(2025, 3, 26))))

    assert "it ends on 2025-03-26, before or when it begins on 2025-03-26" in message


def test_a_span_cannot_both_pause_and_expire(refused: Refused) -> None:
    text = entry(X, MEASURE, EVERY_CAR, rate(25, until=MAY, expires=MAY))

    (message,) = refused(text)

    start = f"bad.toml:{line('expires', text)}: {X}: effects.2.expires: it has both until and"
    assert message.startswith(start)


def test_a_meeting_that_ends_before_it_begins_is_refused(refused: Refused) -> None:
    named = {"kind": "meeting-introduced", "subject": "meeting/m", "title": "M"}
    planned = {"kind": "meeting-scheduled", "subject": "meeting/m", "start": MAY, "end": APRIL}

    (message,) = refused(entry(X, named, planned))

    assert message.startswith(f"bad.toml:13: {X}: effects.1: it ends (2025-04-03) before")


# -- subjects -------------------------------------------------------------------------------


def test_an_effect_on_a_subject_that_nothing_introduces_is_refused(refused: Refused) -> None:
    assert refused(entry(X, rate(25))) == [
        f"bad.toml:10: {X}: effects.0.subject: nothing introduces measure/cars: add an effect of "
        'kind "measure-introduced" with its title, or load the file that has one in the same '
        "command"
    ]


@pytest.mark.parametrize(
    ("effect", "kind"),
    [
        ({"kind": "claim-standing-set", "subject": "claim/c", "standing": "denied"}, "claim-made"),
        (
            {"kind": "commitment-standing-set", "subject": "commitment/c", "standing": "met"},
            "commitment-made",
        ),
        (
            {"kind": "talks-stage-set", "subject": "talks/t", "stage": "under-way"},
            "talks-introduced",
        ),
        ({"kind": "meeting-cancelled", "subject": "meeting/m"}, "meeting-introduced"),
        (
            {"kind": "agreement-stage-set", "subject": "agreement/a", "stage": "signed"},
            "agreement-introduced",
        ),
    ],
)
def test_the_remedy_for_a_subject_that_nothing_introduces_is_an_effect_that_there_is(
    refused: Refused, effect: dict[str, object], kind: str
) -> None:
    (message,) = refused(entry(X, effect))

    assert f'add an effect of kind "{kind}"' in message


def test_a_reference_to_a_subject_that_nothing_introduces_is_refused(refused: Refused) -> None:
    about = {"kind": "talks-introduced", "subject": "talks/t", "title": "T", "about": "measure/no"}

    assert refused(entry(X, about)) == [
        f"bad.toml:8: {X}: effects.0: it refers to measure/no, which nothing introduces"
    ]


def test_a_rival_introduces_nothing(refused: Refused) -> None:
    rival = entry("2025-03-27-rival", MEASURE, EVERY_CAR, rate(25), against=X)

    messages = refused(entry(X), rival)

    assert all("nothing introduces measure/cars" in message for message in messages)


def test_a_subject_of_another_kind_is_refused(refused: Refused) -> None:
    (message,) = refused(entry(X, {**rate(25), "subject": "agreement/cars"}))

    assert message == (
        f"bad.toml:10: {X}: effects.0.subject: 'agreement/cars' is not written as it should be "
        "(a subject of this kind: measure/short-name)"
    )


def test_a_subject_is_as_long_as_a_key_of_every_engine_may_be(
    cli: CommandLine, refused: Refused, write: Write
) -> None:
    def introduced(subject: str) -> str:
        line = {"subject": subject, "line": "l" * 100}
        return entry(
            X, {**MEASURE, "subject": subject}, {**EVERY_CAR, **line}, {**rate(25), **line}
        )

    longest = f"measure/{'a' * 142}"

    messages = refused(introduced(longest + "a"))
    added = cli.ok("load", str(write("longest.toml", introduced(longest))))

    assert "effects.0.subject: String should have at most 150 characters" in messages[0]
    assert added.out.startswith("added 1 event")
    assert cli.ok("history", longest).out


def test_a_line_without_a_scope_is_refused(refused: Refused) -> None:
    (message,) = refused(entry(X, MEASURE, rate(25)))

    assert message.startswith(f"bad.toml:1: {X}: line all of measure/cars has no scope")
    assert 'add a scope-set effect with line = "all"' in message


@pytest.mark.parametrize(
    ("scope", "bears", "message"),
    [
        ({"conditions": [{"given": "approval", "is": "us-content"}]}, {}, "approval is no given"),
        ({"conditions": [{"given": "quota", "is": "withn"}]}, {}, "within or exhausted"),
        ({"conditions": [{"given": "us-content", "at-least": 2}]}, {}, "2 is above 1"),
        ({}, {"share": "content:stel"}, "stel is no share of the value"),
    ],
)
def test_what_nobody_could_meet_is_refused_at_the_door_and_read_in_the_log(
    refused: Refused, scope: dict[str, object], bears: dict[str, object], message: str
) -> None:
    effects = [MEASURE, {**EVERY_CAR, **scope}, rate(25, **bears)]

    (said,) = refused(entry(X, *effects))

    assert message in said
    # A log that took it before the vocabulary changed is still read.
    source = {"url": "https://example.org/a", "publisher": "A", "published": X[:10]}
    days = {"occurred": X[:10], "reported": X[:10]}
    kept = {"id": X, "title": "X", "kind": "statement", "sources": [source], "effects": effects}
    assert read_event(kept | days).id == X


def test_a_line_of_a_measure_begins_on_a_whole_day(refused: Refused) -> None:
    effects = (MEASURE, EVERY_CAR, rate(25))

    messages = refused(entry("2025-06-02-x", *effects, occurred="2025-06", reported="2025-06-02"))

    assert len(messages) == 2
    assert all("2025-06, which is vague" in each and "add from" in each for each in messages)


def test_a_line_of_a_vague_act_may_say_its_own_day(cli: CommandLine, write: Write) -> None:
    effects = (MEASURE, {**EVERY_CAR, "from": MAY}, rate(25, **{"from": MAY}))

    cli.ok("load", str(write("a.toml", entry("2025-06-02-x", *effects, occurred="2025-06"))))

    assert cli.version() == 1


STEEL = {**MEASURE, "subject": "measure/steel"}


def gives_way(one: str, to: str, share: str, **days: object) -> dict[str, object]:
    """The effect that makes a measure yield to another."""
    effect = {"kind": "yields-set", "subject": f"measure/{one}", "to": f"measure/{to}"}
    return {**effect, "share": share, **days}


@pytest.mark.parametrize("share", ["all", "part"])
def test_two_measures_that_yield_to_each_other_on_a_day_are_refused(
    refused: Refused, share: str
) -> None:
    first = entry(X, MEASURE, STEEL, gives_way("cars", "steel", share))
    later = entry("2025-06-01-y", gives_way("steel", "cars", "all", **{"from": date(2025, 6, 3)}))

    (message,) = refused(first, later)

    start = line('id = "2025-06-01-y"', first, later) - 1
    assert message.startswith(f"bad.toml:{start}: 2025-06-01-y: ")
    assert "measure/cars and measure/steel yield to each other from 2025-06-03" in message


def test_precedence_may_turn_round_from_one_day_to_the_next(cli: CommandLine, write: Write) -> None:
    first = entry(X, MEASURE, STEEL, gives_way("cars", "steel", "all"))
    turned = {"from": date(2025, 6, 4)}
    later = entry(
        "2025-06-03-y",
        gives_way("cars", "steel", "none", **turned),
        gives_way("steel", "cars", "all", **turned),
    )

    cli.ok("load", str(write("good.toml", first, later)))

    assert cli.version() == 2


# -- parties --------------------------------------------------------------------------------


def bound(code: str, day: str) -> str:
    """An entry by which a party is bound on a day."""
    named = {"kind": "agreement-introduced", "subject": "agreement/a", "title": "A"}
    stage = {"kind": "party-stage-set", "subject": "agreement/a", "parties": ["FR", code]}
    return entry(f"{day}-x", {**named, "form": "bloc"}, {**stage, "stage": "in-force"})


@pytest.mark.parametrize("where", ["actor", "imposer", "partner", "parties"])
def test_a_party_that_nobody_knows_is_refused(refused: Refused, where: str) -> None:
    texts = {
        "actor": entry(X, actors=[{"party": "ZZ"}]),
        "imposer": entry(X, {**MEASURE, "imposer": "ZZ"}),
        "partner": entry(X, MEASURE, {**EVERY_CAR, "partners": ["JP", "ZZ"]}, rate(1)),
        "parties": bound("ZZ", "2025-03-26"),
    }
    text = texts[where]
    kinds = {"imposer": "measure-introduced", "partner": "scope-set", "parties": "party-stage-set"}
    place = line(f'kind = "{kinds[where]}"', text) - 1 if where in kinds else line("actors", text)

    (message,) = refused(text)

    assert message.startswith(f"bad.toml:{place}: {X}: ")
    assert "ZZ is no party that we know; look it up with: tracker parties ZZ" in message


@pytest.mark.parametrize("code", ["us", "Japan", "", "J", "日本"])
def test_a_party_that_is_no_code_is_refused(refused: Refused, code: str) -> None:
    (message,) = refused(entry(X, actors=[{"party": code}]))

    assert f"'{code}' is not written as it should be (the code of a party, such as" in message


@pytest.mark.parametrize(
    ("code", "before", "first"),
    [("SS", "2011-07-08", "2011-07-09"), ("TL", "2002-05-19", "2002-05-20")],
)
def test_a_party_is_refused_until_the_day_on_which_it_begins(
    cli: CommandLine, write: Write, refused: Refused, code: str, before: str, first: str
) -> None:
    (message,) = refused(bound(code, before))

    assert f"{code} (" in message
    assert f"did not exist on {before}: only from {first} on" in message
    accepted(cli, write, bound(code, first))


@pytest.mark.parametrize(
    ("code", "last", "after", "successor"), [("DD", "1990-10-02", "1990-10-03", "DE")]
)
def test_a_party_is_refused_from_the_day_on_which_it_is_gone(
    cli: CommandLine,
    write: Write,
    refused: Refused,
    code: str,
    last: str,
    after: str,
    successor: str,
) -> None:
    (message,) = refused(bound(code, after))

    assert f"did not exist on {after}: only until {last}" in message
    assert f"afterwards: {successor}" in message
    accepted(cli, write, bound(code, last))


def test_a_party_may_leave_on_the_day_on_which_it_is_gone(cli: CommandLine, write: Write) -> None:
    left = {"kind": "party-stage-set", "subject": "agreement/a", "parties": ["DD"]}
    gone = entry("1990-10-03-y", {**left, "stage": "left"})

    accepted(cli, write, bound("DD", "1990-10-02"), gone)


# -- decisions that clash -------------------------------------------------------------------


def clashing(value: object, **fields: object) -> str:
    """A second decision of the day on which cars were taxed, about the same line."""
    return entry("2025-03-26-other", rate(value, since=APRIL), **fields)


def test_two_decisions_of_one_day_that_clash_are_refused(refused: Refused) -> None:
    (message,) = refused(cars(), clashing(30))

    assert message.startswith(f"bad.toml:{len(cars().splitlines()) + 2}: 2025-03-26-other: ")
    assert CARS in message
    assert "line/all of measure/cars" in message
    assert '"30"' in message
    assert '"25"' in message
    assert message.endswith("give the one that counts an order, such as order = 1")


def test_a_decision_that_clashes_with_the_log_is_refused(cli: CommandLine, write: Write) -> None:
    cli.ok("load", str(write("cars.toml", cars())))

    answer = cli("load", str(write("bad.toml", clashing(30))))

    assert answer.code == 1
    assert answer.err.startswith("tracker: bad.toml:1: 2025-03-26-other: ")
    assert cli.version() == 1


def test_a_clash_is_named_where_the_new_entry_stands(cli: CommandLine, write: Write) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    earlier_by_its_id = entry("2025-03-26-again", rate(40, since=APRIL))

    answer = cli("load", str(write("bad.toml", earlier_by_its_id)))

    assert answer.code == 1
    assert answer.err.startswith("tracker: bad.toml:1: 2025-03-26-again: ")


def test_an_order_settles_which_of_two_decisions_counts(cli: CommandLine, write: Write) -> None:
    cli.ok("load", str(write("both.toml", cars(), clashing(30, order=1))))

    asked = ("state", "measure/cars", "--as-of", "2025-04-03", "--format", "json")
    line = cli.ok(*asked).json["subjects"][0]["parts"]["line/all"]
    assert (line["value"]["rate"], line["event"]) == ("30", "2025-03-26-other")


@pytest.mark.parametrize(
    "other",
    [
        clashing(25),
        clashing(30, order=-1),
        clashing(30, against=CARS),
        entry("2025-03-27-other", rate(30, since=APRIL)),
        entry("2025-03-26-other", rate(30, until=APRIL)),
    ],
    ids=["same value", "other order", "rival", "other day", "other span"],
)
def test_two_decisions_that_do_not_clash_are_taken(
    cli: CommandLine, write: Write, other: str
) -> None:
    accepted(cli, write, cars(), other)


# -- texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\x85", "\u202e", "\u2066", "\ufeff", "\x7f"])
@pytest.mark.parametrize("field", ["title", "summary", "place"])
def test_a_control_character_is_refused_and_never_printed(
    refused: Refused, field: str, sign: str
) -> None:
    text = entry(X, **{field: f"be{sign}fore"})
    escaped = text.replace(sign, f"\\u{ord(sign):04x}")

    for written in (text, escaped):
        (message,) = refused(written)

        assert sign not in message
    assert f"{field}: it holds the control character U+{ord(sign):04X}: take it out" in message


@pytest.mark.parametrize("field", ["id", "kind", "colour"])
def test_a_control_character_in_what_is_shown_of_an_entry_is_never_printed(
    refused: Refused, field: str
) -> None:
    good = {"id": X, "kind": "order", "colour": None}
    text = entry(X, **{**good, field: f"{X}@"}).replace("@", "\\u001b[31m")

    messages = refused(text)

    assert "\x1b" not in "".join(messages)


def test_a_control_character_in_the_name_of_a_field_is_never_printed(refused: Refused) -> None:
    (message,) = refused(entry(X) + '"\\u001b[31m" = 1\n')

    assert "\x1b" not in message


def test_a_lone_surrogate_in_toml_is_refused(refused: Refused) -> None:
    (message,) = refused(entry(X, title="@").replace("@", "\\ud800"))

    assert message.startswith("bad.toml:3: it is not TOML: ")


@pytest.mark.parametrize("field", ["id", "title", "summary", "kind", "against", "occurred"])
@pytest.mark.parametrize("sign", [b"\\ud800", b"\xff"])
def test_a_lone_surrogate_on_standard_input_is_refused(
    cli: CommandLine, field: str, sign: bytes
) -> None:
    whole = {
        "id": X,
        "title": "T",
        "kind": "order",
        "occurred": "2025-03-26",
        "sources": [{"url": "https://example.org", "published": "2025-03-26"}],
    }
    line = json.dumps({**whole, field: f"{whole.get(field, X)}@"}).encode().replace(b"@", sign)

    answer = cli("add", "-", stdin=line)

    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.startswith("tracker: standard input:1: ")
    assert cli.version() == 0


@pytest.mark.parametrize("title", ["", "   ", "one\ntwo", "a\tb", "x" * 501])
def test_a_title_is_one_line_of_some_length(refused: Refused, title: str) -> None:
    (message,) = refused(entry(X, title=title))

    assert message.startswith(f"bad.toml:3: {X}: title: ")


# -- all at once ----------------------------------------------------------------------------


def test_everything_wrong_with_several_files_is_said_at_once_and_nothing_is_added(
    cli: CommandLine, write: Write
) -> None:
    files = [
        write("a.toml", "[[event]]\nid = 1\nid = 2\n"),
        write("b.toml", entry(X, colour="red"), entry("2025-03-27-y", rate(25))),
        write("c.toml", entry("2025-03-28-z", sources=None)),
        write("d.toml", entry("2025-03-29-good")),
        write("e.toml", entry("2025-03-30-e", kind="retraction", of="2025-03-30-none")),
    ]

    answer = cli("load", *map(str, files))

    assert answer.code == 1
    assert answer.out == ""
    assert [line.split(": ")[1] for line in answer.err.splitlines()] == [
        *("a.toml:3", "b.toml:7", "b.toml:18", "c.toml:1", "e.toml:7")
    ]
    assert cli.version() == 0


def test_nobody_is_told_that_a_subject_is_missing_which_a_broken_entry_introduces(
    refused: Refused,
) -> None:
    broken = entry(X, MEASURE, EVERY_CAR, rate(25), colour="red")

    (message,) = refused(broken, entry("2025-03-27-y", rate(30, since=APRIL)))

    assert message.startswith(f"bad.toml:7: {X}: colour: unknown field")


def test_nobody_is_told_that_an_event_is_missing_which_is_only_broken(refused: Refused) -> None:
    about = entry("2025-03-27-y", kind="retraction", of=X)

    (message,) = refused(entry(X, colour="red"), about)

    assert message.startswith(f"bad.toml:7: {X}: colour: unknown field")


def test_nobody_is_told_that_a_subject_is_missing_which_an_unreadable_file_introduces(
    cli: CommandLine, write: Write
) -> None:
    broken = write("broken.toml", cars() + "id = 1\nid = 2\n")
    good = write("good.toml", entry("2025-03-27-y", rate(30, since=APRIL)))

    answer = cli("load", str(broken), str(good))

    assert answer.code == 1
    assert [line.split(": ")[1] for line in answer.err.splitlines()] == [
        f"broken.toml:{len(cars().splitlines()) + 2}"
    ]


def test_a_clash_is_reported_together_with_what_else_is_wrong(refused: Refused) -> None:
    messages = refused(cars(), clashing(30), entry("2025-03-28-z", colour="red"))

    assert len(messages) == 2
