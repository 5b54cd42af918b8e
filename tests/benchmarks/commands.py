"""The command ``tracker`` in processes of its own: what somebody at a prompt waits for.

It is started by the script that an installation makes, from the code of this checkout.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.measuring import ROOT, Failed, in_turns, peak_in_mb

SCRIPT = """\
import sys
from tracker.__main__ import main
if __name__ == "__main__":
    sys.exit(main())
"""
DAY = "2025-04-05"


def export(ways: list[list[str]], database: str, output: str) -> dict[str, Any]:
    """Export to a file by the first of *ways* to say it that the command knows.

    Returns:
        The seconds and the most memory that the command took, and the bytes that it wrote;
        no seconds when it knows none of them.
    """
    for words in ways:
        given = ["export", *words, "--output", output, "--force", "--db", database]
        began = perf_counter()
        code, complaint = _run(_command(Path(output).parent, *given), {})
        taken = perf_counter() - began
        if code == 0:
            peak = peak_in_mb(resource.RUSAGE_CHILDREN)
            return {"seconds": taken, "peak": peak, "bytes": Path(output).stat().st_size}
        if code != 2:
            raise Failed(f"tracker {' '.join(given)} ended with exit code {code}: {complaint}")
    return {"seconds": None}


def start_up(folder: str, runs: int) -> dict[str, Any]:
    """Small commands, beside a Python that imports what they are built on: median seconds."""
    there = Path(folder)
    shipped = there / "shipped.db"
    shipped.unlink(missing_ok=True)
    database = {"TRACKER_DB": str(shipped)}
    completion = {"_TRACKER_COMPLETE": "complete_bash", "COMP_WORDS": "tracker st"}
    if "state" not in _said(_command(there), completion | {"COMP_CWORD": "1"}):
        raise Failed("the completion does not know tracker state")
    state = _command(there, "state", "--as-of", DAY)
    _said(state, database)
    taken = in_turns(
        runs,
        typer=_running([sys.executable, "-c", "import typer"]),
        version=_running(_command(there, "--version")),
        completion=_running(_command(there), **completion, COMP_CWORD="1"),
        help=_running(_command(there, "--help")),
        sqlalchemy=_running([sys.executable, "-c", "import typer, sqlalchemy"]),
        state=_running(state, **database),
    )
    return dict(taken)


def first_run(folder: str, runs: int) -> dict[str, Any]:
    """A question that finds no database, and the same again; how many events it loaded."""
    fresh = Path(folder) / "fresh.db"
    words = _command(fresh.parent, "state", "--as-of", DAY)
    again = _running(words, TRACKER_DB=str(fresh))

    def first() -> None:
        fresh.unlink(missing_ok=True)
        again()

    taken = in_turns(runs, first=first, again=again)
    stats = _command(fresh.parent, "stats", "--format", "json")
    return {**taken, "events": json.loads(_said(stats, {"TRACKER_DB": str(fresh)}))["events"]}


def _command(folder: Path, *words: str) -> list[str]:
    script = folder / "tracker"
    if not script.exists():
        script.write_text(SCRIPT)
    return [sys.executable, str(script), *words]


def _environment(more: dict[str, str]) -> dict[str, str]:
    # An installation compiles its modules once, ours as those of the peers.
    unwanted = ("TRACKER_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(unwanted)}
    path = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH", "")]))
    return kept | {"PYTHONPATH": path} | more


def _run(command: list[str], more: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        command,
        env=_environment(more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.strip()


def _running(command: list[str], **more: str) -> Callable[[], object]:
    def run() -> None:
        code, complaint = _run(command, more)
        if code:
            raise Failed(f"{' '.join(command)} ended with exit code {code}: {complaint}")

    return run


def _said(command: list[str], more: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=_environment(more), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout
