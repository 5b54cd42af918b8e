"""Damage: events that the log holds and no tracker would have taken."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError
from sqlalchemy import Connection, select

from tracker.domain.events import from_content
from tracker.store import plain
from tracker.store.tables import log
from tracker.store.undecoded import undecoded

_CONTENTS = select(log.c.version, undecoded(log.c.event_id), undecoded(log.c.content)).order_by(
    log.c.version
)


def unreadable(conn: Connection) -> Iterator[str]:
    """Which entries are no events, though they may be what their leaves say."""
    for version, event_id, content in plain.streamed(conn, _CONTENTS):
        try:
            from_content(content or b"")
        except ValidationError:
            named = (event_id or b"").decode("utf-8", "replace")
            yield f"version {version}, {named}: its content is no event that tracker would take"
