"""Spells: rows of (agreement, member, phase) become what was in force, for whom, on which days.

The rows are invented, in the layout that datasets of alliances have.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CommandLine
from tests.entries import state_on
from tracker.domain.corrections import counted
from tracker.domain.dates import FIRST
from tracker.domain.events import Development, content_of
from tracker.domain.review import clashes
from tracker.domain.state import SubjectState
from tracker.domain.timeline import assignments
from tracker.errors import BadEntries, NotFound
from tracker.imports import spells
from tracker.imports.spell_rows import SpellMap, read_map

OBLIGATIONS = """
defence = "def"
non-aggression = "nag"
consultation = "con"
"""
MAP = f"""
slug = "x-"
scheme = "iso2"
ends = "inclusive"
reported = "occurred"
[columns]
agreement = "pact"
member = "who"
start = ["y1", "m1", "d1"]
end = ["y2", "m2", "d2"]
left_censored = "before"
[columns.obligations]{OBLIGATIONS}[source]
url = "https://example.org/spells"
title = "Invented Spells"
published = 2020-05-01
"""
HEADER = "pact,who,y1,m1,d1,y2,m2,d2,before,def,nag,con"


def row(
    pact: str, who: str, start: str, end: str = "", duties: str = "con", before: int = 0
) -> str:
    """A row; days are as the file gives them, apart by dashes: ``1822-12-0``."""
    days = [part for day in (start, end) for part in [*day.split("-"), "", ""][:3]]
    flags = (str(int(name in duties.split())) for name in ("def", "nag", "con"))
    return ",".join([pact, who, *days, str(before), *flags])


Read = Callable[..., spells.Imported]
Files = Callable[..., tuple[str, ...]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read rows by a map, in files of a folder of their own."""

    def reading(*rows: str, by: str = MAP, header: str = HEADER) -> spells.Imported:
        (tmp_path / "map.toml").write_text(by)
        (tmp_path / "rows.csv").write_text("\n".join([header, *rows]) + "\n")
        return spells.read([tmp_path / "rows.csv"], tmp_path / "map.toml")

    return reading


def accepted(found: spells.Imported) -> list[Development]:
    assert [str(problem) for problem in found.problems] == []
    return [event for event in found.events if isinstance(event, Development)]


def refusals(found: spells.Imported) -> list[str]:
    """What is wrong with the rows, by line, without the folder."""
    said = [f"{wrong.line}: {wrong.message}" for wrong in found.problems if wrong.line]
    return sorted(said, key=lambda each: int(each.split(":")[0]))


def on(found: spells.Imported, day: str, pact: str = "x-a", **known: str) -> SubjectState:
    state = state_on(accepted(found), day, **known)
    return next(each for each in state.subjects if each.subject == f"agreement/{pact}")


def stages(subject: SubjectState | None) -> dict[str, str]:
    held = subject.under("party") if subject else {}
    return {code: each.value for code, each in held.items()}


def duties(subject: SubjectState | None) -> set[str]:
    held = subject.under("obligation") if subject else {}
    return {name for name, each in held.items() if each.value}


# -- days -----------------------------------------------------------------------------------


def test_a_member_belongs_on_the_last_day_that_the_file_gives_and_no_longer_after(
    read: Read,
) -> None:
    found = read(row("a", "US", "1950-6-1", "1960-5-31"), row("a", "CA", "1950-6-1"))

    assert not state_on(accepted(found), "1950-05-31").subjects
    assert stages(on(found, "1950-06-01")) == {"CA": "in-force", "US": "in-force"}
    assert stages(on(found, "1960-05-31")) == {"CA": "in-force", "US": "in-force"}
    assert stages(on(found, "1960-06-01")) == {"CA": "in-force", "US": "left"}


