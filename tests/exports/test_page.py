"""Pages: whatever an entry says is text in them, and they hold what they say they do."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.pages import assert_accessible, assert_harmless, read
from tracker.domain.briefing import Briefing
from tracker.domain.changes import Change, SubjectChanges
from tracker.domain.dates import EVER, FIRST, AsOf
from tracker.domain.merkle import Pinned
from tracker.domain.state import Held, Rival, State, SubjectState
from tracker.domain.told import Told
from tracker.exports import page
from tracker.exports.markup import clean, is_link

EVENT, RIVAL = "2025-03-26-said", "2025-03-27-denied"
DAY = date(2025, 4, 5)

nasty = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "</style><script>x</script>",
        "\"><img src=x onerror='x'>",
        "javascript:alert(1)",
        "&lt;b&gt; &amp;",
        "<!-- -->",
        "]]>",
        "\u202eevil\u202c \u200f",
        "👩‍🚀 東京",
        "a\x00b\x1bc\x85d\ufffe",
        "w" * 80,
        "=HYPERLINK(1)",
    ]
)
texts = st.text(st.characters(codec="utf-8")) | nasty
addresses = texts | st.sampled_from(
    [
        "https://example.org/a?b=c&d='e'",
        "http://example.org/ü",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>x</script>",
        "https://example.org/\x00",
        "https://example.org/\njavascript:x",
        "//example.org/",
        "https://",
    ]
)


def told(name: str, said: str, address: str) -> Told:
    source = {"url": address, "title": said, "publisher": said, "cites": said}
    content = {"title": said, "kind": "report", "occurred": said, "sources": [source]}
    return Told(name, 1, DAY, "2025-04-05T12:00:00.000000+00:00", content)


def held(value: Any, **fields: Any) -> Held:
    return Held(value, FIRST, EVER, EVENT, None, DAY, **fields)


def briefing(said: str, address: str = "https://example.org/a") -> Briefing:
    """A briefing in which everything that an entry may say says this."""
    parts = {
        "title": held(said),
        "statement": held(said, rivals=(Rival(RIVAL, said, FIRST, EVER),)),
        f"position/{said}": held({"position": said, "text": said}),
    }
    claim = SubjectState("claim/it", said, parts, {})
    changed = SubjectChanges(
        "claim/it",
        said,
        None,
        said,
        (Change("statement", "changed", "learned", held("x"), held(said)),),
    )
    events = {name: told(name, said, address) for name in (EVENT, RIVAL)}
    pinned = Pinned(2, "ab" * 32, "2025-04-05T12:00:00.000000+00:00")
    at = AsOf(DAY, at_version=2)
    return Briefing(State(at, (claim,)), AsOf(date(2025, 3, 6)), (changed,), events, pinned, 0)


def written(found: Briefing, asked: str = "") -> bytes:
    return b"".join(page.briefing(found, asked))


@given(texts)
def test_what_an_entry_says_is_text_on_a_page_and_nothing_else(said: str) -> None:
    found = read(written(briefing(said), said))

    assert_harmless(found)
    texts = [each.text for each in found.all("bdi")]
    assert texts.count(clean(said)) >= 5
    assert {each.tag for each in found.all()} == {
        each.tag for each in read(written(briefing("plain"))).all()
    }


@given(addresses)
def test_only_an_address_of_the_web_becomes_a_link(address: str) -> None:
    found = read(written(briefing("said", address)))

    assert_harmless(found)
    links = {each["href"] for each in found.all("a") if not each["href"].startswith("#")}
    assert links == ({address} if is_link(address) else set())
    assert clean(address) in found.one("ol").text


def test_addresses_that_run_something_are_no_links() -> None:
    assert is_link("https://example.org/a?b=c&d='e'")
    assert is_link("http://example.org/ü")
    for address in ("javascript:x", "data:text/html,x", "//example.org", "https://a b", "HTTP://A"):
        assert not is_link(address)
    assert not is_link("https://example.org/\njavascript:x")


def test_a_page_allows_itself_its_own_style_and_nothing_else() -> None:
    found = read(written(briefing("said")))

    policy = found.one("meta", http_equiv="Content-Security-Policy")
    style = found.one("style").text
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"url\(|@import|expression", style)


def test_a_page_can_be_read_by_those_who_do_not_see_it() -> None:
    assert_accessible(read(written(briefing("said"))))


def test_a_page_says_on_every_sheet_of_paper_what_it_speaks_of() -> None:
    found = read(written(briefing("said")))

    foot, style = found.one("footer").text, found.one("style").text
    for said in ("2025-04-05", "version 2", "ab" * 32, "all that was reported so far"):
        assert said in foot
    printed = style[style.index("@media print") :]
    assert re.search(r"footer \{ display: table-footer-group;[^}]*break-inside: avoid", printed)
    assert "@page" in style
    assert "thead { display: table-header-group" in printed
    assert "prefers-color-scheme: dark" in style


def test_a_rival_stands_below_what_it_disagrees_with_and_is_marked_in_words() -> None:
    found = read(written(briefing("said")))

    rows = [[cell.text for cell in row.all()] for row in found.one(id="claim").all("tr")]
    signs = [each.text for each in found.one(id="claim").all("span", class_="sign")]
    assert signs == ["rival"]
    said = [row[0] for row in rows if row[0] == "statement"]
    assert len(said) == 2


def test_the_sources_are_numbered_in_the_order_in_which_they_are_cited() -> None:
    found = read(written(briefing("said")))

    numbers = [each["id"] for each in found.one(id="sources").all("li")]
    # Both events have the same source.
    assert numbers == ["source-1"]
    cites = [each.text for each in found.one(id="claim").all("span", class_="cite")]
    assert set(cites) == {"[1]"}
