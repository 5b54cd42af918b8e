"""Atom: what RFC 4287 requires, as readers that are not ours find it."""

from __future__ import annotations

from datetime import date
from typing import Any
from xml.etree import ElementTree

import feedparser
from hypothesis import given

from tests.exports.test_page import addresses, texts
from tracker.domain.told import Published, Told
from tracker.exports import atom
from tracker.exports.markup import clean, is_link

RECORDED = "2025-04-05T12:00:00.000001+00:00"
LATER = "2025-04-06T12:00:00.000000+00:00"
NAMES = {"atom": atom.ATOM, "fh": atom.HISTORY}


def published(event: str, said: str = "Said", updated: str = RECORDED, **more: Any) -> Published:
    standing = {name: more.pop(name) for name in list(more) if name in Told._fields}
    content = {
        "title": said,
        "kind": "order",
        "occurred": "2025-04-03",
        "summary": said,
        "sources": [{"url": "https://example.org/a", "publisher": said}],
        **more,
    }
    return Published(Told(event, 1, date(2025, 4, 3), RECORDED, content, **standing), updated)


def written(*entries: Published, **more: Any) -> bytes:
    usual = {"title": "Events", "name": "events", "links": [("self", "feed.atom")]}
    return atom.feed(entries, **(usual | more))


def assert_required(document: bytes) -> ElementTree.Element:
    """That a feed has what RFC 4287 requires of it (4.1.1, 4.1.2), each as often as it says."""
    feed = ElementTree.fromstring(document)
    assert feed.tag == f"{{{atom.ATOM}}}feed"
    for element in (feed, *feed.findall("atom:entry", NAMES)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"atom:{name}", NAMES)) == 1
        assert len(element.findall("atom:link[@rel='alternate']", NAMES)) <= 1
    assert len(feed.findall("atom:author/atom:name", NAMES)) == 1
    ids = [each.text for each in feed.findall("atom:entry/atom:id", NAMES)]
    assert len(ids) == len(set(ids))
    return feed


@given(texts, addresses)
def test_whatever_an_entry_says_comes_back_as_it_was(said: str, address: str) -> None:
    document = written(published("2025-04-03-a", said, sources=[{"url": address}], tags=["a"]))

    assert_required(document)
    read = feedparser.parse(document, sanitize_html=False)
    assert not read.bozo
    (entry,) = read.entries
    # A reader makes one line break of each of the kinds that there are.  (The other reader also
    # mends what looks like two encodings of one text.)
    title = ElementTree.fromstring(document).findtext("atom:entry/atom:title", "", NAMES)
    assert "".join(title.split()) == "".join(clean(said).split())
    links = {each.href for each in entry.get("links", ()) if each.rel in ("alternate", "via")}
    assert links == ({address} if is_link(address) else set())


def test_an_entry_keeps_its_id_and_when_it_was_published_and_moves_when_it_was_updated() -> None:
    before = published("2025-04-03-a")
    after = published("2025-04-03-a", updated=LATER, corrected_by="2025-04-06-b")

    first, second = (feedparser.parse(written(each)).entries[0] for each in (before, after))

    assert first.id == second.id == "tag:tracker.invalid,2025:2025-04-03-a"
    assert first.published == second.published == "2025-04-05T12:00:00.000001Z"
    assert (first.updated, second.updated) == (first.published, "2025-04-06T12:00:00.000000Z")
    related = [each.href for each in second.links if each.rel == "related"]
    assert related == ["tag:tracker.invalid,2025:2025-04-06-b"]


def test_a_correction_links_to_what_it_corrects_by_its_id() -> None:
    document = written(published("2025-04-06-b", kind="correction", of="2025-04-03-a"))

    (entry,) = feedparser.parse(document).entries

    (link,) = [each for each in entry.links if each.rel == "related"]
    assert link.href == "tag:tracker.invalid,2025:2025-04-03-a"
    assert link.title == "corrects 2025-04-03-a"


def test_what_was_retracted_says_so_in_its_title() -> None:
    document = written(published("2025-04-03-a", "Something", retracted_by="2025-04-06-b"))

    assert feedparser.parse(document).entries[0].title == "Retracted: Something"


def test_a_feed_was_updated_when_its_latest_entry_was() -> None:
    document = written(published("2025-04-03-b", updated=LATER), published("2025-04-03-a"))

    assert feedparser.parse(document).feed.updated == "2025-04-06T12:00:00.000000Z"


def test_a_feed_without_entries_is_still_a_feed() -> None:
    document = written()

    feed = assert_required(document)
    assert feed.findall("atom:entry", NAMES) == []


def test_an_archive_says_that_it_is_one() -> None:
    archive = assert_required(written(published("2025-04-03-a"), archive=True))
    current = assert_required(written(published("2025-04-03-a")))

    assert len(archive.findall("fh:archive", NAMES)) == 1
    assert current.findall("fh:archive", NAMES) == []
