"""How far a campaign is from its year's targets, worked out from the stations' observations in the statement itself.

It says what services.campaign.rules.air says, and a test holds the two together.
"""

from typing import TYPE_CHECKING

from graph.compile.moment import state
from graph.compile.selection import Selected
from graph.compile.tree import Code, Collect, Expression, MapOf
from graph.model.targets import GOOD_AIR

if TYPE_CHECKING:
    from graph.compile.fields import Compiler

_SHOWN = {
    "indicator": "indicator",
    "unit": "CASE WHEN indicator = 'GOOD_AIR_DAYS' THEN '天' ELSE 'µg/m³' END",
    "limit": "most",
    "current": "now",
    "yearOnYear": "CASE WHEN indicator = 'GOOD_AIR_DAYS' THEN now - before WHEN before > 0 THEN now / before - 1 END",
    "daysLeft": "left",
    "neededPerRemainingDay": "needed",
    "onTrack": "CASE WHEN indicator <> 'GOOD_AIR_DAYS' THEN now <= most WHEN left = 0 THEN now >= most "
    "ELSE needed * size(here) <= now END",
    "__typename": "'TargetProgress'",
}


def targets(compiler: "Compiler", campaign: str, current: str, selected: Selected) -> Expression:
    """Rows of the year's targets, by the days that were over at the argument `asOf`, else at `t`."""
    as_of = selected.arguments.get("asOf")
    at = "t" if as_of is None else compiler.parameter(as_of)
    entries = tuple((part.key, Code(_SHOWN[part.name])) for part in selected.only())
    clauses = (
        f"WITH date(datetime({{datetime: {at}, timezone: '+08:00'}})) AS today, {current}.endsOn AS last",
        "WITH CASE WHEN today > last THEN last + duration('P1D') ELSE today END AS through,",
        "CASE WHEN today > last THEN last.year ELSE today.year END AS year",
        "WITH through, year, date({year: year, month: 1, day: 1}) AS first,",
        "date({year: year + 1, month: 1, day: 1}) AS following",
        f"WITH *, duration.inDays(through, following).days AS left, {_DAYS} AS days",
        "WITH *, [d IN days WHERE first <= d.day AND d.day < through] AS thisYear,",
        "[d IN days WHERE first - duration('P1Y') <= d.day AND d.day < through - duration('P1Y')] AS lastYear",
        f"MATCH ({campaign})<-[:TARGET_OF]-(g:Target) WHERE g.recordedAt <= k",
        f"WITH *, {state('g', 'h')} AS c WHERE c.year = year",
        "WITH c.indicator AS indicator, c.limit AS most, left, g.id AS id,",
        f"{_values('thisYear')} AS here, {_values('lastYear')} AS there",
        f"WITH *, {_figure('here')} AS now, {_figure('there')} AS before",
        "WITH *, CASE WHEN left = 0 THEN null WHEN indicator = 'GOOD_AIR_DAYS' THEN",
        "CASE WHEN now < most THEN (most - now) / left ELSE 0.0 END",
        f"ELSE (most * (size(here) + left) - {_sum('here')}) / left END AS needed",
    )
    return Collect(clauses, MapOf(entries), "indicator, id")


def _sum(values: str) -> str:
    return f"reduce(sum = 0.0, v IN {values} | sum + v)"


def _figure(values: str) -> str:
    """The mean of values, null of none; of days that count as 1 and 0, how many are 1."""
    return (
        f"CASE WHEN indicator = 'GOOD_AIR_DAYS' THEN {_sum(values)} "
        f"WHEN size({values}) > 0 THEN {_sum(values)} / size({values}) END"
    )


def _values(days: str) -> str:
    means = " ".join(
        f"WHEN '{name}' THEN [d IN {days} WHERE d.{name} IS NOT NULL | d.{name}]" for name in ("PM10", "PM25")
    )
    return f"CASE c.indicator {means} ELSE [d IN {days} | CASE WHEN {_good('d')} THEN 1.0 ELSE 0.0 END] END"


def _good(day: str) -> str:
    """Whether the means of that day are at most those of the table of that day."""
    whens = " ".join(
        f"WHEN {day}.day >= date('{since}') THEN "
        + " AND ".join(f"coalesce({day}.{name} <= {most}, true)" for name, most in table.items())
        for since, table in reversed(GOOD_AIR)
    )
    return f"CASE {whens} END"


_DAYS = f"""COLLECT {{
  MATCH (x:Site) WHERE x.kind = 'STATION' AND x.id > '' AND x.recordedAt <= k
  MATCH (o:Observation) WHERE o.station = x.id AND o.indicator > '' AND o.recordedAt <= k
    AND o.at >= datetime({{epochSeconds: datetime({{date: first - duration('P1Y'), timezone: '+08:00'}}).epochSeconds}})
    AND o.at < datetime({{epochSeconds: datetime({{date: through, timezone: '+08:00'}}).epochSeconds}})
  WITH x, o, {state("o", "h")} AS s
  WITH x, date(datetime({{datetime: s.at, timezone: '+08:00'}})) AS day, s.indicator AS indicator, avg(s.value) AS mean
  WITH day, indicator, avg(mean) AS mean
  WITH day, max(CASE indicator WHEN 'PM10' THEN mean END) AS PM10, max(CASE indicator WHEN 'PM25' THEN mean END) AS PM25
  RETURN {{day: day, PM10: PM10, PM25: PM25}} ORDER BY day }}"""
"""The county's daily means of this year and the last: of each station's the mean."""
