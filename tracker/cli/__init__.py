"""The command line: parse what was typed, ask the one door, show the answer."""

import os
import signal
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import ClickException

from tracker import __version__
from tracker.cli import options
from tracker.errors import BadCommand, StoreError, TrackerError

EPILOG = (
    "Exit codes: 0 fine (also when nothing was found), 1 your data, 2 your command line, "
    "3 no such thing, 4 the database, 130 interrupted."
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tracker {__version__}")
        raise typer.Exit


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


COMMANDS = {
    "questions": [
        "state",
        "show",
        "events",
        "search",
        "alliances",
        "members",
        "measures",
        "parties",
    ],
    "rates": ["rate", "refunds", "givens"],
    "listings": [
        "agreements",
        "talks",
        "meetings",
        "commitments",
        "claims",
        "matrix",
        "network",
    ],
    "explaining": ["why", "diff", "history", "conflicts", "agenda", "late"],
    "entries": ["load", "check", "add", "correct", "retract", "corroborate"],
    "exporting": ["export"],
    "publishing": ["publish"],
    "proving": ["verify", "checkpoint", "prove", "key", "tail", "backup", "restore"],
    "upkeep": ["rebuild", "stats", "schema"],
    "sharing": ["copy", "roles"],
}
"""Module → its commands, in the order of the help."""


@cache
def build(
    wanted: str | None = None, *, names_only: bool = False, bare: bool = False
) -> typer.Typer:
    """The command line, or as much of it as the command *wanted* needs.

    Making the options of every command takes as long as answering a small question.

    Args:
        names_only: leave out the options of the commands, for the help that lists them.
        bare: leave out what they do as well, for a shell that completes a name.
    """
    app = typer.Typer(
        name="tracker",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        epilog=EPILOG,
    )
    app.callback()(root)
    for module, names in COMMANDS.items():
        some = [name for name in names if wanted in (None, name)]
        if bare:
            for name in names:
                app.command(name)(_nothing)
        elif some:
            found = import_module(f"tracker.cli.{module}")
            for name in some:
                command = getattr(found, name)
                if isinstance(command, typer.Typer):
                    app.add_typer(command)
                elif names_only:
                    app.command(name, help=command.__doc__)(_nothing)
                else:
                    app.command()(command)
    return app


def _nothing() -> None:
    """Stands for a command of which only the name is shown."""


def _wanted(words: Sequence[str]) -> str | None:
    """The command among what was typed; None where all are needed to say what was meant."""
    known = {name for names in COMMANDS.values() for name in names}
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--db":
            skip = True
        elif not word.startswith("-"):
            return word if word in known else None
        elif not word.startswith("--db="):
            return None
    return None


def _completed() -> typer.Typer | None:
    """The command line for a shell that completes what was typed so far; None when none does."""
    if not any(name.endswith("_COMPLETE") for name in os.environ):
        return None
    typed = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    # The last word is the one being typed: it may be the beginning of another command.
    *words, last = typed.split()[1:] or [""]
    words += [last] if typed[-1:].isspace() else []
    wanted = _wanted(words)
    if wanted is not None:
        return build(wanted)
    # Only bash shows names without what they do.
    return build(bare=True) if "COMP_WORDS" in os.environ else build(names_only=True)


def _complain(error: TrackerError) -> None:
    for line in str(error).splitlines():
        options.note(f"tracker: {line}")
    if os.environ.get("TRACKER_DEBUG"):
        raise error
    sys.exit(error.exit_code)


INTERRUPTED = 128 + signal.SIGINT
"""What the library of the command line makes of an interrupt."""

STOPPING = ("SIGTERM", "SIGHUP")
"""Signals by which a service is stopped and a terminal goes away; not every system has both."""


class _Stopping:
    """What stops a command from outside: half done is undone, as when it is interrupted."""

    def __init__(self) -> None:
        self.by: int | None = None
        numbers = [getattr(signal, name) for name in STOPPING if hasattr(signal, name)]
        # One that is ignored, as nohup has it, is to be ignored.
        self.heeded = [each for each in numbers if signal.getsignal(each) == signal.SIG_DFL]
        for number in self.heeded:
            signal.signal(number, self._stop)

    def _stop(self, number: int, _: object) -> None:
        self.by = number
        raise KeyboardInterrupt

    @property
    def code(self) -> int:
        """What a command that was interrupted exits with."""
        return 128 + (self.by or signal.SIGINT)


def run() -> None:
    """The command: a failure that the user can put right is a message and an exit code."""
    stopping = _Stopping()
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # the shell closed it: >&-
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w"))  # noqa: SIM115
    try:
        for word in sys.argv[1:]:
            if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in word):
                raise BadCommand(f"{word!r} is not UTF-8 without a NUL: write it anew")
        words = sys.argv[1:]
        app = _completed() or build(_wanted(words), names_only=words in (["--help"], ["-h"], []))
        code = app(standalone_mode=False)
        sys.exit(stopping.code if code == INTERRUPTED else code if isinstance(code, int) else 0)
    except TrackerError as error:
        _complain(error)
    except ClickException as error:
        # What was typed stands in the message, and a terminal must not obey it.
        said = StringIO()
        error.show(file=said)
        options.note(said.getvalue().rstrip("\n"))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(stopping.code)
    except Exception:
        # Anything else is a defect of ours, unless the log is not what it was.
        if wrong := options.damage():
            _complain(StoreError(wrong))
        raise
    except SystemExit:
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            # The reader of the output went away, which is no failure of the command.
            sys.exit(0)
        raise
    finally:
        # Whatever was to be done is done or undone: an interrupt has nothing left to stop.
        ours = dict.fromkeys(stopping.heeded, signal.SIG_DFL)
        before = {signal.SIGINT: signal.getsignal(signal.SIGINT), **ours}
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        options.close_all()
        for number, handler in before.items():
            signal.signal(number, handler)
