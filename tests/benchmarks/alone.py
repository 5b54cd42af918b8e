"""A process of its own for one piece of work: ``python -m tests.benchmarks.alone WORK JSON``.

Prints what the work returns as one line of JSON, with ``peak``: the most memory that this
process had in use, in MB.
"""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module
from typing import Any


def main(work: str, given: str) -> None:
    module, _, name = work.rpartition(".")
    found: dict[str, Any] = getattr(import_module(f"tests.benchmarks.{module}"), name)(
        **json.loads(given)
    )
    # Kilobytes on Linux, bytes on macOS: see getrusage(2) of each.
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps({"peak": peak, **found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