def test_an_exclusive_end_is_the_first_day_out(read: Read) -> None:
    by = MAP.replace('"inclusive"', '"exclusive"')

    found = read(row("a", "US", "1950-6-1", "1960-6-1"), row("a", "CA", "1950-6-1"), by=by)

    assert stages(on(found, "1960-05-31"))["US"] == "in-force"
    assert duties(on(found, "1960-05-31")) == {"consultation-ca", "consultation-us"}
    assert stages(on(found, "1960-06-01"))["US"] == "left"
    assert duties(on(found, "1960-06-01")) == {"consultation-ca"}


def test_a_spell_of_one_day_begins_and_ends(read: Read) -> None:
    found = read(row("a", "US", "1950-6-1", "1950-6-1"))

    assert stages(on(found, "1950-06-01")) == {"US": "in-force"}
    assert stages(on(found, "1950-06-02")) == {"US": "ended"}


def test_who_stays_to_the_last_has_an_agreement_that_ended_and_who_went_before_has_left(
    read: Read,
) -> None:
    found = read(row("a", "US", "1950-6-1", "1960-5-31"), row("a", "CA", "1950-6-1", "1970-5-31"))

    after = on(found, "1970-06-01")

    assert on(found, "1970-05-31").stage == "in-force"
    assert (after.stage, stages(after)) == ("ended", {"CA": "ended", "US": "left"})


@pytest.mark.parametrize(
    ("end", "occurred", "sure", "open_", "out"),
    [
        ("1822-12-0", "1822-12", "1822-12-01", "1822-12-15", "1823-01-01"),
        ("1971-0-0", "1971", "1971-01-01", "1971-06-15", "1972-01-01"),
    ],
)
def test_a_day_that_is_not_given_stays_vague(
    read: Read, end: str, occurred: str, sure: str, open_: str, out: str
) -> None:
    found = read(row("a", "FR", "1816-1-1", end))

    (last,) = (event for event in accepted(found) if event.id.endswith("-fr-to"))
    perhaps = on(found, open_).parts["party/FR"]

    assert (last.occurred.text, last.id) == (occurred, f"{occurred}-x-a-fr-to")
    assert on(found, sure).parts["party/FR"].certain
    assert (perhaps.value, perhaps.certain) == ("in-force", False)
    assert [each.value for each in perhaps.possible] == ["ended"]
    assert duties(on(found, open_)) == {"consultation-fr"}
    assert (stages(on(found, out)), duties(on(found, out))) == ({"FR": "ended"}, set())
    assert on(found, out).parts["party/FR"].certain


def test_a_vague_first_day_is_in_force_for_certain_from_the_last_day_it_can_be(
    read: Read,
) -> None:
    found = read(row("a", "FR", "1844-6"))

    assert on(found, "1844-06-15").parts["party/FR"].value is None
    assert stages(on(found, "1844-06-30")) == {"FR": "in-force"}


def test_a_spell_that_is_left_censored_began_on_that_day_or_before(read: Read) -> None:
    found = read(row("a", "FR", "1816-1-1", "1830-7-15", before=1))

    (enters,) = (event for event in accepted(found) if event.id == "1816-01-01-x-a-fr-from")
    before = on(found, "1815-06-01").parts["party/FR"]

    assert (enters.occurred.text, enters.occurred.earliest) == ("../1816-01-01", FIRST)
    assert (before.value, [each.value for each in before.possible]) == (None, ["in-force"])
    assert stages(on(found, "1816-01-01")) == {"FR": "in-force"}
    assert stages(on(found, "1830-07-16")) == {"FR": "ended"}


def test_nobody_is_told_of_an_end_before_it_came(read: Read) -> None:
    found = read(row("a", "US", "1950-6-1", "1960-5-31"), row("a", "CA", "1950-6-1"))

    expected = on(found, "1970-01-01", known_by="1955-01-01")

    assert stages(expected)["US"] == "in-force"
    assert stages(on(found, "1970-01-01", known_by="1960-05-31"))["US"] == "left"


