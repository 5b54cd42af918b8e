"""The command ``tracker``, also as ``python -m tracker``."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from tracker import __version__

        print(f"tracker {__version__}")  # noqa: T201
        return
    # A command is over before there is anything to collect, and looking for it takes a tenth
    # of the time of a small one.
    gc.set_threshold(100_000, 20, 20)
    try:
        from tracker.cli import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
