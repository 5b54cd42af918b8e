"""Meetings: encounters on the calendar.  A meeting that is moved stays one meeting.

Planned is not held.  A schedule takes in its first day and leaves out its end: a meeting
of 10 and 11 May ends on 12 May, as in a calendar (RFC 5545, 3.6.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from tracker.domain.dates import When
from tracker.domain.values import Dated, Effect, Json, Meeting, PartyCode, Subject, Title, stated

MeetingForm: TypeAlias = Literal[
    "round", "summit", "ministerial", "visit", "call", "hearing", "deadline", "review", "meeting"
]


class MeetingIntroduced(Effect):
    """A meeting is given its name, its form, and what it is a meeting of."""

    kind: Literal["meeting-introduced"]
    subject: Meeting
    title: Title
    form: MeetingForm = "meeting"
    of: Subject | None = None

    def words(self) -> Mapping[str, Json]:
        return stated(title=self.title, form=self.form, of=self.of)

    def refers(self) -> Iterator[str]:
        if self.of:
            yield self.of


class _Planned(Dated):
    """What may be said of a meeting's time, place and participants.

    ``start`` and ``end`` are days, or hours with their zone; ``end`` is the day after its
    last, or the hour at which it is over, and left out for a meeting of one day.
    ``zone`` names the place's zone (``Asia/Tokyo``).
    """

    start: When | None = None
    end: When | None = None
    zone: Title | None = Field(default=None, pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)+$|^UTC$")
    place: Title | None = None
    participants: tuple[PartyCode, ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> _Planned:
        if self.end and not self.start:
            raise ValueError("it has an end without a start")
        if self.start and self.end and not _before(self.start, self.end):
            raise ValueError(
                f"it ends ({self.end}) before or when it begins ({self.start}); "
                "the end is the day after the last day"
            )
        return self

    def _schedule(self) -> dict[str, Json]:
        schedule = stated(
            start=self.start and self.start.text, end=self.end and self.end.text, zone=self.zone
        )
        return stated(
            schedule=schedule or None,
            place=self.place,
            participants=list(self.participants) or None,
        )

    def parties(self) -> Iterator[str]:
        yield from self.participants


def _before(start: When, end: When) -> bool:
    if start.hour and end.hour:
        return start.instant() < end.instant()
    return start.earliest < end.latest


class MeetingScheduled(_Planned):
    """The meeting is on the calendar; said again with another day, it has moved."""

    kind: Literal["meeting-scheduled"]
    subject: Meeting
    start: When

    def parts(self) -> Mapping[str, Json]:
        return self._schedule() | {"standing": "scheduled"}


class MeetingHeld(_Planned):
    """The meeting took place, when and where it says."""

    kind: Literal["meeting-held"]
    subject: Meeting

    def parts(self) -> Mapping[str, Json]:
        return self._schedule() | {"standing": "held"}


class MeetingPostponed(Dated):
    """The meeting will not be held when it was to be; no new day is known."""

    kind: Literal["meeting-postponed"]
    subject: Meeting

    def parts(self) -> Mapping[str, Json]:
        return {"standing": "postponed"}


class MeetingCancelled(Dated):
    """The meeting will not be held."""

    kind: Literal["meeting-cancelled"]
    subject: Meeting

    def parts(self) -> Mapping[str, Json]:
        return {"standing": "cancelled"}


MeetingEffect: TypeAlias = (
    MeetingIntroduced | MeetingScheduled | MeetingHeld | MeetingPostponed | MeetingCancelled
)
