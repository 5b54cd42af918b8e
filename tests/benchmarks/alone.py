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

from tests.benchmarks.measuring import Failed, peak_in_mb


def main(work: str, given: str) -> None:
    module, _, name = work.rpartition(".")
    do = getattr(import_module(f"tests.benchmarks.{module}"), name)
    try:
        found: dict[str, Any] = do(**json.loads(given))
    except Failed as error:
        found = {"failed": str(error)}
    print(json.dumps({"peak": peak_in_mb(resource.RUSAGE_SELF), **found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
