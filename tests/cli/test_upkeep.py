"""Verify, rebuild, stats and schema."""

from __future__ import annotations

import csv
import io
import sqlite3
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import CommandLine, Write, cars, entry
from tracker.app import Tracker


@pytest.mark.usefixtures("shipped")
def test_stats_in_json_have_the_shape_that_others_rely_on(cli: CommandLine) -> None:
    found = cli.ok("stats", "--format", "json").json

    assert set(found) >= {"events", "version", "facts_digest", "facts", "subjects"}
    assert found["events"] == found["version"] == cli.version()
    assert len(found["facts_digest"]) == 64
    assert set(found["subjects"]) == {
        *("agreement", "claim", "commitment", "measure", "meeting", "talks")
    }


@pytest.mark.usefixtures("shipped")
def test_stats_say_the_same_in_every_format(cli: CommandLine) -> None:
    whole = cli.ok("stats", "--format", "json").json

    table = {row[0]: row[1] for row in cli.ok("stats").rows}
    rows = dict(csv.reader(io.StringIO(cli.ok("stats", "--format", "csv").out)))

    for found in (table, rows):
        assert found["events"] == str(whole["events"])
        assert found["facts_digest"] == whole["facts_digest"]


def test_stats_count_lines_and_sources_and_go_year_by_year(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    source = {"url": "https://example.org/b", "publisher": "Another"}
    one = {"url": "https://example.org/a", "publisher": "Example"}
    cli.ok(
        "load",
        str(
            write(
                "m.toml", cars(), entry("2024-05-01-x", sources=[one, source], reported="occurred")
            )
        ),
    )

    found = cli.ok("stats", "--format", "json").json

    assert (found["lines"], found["sources"]) == (1, 3)
    assert found["years"] == {
        "2024": {"events": 1, "sources": 2, "measures": 0, "lines": 0},
        "2025": {"events": 1, "sources": 1, "measures": 1, "lines": 1},
    }
    assert ["2024", "1 events, 2 sources, 0 measures, 0 lines"] in cli.ok("stats").rows


@pytest.mark.usefixtures("tracker")
def test_an_empty_log_has_stats(cli: CommandLine) -> None:
    found = cli.ok("stats", "--format", "json").json

    assert (found["events"], found["version"], found["facts"]) == (0, 0, 0)
    assert found["subjects"] == {}


@pytest.mark.usefixtures("shipped")
def test_a_rebuild_gives_the_same_facts(cli: CommandLine) -> None:
    before = cli.ok("stats", "--format", "json").json

    answer = cli.ok("rebuild")

    assert answer.out == f"facts {before['facts_digest']}\n"
    assert cli.ok("stats", "--format", "json").json == before


def test_facts_that_have_not_seen_the_log_are_not_answered_from_until_a_rebuild(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    before = cli.ok("stats", "--format", "json").json["facts_digest"]
    cli.change("DELETE FROM fact", "DELETE FROM projection")

    refused = cli("state", "--as-of", "2025-04-05")
    rebuilt = cli("rebuild")

    assert (refused.code, refused.out) == (4, "")
    assert "run tracker rebuild" in refused.err
    assert rebuilt.out == f"facts {before}\n"
    assert cli.ok("state", "--as-of", "2025-04-05").rows[1][0] == "measure/cars"


@pytest.mark.usefixtures("tracker")
@pytest.mark.parametrize("statement", ["UPDATE log SET content = '{}'", "DELETE FROM log"])
def test_the_database_itself_refuses_to_rewrite_the_log(
    cli: CommandLine, write: Write, statement: str
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))

    with pytest.raises((sqlite3.Error, psycopg.Error), match="append"):
        cli.places.query(cli.url, statement)

    assert cli.version() == 1


def test_a_schema_is_printed_without_opening_a_database(cli: CommandLine) -> None:
    found = cli.ok("schema").json

    assert found["$schema"].startswith("https://json-schema.org/")
    assert "event" in found["properties"]
    assert not cli.is_there()


def test_the_schema_of_one_entry_can_be_asked_for(cli: CommandLine) -> None:
    found = cli.ok("schema", "event").json

    assert {"Development", "Correction", "Retraction", "Corroboration"} <= set(found["$defs"])


def test_the_schema_names_every_field_and_effect_that_the_catalogue_uses(
    cli: CommandLine, catalogue_files: list[Path]
) -> None:
    definitions = cli.ok("schema").json["$defs"]
    effects = {
        kind: set(each["properties"])
        for each in definitions.values()
        if (kind := each["properties"].get("kind", {}).get("const"))
    }
    fields = set(definitions["Development"]["properties"]) | {"of", "slip", "content"}

    for file in catalogue_files:
        for each in tomllib.loads(file.read_text())["event"]:
            assert set(each) <= fields
            for effect in _effects(each):
                assert set(effect) <= effects[effect["kind"]], file.name


def _effects(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*entry.get("effects", ()), *entry.get("content", {}).get("effects", ())]


def test_a_schema_that_there_is_not_is_refused(cli: CommandLine) -> None:
    answer = cli("schema", "state")

    assert answer.code == 3
    assert answer.out == ""
    assert answer.err == "tracker: there is no schema state: there are catalogue and event\n"


def test_facts_that_have_not_seen_all_of_the_log_are_not_hidden_by_the_next_event(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    tracker.close()
    cli.change("DELETE FROM fact", "UPDATE projection SET version = 0 WHERE name = 'facts'")

    answer = cli("load", str(write("more.toml", entry("2025-03-30-more"))))

    assert answer.code == 4
    assert "the facts are those of version 0 and the log is at 1: run tracker rebuild" in answer.err
    assert cli.version() == 1


@pytest.mark.usefixtures("shipped")
def test_a_log_that_nobody_touched_is_verified(cli: CommandLine) -> None:
    found = cli.ok("verify", "--format", "json").json

    assert found["version"] == cli.version()
    assert len(found["root"]) == 64
    assert found["wrong"] == []
    assert cli.ok("verify", "--format", "json").json == found


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE log SET content = replace(content, '25', '26') WHERE version = 2", "version 2, "),
        ("UPDATE log SET event_id = '2025-01-01-x' WHERE version = 2", "version 2, 2025-01-01-x"),
        ("UPDATE log SET leaf = substr(leaf, 2) WHERE version = 1", "version 1, "),
        ("DELETE FROM log WHERE version = 1", "version 1 is not there: the next is 2"),
    ],
)
def test_an_entry_that_was_changed_is_named(
    cli: CommandLine, tracker: Tracker, write: Write, statement: str, message: str
) -> None:
    cli.ok("load", str(write("m.toml", entry("2025-03-25-first"), cars())))
    tracker.close()
    cli.change(statement)

    answer = cli("verify")

    assert answer.code == 4
    assert message in answer.err
