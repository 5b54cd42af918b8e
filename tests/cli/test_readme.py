"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CommandLine

README = Path(__file__).parents[2] / "README.md"


def shown() -> Iterator[tuple[str, str]]:
    """The commands in the README whose output stands below them, and that output."""
    for block in re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        for each in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = each.replace("\\\n", " ").partition("\n")
            yield command, output


SHOWN = dict(shown())


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("command", SHOWN)
def test_the_readme_shows_what_is_printed(cli: CommandLine, command: str) -> None:
    """``…`` stands for whatever is left out, and a table in a pipe has tabs for spaces."""
    answer = cli.ok(*shlex.split(command)[1:])

    words = (re.escape(each).replace("…", ".*") for each in SHOWN[command].split())
    printed = " ".join((answer.err + answer.out).split())
    assert re.match(" ?".join(words), printed)


def test_the_readme_has_examples() -> None:
    assert len(SHOWN) >= 7
