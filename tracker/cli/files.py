"""Files that commands write: whole or not at all, and never over another unasked.

What takes long says on a terminal how far it is.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import options
from tracker.errors import BadCommand

if TYPE_CHECKING:
    from rich.progress import Progress

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to write; standard output."),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]

BUFFER = 1 << 16
"""How many bytes are written to a file at once."""


def write_file(
    pieces: Iterable[bytes],
    output: Path | None,
    *,
    force: bool,
    total: int | None = None,
    done: Callable[[], int] | None = None,
) -> None:
    """Write *pieces* as they come: a file whole or not at all.

    Args:
        output: standard output when left out.  What is there and no file, such as a pipe,
            is written to as it is.
        total: how many rows there will be, where that is known.
        done: how many there were so far; the pieces are counted when it is left out.

    Raises:
        BadCommand: the file is there already, or cannot be written.
    """
    if output is None:
        from tracker.cli.output import write_bytes

        # On the terminal that shows the rows themselves nothing else needs to be said.
        write_bytes(pieces if sys.stdout.isatty() else _watched(pieces, total, done))
        return
    must_be_free(output, force=force)
    try:
        target = output.resolve()
    except RuntimeError:
        raise BadCommand(f"{output} cannot be written: it is a link to itself") from None
    try:
        with closing(_watched(pieces, total, done)) as watched:
            if is_special(output):
                with output.open("wb", buffering=BUFFER) as file:
                    file.writelines(watched)
            else:
                _write_whole(watched, target, output, force=force)
    except BrokenPipeError:
        raise typer.Exit(0) from None
    except OSError as error:
        raise BadCommand(f"{output} cannot be written: {why(output, error)}") from None
    except KeyboardInterrupt:
        options.note(f"interrupted: {output} was not written")
        raise
    options.note(f"wrote {output}")


def must_be_free(output: Path, *, force: bool) -> None:
    """Refuse an *output* that is there already.

    Raises:
        BadCommand: it is a folder, or a file and not to be written over.
    """
    try:
        if output.is_dir():
            raise BadCommand(f"{output} cannot be written: it is a folder: name a file in it")
        if not force and output.exists() and not is_special(output):
            raise BadCommand(f"{output} is there already: give another name, or --force")
    except OSError as error:
        raise BadCommand(f"{output} cannot be written: {why(output, error)}") from None


def is_special(output: Path) -> bool:
    """Whether it is there and no file: a pipe or a device, which no other can take the place of."""
    try:
        return output.exists() and not output.is_file()
    except OSError:
        return False  # what is wrong is said when it is written


def _write_whole(pieces: Iterable[bytes], target: Path, output: Path, *, force: bool) -> None:
    """Write beside *target* and put it there at the end; links to it stay what they are."""
    draft = target.with_name(f".tracker-{os.getpid()}.part")
    try:
        with draft.open("xb", buffering=BUFFER) as file:
            file.writelines(pieces)
        if target.exists():
            # It may have come while this was being written.
            must_be_free(output, force=force)
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def why(output: Path, error: OSError) -> str:
    """Why *output* cannot be written, and what to do."""
    if isinstance(error, FileNotFoundError):
        return f"there is no folder {output.parent}: make it first"
    if isinstance(error, FileExistsError):
        return f"{error.filename} is in the way: take it away"
    return str(error.strerror or error)


# -- how far it is ------------------------------------------------------------------------

PATIENCE = 1.0
"""Seconds for which nothing is said."""
PACE = 0.1
"""Seconds between two things said."""


def _watched(
    pieces: Iterable[bytes], total: int | None, done: Callable[[], int] | None
) -> Generator[bytes]:
    """*pieces*, of which is said how many there were, on a terminal and when it takes long."""
    if not sys.stderr.isatty():
        yield from pieces
        return
    shown: Progress | None = None
    due = monotonic() + PATIENCE
    try:
        for count, piece in enumerate(pieces, start=1):
            yield piece
            if monotonic() >= due:
                shown = shown or _bar(total)
                rows = done() if done else count
                shown.update(shown.task_ids[0], completed=rows, refresh=True)
                due = monotonic() + PACE
    finally:
        if shown is not None:
            shown.stop()


def _bar(total: int | None) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    known = (BarColumn(), TimeRemainingColumn()) if total else ()
    of = f" of {total:,}" if total else ""
    shown = Progress(
        TextColumn(f"{{task.completed:,}}{of} rows"),
        *known,
        console=Console(stderr=True, no_color="NO_COLOR" in os.environ),
        auto_refresh=False,
        transient=True,
    )
    shown.add_task("", total=total)
    shown.start()
    return shown
