"""Files that commands write: whole or not at all, and never over another unasked."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import options
from tracker.errors import BadCommand

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to write; standard output."),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]

BUFFER = 1 << 16
"""How many bytes are written to a file at once."""


def write_file(pieces: Iterable[bytes], output: Path | None, *, force: bool) -> None:
    """Write *pieces* as they come: a file whole or not at all.

    Raises:
        BadCommand: the file is there already, or cannot be written.
    """
    if output is None:
        from tracker.cli.output import write_bytes

        write_bytes(pieces)
        return
    if output.exists() and not force:
        raise BadCommand(f"{output} is there already: give another name, or --force")
    draft = output.with_name(f".{output.name}.part")
    try:
        with draft.open("wb", buffering=BUFFER) as file:
            file.writelines(pieces)
        draft.replace(output)
    except OSError as error:
        raise BadCommand(f"{output} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    options.note(f"wrote {output}")
