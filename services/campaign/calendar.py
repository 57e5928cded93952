"""Which days people work in China, with holidays and make-up working days: as announced for each year."""

from datetime import date
from typing import Any

import chinese_calendar  # pyright: ignore[reportMissingTypeStubs] - it has no types

_UNTYPED: Any = chinese_calendar


class UnknownYear(Exception):
    """The working days of a year have not been announced, or the installed calendar is older than that."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"the working days of {year} are not known yet; name the time yourself, or update the calendar"
        )
        self.year = year


def works(day: date) -> bool:
    """Whether it is a working day. Raises UnknownYear rather than guess."""
    try:
        return _UNTYPED.is_workday(day)
    except NotImplementedError:
        raise UnknownYear(day.year) from None
