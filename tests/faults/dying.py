"""A process that runs commands and is killed in the middle, again and again.

``python -m tests.faults.dying`` reads requests, one JSON object a line, and answers each with
one.  It imports everything once and forks for each request, so that a death takes a few
hundredths of a second and leaves nothing behind in the memory of the next.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """Commands to run one after the other, and when to die.

    Args:
        after: seconds until a kill -9 from outside.
        statement: the number of the statement, over all connections, instead of which to die.
        step: after how many steps of SQLite's machine to die, in thousands.
        largest: how many bytes any file may have that is written (RLIMIT_FSIZE).
        together: how many processes do so at the same time.
    """

    db: str
    commands: tuple[tuple[str, ...], ...]
    after: float | None = None
    statement: int | None = None
    step: int | None = None
    largest: int | None = None
    together: int = 1


@dataclass(frozen=True)
class Ended:
    """How it ended: the exit code of the last command, or minus the signal; what was printed."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Dying:
    """The process that forks the ones to be killed."""

    def __init__(self, folder: Path) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TRACKER_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.dying", str(folder)],
            cwd=Path(__file__).parents[2],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, db: str, *commands: Sequence[str], **when: Any) -> Ended:
        """Run *commands* in a process of their own; see :class:`Request` for *when* it dies."""
        (ended,) = self.run_together(db, *commands, **when)
        return ended

    def run_together(self, db: str, *commands: Sequence[str], **when: Any) -> list[Ended]:
        """Run *commands* in each of some processes; see :class:`Request`."""
        with self.running(db, *commands, **when) as found:
            pass
        return found

    @contextmanager
    def running(self, db: str, *commands: Sequence[str], **when: Any) -> Iterator[list[Ended]]:
        """Run *commands* while something else is done; how they ended is there at the end."""
        found: list[Ended] = []
        request = Request(db, tuple(tuple(words) for words in commands), **when)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(request)) + "\n")
        self._process.stdin.flush()
        yield found
        found += [Ended(**each) for each in json.loads(self._process.stdout.readline())]

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def serve(folder: Path) -> None:
    """Answer requests until there are no more."""
    import alembic.command  # what commands import late is there before the fork
    import alembic.config  # noqa: F401

    import tracker.app
    import tracker.catalogue
    import tracker.cli
    import tracker.store.rebuilding
    from tracker.store import postgres  # noqa: F401

    tracker.cli.build()
    for line in sys.stdin:
        request = Request(**json.loads(line))
        sys.stdout.write(json.dumps([asdict(each) for each in _ended(request, folder)]) + "\n")
        sys.stdout.flush()


def _ended(request: Request, folder: Path) -> list[Ended]:
    started = time.monotonic()
    children: dict[int, tuple[Path, Path]] = {}
    for number in range(request.together):
        out, err = folder / f"out-{number}", folder / f"err-{number}"
        pid = os.fork()
        if pid == 0:
            try:
                _live(request, out, err)
            finally:
                os._exit(99)
        children[pid] = out, err
    if request.after is not None:
        time.sleep(request.after)
        for pid in children:
            os.kill(pid, signal.SIGKILL)
    found = []
    for pid, (out, err) in children.items():
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        seconds = time.monotonic() - started
        found.append(Ended(code, out.read_text("utf-8"), err.read_text("utf-8"), seconds))
    return found


def _live(request: Request, out: Path, err: Path) -> None:
    """Run the commands, in the child; it ends with the exit code of the last one."""
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
    if request.largest is not None:
        # Writing on fails, instead of killing the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (request.largest, request.largest))
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    _watched(request)
    os.environ["TRACKER_DB"] = request.db
    code: object = 0
    for words in request.commands:
        sys.argv = ["tracker", *words]
        try:
            from tracker.cli import run

            run()
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            import traceback

            traceback.print_exc()
            code = 98
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def _watched(request: Request) -> None:
    """Die at the statement, or step, that was asked for."""
    import psycopg
    from sqlalchemy import Engine, event

    left = [request.statement or 0, request.step or 0]

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def stated(statement: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            die()

    def stepped() -> int:
        left[1] -= 1
        if left[1] < 0:
            die()
        return 0

    class Counting(psycopg.Cursor[Any]):
        def execute(self, *given: Any, **named: Any) -> Any:
            stated("")
            return super().execute(*given, **named)

        def executemany(self, *given: Any, **named: Any) -> Any:
            stated("")
            return super().executemany(*given, **named)

        def copy(self, *given: Any, **named: Any) -> Any:
            stated("")
            return super().copy(*given, **named)

    @event.listens_for(Engine, "connect")
    def connected(connection: Any, record: object) -> None:
        if isinstance(connection, psycopg.Connection):
            if request.statement is not None:
                connection.cursor_factory = Counting
            return
        if request.statement is not None:
            connection.set_trace_callback(stated)
        if request.step is not None:
            connection.set_progress_handler(stepped, 1000)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
