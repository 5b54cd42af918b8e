"""What goods paid on a day as then known: real questions, put to the catalogue in one batch.

Each line of ``rate_questions.jsonl`` is a question with the answer that the fact sheets give:
the total (null where it is open, or the ordinary duty is not known), and the points of every
measure that adds any.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandLine

FILE = Path(__file__).with_name("rate_questions.jsonl")
QUESTIONS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def answers(shipped_once: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Id → answer, of all the questions."""
    line = CommandLine(tmp_path_factory.mktemp("questions"))
    answer = line("rate", "--file", str(FILE), "--db", shipped_once)
    assert answer.code == 0, answer.err
    found = [json.loads(each) for each in answer.out.splitlines()]
    assert [each["id"] for each in found] == [each["id"] for each in QUESTIONS]
    return {each["id"]: each for each in found}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: str(each["id"]))
def test_goods_pay_what_the_sheets_say(question: dict[str, Any], answers: dict[str, Any]) -> None:
    answer = answers[question["id"]]

    charged = {
        each["measure"]: each["points"]
        for each in answer["components"]
        if each["points"] not in ("0", None)
    }

    assert charged == question["points"]
    assert answer["total"] == question["total"]
    assert answer["covered"] is True


@pytest.mark.usefixtures("shipped")
def test_a_part_may_be_certified_for_vehicles_and_a_vehicle_may_not(cli: CommandLine) -> None:
    def offered(product: str) -> set[str]:
        goods = ("--into", "US", "--from", "JP", "--product", product, "--on", "2025-12-20")
        found = cli.ok("rate", *goods, "--format", "json").json["would_change"]
        return {each["value"] for each in found if each["given"] == "claim"}

    certified = {"9903.74.09", "9903.94.07"}

    assert certified <= offered("8708.99.81")
    assert not any(certified & set(each.split(",")) for each in offered("8703.23"))
    assert not any(certified & set(each.split(",")) for each in offered("8704.23"))


def test_no_two_questions_have_one_id() -> None:
    assert len({each["id"] for each in QUESTIONS}) == len(QUESTIONS)
