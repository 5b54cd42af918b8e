"""Holders: which process keeps others from writing, as far as the system tells."""

from __future__ import annotations

import re
from pathlib import Path

from tracker.store.hiding import hidden

WRITER = 120
"""The byte of the index beside the file that a writer locks (SQLite, wal.c, WAL_WRITE_LOCK)."""
RESERVED = 0x40000001
"""The byte of the file itself that one locks while there is no log of writes (os.h)."""


def holder(file: Path) -> str | None:
    """The process that holds the lock of a writer on *file*; None where nobody can tell."""
    try:
        wanted = {
            (path.stat().st_ino, byte)
            for path, byte in ((file.with_name(file.name + "-shm"), WRITER), (file, RESERVED))
            if path.exists()
        }
        locks = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    for line in locks:
        found = _LOCK.search(line)
        if found is None:
            continue
        pid, inode, first, last = (int(each) for each in found.groups())
        held = any(inode == number and first <= byte <= last for number, byte in wanted)
        if held and pid > 0:
            return f"process {pid}{_words(pid)}"
    return None


_LOCK = re.compile(r"\bWRITE (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) (\d+) (\d+)$")


def _words(pid: int) -> str:
    """What was typed for a process, without the password that an address may hold."""
    try:
        typed = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    words = " ".join(map(hidden, typed.decode("utf-8", "replace").split("\0"))).strip()
    return f": {words if len(words) <= 80 else words[:79] + '…'}"
