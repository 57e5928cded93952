"""A finding in one sentence, as county staff read it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from graph.model.instants import SHANGHAI
from services.accountability.rules.noticing.noticed import Noticed


def summary(noticed: Noticed, names: Mapping[str, str]) -> str:
    """What was noticed, with the figures that it rests on. `names`: of organizations, by their id."""
    parts: list[str] = []
    if noticed.due_at is not None:
        parts.append(f"时限 {_minute(noticed.due_at)}")
    if noticed.hands:
        held = (f"{names.get(hand.organization, hand.organization)}{_length(hand.held)}" for hand in noticed.hands)
        parts.append(f"经手 {'、'.join(held)}")
    missing = dict.fromkeys(f"{one.line.zh}{one.gap.zh}" for one in noticed.missing)
    if missing:
        parts.append("、".join(missing))
    return noticed.rule.zh + ("：" + "；".join(parts) if parts else "")


def _minute(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _length(held: timedelta) -> str:
    minutes = int(held / timedelta(minutes=1))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    said = "".join(f"{n}{unit}" for n, unit in ((days, "天"), (hours, "小时"), (rest, "分")) if n)
    return said or "不足1分"