def test_a_file_that_was_public_late_is_known_late(read: Read) -> None:
    by = MAP.replace('reported = "occurred"', 'reported = "../2018-12-31"')
    found = read(row("a", "US", "1950-6-1"), by=by)

    assert not state_on(accepted(found), "1955-01-01", known_by="2018-12-30").subjects
    assert state_on(accepted(found), "1955-01-01", known_by="2018-12-31").subjects


# -- phases ---------------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["1951-6-19", "1951-6-20"], ids=["one day shared", "next day"])
def test_phases_that_touch_are_one_membership_and_keep_their_duties(
    read: Read, second: str
) -> None:
    found = read(
        row("a", "US", "1949-4-4", "1951-6-19", "nag con"), row("a", "US", second, "", "def con")
    )

    later = on(found, "1960-01-01")
    (phase,) = (event for event in accepted(found) if event.id == _id(second, "x-a-us-from"))

    assert later.parts["party/US"].since == date(1949, 4, 4)
    assert phase.title == "A phase of agreement a of Invented Spells begins for United States"
    assert duties(on(found, "1951-06-18")) == {"non-aggression-us", "consultation-us"}
    assert duties(on(found, "1951-06-20")) == {"defence-us", "consultation-us"}
    assert later.parts["obligation/consultation-us"].event == phase.id


def _id(day: str, name: str) -> str:
    year, month, of_month = map(int, day.split("-"))
    return f"{date(year, month, of_month)}-{name}"


def test_a_member_that_left_and_came_back_did_not_belong_in_between(read: Read) -> None:
    found = read(
        row("a", "EG", "1950-6-17", "1955-3-31"),
        row("a", "EG", "1955-4-2"),
        row("a", "IQ", "1950-6-17"),
    )

    back = on(found, "1955-04-02")

    assert stages(on(found, "1955-04-01"))["EG"] == "left"
    assert duties(on(found, "1955-04-01")) == {"consultation-iq"}
    assert stages(back)["EG"] == "in-force"
    assert back.parts["party/EG"].since == date(1955, 4, 2)


def test_an_agreement_to_which_nobody_belongs_has_ended_until_somebody_does(read: Read) -> None:
    found = read(row("a", "US", "1950-1-1", "1955-12-31"), row("a", "US", "1960-1-1"))

    assert on(found, "1955-12-31").stage == "in-force"
    assert on(found, "1956-01-01").stage == "ended"
    assert on(found, "1960-01-01").stage == "in-force"


def test_phases_of_the_same_vague_month_touch(read: Read) -> None:
    found = read(row("a", "US", "1950-1-1", "1951-6"), row("a", "US", "1951-6"))

    assert on(found, "1952-01-01").parts["party/US"].since == date(1950, 1, 1)


def test_a_vague_leaving_before_a_return_stays_vague(read: Read) -> None:
    found = read(row("a", "US", "1950-1-1", "1971"), row("a", "US", "1971-11-1"))

    assert not on(found, "1971-10-31").parts["party/US"].certain
    assert on(found, "1971-11-01").parts["party/US"].certain
    assert stages(on(found, "1971-11-01")) == {"US": "in-force"}


def test_a_return_that_may_come_before_the_leaving_is_refused(read: Read) -> None:
    found = read(row("a", "US", "1950-1-1", "1971-3-5"), row("a", "US", "1971"))

    assert refusals(found) == [
        "3: United States (US) belonged until 1971-03-05, and 1971 is too vague to tell "
        "whether it left in between: give the days, or make the two rows one"
    ]


def test_the_form_is_that_of_the_strongest_duty_so_far(read: Read) -> None:
    found = read(
        row("a", "FR", "1992-2-7", "2007-11-13", "con"),
        row("a", "DE", "1992-2-7", "", "nag con"),
        row("a", "FR", "2007-11-13", "", "def con"),
    )

    assert on(found, "2000-01-01", known_by="2000-01-01").value("form") == "non-aggression"
    assert on(found, "2010-01-01").value("form") == "defence-pact"
    assert on(found, "2010-01-01").title == "Agreement a of Invented Spells"


