"""The command line: parse what was typed, ask the one door, show the answer."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tracker import __version__
from tracker.cli import entries, explaining, exporting, listings, options, questions, upkeep
from tracker.errors import BadCommand, TrackerError

EPILOG = (
    "Exit codes: 0 fine (also when nothing was found), 1 your data, 2 your command line, "
    "3 no such thing, 4 the database, 130 interrupted."
)

app = typer.Typer(
    name="tracker",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tracker {__version__}")
        raise typer.Exit


@app.callback()
def root(
    db: options.Db = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """What held on a day, going by what was public on another day, and how we know.

    \b
    tracker state --as-of 2025-04-05 --known-by 2025-03-25
    tracker show measure/us-232-autos --as-of 2025-04-02
    tracker alliances JP --as-of 1955-01-01
    """
    options.remember(db)


for group in (questions, listings, explaining, entries, exporting, upkeep):
    group.register(app)


def run() -> None:
    """The command: a failure that the user can put right is a message and an exit code."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # the shell closed it: >&-
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w"))  # noqa: SIM115
    try:
        for word in sys.argv[1:]:
            if any("\ud800" <= sign <= "\udfff" for sign in word):
                raise BadCommand(f"{word!r} is not UTF-8: write it anew")
        app()
    except TrackerError as error:
        for line in str(error).splitlines():
            options.note(f"tracker: {line}")
        if os.environ.get("TRACKER_DEBUG"):
            raise
        sys.exit(error.exit_code)
    except SystemExit:
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            # The reader of the output went away, which is no failure of the command.
            sys.exit(0)
        raise
    finally:
        options.close_all()
