"""The command ``tracker``, also as ``python -m tracker``."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from tracker import __version__

        print(f"tracker {__version__}")  # noqa: T201
        return
    from tracker.cli import run

    run()


if __name__ == "__main__":
    main()
