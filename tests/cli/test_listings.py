"""The commands that list one kind of subject, the matrix and the network."""

from __future__ import annotations

import json
from pathlib import Path

import networkx
import pytest

from tests.conftest import CommandLine
from tracker.app import Tracker

pytestmark = pytest.mark.usefixtures("shipped")


def test_agreements_between_two_are_those_that_both_are_parties_to(cli: CommandLine) -> None:
    before = cli.ok(
        "agreements", "--between", "JP", "KR", "--form", "free-trade-area", "--stage", "in-force",
        "--as-of", "2022-01-31", "--format", "json",
    )  # fmt: skip

    found = {each["agreement"]: each for each in before.json["agreements"]}
    assert list(found) == ["agreement/rcep"]
    rcep = found["agreement/rcep"]
    assert {"title", "form", "stage", "parties"} <= rcep.keys()
    stages = {party["party"]: party["stage"] for party in rcep["parties"]}
    assert (stages["JP"], stages["KR"]) == ("in-force", "ratified")


def test_talks_say_how_far_they_have_got(cli: CommandLine) -> None:
    def stage(day: str) -> str:
        found = cli.ok("talks", "--party", "JP", "--as-of", day, "--format", "json").json["talks"]
        stages = {each["subject"]: each["stage"] for each in found}
        return str(stages["talks/us-japan-tariffs"])

    assert stage("2025-07-21") == "under-way"
    assert stage("2025-07-22") == "agreed"
    assert stage("2025-09-16") == "concluded"


def test_meetings_are_listed_by_their_day(cli: CommandLine) -> None:
    found = cli.ok("meetings", "--from", "2025-03-22", "--to", "2025-03-30", "--party", "KR")

    header, *rows = found.rows
    assert header[:4] == ["start", "end", "standing", "meeting"]
    assert [row[3] for row in rows] == ["meeting/cjk-fmm-11", "meeting/cjk-etmm-13"]
    assert {row[2] for row in rows} == {"held"}


def test_a_planned_meeting_is_not_held(cli: CommandLine) -> None:
    known = ("--as-of", "2025-05-10", "--known-by", "2025-04-26", "--format", "json")
    found = cli.ok("meetings", "--of", "talks/us-japan-tariffs", *known).json["meetings"]

    stages = {each["subject"]: each["stage"] for each in found}
    assert stages["meeting/us-japan-tariffs-1"] == "held"
    assert stages["meeting/us-japan-tariffs-2"] == "scheduled"


def test_open_commitments_leave_out_those_that_were_met(cli: CommandLine) -> None:
    found = cli.ok("commitments", "--open", "--party", "JP", "--format", "json")

    subjects = {each["subject"]: each["stage"] for each in found.json["commitments"]}
    assert subjects["commitment/us-japan-command-upgrade"] == "under-way"
    assert set(subjects.values()) <= {"made", "under-way", "open"}


def test_an_overdue_commitment_is_open_and_not_broken(cli: CommandLine, tracker: Tracker) -> None:
    def overdue(day: str) -> list[str]:
        found = cli.ok("commitments", "--overdue", "--as-of", day, "--format", "json")
        return [each["subject"] for each in found.json["commitments"]]

    effect = (
        "kind = 'commitment-made', subject = 'commitment/test', title = 'T', by = 'US', "
        "what = 'Something', due = 2020-06-30"
    )
    cli.ok(
        "add", "--title", "Promised", "--occurred", "2020-01-01", "--url", "https://example.org",
        "--reported", "occurred", "--effect", effect,
    )  # fmt: skip

    assert "commitment/test" not in overdue("2020-06-30")
    assert "commitment/test" in overdue("2020-07-01")


def test_claims_can_be_asked_by_their_standing(cli: CommandLine) -> None:
    def denied(day: str) -> list[str]:
        found = cli.ok("claims", "--standing", "denied", "--as-of", day, "--format", "json")
        return [each["subject"] for each in found.json["claims"]]

    assert "claim/cjk-joint-response" not in denied("2025-03-31")
    assert "claim/cjk-joint-response" in denied("2025-04-01")


def test_the_matrix_says_who_is_tied_to_whom_by_what(cli: CommandLine) -> None:
    found = cli.ok("matrix", "--parties", "US,Japan,KR", "--as-of", "2022-01-31")
    after = cli.ok("matrix", "--parties", "US,JP,KR", "--as-of", "2022-02-01")

    assert found.rows[0] == ["", "US", "JP", "KR"]
    assert "us-japan-security-treaty" in found.rows[1][2]
    assert "rcep" not in found.rows[2][3]
    assert "rcep" in after.rows[2][3]
    assert after.rows[2][3] == after.rows[3][2]


# The reader of DOT uses names of its parser that are on their way out.
@pytest.mark.filterwarnings("ignore:.*deprecated")
@pytest.mark.parametrize("graph", ["graphml", "json", "dot"])
def test_the_network_of_a_day_is_read_back_by_networkx(
    cli: CommandLine, graph: str, tmp_path: Path
) -> None:
    file = tmp_path / f"network.{graph}"
    asked = ("--form", "defence-pact", "--as-of", "2024-03-07", "--output", str(file))
    cli.ok("network", "--format", graph, *asked)

    match graph:
        case "graphml":
            read = networkx.read_graphml(file, force_multigraph=True)
        case "json":
            data = json.loads(file.read_text(encoding="utf-8"))
            read = networkx.node_link_graph(data, edges="links")
        case _:
            read = networkx.MultiGraph(networkx.nx_pydot.read_dot(file))

    said = cli.ok(
        "matrix", "--parties", "US,JP,FI,SE", "--form", "defence-pact", "--as-of", "2024-03-07",
        "--format", "json",
    )  # fmt: skip
    nato = [
        (one, other)
        for one, other, edge in read.edges(data=True)
        if edge["agreement"].strip('"') == "agreement/nato"
    ]
    assert len(nato) == 32 * 31 // 2
    for tie in said.json["ties"]:
        assert read.has_edge(*tie["pair"])


def test_an_unknown_party_of_the_matrix_is_refused_with_a_suggestion(cli: CommandLine) -> None:
    found = cli("matrix", "--parties", "US,Japn")

    assert found.code != 0
    assert "Japan" in found.err
    assert found.out == ""
