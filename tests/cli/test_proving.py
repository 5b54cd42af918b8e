"""Checkpoints, proofs and keys: what somebody without our log can check of it."""

from __future__ import annotations

import json
import stat
import sys
from base64 import b64decode, b64encode

import pytest

from tests.conftest import CARS, CommandLine, Write, cars, entry
from tracker.app import Tracker
from tracker.domain import bounds, leaves
from tracker.domain.merkle import leaf_of
from tracker.domain.proofs import Checkpoint

KEY = "example.org/log"


def grown(cli: CommandLine, write: Write, first: int, count: int) -> None:
    """Let the log grow by so many events."""
    more = [entry(f"2025-03-01-n{number}") for number in range(first, first + count)]
    cli.ok("load", str(write(f"from-{first}.toml", *more)))


@pytest.fixture
def vkey(cli: CommandLine) -> str:
    """The public half of a new key, which is in log.key."""
    return cli.ok("key", "log.key", "--name", KEY).out.strip()


@pytest.fixture
def monday(cli: CommandLine, tracker: Tracker, write: Write, vkey: str) -> str:
    """A signed checkpoint of a hundred events; a hundred more came since."""
    grown(cli, write, 0, 100)
    cli.ok("checkpoint", "--sign", "log.key", "--output", "monday.checkpoint")
    grown(cli, write, 100, 100)
    return "monday.checkpoint"


# -- keys ---------------------------------------------------------------------------------------


def test_a_key_can_be_read_by_its_owner_alone_and_is_never_written_over(
    cli: CommandLine, vkey: str
) -> None:
    file = cli.folder / "log.key"

    again = cli("key", "log.key", "--name", KEY)

    assert vkey.startswith(f"{KEY}+")
    assert cli.ok("key", "log.key").out == f"{vkey}\n"
    assert again.code == 2
    assert "log.key is there already: a key is never written over" in again.err
    assert file.read_text().startswith(f"PRIVATE+KEY+{KEY}+")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\tb"])
def test_a_key_has_a_name_without_blanks(cli: CommandLine, name: str) -> None:
    answer = cli("key", "log.key", "--name", name)

    assert (answer.code, answer.out) == (1, "")
    assert "is no name of a key: write it as example.org/log" in answer.err
    assert not (cli.folder / "log.key").exists()


def test_without_the_extra_what_needs_no_key_works(
    cli: CommandLine, tracker: Tracker, vkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)

    signed = cli("checkpoint", "--sign", "log.key")

    assert (signed.code, signed.out) == (2, "")
    assert "signatures need the extra sign: pip install 'tracker[sign]'" in signed.err
    assert cli.ok("checkpoint").out


# -- checkpoints --------------------------------------------------------------------------------


