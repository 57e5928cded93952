"""Clocks: so long from an instant, in minutes, in working hours or in working days.

Minutes run by night and day. Working hours run only inside the sessions of a working day. Working days are counted
from the day after the one on which they begin, and the last of them ends when its last session closes (Civil Code,
articles 201 and 203). Which days are working days a calendar says, with its holidays and make-up days; a year that it
does not know is an error there, and never a guess here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from graph.model.instants import SHANGHAI, utc

WorkdayCalendar = Callable[[date], bool]
"""Whether people work on that day. Raises where it does not know."""


class Unit(StrEnum):
    """What a clock counts; in this order, a later one never runs out sooner for the same time of work."""

    MINUTES = "MINUTES"
    WORKING_HOURS = "WORKING_HOURS"
    WORKING_DAYS = "WORKING_DAYS"


@dataclass(frozen=True, slots=True)
class Session:
    """A stretch of a working day, half-open, in the county's time: `opens` and `closes` as 08:30."""

    opens: str
    closes: str
    basis: str

    def on(self, day: date) -> tuple[datetime, datetime]:
        """When it opens and closes on a day."""
        opens, closes = time.fromisoformat(self.opens), time.fromisoformat(self.closes)
        return datetime.combine(day, opens, SHANGHAI), datetime.combine(day, closes, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Clock:
    """So many units."""

    amount: int
    unit: Unit


def runs_out(clock: Clock, since: datetime, sessions: Sequence[Session], works: WorkdayCalendar) -> datetime:
    """When a clock that starts at `since` runs out, in UTC; what is done at that very instant is in time.

    `sessions` in the order of the day. Raises what `works` raises.
    """
    match clock.unit:
        case Unit.MINUTES:
            return utc(since + timedelta(minutes=clock.amount))
        case Unit.WORKING_HOURS:
            return utc(_after_work(timedelta(hours=clock.amount), since, sessions, works))
        case Unit.WORKING_DAYS:
            return utc(_close_of(clock.amount, since, sessions, works))


def _after_work(left: timedelta, since: datetime, sessions: Sequence[Session], works: WorkdayCalendar) -> datetime:
    for day in _workdays(since.astimezone(SHANGHAI).date(), works):
        for session in sessions:
            opens, closes = session.on(day)
            opens = max(opens, since)
            if closes - opens >= left:
                return opens + left
            left -= max(closes - opens, timedelta(0))
    raise AssertionError("days do not end")


def _close_of(number: int, since: datetime, sessions: Sequence[Session], works: WorkdayCalendar) -> datetime:
    days = _workdays(since.astimezone(SHANGHAI).date() + timedelta(days=1), works)
    for _ in range(number - 1):
        next(days)
    return sessions[-1].on(next(days))[1]


def _workdays(first: date, works: WorkdayCalendar) -> Iterator[date]:
    day = first
    while True:
        if works(day):
            yield day
        day += timedelta(days=1)