@pytest.mark.parametrize(
    ("duty", "form"),
    [
        ("defence", "defence-pact"),
        ("offence", "military-cooperation"),
        ("neutrality", "neutrality"),
        ("non-aggression", "non-aggression"),
        ("consultation", "consultation"),
        ("entente", "entente"),
    ],
)
def test_each_duty_makes_a_form(read: Read, duty: str, form: str) -> None:
    by = MAP.replace(OBLIGATIONS, f'\n{duty} = "con"\n')

    found = read(row("a", "FR", "1992-2-7"), by=by)

    assert on(found, "2000-01-01").value("form") == form


# -- codes ----------------------------------------------------------------------------------


def test_two_codes_of_one_state_are_one_membership(read: Read) -> None:
    by = MAP.replace('"iso2"', '"cow"')

    found = read(row("a", "260", "1955-5-6", "1990-10-3"), row("a", "255", "1990-10-3"), by=by)

    assert stages(on(found, "1991-01-01")) == {"DE": "in-force"}
    assert on(found, "1991-01-01").parts["party/DE"].since == date(1955, 5, 6)


def test_a_code_that_passes_on_under_way_names_the_successor_from_then_on(read: Read) -> None:
    by = MAP.replace('"iso2"', '"cow"')

    found = read(row("a", "365", "1990-10-29", "1992-2-7"), row("a", "2", "1990-10-29"), by=by)

    titles = {event.id: event.title for event in accepted(found)}
    assert stages(on(found, "1991-12-25"))["SU"] == "in-force"
    assert stages(on(found, "1991-12-26")) == {"SU": "ended", "RU": "in-force", "US": "in-force"}
    assert stages(on(found, "1992-02-08"))["RU"] == "left"
    assert titles["1991-12-26-x-a-ru-from"] == (
        "Russia follows Soviet Union in agreement a of Invented Spells"
    )


@pytest.mark.parametrize(("scheme", "code"), [("cow", "305"), ("gw", "305"), ("iso2", "AT")])
def test_a_spell_stays_with_a_state_that_was_gone_for_a_while(
    read: Read, scheme: str, code: str
) -> None:
    found = read(row("a", code, "1920-1-1", "1960-1-1"), by=MAP.replace("iso2", scheme))

    assert on(found, "1950-01-01").parts["party/AT"].since == date(1920, 1, 1)


def test_a_state_may_end_on_the_last_day_of_its_spell(read: Read) -> None:
    found = read(row("a", "DD", "1955-5-14", "1990-10-3"), row("a", "SU", "1955-5-14", "1991-7-1"))

    assert stages(on(found, "1990-10-04")) == {"DD": "ended", "SU": "in-force"}


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        (row("a", "XQ", "1950-1-1"), "who: 'XQ' is no party's iso2 code."),
        (row("a", "CZ", "1950-1-1"), "Czechia (CZ) existed from 1993-01-01"),
        (row("a", "DD", "1955-5-14"), "East Germany (DD) existed"),
    ],
    ids=["unknown", "not yet", "no longer"],
)
def test_a_code_that_nobody_has_on_the_day_is_refused_with_a_remedy(
    read: Read, given_: str, said: str
) -> None:
    found = read(row("a", "US", "1950-1-1"), given_)

    (refused,) = refusals(found)

    assert refused.startswith("3: who: ")
    assert said in refused
    assert "leave it out on purpose: member = [" in refused


def test_a_row_from_before_its_state_existed_is_refused_as_any_entry_is(read: Read) -> None:
    found = read(row("a", "267", "1871-1-18"), by=MAP.replace('"iso2"', '"cow"'))

    assert "BADEN (Baden) did not exist on 1871-01-18" in refusals(found)[0]


