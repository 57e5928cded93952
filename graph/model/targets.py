"""The year's targets of a campaign, and the daily breakpoints by which a day's air is good."""

from datetime import date

from graph.model.declare import Entity, Property, Ref, Scalar
from graph.model.entities import BY_ID, RECORD
from graph.model.enums import TargetIndicator

TARGET = Entity(
    "Target",
    "what a campaign's county is to reach in a calendar year",
    "年度目标",
    (
        *RECORD,
        Property("indicator", "what is measured", "指标", enum=TargetIndicator, required=True),
        Property("year", "the calendar year", "年度", scalar=Scalar.INTEGER, required=True),
        Property(
            "limit", "the mean at most, µg/m³, or the days at least", "目标值", scalar=Scalar.FLOAT, required=True
        ),
        Ref("campaign", "the campaign", "攻坚行动", relationship="TARGET_OF", target="Campaign"),
    ),
    indexes=(BY_ID,),
    owner="campaign",
)

GOOD_AIR = (
    (date(2012, 2, 29), {"PM10": 150.0, "PM25": 75.0}),
    (date(2026, 3, 1), {"PM10": 120.0, "PM25": 60.0}),
)
"""From which day on, the daily means in µg/m³ at which the index is 100: HJ 633-2012, then HJ 633-2026."""
