"""The county's time: whole minutes since 2021-01-01T00:00+08:00, written as RFC 3339 with that offset."""

from datetime import date, timedelta

_BEGINNING = date(2021, 1, 1)
HOUR = 60
DAY = 24 * HOUR

_DATES = tuple((_BEGINNING + timedelta(days=day)).isoformat() for day in range(6 * 366))
_TIMES = tuple(f"T{minute // 60:02}:{minute % 60:02}:00+08:00" for minute in range(DAY))


def minute(year: int, month: int, day: int, hour: int = 0, of_hour: int = 0) -> int:
    """The minute of that wall time; year from 2021 to 2026."""
    return (date(year, month, day) - _BEGINNING).days * DAY + hour * HOUR + of_hour


def written(at: int) -> str:
    """`2024-12-14T09:30:00+08:00`."""
    return _DATES[at // DAY] + _TIMES[at % DAY]


def compact_date(at: int) -> str:
    """`20241214`."""
    return _DATES[at // DAY].replace("-", "")


FRAMED = minute(2023, 3, 1)
"""Since when the county's grids, reporting lines and regulators are what they are."""

FIRST_DISCOVERY = minute(2024, 11, 1)
LAST_DISCOVERY = minute(2025, 1, 31)
NOW = minute(2025, 2, 1)
"""Nothing in the county happens later."""
