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

from tests.faults.faults import KINDS, Ground, can_mount, happen


def main() -> int:
    """Print the table; the exit code is 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    lost: list[str] = []
    print(f"seed {given.seed}")
    print(f"{'fault':40}{'runs':>8}{'losses':>8}{'seconds':>9}")
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        for kind in KINDS:
            if not kind.few and not can_mount(ground.folder):
                print(f"{kind.name:40}{'only root can make one':>25}")
                continue
            began = time.monotonic()
            row = happen(kind, ground, max(1, round(given.runs * kind.share)), given.seed)
            took = time.monotonic() - began
            print(f"{row.name:40}{row.runs:8}{len(row.losses):8}{took:9.0f}", flush=True)
            lost += row.losses
        ground.close()
    print("\n".join(lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
