"""Files that commands write: whole or not at all, whatever becomes of the disk or the reader."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from pathlib import Path
from threading import Thread

import pytest
from freezegun import freeze_time

from tests.conftest import CommandLine, Stream
from tracker.cli.files import write_file
from tracker.errors import BadCommand

TRACKER = [sys.executable, "-m", "tracker"]
FULL = Path("/dev/full")


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_what_its_pieces_are_together(tmp_path: Path) -> None:
    write_file([b"one, ", b"", b"two"], tmp_path / "out", force=False)

    assert (tmp_path / "out").read_bytes() == b"one, two"
    assert left_in(tmp_path) == ["out"]


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    write_file([b"x"], tmp_path / ("n" * 255), force=False)

    assert left_in(tmp_path) == ["n" * 255]


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCommand, match="cannot be written: File name too long"):
        write_file([b"x"], tmp_path / ("n" * 256), force=False)

    assert left_in(tmp_path) == []


def test_a_folder_that_is_not_there_is_to_be_made_first(tmp_path: Path) -> None:
    with pytest.raises(BadCommand, match=r"there is no folder .*no: make it first"):
        write_file([b"x"], tmp_path / "no" / "out", force=False)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_no_file_to_write_to(tmp_path: Path, force: bool) -> None:
    with pytest.raises(BadCommand, match="it is a folder: name a file in it"):
        write_file([b"x"], tmp_path, force=force)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(BadCommand, match="cannot be written: Permission denied"):
        write_file([b"x"], tmp_path / "out", force=False)


def test_an_export_that_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise BadCommand("no more")

    out = tmp_path / "out"
    out.write_bytes(b"before")

    with pytest.raises(BadCommand, match="no more"):
        write_file(pieces(), out, force=True)

    assert (out.read_bytes(), left_in(tmp_path)) == (b"before", ["out"])


def test_an_export_that_is_interrupted_leaves_nothing_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(pieces(), tmp_path / "out", force=False)

    assert left_in(tmp_path) == []
    assert f"interrupted: {tmp_path / 'out'} was not written" in capsys.readouterr().err


def test_a_file_that_comes_while_another_is_written_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def pieces() -> Iterator[bytes]:
        yield b"ours"
        out.write_bytes(b"theirs")

    with pytest.raises(BadCommand, match="is there already"):
        write_file(pieces(), out, force=False)

    assert (out.read_bytes(), left_in(tmp_path)) == (b"theirs", ["out"])


def test_a_link_stays_a_link_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "there" / "out")

    write_file([b"new"], link, force=False)
    write_file([b"newer"], link, force=True)

    assert link.is_symlink()
    assert (tmp_path / "there" / "out").read_bytes() == b"newer"


def test_a_file_that_is_written_over_may_be_read_by_whom_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"before")
    out.chmod(0o640)

    write_file([b"after"], out, force=True)

    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_a_named_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()

    write_file([b"one, ", b"two"], pipe, force=False)

    reader.join()
    assert read == [b"one, two"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert left_in(tmp_path) == ["pipe"]


@pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("force", [(), ("--force",)], ids=str)
@pytest.mark.usefixtures("tracker")
def test_a_full_device_is_named_and_stays_one(cli: CommandLine, force: tuple[str, ...]) -> None:
    answer = cli("export", "csv", "events", "--output", str(FULL), *force)

    assert answer.code == 2
    assert "tracker: /dev/full cannot be written: No space left on device" in answer.err
    assert FULL.is_char_device()


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx", "jsonl"])
def test_a_disk_that_fills_up_leaves_no_half_file(cli: CommandLine, form: str) -> None:
    def few_bytes() -> None:
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (60_000, 60_000)
        )  # SQLite needs 32 kB for its index

    words = [*TRACKER, "export", form, "events", "--output", "out"]
    before = left_in(cli.folder)

    done = subprocess.run(words, preexec_fn=few_bytes, capture_output=True, text=True, check=False)

    assert done.returncode == 2, done.stderr
    assert "tracker: out cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert [name for name in left_in(cli.folder) if "tracker.db" not in name] == [
        name for name in before if "tracker.db" not in name
    ]


# -- how far it is ------------------------------------------------------------------------


def said(pieces: Iterator[bytes], out: Path, *, terminal: bool, total: int | None = None) -> str:
    """What somebody at a terminal, or a log, is told while a file is written."""
    err = Stream(terminal=terminal)
    with redirect_stderr(err):
        write_file(pieces, out, force=False, total=total)
    return err.said()


def slowly(tick: Callable[[float], object], seconds: float) -> Iterator[bytes]:
    """Three pieces, each of which takes so long."""
    for _ in range(3):
        tick(seconds)
        yield b"x"


def test_what_takes_long_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    with freeze_time("2025-04-03") as clock:
        told = said(slowly(clock.tick, 0.6), tmp_path / "a", terminal=True, total=3)
        uncounted = said(slowly(clock.tick, 0.6), tmp_path / "b", terminal=True)

    assert "2 of 3 rows" in told
    assert "3 rows" in uncounted
    assert " of " not in uncounted.replace("wrote", "")


def test_what_is_soon_done_says_nothing_of_it(tmp_path: Path) -> None:
    with freeze_time("2025-04-03") as clock:
        told = said(slowly(clock.tick, 0.3), tmp_path / "a", terminal=True, total=3)

    assert told == f"wrote {tmp_path / 'a'}\n"


def test_nothing_is_said_of_it_where_nobody_watches(tmp_path: Path) -> None:
    with freeze_time("2025-04-03") as clock:
        told = said(slowly(clock.tick, 60), tmp_path / "a", terminal=False, total=3)

    assert told == f"wrote {tmp_path / 'a'}\n"


@pytest.mark.usefixtures("shipped")
def test_an_export_whose_reader_goes_away_ends_quietly(cli: CommandLine) -> None:
    for words in (("csv", "events"), ("parquet", "state"), ("xlsx", "state"), ("jsonl", "events")):
        with subprocess.Popen(
            [*TRACKER, "export", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            assert running.stdout
            assert running.stderr
            running.stdout.close()
            err = running.stderr.read()

        assert running.returncode == 0, err
        assert b"Traceback" not in err
