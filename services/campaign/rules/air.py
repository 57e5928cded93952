"""How far a county is from its year's targets: pure, over the daily means of its stations.

A day counts when it is over. A year's figure of PM10 or PM2.5 is the mean of its daily means so far; a good-air day is
one whose means of both are at most those at which the index is 100, by the table *of that day*; other pollutants are
not looked at. What each remaining day must be is what brings the year to its limit: a mean at most, or a share of days
at least; below 0 or above 1 it can't be reached any more. On track is whose mean is within its limit, and who has had
good days so far at the share that the rest needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from graph.model.enums import TargetIndicator
from graph.model.targets import GOOD_AIR


@dataclass(frozen=True, slots=True)
class Day:
    """A day with the county's means by indicator, µg/m³; the mean over its stations."""

    on: date
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Progress:
    current: float | None
    year_on_year: float | None
    days_left: int
    needed_per_remaining_day: float | None
    on_track: bool | None


def is_good(day: Day) -> bool:
    """Whether the index of PM10 and PM2.5 was at most 100."""
    table = next(table for since, table in reversed(GOOD_AIR) if since <= day.on)
    return all(day.means[name] <= most for name, most in table.items() if name in day.means)


def progress(indicator: TargetIndicator, limit: float, days: Sequence[Day], today: date, last: date) -> Progress:
    """At the beginning of `today`, or after the campaign's `last` day if that is over: then as it ended."""
    year = min(today, last).year
    through = min(today, date.fromordinal(last.toordinal() + 1))
    left = (date(year + 1, 1, 1) - through).days
    here = _values(indicator, days, date(year, 1, 1), through)
    there = _values(indicator, days, date(year - 1, 1, 1), _year_before(through))
    good = indicator is TargetIndicator.GOOD_AIR_DAYS
    now, before = (sum(values) if good else sum(values) / len(values) if values else None for values in (here, there))
    change = None
    if now is not None and before is not None:
        change = now - before if good else now / before - 1 if before else None
    if good:
        needed = max(0.0, (limit - (now or 0.0)) / left) if left else None
        enough = (now or 0.0) >= limit if needed is None else needed * len(here) <= (now or 0.0)
        return Progress(now, change, left, needed, enough)
    needed = (limit * (len(here) + left) - sum(here)) / left if left else None
    return Progress(now, change, left, needed, None if now is None else now <= limit)


def _values(indicator: TargetIndicator, days: Sequence[Day], since: date, until: date) -> list[float]:
    some = [day for day in days if since <= day.on < until]
    if indicator is TargetIndicator.GOOD_AIR_DAYS:
        return [float(is_good(day)) for day in some]
    return [day.means[indicator.value] for day in some if indicator.value in day.means]


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