# -- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (row("a", "US", "0"), "y1, m1, d1 is missing: every row needs it"),
        (row("", "US", "1950"), "pact is missing: every row needs it"),
        (row("a", "NA", "1950"), "who is missing: every row needs it"),
        (row("a", "US", "1950-2-30"), "y1 '1950', m1 '2', d1 '30': 1950-02-30 is no day"),
        (row("a", "US", "1950-0-3"), "a month needs its year, and a day its month"),
        (row("a", "US", "1950.5"), "write year, month and day as numbers"),
        (row("a", "US", "1950-1-2", "1950-1-1"), "it ends on 1950-01-01, before it begins on"),
        (
            row("a", "US", "1950-1-2", "9999-12-31"),
            "A value that means no day belongs under missing",
        ),
        (row("a", "US", "1950-1-2", "9999-12-30"), "it ends on 9999-12-30, and there is no day"),
        (row("a", "US", "1950-1-2") + "x", "con is '1x': write 1 for yes and 0 for no"),
        (row("a", "US", "1950-1-2") + ",1", "it has 13 cells, and the header has 12"),
        (row("?", "US", "1950-1-2"), "pact '?' makes no slug: use letters a to z and digits"),
        (row("A", "US", "1950-1-2"), "pact 'A' makes no slug other than that of 'a'"),
        (row("a", "CA", "1950-1-1"), "rows.csv:2 has this agreement, party and day"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_line(
    read: Read, bad: str, said: str
) -> None:
    found = read(row("a", "CA", "1950-1-1"), "", bad)

    (refused,) = refusals(found)[:1]

    assert refused.startswith("4: ")
    assert said in refused
    assert str(found.problems[0]).endswith("1 of 2 rows are refused, so nothing is added")


def test_a_column_that_is_not_there_is_named_with_the_one_that_may_be_meant(read: Read) -> None:
    found = read(row("a", "US", "1950-1-1"), by=MAP.replace('"who"', '"whom"'))

    assert refusals(found) == ["1: there is no column 'whom': did you mean who?"]


def test_a_file_in_another_encoding_is_refused(read: Read, tmp_path: Path) -> None:
    read()
    (tmp_path / "rows.csv").write_bytes(f"{HEADER}\na,Côte".encode("latin-1"))

    with pytest.raises(BadEntries, match=r"rows\.csv:1: it is not UTF-8"):
        spells.read([tmp_path / "rows.csv"], tmp_path / "map.toml")


def test_a_quote_that_is_not_closed_is_refused(read: Read) -> None:
    found = read(row("a", "US", "1950-1-1"), '"a,US')

    assert "it is no table from here on" in refusals(found)[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"iso2"', '"iso4"', "map.toml:3: scheme: Input should be 'iso2'"),
        ('slug = "x-"\n', "", "map.toml:1: slug: it is missing"),
        ('"x-"', '"1-"', "map.toml:2: slug: String should match"),
        ("[source]", "colour = 1\n[source]", "columns.obligations.colour"),
        ('"who"', "7", "map.toml:8: columns.member: Input should be a valid string"),
        ('"occurred"', '"4/2/2020"', "map.toml:5: reported"),
        ("[source]", "[source", "map.toml:16: it is not TOML"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused_with_its_line(
    read: Read, old: str, new: str, said: str
) -> None:
    with pytest.raises(BadEntries) as caught:
        read(by=MAP.replace(old, new, 1))

    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.toml cannot be read"):
        read_map(tmp_path / "nowhere.toml")


# -- rows and events ------------------------------------------------------------------------


def test_an_event_cites_its_row_and_holds_it_as_given(read: Read) -> None:
    line = row("a", "US", "1950-6-1", "1960-5-31", "def con")

    first, last = (event for event in accepted(read(line)) if "-us-" in event.id)

    assert [first.id, last.id] == ["1950-06-01-x-a-us-from", "1960-05-31-x-a-us-to"]
    assert first.title == "United States enters agreement a of Invented Spells"
    assert first.summary == last.summary == f"Row as given: {line}"
    assert first.sources[0].cites == "pact a, who US, y1 1950, m1 6, d1 1"
    assert first.sources[0].url == "https://example.org/spells"


def test_cells_may_hold_delimiters_and_line_breaks(read: Read) -> None:
    by = MAP.replace("[columns]", '[columns]\ntitle = "name"')
    line = row("a", "US", "1950-6-1") + ',"Treaty, of ""peace"""'
    broken = row("b", "XQ", "1950-6-1") + ',"one\ntwo"'

    found = read(broken, line, by=by, header=HEADER + ",name")

    assert [each[:6] for each in refusals(found)] == ["2: who"]
    assert {event.title for event in found.events} >= {'United States enters Treaty, of "peace"'}
    assert found.places["1950-06-01-x-a-us-from"][1] == 4


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_cells_may_be_apart_by_tabs_or_semicolons(read: Read, delimiter: str) -> None:
    line = row("a", "US", "1950-6-1").replace(",", delimiter)

    found = read(line, header="\ufeff" + HEADER.replace(",", delimiter))

    assert stages(on(found, "1950-06-01")) == {"US": "in-force"}


def test_a_day_may_stand_in_one_column(read: Read) -> None:
    by = MAP.replace('["y1", "m1", "d1"]', '"y1"').replace('["y2", "m2", "d2"]', '"y2"')

    found = read("a,US,1950-06-01,,,1960-05,,,0,0,0,1", by=by)

    assert stages(on(found, "1950-06-01")) == {"US": "in-force"}
    assert stages(on(found, "1960-06-01")) == {"US": "ended"}


def test_rows_are_left_out_on_purpose_by_agreement_or_member_and_counted(read: Read) -> None:
    by = MAP + '[leave_out]\nagreement = ["b"]\nmember = ["XQ", "YU"]\n'
    rows = [row("a", "US", "1950"), row("a", "XQ", "1950"), row("b", "US", "1950")]

    found = read(*rows, by=by)

    assert {event.id for event in accepted(found)} == {"1950-x-a-begins", "1950-x-a-us-from"}
    assert found.table.rows == 3
    assert found.table.left_out == {"agreement b": 1, "member XQ": 1, "member YU": 0}


def test_the_order_of_the_rows_does_not_matter(read: Read) -> None:
    rows = [
        row("a", "US", "1949-4-4", "1951-6-19", "nag"),
        row("a", "US", "1951-6-19", "1960-1-1", "def"),
        row("a", "CA", "1949-4-4", "1970-1-1", "con"),
        row("b", "FR", "1949-4-4"),
    ]
    shuffled = random.Random(5).sample(rows, len(rows))

    assert _contents(read(*rows)) == _contents(read(*shuffled))


def _contents(found: spells.Imported) -> set[bytes]:
    return {content_of(event) for event in accepted(found)}


# -- against the rule done the slow way -----------------------------------------------------

BEGIN = date(1950, 1, 1)
DUTY = {"def": "defence", "con": "consultation"}


class Span(NamedTuple):
    """A row in days from :data:`BEGIN`; the last one is in."""

    who: str
    first: int
    last: int | None
    duties: frozenset[str]

    def covers(self, day: int) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def written(self) -> str:
        first, last = (
            "" if day is None else (BEGIN + timedelta(day)).isoformat()
            for day in (self.first, self.last)
        )
        return row("a", self.who, first, last, " ".join(self.duties))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first = draw(st.integers(0, 12))
    length = draw(st.none() | st.integers(0, 8))
    return Span(
        draw(st.sampled_from(["US", "CA"])),
        first,
        None if length is None else first + length,
        draw(st.frozensets(st.sampled_from(sorted(DUTY)))),
    )


def firsts(span: Span) -> object:
    return span.who, span.first


def lasts(span: Span) -> object:
    return span.who, span.last


@given(st.lists(spans(), max_size=7, unique_by=(firsts, lasts)))
def test_a_party_belongs_on_the_days_of_its_rows_and_owes_what_they_say(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Span]
) -> None:
    folder = tmp_path_factory.mktemp("spells")
    (folder / "map.toml").write_text(MAP)
    (folder / "rows.csv").write_text("\n".join([HEADER, *(span.written() for span in rows)]))

    events = accepted(spells.read([folder / "rows.csv"], folder / "map.toml"))

    for number in range(-1, 24):
        covering = [span for span in rows if span.covers(number)]
        (held,) = state_on(events, (BEGIN + timedelta(number)).isoformat()).subjects or (None,)
        belonging = {code for code, stage in stages(held).items() if stage == "in-force"}
        assert belonging == {span.who for span in covering}
        assert (held is not None and held.stage == "in-force") == bool(covering)
        assert duties(held) == {
            f"{DUTY[duty]}-{span.who.lower()}" for span in covering for duty in span.duties
        }


@given(st.lists(spans(), max_size=7, unique_by=(firsts, lasts)))
def test_no_two_events_of_a_file_contradict_each_other(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Span]
) -> None:
    folder = tmp_path_factory.mktemp("spells")
    (folder / "map.toml").write_text(MAP)
    (folder / "rows.csv").write_text("\n".join([HEADER, *(span.written() for span in rows)]))

    events = accepted(spells.read([folder / "rows.csv"], folder / "map.toml"))

    said = sorted(
        (each for event in events for one in counted(event, {}) for each in assignments(one)),
        key=lambda each: each[:2],
    )
    for _, part in groupby(said, key=lambda each: each[:2]):
        assert not list(clashes(part))


# -- the command ----------------------------------------------------------------------------


@pytest.fixture
def files(cli: CommandLine) -> Files:
    """Write a map and rows into the folder that commands run in."""

    def written(*rows: str, by: str = MAP) -> tuple[str, ...]:
        (cli.folder / "map.toml").write_text(by)
        (cli.folder / "rows.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        return "load", "--format", "spells", "rows.csv", "--map", "map.toml"

    return written


KP = row("a", "KP", "1961-7-11", duties="def con")
CN = row("a", "CN", "1961-7-11", duties="def con")


def test_a_load_of_spells_answers_who_is_bound_to_whom(cli: CommandLine, files: Files) -> None:
    answer = cli.ok(*files(KP, CN, row("b", "XQ", "1950"), by=MAP + LEFT_OUT))

    assert answer.out == "added 3 events, 0 already there; the log is at version 3\n"
    assert answer.err.splitlines()[:3] == [
        "read 3 rows",
        "left out on purpose: member XQ, 1 row",
        "left out on purpose: member YU, 0 rows",
    ]
    bound = cli.ok("alliances", "KP", "--as-of", "1970-01-01", "--format", "json").json["alliances"]
    assert [(each["agreement"], each["form"]) for each in bound] == [
        ("agreement/x-a", "defence-pact")
    ]
    assert [each["party"] for each in bound[0]["partners"]] == ["CN"]


LEFT_OUT = '[leave_out]\nmember = ["XQ", "YU"]\n'


def test_loading_spells_twice_changes_nothing(cli: CommandLine, files: Files) -> None:
    words = files(KP, CN)
    cli.ok(*words)

    answer = cli.ok(*words)

    assert answer.out == "added 0 events, 3 already there; the log is at version 3\n"


def test_rows_that_are_new_are_added_wherever_they_stand(cli: CommandLine, files: Files) -> None:
    cli.ok(*files(KP, CN))

    answer = cli.ok(*files(row("b", "US", "1950"), CN, "", KP))

    assert answer.out == "added 2 events, 3 already there; the log is at version 5\n"


def test_a_row_that_has_changed_is_refused_with_its_line(cli: CommandLine, files: Files) -> None:
    cli.ok(*files(KP, CN))

    answer = cli(*files(row("b", "US", "1950"), KP, CN.replace("1,0,1", "1,1,1")))

    assert (answer.code, answer.out) == (1, "")
    assert "tracker: rows.csv:4: 1961-07-11-x-a-cn-from is already in the log" in answer.err
    assert cli.version() == 3


@pytest.mark.parametrize("more", [row("a", "KP", "1990-1-2"), row("a", "US", "1990-1-2")])
def test_a_row_after_which_a_new_one_goes_on_is_refused(
    cli: CommandLine, files: Files, more: str
) -> None:
    ended = [row("a", code, "1961-7-11", "1990-1-1") for code in ("KP", "CN")]
    cli.ok(*files(*ended))
    before = cli.version()

    answer = cli(*files(*ended, more))

    assert answer.code == 1
    assert "1990-01-01-x-a-kp-to is already in the log, with other content" in answer.err
    assert cli.version() == before


def test_all_rows_that_are_refused_are_said_at_once_and_nothing_is_added(
    cli: CommandLine, files: Files
) -> None:
    answer = cli(*files(KP, row("a", "XQ", "1961-7-11"), CN, row("b", "US", "1950-13-1")))

    assert (answer.code, answer.out) == (1, "")
    lines = [line for line in answer.err.splitlines() if line.startswith("tracker: ")]
    assert lines[0] == "tracker: rows.csv: 2 of 4 rows are refused, so nothing is added"
    assert lines[1].startswith("tracker: rows.csv:3: who: 'XQ' is no party's iso2 code.")
    assert lines[2].startswith("tracker: rows.csv:5: y1 '1950', m1 '13', d1 '1': ")
    assert len(lines) == 3
    assert cli.version() == 0


def test_a_dry_run_of_spells_adds_nothing(cli: CommandLine, files: Files) -> None:
    answer = cli.ok(*files(KP, CN), "--dry-run")

    assert answer.out.startswith("would add 3 events, 0 already there")
    assert cli.version() == 0


@pytest.mark.parametrize(
    "words",
    [
        ("load", "--format", "spells", "rows.csv"),
        ("load", "rows.csv", "--map", "map.toml"),
        ("load", "--format", "spells", "--map", "map.toml"),
        ("load", "--format", "xml", "rows.csv"),
    ],
    ids=" ".join,
)
def test_a_load_of_spells_needs_a_file_and_a_map(
    cli: CommandLine, files: Files, words: tuple[str, ...]
) -> None:
    files(KP, CN)

    answer = cli(*words)

    assert (answer.code, answer.out) == (2, "")
    assert "spells" in answer.err
    assert not cli.is_there()


def test_a_map_or_file_that_is_not_there_is_named(cli: CommandLine, files: Files) -> None:
    words = files(KP, CN)

    for name in ("rows.csv", "map.toml"):
        (cli.folder / name).rename(cli.folder / "away")
        answer = cli(*words)
        (cli.folder / "away").rename(cli.folder / name)

        assert (answer.code, answer.out) == (3, "")
        assert f"tracker: {name} cannot be read: No such file or directory" in answer.err


def test_the_map_in_the_help_and_that_in_the_module_are_the_same_and_can_be_used(
    cli: CommandLine,
) -> None:
    shown = _map_in(cli.ok("load", "--help").out)
    described = _map_in(spells.__doc__ or "")

    assert shown == described
    assert shown.columns.start == ("yrent", "moent", "dayent")
    assert shown.columns.obligations["defence"] == "defense"


def _map_in(text: str) -> SpellMap:
    lines = [line.strip() for line in text.splitlines()]
    first = next(number for number, line in enumerate(lines) if line.startswith("slug ="))
    last = max(number for number, line in enumerate(lines) if line.startswith("member ="))
    return SpellMap.model_validate(tomllib.loads("\n".join(lines[first : last + 1])))
