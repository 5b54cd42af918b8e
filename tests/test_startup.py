"""A command imports what it needs and no more: start-up is most of what it costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import CommandLine

SLOW = {
    "sqlalchemy",
    "pydantic",
    "alembic",
    "rich",
    "icalendar",
    "msgspec",
    "pyarrow",
    "xlsxwriter",
}
"""Packages that take longer to import than most commands take to answer."""

SEEN = """
import json, sys
DIALECTS = {"sqlalchemy.dialects.postgresql"}
from tracker.__main__ import main
sys.argv = ["tracker", *sys.argv[1:]]
try:
    main()
finally:
    found = sorted({name.partition(".")[0] for name in sys.modules} | DIALECTS & {*sys.modules})
    print("\\n" + json.dumps(found), file=sys.stderr)
"""


def imported(*words: str) -> set[str]:
    """The packages, and dialects, that a fresh process has imported once the command is done."""
    done = subprocess.run(
        [sys.executable, "-c", SEEN, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("state", "--help")], ids=" ".join)
def test_the_help_and_the_version_import_nothing_slow(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    assert imported(*words) & SLOW == set()


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "words",
    [
        ("state", "--as-of", "2025-04-05", "--known-by", "2025-03-26"),
        ("state", "--as-of", "2025-04-05", "--format", "json"),
        ("show", "claim/cjk-joint-response", "--as-of", "2025-03-31"),
        ("alliances", "JP", "--as-of", "1960-06-23"),
        ("measures", "--into", "US", "--from", "JP", "--as-of", "2025-04-05"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_question_about_a_day_builds_no_model_and_runs_no_migration(
    cli: CommandLine, words: tuple[str, ...]
) -> None:
    found = imported(*words)

    assert found & SLOW == {"sqlalchemy"}
    assert "sqlalchemy.dialects.postgresql" not in found
    assert not list(cli.folder.glob("*-wal"))


@pytest.mark.usefixtures("tracker")
def test_a_question_writes_nothing_to_the_database(cli: CommandLine) -> None:
    before = cli.db.read_bytes()

    imported("state", "--as-of", "2025-04-05")

    assert cli.db.read_bytes() == before