def test_a_checkpoint_has_the_name_the_size_and_the_root(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    grown(cli, write, 0, 3)
    verified = cli.ok("verify", "--format", "json").json

    origin, size, root = cli.ok("checkpoint", "--origin", KEY).out.splitlines()
    named = cli.ok("checkpoint").out.splitlines()[0]
    grown(cli, write, 3, 1)

    assert (origin, size) == (KEY, "3")
    assert root == b64encode(bytes.fromhex(verified["root"])).decode()
    assert cli.ok("checkpoint", "--at-version", "3", "--origin", KEY).out.splitlines() == [
        *(origin, size, root)
    ]
    # Without a name it is called after its first event, so that it stays the same.
    assert cli.ok("checkpoint").out.splitlines()[0] == named
    assert named.startswith("tracker/")


def test_an_empty_log_has_a_checkpoint(cli: CommandLine, tracker: Tracker) -> None:
    found = cli.ok("checkpoint").out

    assert found == "tracker/empty\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("checkpoint", "--at-version", "300"), 3, "the log is at version 200; 300 is not there"),
        (("checkpoint", "--sign", "no.key"), 3, "no.key cannot be read"),
        (("checkpoint", "--sign", "monday.checkpoint"), 1, "monday.checkpoint: it is no private"),
        (("checkpoint", "--sign", "log.key", "--origin", "other"), 2, "called as its key is"),
        (("checkpoint", "--origin", ""), 2, "is no name"),
        (("checkpoint", "--output", "monday.checkpoint"), 2, "is there already"),
        (("prove",), 2, "name an event, or give --consistency OLD NEW"),
        (("prove", "2025-03-01-n1", "--consistency", "1", "2"), 2, "name an event, or give"),
        (("prove", "2025-03-01-n250"), 3, "there is no event 2025-03-01-n250: did you mean"),
        (("prove", "2025-03-01-n150", "--at-version", "100"), 3, "it is version 151"),
        (("prove", "--consistency", "100", "300"), 3, "300 is not there yet"),
        (("prove", "--consistency", "200", "100"), 2, "OLD is the smaller"),
        (("verify", "--against", "no.checkpoint"), 3, "no.checkpoint cannot be read"),
        (("verify", "--against", "log.key"), 1, "log.key: it is no checkpoint"),
        (("verify", "--proof", "monday.checkpoint"), 1, "monday.checkpoint: it is no proof"),
        (("verify", "--against", "monday.checkpoint", "--key", "a+b"), 1, "it is no key"),
        (
            ("verify", "--against", "monday.checkpoint", "--key", "no"),
            3,
            "no is neither a key nor a file",
        ),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_what_cannot_be_told_or_checked_is_refused(
    cli: CommandLine, monday: str, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = cli(*words)

    assert (answer.code, answer.out) == (code, ""), answer.err
    assert said in answer.err


# -- the log against a checkpoint ---------------------------------------------------------------


def test_a_log_that_only_grew_fits_its_checkpoint(cli: CommandLine, monday: str, vkey: str) -> None:
    found = cli.ok("verify", "--against", monday, "--key", vkey, "--format", "json").json

    (held,) = found["against"]
    assert (held["checkpoint"], held["size"], held["holds"]) == (monday, 100, True)
    assert found["version"] == 200


def test_a_past_that_was_changed_does_not_fit_the_checkpoint(
    cli: CommandLine, monday: str, vkey: str
) -> None:
    (cli.folder / "log.vkey").write_text(vkey + "\n")
    cli.change("UPDATE log SET content = replace(content, 'thing', 'think') WHERE version = 42")

    answer = cli("verify", "--against", monday, "--key", "log.vkey")

    assert answer.code == 1
    assert f"{monday}\tdoes not hold" in answer.out
    assert f"{monday}: the first 100 events are not those of the checkpoint" in answer.err
    assert "version 42, 2025-03-01-n41: its content is not what was appended" in answer.err


def test_a_past_that_was_rewritten_with_all_that_hangs_on_it_is_told_from_growth(
    cli: CommandLine, monday: str, vkey: str
) -> None:
    rewritten(cli, 42)

    plain = cli("verify")
    against = cli("verify", "--against", monday, "--key", vkey)

    assert plain.code == 0, plain.err
    assert against.code == 1
    assert "the past was rewritten" in against.err


def test_of_several_checkpoints_the_last_that_holds_tells_where_to_look(
    cli: CommandLine, monday: str
) -> None:
    cli.ok("checkpoint", "--output", "tuesday.checkpoint")
    rewritten(cli, 150)

    answer = cli("verify", "--against", "tuesday.checkpoint", "--against", monday)

    assert answer.code == 1
    assert f"rewritten after version 100, which {monday} bears out" in answer.err
    assert f"{monday}\tholds" in answer.out


def rewritten(cli: CommandLine, version: int) -> None:
    """Change an event, its leaf and the tree: as somebody would who knows what hangs on it."""
    cli.change(
        f"UPDATE log SET content = replace(content, 'thing', 'think') WHERE version = {version}"
    )
    (row,) = cli.places.query(cli.url, f"SELECT * FROM log WHERE version = {version}")
    leaf = cli.places.literal(leaves.leaf_of(*row[:-1]))
    cli.change(f"UPDATE log SET leaf = {leaf} WHERE version = {version}")
    cli.ok("rebuild")


def test_a_checkpoint_of_another_log_is_told_from_a_past_that_was_rewritten(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    other = Checkpoint("tracker/0123456789abcdef", 1, bytes(32))
    write("other.checkpoint", str(other.note()))
    grown(cli, write, 0, 3)

    answer = cli("verify", "--against", "other.checkpoint")

    assert answer.code == 1
    assert "it is of tracker/0123456789abcdef and this log is tracker/" in answer.err
    assert "rewritten (root" not in answer.err


def test_a_checkpoint_whose_last_event_is_missing_does_not_hold(
    cli: CommandLine, monday: str
) -> None:
    cli.change("DELETE FROM log WHERE version = 100")

    answer = cli("verify", "--against", monday, "--format", "json")

    assert answer.code == 1
    assert [each["holds"] for each in answer.json["against"]] == [False]
    assert f"{monday}: version 100, with which the checkpoint ends, is not there" in answer.err


def test_a_log_that_lost_its_end_is_told_from_one_that_was_rewritten(
    cli: CommandLine, monday: str
) -> None:
    cli.change("DELETE FROM log WHERE version > 90")
    cli("rebuild")

    answer = cli("verify", "--against", monday)

    assert answer.code == 1
    assert "the log holds 90 events and the checkpoint is of 100: 10 of them are gone" in answer.err


def test_a_checkpoint_that_another_signed_or_that_was_changed_is_refused(
    cli: CommandLine, monday: str, vkey: str
) -> None:
    other = cli.ok("key", "other.key", "--name", KEY).out.strip()
    text = (cli.folder / monday).read_text()
    (cli.folder / "changed.checkpoint").write_text(text.replace("\n100\n", "\n99\n"))

    by_other = cli("verify", "--against", monday, "--key", other)
    changed = cli("verify", "--against", "changed.checkpoint", "--key", vkey)
    unsigned = cli("verify", "--against", monday)

    assert by_other.code == changed.code == 1
    assert "it is not signed by example.org/log" in by_other.err
    assert "the signature of example.org/log is not that of this text" in changed.err
    assert unsigned.code == 0
    assert "no signature was checked" in unsigned.err


def test_a_checkpoint_is_not_written_over_one_that_the_log_does_not_continue(
    cli: CommandLine, monday: str
) -> None:
    again = ("checkpoint", "--sign", "log.key", "--output", monday, "--force")
    before = (cli.folder / monday).read_text()
    rewritten(cli, 42)

    refused = cli(*again)

    assert refused.code == 1
    assert "does not begin with the 100 of the checkpoint" in refused.err
    assert (cli.folder / monday).read_text() == before


def test_a_checkpoint_is_written_over_an_earlier_one(cli: CommandLine, monday: str) -> None:
    cli.ok("checkpoint", "--sign", "log.key", "--output", monday, "--force")

    assert (cli.folder / monday).read_text().splitlines()[1] == "200"


# -- proofs, without the log ----------------------------------------------------------------------


def test_a_proof_that_an_event_is_there_can_be_checked_without_the_log(
    cli: CommandLine, monday: str, vkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.ok("prove", "2025-03-01-n7", "--checkpoint", monday, "--output", "n7.tlog-proof")
    monkeypatch.setenv("TRACKER_DB", "/dev/null/none.db")

    words = ("verify", "--proof", "n7.tlog-proof", "--key", vkey, "--format", "json")
    found = cli.ok(*words).json

    assert (found["event"], found["version"], found["size"]) == ("2025-03-01-n7", 8, 100)
    assert found["content"]["title"] == "Something is decided"
    assert found["recorded"].endswith("+00:00")


def test_a_proof_of_which_anything_was_changed_is_refused(
    cli: CommandLine, monday: str, vkey: str
) -> None:
    text = cli.ok("prove", "2025-03-01-n7", "--sign", "log.key").out
    (cli.folder / "other.tlog-proof").write_text(text.replace("index 7", "index 6"))
    (cli.folder / "unsigned.tlog-proof").write_text(text[: text.index("\n— ")])

    moved = cli("verify", "--proof", "other.tlog-proof", "--key", vkey)
    unsigned = cli("verify", "--proof", "unsigned.tlog-proof", "--key", vkey)

    assert (moved.code, moved.out) == (1, "")
    assert "other.tlog-proof: the event is not number 7 of the 200" in moved.err
    assert (unsigned.code, unsigned.out) == (1, "")
    assert "is not signed by example.org/log" in unsigned.err


def test_what_was_changed_is_not_proven(cli: CommandLine, monday: str) -> None:
    cli.change("UPDATE log SET content = replace(content, 'thing', 'think') WHERE version = 8")

    answer = cli("prove", "2025-03-01-n7")

    assert (answer.code, answer.out) == (4, "")
    assert "run tracker verify, which names what was changed" in answer.err


@pytest.mark.parametrize("name", ["checkpoint", "tlog-proof"])
def test_a_file_without_end_is_read_no_further_than_a_proof_is_long(
    cli: CommandLine, name: str
) -> None:
    (cli.folder / f"long.{name}").write_bytes(b"x" * (bounds.FILE + 1))
    option = "--proof" if name == "tlog-proof" else "--against"

    answer = cli("verify", option, f"long.{name}")

    assert (answer.code, answer.out) == (1, "")
    assert "is longer than 8 MB and no text of ours" in answer.err


def test_a_proof_for_another_checkpoint_is_no_proof_for_this_one(
    cli: CommandLine, monday: str
) -> None:
    cli.ok("prove", "2025-03-01-n7", "--sign", "log.key", "--output", "n7.tlog-proof")

    answer = cli("verify", "--proof", "n7.tlog-proof", "--against", monday)

    assert answer.code == 1
    assert "it is a proof for another checkpoint, of 200 events" in answer.err


def test_an_event_is_proven_in_the_log_as_it_was(cli: CommandLine, monday: str) -> None:
    cli.ok(
        *("prove", "2025-03-01-n7", "--version", "100", "--sign", "log.key"),
        *("--output", "n7.tlog-proof"),
    )

    found = cli.ok("verify", "--proof", "n7.tlog-proof", "--against", monday)

    assert "size\t100\n" in found.out


def test_a_proof_that_the_log_only_grew_can_be_checked_without_it(
    cli: CommandLine, monday: str, vkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("prove", "--consistency", "100", "200", "--sign", "log.key")
    cli.ok(*words, "--output", "growth")
    monkeypatch.setenv("TRACKER_DB", "/dev/null/none.db")

    found = cli.ok("verify", "--proof", "growth", "--against", monday, "--key", vkey)
    alone = cli("verify", "--proof", "growth", "--key", vkey)

    assert "old\t100\n" in found.out
    assert "size\t200\n" in found.out
    assert alone.code == 2
    assert "name the checkpoint that it grew from with --against" in alone.err


def test_growth_from_a_past_that_was_rewritten_cannot_be_proven(
    cli: CommandLine, monday: str, vkey: str
) -> None:
    rewritten(cli, 42)
    cli.ok("prove", "--consistency", "100", "200", "--sign", "log.key", "--output", "growth")

    answer = cli("verify", "--proof", "growth", "--against", monday, "--key", vkey)

    assert (answer.code, answer.out) == (1, "")
    assert "the 200 events do not begin with the 100 of the checkpoint" in answer.err


def test_a_line_of_tail_is_what_is_proven(cli: CommandLine, monday: str) -> None:
    line = cli.ok("tail", "--after", "7", "--format", "jsonl").out.splitlines()[0]
    proof = cli.ok("prove", "2025-03-01-n7").out.splitlines()

    extra = proof[1].removeprefix("extra ")
    assert b64decode(extra) == line.encode()
    ((leaf,),) = cli.places.query(cli.url, "SELECT leaf FROM log WHERE version = 8")
    assert leaf_of(line.encode()) == leaf


# -- facts and the catalogue ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE fact SET value = '26' WHERE part = 'line/all'", "facts are not those of the log"),
        ("DELETE FROM fact WHERE part = 'title'", "first at measure/cars title"),
        ("DELETE FROM mention WHERE what = 'party'", "the mentions are not those of the log"),
        ("UPDATE projection SET version = 0", "the facts are those of version 0"),
        ("INSERT INTO stake VALUES ('ZZ', 'measure/cars')", "the stakes are not those of the log"),
    ],
)
def test_facts_that_are_not_those_of_the_log_are_found(
    cli: CommandLine, tracker: Tracker, write: Write, statement: str, named: str
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    cli.ok("verify")
    cli.change(statement)

    answer = cli("verify")

    assert answer.code == 4
    assert named in answer.err
    assert "run tracker rebuild" in answer.err
    assert cli("verify", "--no-facts").code == 0
    cli.ok("rebuild")
    cli.ok("verify", "--facts")


STRAY = {
    "sqlite": "INSERT INTO words (rowid, title, rest) VALUES (2, 'stray', '')",
    "postgresql": "INSERT INTO words VALUES (2, to_tsvector('simple', 'stray'))",
}
OTHER = {
    "sqlite": "INSERT INTO words (rowid, title, rest) VALUES (1, 'other', '')",
    "postgresql": "UPDATE words SET found = to_tsvector('simple', 'other')",
}


@pytest.mark.parametrize("statement", [STRAY, OTHER], ids=["stray", "other"])
def test_words_that_are_not_those_of_the_log_are_found(
    cli: CommandLine, tracker: Tracker, write: Write, engine: str, statement: dict[str, str]
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))
    cli.change(statement[engine])

    answer = cli("verify")

    assert answer.code == 4
    assert "the words are not those of the log, first at " in answer.err
    cli.ok("rebuild")
    cli.ok("verify", "--facts")


@pytest.mark.usefixtures("shipped")
def test_a_log_that_has_the_catalogue_fits_it(cli: CommandLine) -> None:
    found = cli.ok("verify", "--catalogue", "--no-facts", "--format", "json").json

    assert found["catalogue"] == []


def test_a_log_that_lacks_some_of_the_catalogue_is_told(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))

    answer = cli("verify", "--catalogue")

    assert answer.code == 1
    assert "of the catalogue is not in the log: run tracker load" in answer.err
    assert CARS not in answer.err


def test_verify_says_the_same_in_every_format(
    cli: CommandLine, tracker: Tracker, write: Write
) -> None:
    cli.ok("load", str(write("cars.toml", cars())))

    whole = json.loads(cli.ok("verify", "--format", "json").out)
    rows = dict(line.split("\t") for line in cli.ok("verify").out.splitlines())

    assert rows == {
        "what": "value",
        "version": "1",
        "root": whole["root"],
        "facts": "compared",
    }
    assert (whole["version"], whole["wrong"], whole["facts"]) == (1, [], True)


# -- the root in answers --------------------------------------------------------------------------


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "words",
    [
        ("state", "measure/us-232-autos"),
        ("show", "measure/us-232-autos"),
        ("show", "2025-03-26-us-232-autos-proclaimed"),
        ("events", "--party", "KR", "--from", "2025-03"),
        ("search", "Akazawa"),
        ("alliances", "JP"),
        ("members", "cptpp"),
        ("measures", "--into", "US", "--from", "JP"),
        ("agreements", "--between", "JP", "KR"),
        ("why", "measure/us-232-autos", "line/all"),
        ("history", "agreement/rcep"),
        ("agenda", "--from", "2025-04-01", "--to", "2025-05-01"),
        ("conflicts",),
        ("late",),
        ("rate", "--into", "US", "--from", "JP", "--product", "8703.23", "--on", "2025-08-20"),
        ("givens",),
    ],
    ids=" ".join,
)
def test_an_answer_in_json_says_the_root_of_the_log_it_was_computed_from(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    checked = cli.ok("verify", "--no-facts", "--format", "json").json

    found = cli.ok(*words, "--format", "json").json["as_of"]

    assert (found["at_version"], found["root"]) == (checked["version"], checked["root"])


@pytest.mark.usefixtures("shipped")
def test_what_is_counted_of_a_log_says_its_root(cli: CommandLine) -> None:
    checked = cli.ok("verify", "--no-facts", "--format", "json").json

    assert cli.ok("stats", "--format", "json").json["root"] == checked["root"]


@pytest.mark.usefixtures("shipped")
def test_an_answer_at_a_version_says_the_root_of_that_version(cli: CommandLine) -> None:
    found = cli.ok("diff", "--at-version", "100..200", "--format", "json")

    for side, version in (("before", "100"), ("after", "200")):
        root = cli.ok("checkpoint", "--at-version", version).out.splitlines()[2]
        said = bytes.fromhex(found.json[side]["root"])
        assert b64encode(said).decode() == root


@pytest.mark.usefixtures("shipped")
def test_every_answer_of_a_file_of_questions_says_the_root(cli: CommandLine) -> None:
    asked = {"into": "US", "from": "JP", "product": "8703.23", "on": "2025-08-20"}
    (cli.folder / "asked.jsonl").write_text(f"{json.dumps(asked)}\n" * 3)
    root = cli.ok("verify", "--no-facts", "--format", "json").json["root"]

    lines = cli.ok("rate", "--file", "asked.jsonl").out.splitlines()

    assert [json.loads(line)["as_of"]["root"] for line in lines] == [root] * 3
