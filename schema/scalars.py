"""Scalars: instants and days, as text at the edge."""

from datetime import date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from graph.model.instants import SHANGHAI, utc


def instant_text(value: datetime) -> str:
    """RFC 3339 with the county's offset."""
    return utc(value).astimezone(SHANGHAI).isoformat()


def _instant_in(value: object) -> datetime:
    try:
        return utc(datetime.fromisoformat(str(value)))
    except (ValueError, OverflowError):
        raise GraphQLError(
            f"{value!r} is not an instant; write it as RFC 3339 with an offset, such as 2024-12-14T08:00:00+08:00",
            extensions={"code": "BAD_INPUT"},
        ) from None


def _day_out(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else value.to_native().isoformat()


def _day_in(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise GraphQLError(
            f"{value!r} is not a day; write it as 2024-12-14", extensions={"code": "BAD_INPUT"}
        ) from None


Instant = NewType("Instant", datetime)
Day = NewType("Day", date)

SCALARS: dict[object, ScalarDefinition] = {
    Instant: strawberry.scalar(
        name="DateTime",
        description="An instant, RFC 3339 with an offset; shown in the county's (+08:00). 时刻",
        serialize=instant_text,
        parse_value=_instant_in,
    ),
    Day: strawberry.scalar(
        name="Date", description="A day, as 2024-12-14. 日期", serialize=_day_out, parse_value=_day_in
    ),
}
