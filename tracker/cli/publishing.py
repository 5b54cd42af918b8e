"""Publishing: a folder that any host of files can serve."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from tracker.cli import options
from tracker.cli.options import coordinate, note, open_tracker
from tracker.errors import BadCommand

if TYPE_CHECKING:
    from collections.abc import Callable


def publish(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to keep up to date.")],
    as_of: options.AsOfDay = None,
    known_by: options.KnownBy = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="What state.html tells changes from; 30 days before --as-of."
        ),
    ] = None,
    party: Annotated[
        list[str] | None,
        typer.Option(
            help="Calendars of this party, and of others that are named; of all when left out."
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where the folder will be served, for addresses in full."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that has other files in it.")
    ] = False,
    db: options.Db = None,
) -> None:
    """Write the state, the events, calendars and a feed into a folder for a web server.

    Run it again to bring the folder up to date: a file that says the same is not touched, and one
    that no longer belongs goes. The files of the state are told for --as-of; left out, they change
    from day to day, and nothing else does without a new event, but for what was called off, which
    leaves the calendars after ninety days.

    \b
    tracker publish public --party JP --party KR --url https://example.org/tracker/
    """
    from tracker.cli import output
    from tracker.cli.briefings import first_day
    from tracker.cli.folders import Folder
    from tracker.cli.questions import party_code
    from tracker.cli.site import Site

    served = _served(url)
    tracker = open_tracker(db)
    codes = sorted({code for each in party or () if (code := party_code(each))})
    at = coordinate(tracker, as_of, known_by)
    pinned = tracker.pinned()
    site = Site(
        tracker,
        at,
        first_day(tracker, since, at.day),
        tuple(codes or tracker.parties()),
        pinned,
        served,
        tracker.stats(),
    )
    kept = Folder(folder, force=force)
    files = site.files()
    with _progress(len(files)) as step:
        for name, pieces in files.items():
            step(name)
            kept.write(name, pieces())
        kept.close()
    same = len(files) + 1 - kept.written
    output.write(
        f"published version {pinned.version} to {folder}: {kept.written} files written, "
        f"{same} unchanged, {kept.removed} removed\n"
    )
    if not site.has_page:
        note(
            "state.html is left out, as so many subjects are no page to be read: state.json and "
            "state.csv have them, and tracker export html --party has those of a party"
        )
    if (now := tracker.pinned().version) != pinned.version:
        note(f"the log grew to version {now} meanwhile: publish again")


def _served(url: str | None) -> str:
    """The address of the folder, with a slash at its end; empty when none was typed."""
    from tracker.exports.markup import is_link

    if url is None:
        return ""
    parts = urlsplit(url) if is_link(url) else None
    if parts is None or not parts.hostname or parts.query or parts.fragment:
        raise BadCommand(f"--url {url} is no address of a folder: write https://example.org/path/")
    return url if url.endswith("/") else f"{url}/"


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """What is told how far it is, if a terminal is there to show it."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=total)
        yield lambda name: shown.update(task, advance=1, description=name)
