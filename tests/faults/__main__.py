"""Torture: every fault many times, and a table of what was lost.

``python -m tests.faults --runs 100`` lets each kind of fault happen a hundred times, some more
often and some less; ``--seed`` gives other ones.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.faults import Ground, can_mount, file_system_full, happen, kinds
from tests.places import ENGINES, Files, schemas


def main() -> int:
    """Print the table; the exit code is 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--engine", choices=ENGINES, help="one of the engines only")
    given = parser.parse_args()
    lost: list[str] = []
    print(f"seed {given.seed}")
    for engine in [given.engine] if given.engine else ENGINES:
        lost += torture(engine, given.runs, given.seed)
    print("\n".join(lost))
    return 1 if lost else 0


def torture(engine: str, runs: int, seed: int) -> list[str]:
    """Print a row for each kind of fault that may happen to an engine; what was lost."""
    lost: list[str] = []
    print(f"{'fault, on ' + engine:40}{'runs':>8}{'losses':>8}{'seconds':>9}")
    with tempfile.TemporaryDirectory() as folder:
        places = Files(Path(folder)) if engine == "sqlite" else schemas()
        ground = Ground(Path(folder), places)
        for kind in kinds(engine):
            if kind.fault is file_system_full and not can_mount(ground.folder):
                print(f"{kind.name:40}{'only root can make one':>25}")
                continue
            began = time.monotonic()
            row = happen(kind, ground, max(1, round(runs * kind.share)), seed)
            took = time.monotonic() - began
            print(f"{row.name:40}{row.runs:8}{len(row.losses):8}{took:9.0f}", flush=True)
            lost += row.losses
        ground.close()
    return lost


if __name__ == "__main__":
    sys.exit(main())
