"""The workload of the benchmarks is a log that the loader takes, and always the same one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.benchmarks.workload import STEPS, Entry, Workload, parties
from tracker.app import Tracker
from tracker.catalogue import read_entries


def reported(entry: Entry) -> str:
    return str(entry.get("reported") or entry["sources"][0]["published"])


def test_the_loader_takes_a_workload_and_what_is_appended_to_it(
    tracker: Tracker, tmp_path: Path
) -> None:
    workload = Workload(400)
    file = tmp_path / "events.jsonl"
    workload.write(file)

    loaded = tracker.load([file])
    added = tracker.add(read_entries(workload.more(100), "more"))

    assert (loaded.added, loaded.already) == (400, 0)
    assert (added.added, added.version) == (100, 500)


def test_the_same_seed_gives_the_same_bytes_and_another_one_gives_others(tmp_path: Path) -> None:
    written = []
    for number, seed in enumerate((1, 1, 2)):
        file = tmp_path / f"{number}.jsonl"
        Workload(200, seed=seed).write(file)
        written.append(file.read_bytes())

    assert written[0] == written[1] != written[2]


def test_a_workload_is_what_the_budgets_speak_of() -> None:
    entries = list(Workload(4_000).entries())

    subjects = Counter(effect["subject"] for entry in entries for effect in entry["effects"])
    late = [entry for entry in entries if "reported" in entry]
    days = [reported(entry) for entry in entries]
    size = sum(len(json.dumps(entry, separators=(",", ":"))) for entry in entries) / len(entries)
    assert len(subjects) == 400
    assert set(subjects.values()) == {STEPS}
    assert len(set(parties())) == 200
    assert days == sorted(days)
    assert 0.08 < len(late) / len(entries) < 0.12
    assert 550 < size < 650
    assert len({entry["id"] for entry in entries}) == len(entries)


def test_a_workload_is_made_of_whole_subjects() -> None:
    with pytest.raises(ValueError, match="multiple of 200"):
        Workload(1_100)
