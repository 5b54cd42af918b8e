"""Publishing: a folder that says what the log says, and in which nothing moves without a reason."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import frictionless
import pytest
from freezegun import freeze_time

from tests.conftest import CARS, CommandLine, Write, cars, entry, rate
from tests.exports.test_atom import NAMES, assert_required
from tests.pages import assert_accessible, assert_harmless, read
from tracker.app import Tracker
from tracker.cli import site
from tracker.cli.folders import DRAFT, JOURNAL, SUMS, Folder
from tracker.errors import BadCommand

DAY = ("--as-of", "2025-04-05")
KINDS = ("measure", "agreement", "talks", "meeting", "commitment", "claim")


def files(folder: Path) -> dict[str, bytes]:
    """Path → content, of every file below *folder*."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def moments(folder: Path) -> dict[str, tuple[int, int]]:
    """Path → when it was written and which file it is, of every file below *folder*."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.rglob("*")
        if path.is_file()
    }


def assert_sums(folder: Path) -> None:
    """That the sums are those of all files and of no other, in the form of coreutils."""
    found = files(folder)
    lines = found.pop(SUMS).decode().splitlines()
    assert lines == [f"{hashlib.sha256(found[name]).hexdigest()}  {name}" for name in sorted(found)]


@pytest.fixture
def public(cli: CommandLine) -> Path:
    return cli.folder / "public"


@pytest.fixture
def carred(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    """A log in which a tariff on cars was proclaimed, and somebody spoke in Tokyo."""
    spoken = entry("2025-03-27-muto", actors=[{"party": "JP"}], kind="statement")
    cli.ok("load", str(write("cars.toml", cars(), spoken)))


@pytest.mark.usefixtures("shipped")
def test_a_folder_says_what_the_exports_say(cli: CommandLine, public: Path) -> None:
    answer = cli.ok("publish", "public", *DAY, "--party", "JP", "--party", "South Korea")

    found = files(public)
    assert "files written, 0 unchanged, 0 removed" in answer.out
    assert answer.err == "as of 2025-04-05\n"
    assert found["events.csv"].decode() == cli.ok("export", "csv", "events").out
    assert found["events.jsonl"].decode() == cli.ok("export", "jsonl", "events").out
    assert found["state.csv"].decode() == cli.ok("export", "csv", "state", *DAY).out
    assert found["state.html"].decode() == cli.ok("export", "html", *DAY).out
    assert json.loads(found["state.json"]) == cli.ok("state", *DAY, "--format", "json").json
    assert found["calendars/all.ics"].decode() == cli.ok("export", "ics").out
    for code in ("JP", "KR"):
        calendar = cli.ok("export", "ics", "--party", code).out
        assert found[f"calendars/party/{code}.ics"].decode() == calendar
    assert {name for name in found if name.startswith("calendars/")} == {
        "calendars/all.ics",
        "calendars/party/JP.ics",
        "calendars/party/KR.ics",
        *(f"calendars/kind/{kind}.ics" for kind in KINDS),
    }
    assert_sums(public)


@pytest.mark.usefixtures("shipped")
def test_the_page_of_a_folder_links_everything_and_says_what_pins_it(
    cli: CommandLine, public: Path
) -> None:
    cli.ok("publish", "public", *DAY, "--party", "JP")

    page = read((public / "index.html").read_bytes())
    stats, verified = (cli.ok(each, "--format", "json").json for each in ("stats", "verify"))

    assert_harmless(page)
    assert_accessible(page)
    linked = {each["href"] for each in page.all("a")}
    archives = {name for name in files(public) if name.startswith("feed/")}
    assert linked == files(public).keys() - {"index.html"} - archives
    assert {verified["root"]} == {each.text for each in page.one("dl").all("code")}
    for said in (f"version {verified['version']}", f"{stats['subjects']['measure']} measures"):
        assert said in page.one("dl").text
    rows = [[each.text for each in row.all()] for row in page.one(id="coverage").all("tr")][1:]
    assert {row[0]: int(row[1]) for row in rows} == {
        year: counts["events"] for year, counts in stats["years"].items()
    }
    manifest = json.loads((public / "manifest.json").read_text())
    assert (manifest["version"], manifest["root"]) == (verified["version"], verified["root"])
    assert manifest["facts_digest"] == stats["facts_digest"]
    assert set(manifest["files"]) == files(public).keys() - {"manifest.json", SUMS}


@pytest.mark.usefixtures("carred")
def test_a_second_run_with_nothing_new_touches_no_file(cli: CommandLine, public: Path) -> None:
    cli.ok("publish", "public", *DAY)
    before, when = files(public), moments(public)

    answer = cli.ok("publish", "public", *DAY)

    assert (files(public), moments(public)) == (before, when)
    assert f"0 files written, {len(before)} unchanged, 0 removed" in answer.out


@pytest.mark.usefixtures("carred")
def test_another_day_changes_what_is_told_for_a_day_and_nothing_else(
    cli: CommandLine, public: Path
) -> None:
    with freeze_time("2025-04-02 12:00"):
        cli.ok("publish", "public")
    before = files(public)

    with freeze_time("2025-04-03 12:00"):
        cli.ok("publish", "public")

    after = files(public)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"datapackage.json", "state.csv", "state.html", "state.json", SUMS}
    assert after.keys() == before.keys()


@pytest.mark.usefixtures("carred")
def test_one_more_event_changes_only_what_it_is_in(
    cli: CommandLine, public: Path, write: Write
) -> None:
    cli.ok("publish", "public", *DAY)
    before, when = files(public), moments(public)
    cli.ok("load", str(write("x.toml", entry("2025-04-01-seoul", actors=[{"party": "KR"}]))))

    answer = cli.ok("publish", "public", *DAY)

    after = files(public)
    assert after.keys() - before.keys() == {"calendars/party/KR.ics"}
    untouched = {name for name in before if moments(public)[name] == when[name]}
    assert untouched == {name for name in before if after[name] == before[name]}
    assert untouched >= {
        "calendars/party/JP.ics",
        "calendars/party/US.ics",
        *(f"calendars/kind/{kind}.ics" for kind in KINDS),
    }
    assert {"events.csv", "events.jsonl", "feed.atom", "calendars/all.ics", SUMS}.isdisjoint(
        untouched
    )
    assert f"{len(untouched)} unchanged, 0 removed" in answer.out
    assert_sums(public)


@pytest.mark.usefixtures("carred")
def test_what_the_columns_of_the_tables_mean_lies_beside_them(
    cli: CommandLine, public: Path
) -> None:
    cli.ok("publish", "public", *DAY)

    found = files(public)
    said = {each["path"]: each for each in json.loads(found["datapackage.json"])["resources"]}
    assert said.keys() == {"events.csv", "state.csv"}
    for name, each in said.items():
        assert each["hash"] == f"sha256:{hashlib.sha256(found[name]).hexdigest()}"
    assert frictionless.validate(str(public / "datapackage.json")).valid
    assert said["state.csv"]["tracker"]["asked"]["as_of"] == "2025-04-05"


@pytest.mark.usefixtures("carred")
def test_a_correction_moves_the_entry_that_it_corrects_and_is_one_itself(
    cli: CommandLine, public: Path
) -> None:
    cli.ok("publish", "public", *DAY)
    before = {
        each.id: each for each in feedparser.parse((public / "feed.atom").read_bytes()).entries
    }
    cli.ok("correct", CARS, "--title", "A tariff on most cars", "--slip")

    cli.ok("publish", "public", *DAY)

    entries = feedparser.parse((public / "feed.atom").read_bytes()).entries
    after = {each.id: each for each in entries}
    (name,) = after.keys() - before.keys()
    was, now = (each[f"tag:tracker.invalid,2025:{CARS}"] for each in (before, after))
    assert (was.title, now.title) == ("Tariff on cars proclaimed", "A tariff on most cars")
    assert now.published == was.published == was.updated < now.updated == after[name].updated
    links = {each.rel: each.href for each in after[name].links}
    assert links["related"] == now.id
    # The latest word comes first; what it speaks of, next.
    assert [each.id for each in entries] == [name, now.id, *(set(before) - {now.id})]


def documents(folder: Path) -> Iterator[ElementTree.Element]:
    """The documents of the feed from the current one back, as its links lead."""
    path: Path | None = folder / "feed.atom"
    while path:
        feed = assert_required(path.read_bytes())
        yield feed
        links = feed.findall("atom:link[@rel='prev-archive']", NAMES)
        path = path.parent / links[0].attrib["href"] if links else None


def names(feed: ElementTree.Element) -> list[str]:
    return [str(each.text) for each in feed.findall("atom:entry/atom:id", NAMES)]


@pytest.mark.usefixtures("tracker")
def test_the_archives_of_a_feed_never_change_and_miss_nothing(
    cli: CommandLine, public: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "PAGE", 3)
    seen: dict[str, bytes] = {}
    for number in range(1, 14):
        day = f"2025-04-{number:02}"
        if number == 8:
            cli.ok("correct", "2025-04-01-a", "--title", "Corrected", "--slip")
        else:
            cli.ok("load", str(write("e.toml", entry(f"{day}-a", title=f"Event {number}"))))

        cli.ok("publish", "public", "--as-of", "2025-05-01")

        current, *archives = documents(public)
        listed = [name for feed in (current, *archives) for name in names(feed)]
        told = {event["id"] for event in cli.ok("events", "--format", "json").json["events"]}
        assert {name.removeprefix("tag:tracker.invalid,2025:") for name in listed} == told
        kept = {name: found for name, found in files(public).items() if name.startswith("feed/")}
        assert len(kept) == len(archives) == max(0, number // 3 - 1)
        assert seen.items() <= kept.items()
        assert len(names(current)) <= 2 * 3
        seen = kept
        # Whoever reads from the latest back meets what holds of an entry first.
        first: dict[str, ElementTree.Element] = {}
        for feed in (current, *archives):
            for each in feed.findall("atom:entry", NAMES):
                first.setdefault(each.findtext("atom:id", "", NAMES), each)
        title = first["tag:tracker.invalid,2025:2025-04-01-a"].findtext("atom:title", "", NAMES)
        assert title == ("Corrected" if number >= 8 else "Event 1")


@pytest.mark.usefixtures("carred")
def test_addresses_are_in_full_where_it_is_known_where_the_folder_is_served(
    cli: CommandLine, public: Path
) -> None:
    cli.ok("publish", "public", *DAY)
    relative = feedparser.parse((public / "feed.atom").read_bytes())
    cli.ok("publish", "public", *DAY, "--url", "https://example.org/t")
    full = feedparser.parse((public / "feed.atom").read_bytes())

    assert {each.href for each in relative.feed.links} == {"feed.atom", "index.html"}
    assert {each.href for each in full.feed.links} == {
        "https://example.org/t/feed.atom",
        "https://example.org/t/index.html",
    }
    assert [each.id for each in full.entries] == [each.id for each in relative.entries]
    assert full.feed.id == relative.feed.id
    assert "https://example.org/t/calendars/all.ics" in (public / "index.html").read_text()


@pytest.mark.usefixtures("carred")
def test_a_folder_can_go_by_what_was_known_by_a_day(cli: CommandLine, public: Path) -> None:
    cli.ok("publish", "public", *DAY, "--known-by", "2025-03-26")

    found = files(public)

    assert [json.loads(line)["id"] for line in found["events.jsonl"].splitlines()] == [CARS]
    assert len(feedparser.parse(found["feed.atom"]).entries) == 1
    assert b"muto" not in b"".join(found.values())
    assert b"reports up to 2025-03-26" in found["index.html"]


@pytest.mark.usefixtures("carred")
def test_a_state_of_more_than_anybody_reads_is_no_page(
    cli: CommandLine, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.ok("publish", "public", *DAY)
    monkeypatch.setattr(site, "READABLE", 0)

    answer = cli.ok("publish", "public", *DAY)

    assert "state.html is left out" in answer.err
    assert "1 removed" in answer.out
    assert "state.html" not in files(public)
    assert "state.html" not in (public / "index.html").read_text()


# -- whose files they are -------------------------------------------------------------------


@pytest.mark.usefixtures("carred")
def test_what_no_longer_belongs_goes_and_what_others_put_there_stays(
    cli: CommandLine, public: Path
) -> None:
    cli.ok("publish", "public", *DAY)
    mine = ("CNAME", "calendars/party/ZZ.ics", "calendars/mine/x.txt")
    (public / "calendars/mine").mkdir()
    for name in mine:
        (public / name).write_text("mine")

    answer = cli.ok("publish", "public", *DAY, "--party", "US")

    found = files(public)
    assert "1 removed" in answer.out
    assert "calendars/party/JP.ics" not in found
    assert all(found.pop(name) == b"mine" for name in mine)
    sums = found[SUMS].decode()
    assert "ZZ" not in sums
    assert "JP" not in sums


@pytest.mark.usefixtures("carred")
def test_a_file_of_ours_that_somebody_changed_is_not_taken_away(
    cli: CommandLine, public: Path
) -> None:
    cli.ok("publish", "public", *DAY)
    (public / "calendars/party/JP.ics").write_text("mine")

    cli.ok("publish", "public", *DAY, "--party", "US")

    assert (public / "calendars/party/JP.ics").read_text() == "mine"


@pytest.mark.usefixtures("carred")
def test_a_folder_of_other_files_is_refused_unless_forced(cli: CommandLine, public: Path) -> None:
    public.mkdir()
    for name in ("thesis.txt", SUMS, "index.html"):
        (public / name).write_text("mine")

    refused = cli("publish", "public", *DAY)
    kept = files(public)
    forced = cli("publish", "public", *DAY, "--force")

    assert (refused.code, refused.out) == (2, "")
    assert "tracker: public is not empty and was not made by publish" in refused.err
    assert set(kept.values()) == {b"mine"}
    assert len(kept) == 3
    assert forced.code == 0
    assert (public / "thesis.txt").read_text() == "mine"
    assert (public / "index.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.usefixtures("carred")
def test_a_file_of_others_in_the_place_of_ours_is_not_written_over(
    cli: CommandLine, public: Path, write: Write
) -> None:
    cli.ok("publish", "public", *DAY)
    (public / "calendars/party/KR.ics").write_text("mine")
    cli.ok("load", str(write("x.toml", entry("2025-04-01-seoul", actors=[{"party": "KR"}]))))

    answer = cli("publish", "public", *DAY)

    assert answer.code == 2
    assert "public/calendars/party/KR.ics is there and was not made by publish" in answer.err
    assert (public / "calendars/party/KR.ics").read_text() == "mine"


@pytest.mark.usefixtures("carred")
def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    cli: CommandLine, public: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    cli.ok("publish", "public", *DAY, "--party", "US")
    for each in (public / "calendars/party").iterdir():
        each.unlink()
    (public / "calendars/party").rmdir()
    (public / "calendars/party").symlink_to(outside)

    answer = cli("publish", "public", *DAY, "--party", "US")

    assert answer.code == 2
    assert "leads out of public" in answer.err
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../../x", "", ".", "a//b", "a\\..\\x", "c:x", "a\nb", "a/.", "\0"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path / "public", force=False)

    with pytest.raises(BadCommand, match="is no name for a file"):
        folder.write(name, [b"x"])

    assert {path.name for path in tmp_path.rglob("*")} == {"public", JOURNAL}


# -- interrupts -----------------------------------------------------------------------------


@pytest.mark.usefixtures("carred")
@pytest.mark.parametrize("after", [0, 1, 5, 12])
def test_a_run_that_is_interrupted_leaves_whole_files_and_the_next_one_repairs(
    cli: CommandLine, public: Path, write: Write, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    cli.ok("publish", "public", *DAY)
    old = files(public)
    (public / "mine.txt").write_text("mine")
    cli.ok("load", str(write("x.toml", entry("2025-04-01-seoul", actors=[{"party": "KR"}]))))
    cli.ok("publish", "other", *DAY)
    new = files(cli.folder / "other")
    whole, left = Folder.write, [after]

    def interrupted(folder: Folder, name: str, pieces: Iterator[bytes]) -> None:
        left[0] -= 1

        def cut() -> Iterator[bytes]:
            for piece in pieces:
                yield piece[: len(piece) // 2]
                if left[0] < 0:
                    raise KeyboardInterrupt

        whole(folder, name, cut() if left[0] < 0 else pieces)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "write", interrupted)
        stopped = cli("publish", "public", *DAY)

    assert stopped.code == 130
    between = files(public)
    assert between.pop(JOURNAL) is not None
    assert between.pop("mine.txt") == b"mine"
    assert all(found in (old.get(name), new.get(name)) for name, found in between.items())
    assert not list(public.glob(f"{DRAFT}*"))

    # What the first run made and the next has no place for goes, though no sums name it yet.
    cli.ok("publish", "public", *DAY, "--party", "US")
    repaired = files(public)
    assert repaired.pop("mine.txt") == b"mine"
    cli.ok("publish", "other", *DAY, "--party", "US")
    assert repaired == files(cli.folder / "other")


@pytest.mark.usefixtures("carred")
def test_a_first_run_that_was_killed_is_known_by_the_next(cli: CommandLine, public: Path) -> None:
    public.mkdir()
    (public / JOURNAL).write_text("events.csv\n")
    (public / "events.csv").write_text("half")
    (public / f"{DRAFT}1").write_text("half")

    cli.ok("publish", "public", *DAY)

    assert_sums(public)
    assert (public / "events.csv").read_text().startswith("event_id,")


@pytest.mark.usefixtures("carred")
def test_what_a_killed_run_leaves_is_made_whole(cli: CommandLine, public: Path) -> None:
    # Killed in the middle of a file, at whichever moment the machine comes to it.
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-m", "tracker", "publish", "public", *DAY], stderr=subprocess.DEVNULL
        ) as running:
            while not public.exists() or not list(public.glob("*.csv")):
                assert running.poll() is None
            running.kill()

    cli.ok("publish", "public", *DAY)

    assert_sums(public)
    assert not list(public.glob(".*"))


# -- bad input ------------------------------------------------------------------------------


@pytest.mark.usefixtures("carred")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("file",), 2, "file is no folder"),
        (("file/public",), 2, "cannot be written"),
        (("public", "--url", "javascript:x"), 2, "--url javascript:x is no address of a folder"),
        (("public", "--url", "https://example.org/?a"), 2, "is no address of a folder"),
        (("public", "--party", "Atlantis"), 3, "Atlantis"),
        (("public", "--since", "2025-04-06"), 2, "--since 2025-04-06 comes after"),
        (("public", "--as-of", "04/02/2025"), 2, "could be two different days"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_what_cannot_be_published_is_refused_and_leaves_nothing(
    cli: CommandLine, public: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    (cli.folder / "file").write_text("a file and no folder")

    answer = cli("publish", *DAY, *words)

    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert not public.exists()


@pytest.mark.usefixtures("carred")
def test_a_file_that_cannot_be_written_is_named(cli: CommandLine, public: Path) -> None:
    cli.ok("publish", "public", *DAY, "--party", "US")
    (public / "feed.atom").unlink()
    (public / "feed.atom").mkdir()

    answer = cli("publish", "public", *DAY, "--party", "US")

    assert answer.code == 2
    assert "public/feed.atom cannot be written: Is a directory" in answer.err


@pytest.mark.usefixtures("tracker")
def test_an_empty_log_can_be_published(cli: CommandLine, public: Path) -> None:
    cli.ok("publish", "public", *DAY)

    assert_sums(public)
    assert_required((public / "feed.atom").read_bytes())
    assert_accessible(read((public / "index.html").read_bytes()))
    assert json.loads((public / "state.json").read_text())["subjects"] == []


def test_a_log_that_grows_meanwhile_is_said_to_have_grown(
    cli: CommandLine, tracker: Tracker, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    more = write("more.toml", entry("2025-04-04-more", rate(30, since=date(2025, 5, 1))))
    close = Folder.close

    def later(folder: Folder) -> None:
        close(folder)
        tracker.load([cli.folder / more])

    monkeypatch.setattr(Folder, "close", later)
    answer = cli.ok("publish", "public", *DAY)

    assert "the log grew to version 2 meanwhile: publish again" in answer.err
