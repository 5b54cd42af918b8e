"""Parties: who is meant by a name or a code, and on which days there was such a party."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import get_args

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.dates import EVER, FIRST
from tracker.domain.parties import (
    AmbiguousParty,
    Party,
    Scheme,
    UnknownParty,
    groups,
    party,
    resolve,
    suggest,
)
from tracker.domain.party_table import BODIES, PLACES

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)

SPANS = {row[0]: row[3] for row in PLACES} | {row[0]: row[2] for row in BODIES}
CODES = {row[0]: row[8] for row in PLACES} | {row[0]: row[5] for row in BODIES}

codes = st.sampled_from(sorted(SPANS))
days = st.dates(date(1815, 1, 1), date(2030, 1, 1))


def existing(code: str) -> Party:
    found = party(code)
    assert found is not None, code
    return found


def days_of(text: str) -> list[tuple[date, date]]:
    """Spans as the table writes them, read the slow and obvious way."""
    spans = []
    for span in (text or "/").split(" "):
        first, slash, end = span.partition("/")
        assert slash, text
        spans.append(
            (
                date.fromisoformat(first) if first else FIRST,
                date.fromisoformat(end) if end else EVER,
            )
        )
    return spans


def meant_by(text: str, on: date | None) -> tuple[Party, ...]:
    """Whoever *text* can mean on that day: one, several or nobody."""
    try:
        return (resolve(text, on=on),)
    except AmbiguousParty as refused:
        return refused.candidates
    except UnknownParty:
        return ()


# The table


@pytest.mark.parametrize("rows", [PLACES, BODIES])
def test_the_table_has_a_row_a_party_in_the_order_of_codes(rows: tuple[tuple[str]]) -> None:
    listed = [row[0] for row in rows]

    assert listed == sorted(set(listed))


def test_no_code_of_the_log_stands_for_two_parties() -> None:
    assert len(SPANS) == len(PLACES) + len(BODIES)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]{1,5}", code) for code in SPANS)


def test_no_code_of_the_log_is_an_iso_code_of_another_party() -> None:
    taken = {row.alpha_3 for row in pycountry.countries}
    taken |= {row.alpha_3 for row in pycountry.historic_countries}

    assert not taken & set(SPANS)


def test_every_span_in_the_table_takes_in_a_day_and_they_are_in_order() -> None:
    texts = list(SPANS.values())
    for entries in CODES.values():
        texts += [entry.split(" ", 2)[2] for entry in entries if entry.count(" ") > 1]

    for text in texts:
        spans = days_of(text)
        assert all(first < end for first, end in spans), text
        assert all(end < first for (_, end), (first, _) in pairwise(spans)), text


def test_every_dated_code_names_a_scheme_that_can_be_asked_for() -> None:
    schemes = {
        scheme
        for entries in CODES.values()
        for entry in entries
        for scheme in entry.split()[0].split("+")
    }

    assert schemes <= set(get_args(Scheme))


def test_predecessors_and_successors_are_parties_and_mirror_one_another() -> None:
    for code in SPANS:
        for before in existing(code).predecessors:
            assert code in existing(before).successors
        for after in existing(code).successors:
            assert code in existing(after).predecessors


def test_a_state_ends_with_successors() -> None:
    ended = [existing(code) for code in SPANS if existing(code).until is not None]

    lone = {gone.code for gone in ended if gone.kind == "state" and not gone.successors}

    assert lone == {"TIBET"}


def test_only_names_that_history_shares_are_shared() -> None:
    bearers: dict[str, set[str]] = {}
    for code in SPANS:
        found = existing(code)
        for name in {found.name, *found.aliases}:
            bearers.setdefault(name, set()).add(code)

    shared = {name: codes for name, codes in bearers.items() if len(codes) > 1}

    assert shared == {
        "Austria": {"AT", "AUTHUN"},
        "Belorussia": {"BY", "BYAA"},
        "Byelorussia": {"BY", "BYAA"},
        "China": {"CN", "QING", "ROCHN"},
        "Hungary": {"HU", "AUTHUN"},
        "Korea": {"KR", "KP", "JOSEON"},
        "Republic of China": {"ROCHN", "TW"},
        "Russia": {"RU", "RSFSR", "RUEMP"},
        "United Arab Republic": {"UAR", "EG"},
        "Vietnam": {"VN", "RVN"},
        "Virgin Islands": {"VG", "VI"},
        "Yemen": {"YE", "YAR", "YD"},
        "中國": {"CN", "ROCHN"},
        "中华民国": {"ROCHN", "TW"},
        "中華民國": {"ROCHN", "TW"},
        "조선": {"JOSEON", "KP"},
    }


# ISO 3166


@pytest.mark.parametrize("listed", list(pycountry.countries), ids=lambda row: row.alpha_2)
def test_every_iso_area_of_today_has_its_codes_and_names(listed: pycountry.db.Country) -> None:
    found = existing(listed.alpha_2)
    names = {
        listed.name,
        getattr(listed, "official_name", listed.name),
        getattr(listed, "common_name", listed.name),
    }

    assert (found.iso3, found.numeric) == (listed.alpha_3, listed.numeric)
    assert found.existed(TODAY)
    assert resolve(listed.alpha_2, on=TODAY, scheme="iso2") is found
    assert resolve(listed.alpha_3, on=TODAY, scheme="iso3") is found
    assert resolve(listed.numeric, on=TODAY, scheme="numeric") is found
    assert all(resolve(name) is found for name in names)


def test_the_states_and_areas_of_today_are_those_of_iso_and_kosovo() -> None:
    now = {row[0] for row in PLACES if existing(row[0]).existed(TODAY)}

    assert now == {row.alpha_2 for row in pycountry.countries} | {"XK"}
    assert len(now) == 250


@pytest.mark.parametrize("gone", list(pycountry.historic_countries), ids=lambda row: row.alpha_4)
def test_every_withdrawn_iso_code_names_one_party_in_its_day(gone: pycountry.db.Country) -> None:
    then = date(2004, 1, 1) if gone.alpha_4 == "CSXX" else date(1975, 1, 1)

    found = resolve(gone.alpha_4, scheme="iso-3166-3")

    assert resolve(gone.alpha_2, on=then, scheme="iso2") is found
    assert resolve(gone.alpha_3, on=then, scheme="iso3") is found
    if numeric := getattr(gone, "numeric", None):
        assert resolve(numeric, on=then, scheme="numeric") is found


@pytest.mark.parametrize(
    ("old", "code", "last"),
    [
        ("BU", "MM", "1989-12-04"),
        ("DY", "BJ", "1977-12-31"),
        ("HV", "BF", "1984-12-31"),
        ("RH", "ZW", "1980-12-31"),
        ("ZR", "CD", "1997-07-13"),
        ("TP", "TL", "2002-05-19"),
        ("FX", "FR", "1997-07-13"),
        ("FQ", "TF", "1979-12-31"),
    ],
)
def test_a_code_given_up_for_a_new_name_ends_and_the_party_does_not(
    old: str, code: str, last: str
) -> None:
    last_day = date.fromisoformat(last)

    assert resolve(old, on=last_day).code == code
    assert existing(code).existed(last_day + DAY)
    with pytest.raises(UnknownParty, match=f"it was the code of .* until {last_day + DAY}"):
        resolve(old, on=last_day + DAY)


@pytest.mark.parametrize(
    ("text", "scheme", "day", "before", "on_it"),
    [
        ("CS", "iso2", "1993-01-01", "CSHH", None),
        ("CS", "iso2", "2003-02-04", None, "CSXX"),
        ("CS", "iso2", "2006-06-05", "CSXX", None),
        ("SK", "iso2", "1975-05-16", "SKIN", None),
        ("SK", "iso2", "1993-01-01", None, "SK"),
        ("AI", "iso2", "1977-06-27", "AIDJ", None),
        ("AI", "iso2", "1980-12-19", None, "AI"),
        ("BY", "iso2", "1991-08-25", "BYAA", "BY"),
        ("GE", "iso2", "1976-01-01", "GEHH", None),
        ("GE", "iso2", "1991-04-09", None, "GE"),
        ("NT", "iso2", "1981-12-26", "NT", None),
        ("FQ", "iso2", "1980-01-01", "TF", None),
        ("BQ", "iso2", "1980-01-01", "AQ", None),
        ("BQ", "iso2", "2010-10-10", None, "BQ"),
        ("YE", "iso2", "1990-05-22", "YAR", "YE"),
        ("YU", "iso2", "2003-02-04", "YU", "CSXX"),
        ("YU", "iso2", "2003-07-23", "CSXX", None),
        ("SU", "iso2", "1991-12-26", "SU", None),
        ("DD", "iso2", "1990-10-03", "DD", None),
        ("891", "numeric", "2003-02-04", "YU", "CSXX"),
        ("891", "numeric", "2006-06-05", "CSXX", None),
        ("890", "numeric", "1992-04-27", "YU", None),
        ("262", "numeric", "1977-06-27", "AIDJ", "DJ"),
        ("280", "numeric", "1990-10-03", "DE", None),
        ("255", "cow", "1871-01-18", "PRUS", "DE"),
        ("255", "cow", "1945-05-09", "DE", None),
        ("255", "cow", "1990-10-03", None, "DE"),
        ("255", "gw", "1945-05-08", "DE", None),
        ("260", "gw", "1949-09-21", "DE", "DE"),
        ("265", "cow", "1990-10-03", "DD", None),
        ("325", "gw", "1861-03-17", "SARD", "IT"),
        ("340", "gw", "2006-06-05", None, "RS"),
        ("345", "cow", "1918-12-01", "RS", "YU"),
        ("345", "gw", "2003-02-04", "YU", "CSXX"),
        ("345", "cow", "2006-06-05", "CSXX", "RS"),
        ("345", "gw", "2006-06-05", "CSXX", None),
        ("365", "cow", "1917-11-07", "RUEMP", "RSFSR"),
        ("365", "gw", "1922-12-30", "RSFSR", "SU"),
        ("365", "gw", "1991-12-26", "SU", "RU"),
        ("510", "gw", "1964-04-26", "TANGAN", "TZ"),
        ("640", "cow", "1922-11-01", "OTTOM", "TR"),
        ("651", "cow", "1958-02-22", "EG", "UAR"),
        ("678", "gw", "1990-05-22", "YAR", "YE"),
        ("678", "cow", "1990-05-22", "YAR", None),
        ("679", "cow", "1990-05-22", None, "YE"),
        ("710", "gw", "1949-10-01", "ROCHN", "CN"),
        ("China", None, "1912-01-01", "QING", "ROCHN"),
        ("China", None, "1949-10-01", "ROCHN", "CN"),
        ("Republic of China", None, "1949-12-08", None, "TW"),
        ("Korea", None, "1910-08-29", "JOSEON", None),
        ("Vietnam", None, "1945-09-02", None, "VN"),
        ("Turkey", None, "1922-11-01", None, "TR"),
        ("CS", None, "1993-01-01", "CSHH", None),
        ("GE", None, "1991-04-09", None, "GE"),
    ],
)
def test_a_code_or_name_that_was_passed_on_is_read_on_its_day(
    text: str, scheme: Scheme | None, day: str, before: str | None, on_it: str | None
) -> None:
    change = date.fromisoformat(day)

    for on, code in ((change - DAY, before), (change, on_it)):
        if code is None:
            with pytest.raises(UnknownParty):
                resolve(text, on=on, scheme=scheme)
        else:
            assert resolve(text, on=on, scheme=scheme).code == code


# Lives


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("AU", "1901-01-01"),
        ("NZ", "1907-09-26"),
        ("FI", "1917-12-06"),
        ("EE", "1918-02-24"),
        ("EE", "1991-08-20"),
        ("LV", "1918-11-18"),
        ("LV", "1991-08-21"),
        ("LT", "1918-02-16"),
        ("LT", "1991-09-06"),
        ("AT", "1945-04-27"),
        ("ID", "1945-08-17"),
        ("PK", "1947-08-14"),
        ("IN", "1947-08-15"),
        ("IL", "1948-05-14"),
        ("KR", "1948-08-15"),
        ("KP", "1948-09-09"),
        ("DE", "1949-05-23"),
        ("CN", "1949-10-01"),
        ("DD", "1949-10-07"),
        ("TW", "1949-12-08"),
        ("CY", "1960-08-16"),
        ("SY", "1961-09-28"),
        ("DZ", "1962-07-05"),
        ("TZ", "1964-04-26"),
        ("MT", "1964-09-21"),
        ("SG", "1965-08-09"),
        ("BD", "1971-12-16"),
        ("NA", "1990-03-21"),
        ("YE", "1990-05-22"),
        ("BY", "1991-08-25"),
        ("RU", "1991-12-26"),
        ("CZ", "1993-01-01"),
        ("SK", "1993-01-01"),
        ("ER", "1993-05-24"),
        ("PW", "1994-10-01"),
        ("TL", "2002-05-20"),
        ("ME", "2006-06-03"),
        ("RS", "2006-06-05"),
        ("XK", "2008-02-17"),
        ("SS", "2011-07-09"),
        ("EU", "1958-01-01"),
        ("CPTPP", "2018-12-30"),
    ],
)
def test_a_party_exists_from_its_first_day(code: str, day: str) -> None:
    first = date.fromisoformat(day)

    assert not existing(code).existed(first - DAY)
    assert existing(code).existed(first)


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("AUTHUN", "1918-11-12"),
        ("OTTOM", "1922-11-01"),
        ("AT", "1938-03-13"),
        ("LT", "1940-08-03"),
        ("LV", "1940-08-05"),
        ("EE", "1940-08-06"),
        ("DE", "1945-05-09"),
        ("SY", "1958-02-22"),
        ("UAR", "1961-09-28"),
        ("ZANZ", "1964-04-26"),
        ("TANGAN", "1964-04-26"),
        ("RVN", "1975-05-01"),
        ("SEATO", "1977-06-30"),
        ("YD", "1990-05-22"),
        ("YAR", "1990-05-22"),
        ("DD", "1990-10-03"),
        ("SU", "1991-12-26"),
        ("CSHH", "1993-01-01"),
        ("YU", "2003-02-04"),
        ("CSXX", "2006-06-05"),
        ("AN", "2010-10-10"),
        ("NAFTA", "2020-07-01"),
    ],
)
def test_a_party_is_gone_from_the_day_it_ended(code: str, day: str) -> None:
    end = date.fromisoformat(day)

    assert existing(code).existed(end - DAY)
    assert not existing(code).existed(end)


@pytest.mark.parametrize("code", ["US", "GB", "FR", "JP", "CH", "TH", "HK", "PR", "GL"])
def test_old_states_and_areas_have_no_first_day(code: str) -> None:
    assert existing(code).since == date.min
    assert existing(code).existed(date(1816, 1, 1))


def test_japan_has_no_gap_for_the_treaties_of_1951_and_1952() -> None:
    assert not existing("JP").gaps
    assert existing("JP").existed(date(1951, 9, 8))


def test_germany_is_one_party_before_and_after_the_years_without_a_state() -> None:
    germany = existing("DE")

    assert germany.since == date(1871, 1, 18)
    assert germany.gaps == ((date(1945, 5, 9), date(1949, 5, 23)),)
    assert germany.existed(date(1939, 8, 23))
    assert germany.existed(date(1955, 5, 6))
    assert resolve("West Germany", on=date(1955, 5, 6)) is germany
    assert resolve("Germany", on=date(1958, 1, 1)) is germany


@given(codes, days)
def test_a_party_exists_on_the_days_of_its_spans_and_on_no_other(code: str, on: date) -> None:
    assert existing(code).existed(on) == any(
        first <= on < end for first, end in days_of(SPANS[code])
    )


@given(codes, days)
def test_a_party_is_found_by_its_own_id_on_the_days_it_existed(code: str, on: date) -> None:
    found = existing(code)

    if found.existed(on):
        assert meant_by(code, on) == meant_by(code.lower(), on) == (found,)
    else:
        assert found not in meant_by(code, on)


@given(codes, days, st.data())
def test_a_name_means_those_of_its_bearers_that_existed(
    code: str, on: date, data: st.DataObject
) -> None:
    found = existing(code)
    name = data.draw(st.sampled_from([found.name, *found.aliases]))

    meant = meant_by(name, on)

    assert (found in meant) == found.existed(on)
    assert all(one.existed(on) for one in meant)


@given(codes)
def test_without_a_day_an_id_and_a_name_give_the_party_that_bears_them(code: str) -> None:
    found = existing(code)

    assert resolve(code) is resolve(found.name) is resolve(str(found)) is found


# Numbers


@pytest.mark.parametrize(
    ("number", "scheme", "code"),
    [
        ("2", "cow", "US"),
        ("2", "gw", "US"),
        ("840", "numeric", "US"),
        ("840", "cow", "PH"),
        ("4", "numeric", "AF"),
        ("004", "numeric", "AF"),
        ("040", "cow", "CU"),
        ("970", "cow", "NR"),
        ("970", "gw", "KI"),
        ("713", "gw", "TW"),
        ("347", "cow", "XK"),
    ],
)
def test_a_number_is_read_in_its_scheme(number: str, scheme: Scheme, code: str) -> None:
    assert resolve(number, on=date(2010, 1, 1), scheme=scheme).code == code


@pytest.mark.parametrize("number", ["2", "840", "004", "99999", "9" * 5000])
def test_a_number_without_its_scheme_is_refused(number: str) -> None:
    with pytest.raises(AmbiguousParty, match="a number without its scheme"):
        resolve(number, on=TODAY)


def test_the_refusal_of_a_bare_number_says_whom_it_could_mean() -> None:
    with pytest.raises(AmbiguousParty) as refused:
        resolve("840")

    assert str(refused.value) == (
        "'840' is a number without its scheme: United States (US) in numeric, Philippines (PH) "
        "in cow, Philippines (PH) in gw. Say which scheme it is written in: numeric, cow, gw."
    )
    assert [candidate.code for candidate in refused.value.candidates] == ["US", "PH"]


@pytest.mark.parametrize("number", ["412", "900", "999"])
def test_the_numbers_that_lists_make_up_for_kosovo_are_nobodys(number: str) -> None:
    assert existing("XK").numeric is None
    with pytest.raises(UnknownParty, match=f"'{number}' is no party's numeric code"):
        resolve(number, on=TODAY, scheme="numeric")


@pytest.mark.parametrize(
    ("number", "scheme", "day", "code"),
    [
        ("220", "cow", "1943-01-01", "FR"),  # COW: occupied
        ("740", "cow", "1951-09-08", "JP"),
        ("260", "cow", "1954-10-23", "DE"),  # COW: not sovereign before 1955-05-05
        ("732", "cow", "1948-12-12", "KR"),
        ("860", "cow", "2002-05-20", "TL"),
    ],
)
def test_a_number_that_one_party_alone_has_had_is_good_throughout_its_life(
    number: str, scheme: Scheme, day: str, code: str
) -> None:
    assert resolve(number, on=date.fromisoformat(day), scheme=scheme).code == code


def test_a_number_names_nobody_before_its_only_bearer_existed() -> None:
    with pytest.raises(UnknownParty):
        resolve("626", on=date(2011, 7, 8), scheme="cow")


def test_a_number_is_good_on_days_that_its_list_alone_counts() -> None:
    found = resolve("265", on=date(1949, 10, 5), scheme="gw")

    assert found.code == "DD"
    assert not found.existed(date(1949, 10, 5))


# Names


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("South Korea", "KR"),
        ("Republic of Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("ROK", "KR"),
        ("Korea, Democratic People's Republic of", "KP"),
        ("DPRK", "KP"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("EL", "GR"),
        ("america", "US"),
        ("the united states of america", "US"),
        ("U.S.", "US"),
        ("Ivory Coast", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Côte d\u2019Ivoire", "CI"),
        ("Burma", "MM"),
        ("Burma (Myanmar)", "MM"),
        ("Zaire", "CD"),
        ("Swaziland", "SZ"),
        ("Upper Volta", "BF"),
        ("Dahomey", "BJ"),
        ("Rhodesia", "ZW"),
        ("Turkiye", "TR"),
        ("Turkey", "TR"),
        ("Macedonia", "MK"),
        ("Ceylon", "LK"),
        ("Persia", "IR"),
        ("St. Lucia", "LC"),
        ("Trinidad & Tobago", "TT"),
        ("Viet Nam", "VN"),
        ("Micronesia (Federated States of)", "FM"),
        ("Chinese Taipei", "TW"),
        ("Hong Kong, China", "HK"),
        ("Macau", "MO"),
        ("Kosovo (under UNSC res. 1244)", "XK"),
        ("USSR", "SU"),
        ("GDR", "DD"),
        ("Association of Southeast Asian Nations", "ASEAN"),
        ("North Atlantic Treaty Organization", "NATO"),
        ("中国", "CN"),
        ("日本", "JP"),
        ("일본", "JP"),
        ("韩国", "KR"),
        ("韓国", "KR"),
        ("대한민국", "KR"),
        ("朝鲜", "KP"),
        ("北朝鮮", "KP"),
        ("북한", "KP"),
        ("台湾", "TW"),
        ("臺灣", "TW"),
        ("대만", "TW"),
        ("香港", "HK"),
        ("홍콩", "HK"),
        ("澳門", "MO"),
        ("マカオ", "MO"),
    ],
)
def test_a_party_is_found_by_any_of_its_names(name: str, code: str) -> None:
    assert resolve(name).code == code
    assert resolve(f"  {name.upper()} ").code == code


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Niger", "Nigeria"), ("NE", "NG")),
        (("Congo", "Republic of the Congo", "DR Congo"), ("CG", "CG", "CD")),
        (("Congo, The Democratic Republic of the",), ("CD",)),
        (
            ("Guinea", "Equatorial Guinea", "Guinea-Bissau", "Papua New Guinea"),
            ("GN", "GQ", "GW", "PG"),
        ),
        (("Dominica", "Dominican Republic"), ("DM", "DO")),
        (("Sudan", "South Sudan"), ("SD", "SS")),
        (("Samoa", "American Samoa"), ("WS", "AS")),
        (("Ireland", "Iceland"), ("IE", "IS")),
        (("Slovakia", "Slovenia"), ("SK", "SI")),
        (("Serbia", "Kosovo"), ("RS", "XK")),
        (("AU", "African Union", "Austria"), ("AU", "AFU", "AT")),
        (("CH", "CN"), ("CH", "CN")),
    ],
)
def test_those_that_look_alike_are_told_apart(
    names: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert tuple(resolve(name, on=TODAY).code for name in names) == found


def test_korea_by_itself_is_nobody() -> None:
    with pytest.raises(AmbiguousParty) as refused:
        resolve("Korea", on=TODAY)

    assert str(refused.value) == (
        "'Korea' could be North Korea (KP) or South Korea (KR). "
        "Write the code of the one that is meant."
    )
    with pytest.raises(AmbiguousParty, match="or say on which day"):
        resolve("Korea")


def test_two_vietnams_and_two_yemens_share_a_name_while_both_exist() -> None:
    for name in ("Vietnam", "Yemen"):
        with pytest.raises(AmbiguousParty):
            resolve(name, on=date(1970, 1, 1))

    assert resolve("Vietnam", on=date(1976, 1, 1)).code == "VN"
    assert resolve("Yemen", on=date(1990, 5, 22)).code == "YE"


def test_without_a_day_a_code_that_two_parties_had_is_refused_unless_it_is_an_id_of_ours() -> None:
    with pytest.raises(AmbiguousParty, match=r"Czechoslovakia \(CSHH\) or Serbia and Montenegro"):
        resolve("CS")
    with pytest.raises(AmbiguousParty, match=r"Slovakia \(SK\) or Sikkim \(SKIN\)"):
        resolve("SK", scheme="iso2")

    assert resolve("SK").code == "SK"


def test_a_code_is_not_looked_for_in_another_scheme() -> None:
    with pytest.raises(UnknownParty):
        resolve("EL", scheme="iso2")
    with pytest.raises(UnknownParty):
        resolve("USA", scheme="iso2")
    with pytest.raises(UnknownParty):
        resolve("Japan", scheme="iso3")

    assert resolve("EU", scheme="iso2").kind == "body"


# Kinds and bodies


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("JP", "state"),
        ("TW", "state"),
        ("XK", "state"),
        ("SU", "state"),
        ("HK", "area"),
        ("MO", "area"),
        ("PR", "area"),
        ("GL", "area"),
        ("EU", "body"),
        ("WTO", "body"),
    ],
)
def test_states_areas_and_bodies_are_told_apart(code: str, kind: str) -> None:
    assert existing(code).kind == kind


def test_a_body_whose_members_are_in_the_log_names_its_agreement() -> None:
    assert existing("EU").agreement == "agreement/eu"
    assert existing("APEC").agreement == "agreement/apec"
    assert existing("G7").agreement is None
    assert existing("JP").agreement is None
    assert groups() == {
        code: found.agreement for code in SPANS if (found := existing(code)).agreement
    }


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("SU", ["RSFSR"], ["RU", "UA", "BY", "KZ", "EE"]),
        ("CSHH", ["AUTHUN"], ["CZ", "SK"]),
        ("YE", ["YAR", "YD"], []),
        ("DE", ["PRUS", "DD"], []),
        ("WTO", ["GATT"], []),
        ("NAFTA", [], ["USMCA"]),
    ],
)
def test_a_party_knows_those_before_and_after_it(
    code: str, before: list[str], after: list[str]
) -> None:
    assert set(before) <= set(existing(code).predecessors)
    assert set(after) <= set(existing(code).successors)


def test_russia_is_not_the_soviet_union() -> None:
    with pytest.raises(UnknownParty) as refused:
        resolve("Russia", on=date(1960, 1, 1))

    assert str(refused.value) == (
        "'Russia' names no party on 1960-01-01: Russia (RU) existed from 1991-12-26. On that day "
        "there was Soviet Union (SU). Write the code of the party that there was then, or "
        "another day."
    )
    assert refused.value.suggestions == (existing("SU"),)


# What may have been meant


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("Koera", {"KP", "KR"}),
        ("Congo", {"CD", "CG"}),
        ("Germny", {"DE"}),
        ("Nigera", {"NG", "NE"}),
        ("Untied States", {"US"}),
        ("USMAC", {"USMCA"}),
        ("Kyrgistan", {"KG"}),
    ],
)
def test_a_slip_of_the_pen_suggests_what_was_meant(slip: str, meant: set[str]) -> None:
    assert meant <= {found.code for found in suggest(slip)}


def test_what_is_like_no_name_suggests_nothing() -> None:
    assert suggest("Xanadu") == suggest("") == suggest("?!") == suggest("Germny", most=0) == ()


def test_an_unknown_name_is_refused_with_suggestions_and_what_to_write() -> None:
    with pytest.raises(UnknownParty) as refused:
        resolve("Koera")

    assert str(refused.value) == (
        "'Koera' names no party. Did you mean North Korea (KP) or South Korea (KR) or "
        "Korea (before 1910) (JOSEON)? Write its ISO 3166-1 code or name."
    )
    assert refused.value.text == "Koera"
    assert refused.value.exit_code == 3


@given(st.text(max_size=30), st.none() | days)
def test_any_text_means_parties_or_nobody(text: str, on: date | None) -> None:
    assert all(party(one.code) is one for one in meant_by(text, on))


def test_an_id_of_the_log_is_written_exactly() -> None:
    assert party("us") is None
    assert party("") is None
    assert party("US") is resolve("us")
