"""The commands why and diff."""

from __future__ import annotations

import pytest

from tests.conftest import CARS, CommandLine, Write, cars, entry, rate

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
        (("measure/us-232-auto",), "did you mean measure/us-232-autos?"),
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
    assert change["stage"] == {"before": "announced", "after": "in-force"}
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
