"""Measuring: medians of runs that take turns, and work in processes of its own.

What is compared takes turns in one run, so that whatever else the machine does falls on
both.  Where memory counts, the work is done by a fresh process that does nothing else; it is
started by a process without large imports, because Linux counts the memory of the process
that started it into its peak.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parents[2]


def seconds(work: Callable[[], object]) -> float:
    """How long *work* takes once, in seconds; what was garbage before is collected before."""
    gc.collect()
    began = perf_counter()
    kept = work()
    taken = perf_counter() - began
    del kept
    return taken


def in_turns(runs: int, **sides: Callable[[], object]) -> dict[str, float]:
    """The median time of each of *sides*, in seconds, of *runs* in which they take turns.

    Each is run once before, so that all of them find their files in the cache of the system.
    """
    for work in sides.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, work in sides.items():
            taken[name].append(seconds(work))
    return {name: median(times) for name, times in taken.items()}


def alone(work: str, **given: object) -> dict[str, Any]:
    """What *work*, ``module.function`` of this package, returns in a process of its own.

    Raises:
        Failed: it did not end well.
    """
    command = [sys.executable, "-m", "tests.benchmarks.alone", work, json.dumps(given)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Failed(f"{work} failed with exit code {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if "failed" in found:
        raise Failed(found["failed"])
    return found


def peak_in_mb(whose: int) -> float:
    """The most memory that a process had in use, in MB.

    Args:
        whose: this process, ``resource.RUSAGE_SELF``, or the largest that it waited for.
    """
    # Kilobytes on Linux, bytes on macOS: see getrusage(2) of each.
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    return resource.getrusage(whose).ru_maxrss / unit


class Failed(Exception):
    """What was to be measured did not work."""


def tell(line: str) -> None:
    """Say on standard error how far the run is."""
    print(line, file=sys.stderr, flush=True)
