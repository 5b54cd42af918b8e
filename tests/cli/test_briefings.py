"""Briefings: what the state says, what is new since a day, and every source of either."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from freezegun import freeze_time
from markdown_it import MarkdownIt

from tests.conftest import CARS, EVERY_CAR, MEASURE, CommandLine, Write, cars, entry, rate
from tests.pages import Node, assert_accessible, assert_harmless, read
from tracker.app import Tracker
from tracker.exports import words

ASKED = ("--as-of", "2025-04-05", "--known-by", "2025-04-05")


def rows_of(page: Node, kind: str) -> dict[str, list[tuple[str, str, str, str]]]:
    """Subject → part, what is said of it, days, and the event, of the section of a kind."""
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for body in page.one("section", id=kind).all("tbody"):
        above, *rows = body.all("tr")
        listed = found.setdefault(above.one("th")["id"], [])
        for row in rows:
            first, *parts = row.one("th").text.split(", ")
            sort = first.rpartition("/")[0]
            value, days, event = (cell.text for cell in row.all("td"))
            by = event.split(" [")[0].split(", as corrected by ")[0]
            listed.append((first, value, days, by))
            listed += [(f"{sort}/{part}" if sort else part, value, days, by) for part in parts]
    return found


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "asked",
    [ASKED, ("--as-of", "2025-08-20"), ("--as-of", "1960-06-23"), (*ASKED, "--at-version", "300")],
    ids=" ".join,
)
def test_a_page_says_what_the_state_says(cli: CommandLine, asked: tuple[str, ...]) -> None:
    for kind in ("measure", "agreement", "meeting", "claim"):
        state = cli.ok("state", kind, *asked, "--format", "json").json
        page = read(cli.ok("export", "html", "--kind", kind, *asked).out)
        if not state["subjects"]:
            assert "Nothing holds on this day." in page.one("main").text
            continue

        shown = rows_of(page, kind)

        assert list(shown) == [each["subject"] for each in state["subjects"]]
        for subject in state["subjects"]:
            rows = shown[subject["subject"]]
            expected = {
                (part, words.of_value(part, held["value"]), held["event"])
                for part, held in subject["parts"].items()
                if part != "title" and held["value"] is not None and held["certain"]
            }
            signed = ("perhaps ", "next ", "rival ")
            now = {(part, said, by) for part, said, _, by in rows if not said.startswith(signed)}
            assert {row for row in now if row[0] != "title"} == expected
            rivals = [row for row in rows if row[1].startswith("rival ")]
            due = {part for part, said, _, _ in rows if said.startswith("next ")}
            assert due <= subject["next"].keys()
            assert len(rivals) >= sum(len(held["rivals"]) for held in subject["parts"].values())


@pytest.mark.usefixtures("shipped")
def test_a_page_lists_every_source_of_every_event_that_it_names(cli: CommandLine) -> None:
    page = read(cli.ok("export", "html", *ASKED).out)

    names = {row.one("th").text for row in page.one(id="events").one("tbody").all("tr")}
    shown = page.one("section", id="sources").one("ol").all("li")
    listed = [(each["id"], each.text) for each in shown]
    events = {
        each["id"]: each
        for each in cli.ok("events", "--known-by", "2025-04-05", "--format", "json").json["events"]
    }
    assert len(names) > 200
    assert [name for name, _ in listed] == [f"source-{n + 1}" for n in range(len(listed))]
    for name in names:
        for source in events[name]["sources"]:
            said = [source.get("publisher"), source.get("published"), source["url"]]
            assert any(all(each in text for each in filter(None, said)) for _, text in listed)
    cited = {
        node["href"].removeprefix("#event-")
        for node in page.one("main").all("a")
        if node["href"].startswith("#event-")
    }
    assert cited <= names
    assert names == {name for name in names if name in events}


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "asked",
    [(), ("--party", "JP"), ("--subject", "measure/us-232-autos"), ("--as-of", "1900-01-01")],
    ids=" ".join,
)
def test_a_page_is_harmless_and_open_to_all(cli: CommandLine, asked: tuple[str, ...]) -> None:
    page = read(cli.ok("export", "html", *(asked or ASKED)).out)

    assert_harmless(page)
    assert_accessible(page)


@pytest.mark.usefixtures("shipped")
def test_a_page_says_for_which_day_by_whose_knowledge_and_by_which_log(cli: CommandLine) -> None:
    verified = cli.ok("verify", "--format", "json").json

    page = read(cli.ok("export", "html", *ASKED).out)
    earlier = read(cli.ok("export", "html", *ASKED, "--at-version", "300").out)

    for said in (page.one("dl").text, page.one("footer").text):
        assert "2025-04-05" in said
        assert "reports up to 2025-04-05" in said
        assert f"version {verified['version']}" in said
        assert verified["root"] in said
    assert "version 300" in earlier.one("footer").text
    assert verified["root"] not in earlier.one("footer").text


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("form", ["html", "md"])
def test_the_same_log_gives_the_same_bytes_on_any_day(cli: CommandLine, form: str) -> None:
    asked = ("export", form, *ASKED, "--party", "KR")

    with freeze_time("2025-06-01"):
        first = cli.ok(*asked).out
    with freeze_time("2031-01-01 12:00"):
        second = cli.ok(*asked).out

    assert first == second


def test_what_is_new_is_told_from_a_day_and_what_was_known_on_it(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    late = entry("2025-05-10-notice", rate(15, since=date(2025, 4, 20)), title="A late notice")
    cli.ok("load", str(write("cars.toml", cars(), late)))

    def changes(*since: str) -> list[list[str]]:
        page = read(cli.ok("export", "html", "--as-of", "2025-05-15", *since).out)
        rows = page.one(id="changes").all("tr")
        return [
            [cell.text for cell in row.inside if isinstance(cell, Node)]
            for row in rows
            if list(row.all("td"))
        ]

    assert changes("--since", "2025-05-10") == []
    (row,) = changes("--since", "2025-05-09")
    assert row[:4] == ["line/all", "+25 %", "late +15 %", "from 2025-04-20"]
    assert row[4].startswith("2025-05-10-notice [")
    assert [row[0] for row in changes("--since", "2025-03-25")] == [
        *("stage", "line/all", "scope/all"),
    ]
    # Thirty days before, on 15 April, the tariff was in force and the notice was to come.
    assert changes() == changes("--since", "2025-04-15")
    assert changes()[0][2] == "+15 %"


def test_what_was_corrected_is_marked_and_both_are_cited(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    right = {"effects": [MEASURE, {**EVERY_CAR, "from": date(2025, 4, 3)}, rate(20)]}
    fixed = entry("2025-04-10-fixed", kind="correction", of=CARS, content=right)
    cli.ok("load", str(write("cars.toml", cars(), fixed)))

    page = read(cli.ok("export", "html", "--as-of", "2025-04-15", "--since", "2025-04-09").out)

    assert "corrected +20 %" in page.one(id="changes").text
    state = page.one("section", id="measure").text
    assert f"{CARS}, as corrected by 2025-04-10-fixed" in state
    events = page.one(id="events").text
    assert "corrected by 2025-04-10-fixed" in events
    assert f"corrects {CARS}" in events


@pytest.mark.usefixtures("shipped")
def test_a_page_can_be_of_a_kind_a_subject_or_a_party(cli: CommandLine) -> None:
    def slugs(*asked: str) -> set[str]:
        page = read(cli.ok("export", "html", *ASKED, *asked).out)
        return {each["id"] for each in page.all("th") if "/" in (each.attributes.get("id") or "")}

    autos = "measure/us-232-autos"
    assert slugs("--subject", autos) == {autos}
    assert {each.split("/")[0] for each in slugs("--kind", "talks")} == {"talks"}
    of_party = slugs("--party", "South Korea")
    state = cli.ok("state", "--party", "KR", *ASKED, "--format", "json").json["subjects"]
    assert of_party <= {each["subject"] for each in state}
    assert "agreement/rcep" in of_party


def test_a_party_is_told_of_what_changed_that_named_it_before(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    partners = {"kind": "scope-set", "subject": "measure/cars", "line": "all", "partners": ["KR"]}
    korean = entry("2025-03-27-korean-cars", partners | {"from": "2025-03-27"})
    gone = rate("open", since=date(2025, 4, 10))
    cli.ok("load", str(write("cars.toml", cars(), korean, entry("2025-04-10-gone", gone))))

    page = cli.ok("export", "html", "--party", "KR", "--as-of", "2025-04-15").out
    other = cli.ok("export", "html", "--party", "JP", "--as-of", "2025-04-15").out

    assert "2025-04-10-gone" in page
    assert "2025-04-10-gone" not in other


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--since", "2025-04-06"), 2, "--since 2025-04-06 comes after the day asked about"),
        (("--since", "04/02/2025"), 2, "--since: 04/02/2025 could be two different days"),
        (("--kind", "tariff"), 2, "tariff is neither a subject"),
        (("--subject", "measure/none"), 3, "there is no subject measure/none"),
        (("--at-version", "1"), 3, "the log is at version 0"),
        (("--reading", "2025-01-01-none"), 3, "there is no rival event"),
    ],
    ids=lambda each: each[1] if isinstance(each, tuple) else "",
)
def test_a_briefing_that_cannot_be_is_refused_and_no_file_is_written(
    cli: CommandLine, form: str, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = cli("export", form, "--as-of", "2025-04-05", *words, "-o", "out")

    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert not (cli.folder / "out").exists()


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("form", ["html", "md"])
def test_a_briefing_of_an_empty_log_says_that_nothing_holds(cli: CommandLine, form: str) -> None:
    page = cli.ok("export", form, "--as-of", "0001-01-02").out

    assert "Nothing holds on this day." in page
    assert "Nothing changed." in page
    assert "version 0" in page


def test_ten_thousand_sources_are_all_listed_and_cited_as_one_span(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    sources = [
        {"url": f"https://example.org/{n}", "published": date(2025, 3, 26)} for n in range(10_000)
    ]
    many = entry(CARS, MEASURE, EVERY_CAR, rate(25), sources=sources)
    cli.ok("load", str(write("many.toml", many)))

    page = read(cli.ok("export", "html", "--as-of", "2025-04-05").out)

    assert len(list(page.one("section", id="sources").all("li"))) == 10_000
    cites = {each.text for each in page.one("section", id="measure").all("span", class_="cite")}
    assert cites == {"[1–10000]"}
    assert len(cli.ok("export", "html", "--as-of", "2025-04-05").out) < 3_000_000


def read_markdown(text: str) -> list[Any]:
    return MarkdownIt("gfm-like", {"linkify": False}).parse(text)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("asked", [ASKED, (*ASKED, "--party", "JP")], ids=" ".join)
def test_the_note_says_what_the_page_says(cli: CommandLine, asked: tuple[str, ...]) -> None:
    page = read(cli.ok("export", "html", *asked).out)
    note = cli.ok("export", "md", *asked).out

    found = [block.content for block in read_markdown(note) if block.type == "inline"]

    headings = [each.text for each in page.all() if each.tag in ("h1", "h2")]
    marked = re.findall(r"^#+ (.*)$", note, re.MULTILINE)
    assert marked == headings
    rows = [row for row in page.one("main").all("tr") if list(row.all("td"))]
    groups = list(page.one("main").all("th", class_="group"))
    sources = list(page.one("ol").all("li"))
    coordinate = list(page.one("dl").all("dt"))
    lines = [text for text in found if text not in headings]
    assert len(lines) in range(
        len(rows) + len(groups) + len(sources) + len(coordinate),
        len(rows) + len(groups) + len(sources) + len(coordinate) + 3,
    )
    for source in sources:
        (link,) = source.all("a")
        assert f"<{link['href']}>" in note


def test_what_an_entry_says_is_no_markup_in_a_page_or_a_note(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    title = '<script>x</script> [y](javascript:z) **b** =HYPERLINK("a") \u200f👩‍🚀 ' + "w" * 80
    measure = {**MEASURE, "title": title}
    cli.ok("load", str(write("e.toml", entry(CARS, measure, EVERY_CAR, rate(25), title=title))))

    page = read(cli.ok("export", "html", "--as-of", "2025-04-05").out)
    note = cli.ok("export", "md", "--as-of", "2025-04-05").out

    assert_harmless(page)
    assert [each.text for each in page.all("bdi")].count(title) == 3
    inline = [each for block in read_markdown(note) for each in block.children or ()]
    links = [each.attrs["href"] for each in inline if each.type == "link_open"]
    assert links == ["https://example.org/a"]
    assert not any(block.type.startswith("html") for block in (*read_markdown(note), *inline))
