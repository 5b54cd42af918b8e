"""The commands that list one kind of subject, the matrix and the network."""

from __future__ import annotations

import json
from pathlib import Path

import networkx
import pytest

from tests.conftest import CommandLine
from tracker.app import Tracker

pytestmark = pytest.mark.usefixtures("shipped")


def test_an_agreement_between_two_is_at_their_stage_and_not_at_its_own(cli: CommandLine) -> None:
    def between(day: str, *words: str) -> dict[str, str]:
        found = cli.ok("agreements", "--between", *words, "--as-of", day, "--format", "json").json
        return {each["agreement"]: each["between"] for each in found["agreements"]}

    assert between("2022-01-31", "JP", "KR")["agreement/rcep"] == "ratified"
    assert between("2022-02-01", "JP", "KR")["agreement/rcep"] == "in-force"
    assert between("2025-01-01", "GB", "CA")["agreement/cptpp"] == "signed"
    assert between("1990-01-01", "US", "NZ")["agreement/anzus"] == "suspended"
    assert "agreement/cptpp" not in between("2025-01-01", "GB", "CA", "--stage", "in-force")


def test_a_bloc_stands_for_those_who_belong_to_it_on_the_day(cli: CommandLine) -> None:
    def ties(day: str) -> set[tuple[str, ...]]:
        found = []
        for pair in ("DE,JP", "GB,JP"):
            asked = ("--parties", pair, "--form", "free-trade-area", "--as-of", day)
            found += cli.ok("matrix", *asked, "--format", "json").json["ties"]
        return {(*tie["pair"], *tie["through"]) for tie in found}

    assert ties("2019-01-31") == set()
    assert ties("2019-02-01") == {("DE", "JP", "EU"), ("GB", "JP", "EU")}
    assert ties("2020-02-01") == {("DE", "JP", "EU"), ("GB", "JP")}


def test_members_that_may_be_are_said_apart(cli: CommandLine) -> None:
    found = cli.ok("members", "apec", "--as-of", "1991-11-15", "--format", "json").json

    assert "CN" not in {each["party"] for each in found["members"]}
    assert {each["party"] for each in found["perhaps"]} == {"CN", "HK", "TW"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("agreements", "--stage", "inforce"), "did you mean in-force?"),
        (("agreements", "--form", "defense-pact"), "did you mean defence-pact?"),
        (("agreements", "--between", "KP", "KP"), "name two parties"),
        (("claims", "--standing", "denyed"), "did you mean denied?"),
        (("matrix", "--parties", "US"), "name two parties or more"),
    ],
)
def test_a_word_that_no_part_may_have_is_refused(
    cli: CommandLine, words: tuple[str, ...], said: str
) -> None:
    found = cli(*words)

    assert found.code == 2
    assert said in found.err


def test_a_party_is_the_one_there_was_on_the_day(cli: CommandLine) -> None:
    gone = cli("alliances", "RU", "--as-of", "1980-01-01")

    assert gone.code == 3
    assert "Soviet Union (SU)" in gone.err
    assert cli.ok("alliances", "CS", "--as-of", "1990-01-01").code == 0


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
    assert header[:4] == ["first", "last", "standing", "meeting"]
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
            read = networkx.node_link_graph(data)
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
