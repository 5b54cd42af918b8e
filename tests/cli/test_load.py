"""Loading and checking: all of it or nothing, and nothing twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.conftest import CARS, EVERY_CAR, MEASURE, CommandLine, Write, cars, entry, rate
from tracker.app import Tracker


def digest(cli: CommandLine) -> str:
    return str(cli.ok("stats", "--format", "json").json["facts_digest"])


def test_a_load_says_how_many_events_it_added(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    file = write("two.toml", cars(), entry("2025-03-27-more"))

    answer = cli.ok("load", str(file))

    assert answer.out == "added 2 events, 0 already there; the log is at version 2\n"
    assert answer.err == ""
    assert cli.version() == 2


def test_loading_twice_changes_nothing(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    file = write("cars.toml", cars())
    cli.ok("load", str(file))
    before = digest(cli)

    answer = cli.ok("load", str(file))

    assert answer.out == "added 0 events, 1 already there; the log is at version 1\n"
    assert digest(cli) == before


def test_an_entry_that_is_written_otherwise_and_says_the_same_is_the_same(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    reworded = cars().replace("rate = 25", 'rate = "25.0"').replace('"all"', "'all'")

    answer = cli.ok("load", str(write("again.toml", "# The same, in other words.\n", reworded)))

    assert "1 already there" in answer.out


def test_the_same_id_with_other_content_is_refused_and_the_difference_is_shown(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    other = cars().replace("rate = 25", "rate = 20").replace("Tariff on cars p", "Tariffs p")

    answer = cli("load", str(write("other.toml", other, entry("2025-03-27-more"))))

    assert answer.code == 1
    assert answer.out == ""
    lines = answer.err.splitlines()
    assert lines[0] == (f"tracker: other.toml:1: {CARS} is already in the log, with other content:")
    assert '"25" in the log, "20" here' in answer.err
    assert '"Tariff on cars proclaimed" in the log, "Tariffs proclaimed" here' in answer.err
    assert f"tracker correct {CARS}" in lines[-1]
    assert cli.version() == 1


def test_a_field_that_is_only_on_one_side_shows_in_the_difference(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("one.toml", entry("2025-03-26-x", summary="Long ago."))))

    answer = cli("load", str(write("other.toml", entry("2025-03-26-x", place="Washington"))))

    assert answer.code == 1
    assert 'summary: "Long ago." in the log, nothing here' in answer.err
    assert 'place: nothing in the log, "Washington" here' in answer.err


def test_of_lists_only_what_one_of_them_has_shows_in_the_difference(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("one.toml", entry(CARS, MEASURE, EVERY_CAR, rate(20)))))
    later = rate(40, since=date(2025, 5, 1))

    answer = cli("load", str(write("two.toml", entry(CARS, MEASURE, EVERY_CAR, rate(30), later))))

    said = [line for line in answer.err.splitlines() if "effects" in line]
    assert [line.split(":")[1].strip() for line in said] == ["effects.2", "effects.2", "effects.3"]
    assert said[0].endswith("in the log, nothing here")
    assert '"rate": "40"' in said[2]
    assert "nothing in the log" in said[2]


def test_of_a_long_value_only_the_beginning_shows_in_the_difference(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("one.toml", entry("2025-03-26-x", summary="Long ago. " * 200))))

    answer = cli("load", str(write("other.toml", entry("2025-03-26-x"))))

    assert len(answer.err) < 800
    assert "Long ago." in answer.err


def test_every_entry_that_has_changed_is_named(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    ids = ["2025-03-26-x", "2025-03-27-y"]
    cli.ok("load", str(write("one.toml", *map(entry, ids))))

    answer = cli("load", str(write("two.toml", *(entry(each, place="Rome") for each in ids))))

    assert answer.code == 1
    assert [each in answer.err for each in ids] == [True, True]
    assert cli.version() == 2


def test_files_may_refer_to_one_another_in_any_order(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    raised = entry("2025-03-30-cars-raised", rate(50, since=date(2025, 5, 1)))
    second, first = write("a-second.toml", raised), write("b-first.toml", cars())

    answer = cli.ok("load", str(second), str(first))

    assert answer.out.startswith("added 2 events")


def test_a_folder_stands_for_the_toml_files_in_it(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    (cli.folder / "mine").mkdir()
    write("mine/cars.toml", cars())
    write("mine/more.toml", entry("2025-03-27-more"))
    write("mine/notes.txt", "no entry")

    answer = cli.ok("load", "mine")

    assert answer.out.startswith("added 2 events")


def test_the_catalogue_loaded_in_reverse_gives_the_same_facts_and_so_after_a_rebuild(
    cli: CommandLine, shipped: Tracker, catalogue_files: list[Path]
) -> None:
    other = str(cli.folder / "reversed.db")
    cli.ok("--db", other, "load", *map(str, reversed(catalogue_files)))

    in_reverse = cli.ok("--db", other, "stats", "--format", "json").json
    rebuilt = cli.ok("--db", other, "rebuild").out

    assert in_reverse["facts_digest"] == digest(cli)
    assert in_reverse["events"] == shipped.stats()["events"]
    assert rebuilt == f"facts {in_reverse['facts_digest']}\n"


@pytest.mark.usefixtures("shipped")
def test_loading_the_shipped_catalogue_again_adds_nothing(cli: CommandLine) -> None:
    before = cli.version()

    answer = cli.ok("load")

    assert answer.out.startswith(f"added 0 events, {before} already there")
    assert cli.version() == before


def test_a_dry_run_of_a_load_adds_nothing(cli: CommandLine, tracker: Tracker, write: Write) -> None:
    file = str(write("cars.toml", cars()))

    answer = cli.ok("load", "--dry-run", file)

    assert answer.out.endswith("would add 1 event, 0 already there\n")
    assert cli.version() == 0
    assert cli.ok("load", file).out.startswith("added 1 event,")


def test_a_dry_run_of_a_load_does_not_claim_a_version_that_the_log_has_not(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    answer = cli.ok("load", "--dry-run", str(write("cars.toml", cars())))

    assert "the log is at version 1" not in answer.out


def test_a_check_adds_nothing_and_says_what_a_load_would_add(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    both = str(write("both.toml", cars(), entry("2025-03-27-more")))

    answer = cli.ok("check", both)

    assert answer.out == "nothing is wrong: 1 event to add, 1 already there\n"
    assert cli.version() == 1


def test_a_check_refuses_what_a_load_refuses_in_the_same_words(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    bad = str(write("bad.toml", entry("2025-03-26-x", rate(-5), colour="red")))

    checked, loaded = cli("check", bad), cli("load", bad)

    assert checked.code == loaded.code == 1
    assert checked.err.startswith(loaded.err)
    assert cli.version() == 0


def test_the_shipped_catalogue_has_nothing_wrong_with_it(cli: CommandLine) -> None:
    answer = cli.ok("check")

    assert answer.out.startswith("nothing is wrong: 0 events to add")


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("command", ["load", "check"])
def test_a_file_that_is_not_there_is_named(cli: CommandLine, command: str) -> None:
    answer = cli(command, "nowhere.toml")

    assert answer.code == 3
    assert answer.out == ""
    assert answer.err == (
        "tracker: nowhere.toml is not there: give a TOML file of events, or a folder of them\n"
    )


def test_a_file_that_is_not_there_keeps_the_others_out(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    answer = cli("load", str(write("cars.toml", cars())), "nowhere.toml")

    assert answer.code == 3
    assert cli.version() == 0


def test_the_same_file_given_twice_is_loaded_once(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    file = str(write("cars.toml", cars()))

    answer = cli.ok("load", file, file)

    assert answer.out.startswith("added 1 event,")


@pytest.mark.parametrize("content", ["", "# Nothing yet.\n", "\ufeff"])
def test_a_file_without_entries_adds_nothing_and_is_no_error(
    cli: CommandLine, tracker: Tracker, write: Write, content: str
) -> None:
    answer = cli.ok("load", str(write("empty.toml", content)))

    assert answer.out.startswith("added 0 events")


def test_a_file_that_begins_with_a_byte_order_mark_is_read(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    answer = cli.ok("load", str(write("cars.toml", "\ufeff" + cars())))

    assert answer.out.startswith("added 1 event")


# -- the first command of all ---------------------------------------------------------------


def test_the_first_question_creates_the_database_and_loads_the_catalogue(
    cli: CommandLine, catalogue_files: list[Path]
) -> None:
    answer = cli.ok("state", "--as-of", "2025-04-05", "--format", "json")

    assert "measure/us-232-autos" in {each["subject"] for each in answer.json["subjects"]}
    assert answer.err.splitlines()[0] == f"created {cli.place} and loaded the catalogue"
    entries = [
        line
        for file in catalogue_files
        for line in file.read_text().splitlines()
        if line.startswith("[[event]]")
    ]
    assert cli.version() == len(entries)


def test_a_load_as_the_first_command_loads_only_what_it_is_given(
    cli: CommandLine, write: Write
) -> None:
    answer = cli.ok("load", str(write("cars.toml", cars())))

    assert answer.out == "added 1 event, 0 already there; the log is at version 1\n"
    assert answer.err == f"created {cli.place}\n"
    assert cli.ok("state", "--as-of", "2025-04-05").rows[1][0] == "measure/cars"
    assert cli.version() == 1


def test_the_database_is_a_file_in_the_users_data_folder_when_none_is_named(
    cli: CommandLine, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_DB")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    answer = cli.ok("load", str(write("cars.toml", cars())))

    (file,) = tmp_path.glob("**/tracker.db")
    assert answer.err == f"created {file}\n"


@pytest.mark.parametrize("where", ["before", "after", "url"])
def test_a_database_named_on_the_command_line_goes_before_the_one_in_the_environment(
    cli: CommandLine, write: Write, where: str
) -> None:
    file, mine = str(write("cars.toml", cars())), cli.folder / "mine.db"
    named = {
        "before": ("--db", "mine.db", "load", file),
        "after": ("load", file, "--db", "mine.db"),
        "url": ("load", file, "--db", f"sqlite:///{mine}"),
    }

    cli.ok(*named[where])

    assert mine.exists()
    assert not cli.is_there()


@pytest.mark.parametrize(
    "words",
    [("load", "bad.toml"), ("load", "--dry-run", "cars.toml"), ("load", "nowhere.toml")],
    ids=" ".join,
)
def test_a_first_load_that_adds_nothing_leaves_the_next_command_the_first(
    cli: CommandLine, write: Write, words: tuple[str, ...]
) -> None:
    write("cars.toml", cars())
    write("bad.toml", entry("2025-03-26-x", colour="red"))
    cli(*words)

    answer = cli.ok("state", "measure/us-232-autos", "--as-of", "2025-04-05")

    assert len(answer.rows) == 2


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize(("kind", "said"), [("ordr", True), ("order", False)])
def test_check_says_what_it_could_not_look_at(
    cli: CommandLine, write: Write, kind: str, said: bool
) -> None:
    unknown = {"kind": "measure-ended", "subject": "measure/unheard-of"}
    file = write("e.toml", entry("2025-03-26-x", unknown, kind=kind))

    answer = cli("check", str(file))

    assert answer.code == 1
    assert ("was not looked at: put these right and check again" in answer.err) is said
    assert ("nothing introduces measure/unheard-of" in answer.err) is not said


@pytest.mark.usefixtures("tracker")
def test_a_dry_run_of_a_load_shows_the_events_that_the_log_lacks(
    cli: CommandLine, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    later = entry("2025-03-27-later", rate(30, since="2025-05-01"))

    answer = cli.ok("load", str(write("both.toml", cars(), later)), "--dry-run")

    assert 'id = "2025-03-27-later"' in answer.out
    assert f'id = "{CARS}"' not in answer.out
    assert "+ measure/cars line/all: +30 %, from 2025-05-01" in answer.out
    assert answer.out.endswith("would add 1 event, 1 already there\n")
    assert cli.version() == 1
