"""A trace's answer in words, Chinese first: what the tree on a terminal and the drawing both say."""

from datetime import datetime
from typing import Any

from graph.model.enums import CustodyReason, EventKind, LineKind
from graph.model.instants import BEGINNING, SHANGHAI

Row = dict[str, Any]
"""An object of the answer to Trace.graphql."""

ENGLISH = {
    LineKind.TERRITORIAL: "territorial",
    LineKind.INDUSTRY: "industry",
    LineKind.TASK: "task",
    LineKind.SUPERVISION: "supervision",
    LineKind.REGULATED_PARTY: "regulated party",
}
EMPTY = {
    LineKind.SUPERVISION: "无人督导 nobody was to watch",
    LineKind.TASK: "不属于任何任务 under no task",
    LineKind.INDUSTRY: "没有监管对象 no site",
    LineKind.REGULATED_PARTY: "无经营者 nobody operates it",
    LineKind.TERRITORIAL: "不在任何辖区 in no area",
}
"""What a line without hops means."""

NOBODY = {
    LineKind.SUPERVISION: "无督导单位 nobody supervises",
    LineKind.TASK: "任务无承办单位 no organization has the task",
    LineKind.INDUSTRY: "无监管单位 no organization regulates it",
    LineKind.REGULATED_PARTY: "无经营单位 no organization operates it",
    LineKind.TERRITORIAL: "无管辖单位 no organization governs it",
}
"""What a gap without area, organization and post means."""


def basis_of(basis: Row | None) -> str:
    """What something rests on: the document with its clause and the span in it."""
    if basis is None:
        return "未载明 not given"
    title = "产品假定 ASSUMED" if basis["title"] == "ASSUMED" else f"《{basis['title']}》"
    clause = basis["clause"]
    if clause is None:
        return title
    span = "" if clause["start"] is None else f" 第 {clause['start']}–{clause['end']} 字"
    return f"{title}{clause['label']}{span}"


def minute_of(text: str) -> str:
    """An RFC 3339 instant as minutes in Shanghai."""
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day_of(text: str) -> str:
    """An RFC 3339 instant as a day in Shanghai; 自始 where it is as old as a column's value."""
    instant = datetime.fromisoformat(text)
    return "自始" if instant <= BEGINNING else instant.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def interval_of(valid_from: str, valid_to: str | None) -> str:
    """From the first day to the last instant of an interval, or 至今 where it is open."""
    return f"{day_of(valid_from)} {f'至 {day_of(valid_to)}' if valid_to else '至今'}"


def custody_of(interval: Row) -> tuple[str, str, str]:
    """An interval of custody: from when to when, what began it, and who had it."""
    until = minute_of(interval["until"]) if interval["until"] else "今"
    what = CustodyReason(interval["reason"]).zh + (" 超期 late" if interval["late"] else "")
    names = [interval[key][name] for key, name in _NAMES if interval[key]]
    return f"{minute_of(interval['from'])} 至 {until}", what, " ".join(names) or "无人 nobody"


_NAMES = (("organization", "name"), ("post", "title"), ("holder", "name"))


def shown_by(ground: Row) -> str:
    """The event or the membership that shows what speaks for a person."""
    event = ground["event"]
    return f"{minute_of(event['at'])} {EventKind(event['kind']).zh}" if event else "任职 membership"
