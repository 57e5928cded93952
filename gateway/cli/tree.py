"""A trace as a tree to read on a terminal, in Chinese first: the answer of Trace.graphql and nothing else."""

from datetime import datetime, timedelta, timezone
from itertools import groupby
from typing import Any

from rich.text import Text
from rich.tree import Tree

from graph.model.enums import Capacity, Gap, Level, LineKind, Role
from graph.model.instants import BEGINNING

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991
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

Row = dict[str, Any]


def tree_of(trace: Row, title: str) -> Tree:
    """The tree of an answer's `trace` under `title`, which names the subject."""
    head = Text("责任追溯 ", style="bold")
    head.append(title, style="bold cyan")
    head.append(f"\n时点 as of {_instant(trace['asOf'])}，已知 known at {_instant(trace['knownAt'])}", style="dim")
    head.append(f"，规则 rules {trace['rulebook']['version']}", style="dim")
    root = Tree(head, guide_style="dim")
    for line in trace["lines"]:
        kind = LineKind(line["kind"])
        branch = root.add(Text.assemble((kind.zh, "bold"), (f"  {ENGLISH[kind]}", "dim")))
        if not line["hops"]:
            branch.add(Text(EMPTY[kind], style="dim italic"))
        for level, hops in groupby(line["hops"], key=lambda hop: Level(hop["level"])):
            at_level = branch.add(Text(level.zh, style="yellow"))
            for hop in hops:
                at_level.add(_hop(hop))
    return root


def _hop(hop: Row) -> Text:
    """Two lines: who, in which post of which organization; then from when to when, and on which basis."""
    gap = Gap(hop["gap"]) if hop["gap"] else None
    shown = Text()
    if hop["capacity"]:
        shown.append(f"〔{Capacity(hop['capacity']).zh}〕", style="magenta")
    if hop["area"]:
        shown.append(f"{hop['area']['name']} ▸ ", style="cyan")
    if hop["organization"]:
        shown.append(f"{hop['organization']['name']} ")
    if hop["post"]:
        shown.append(hop["post"]["title"])
    role = Role(hop["role"]).zh if hop["role"] else ""
    if role and not (hop["post"] and hop["post"]["title"].endswith(role)):
        shown.append(f"（{role}）", style="dim")
    if hop["holder"]:
        shown.append(f" {hop['holder']['name']}", style="bold")
    if gap:
        shown.append(f" ✗ {gap.zh} {gap.value}", style="bold red")
    if hop["backdated"]:
        shown.append(" ⚠ 事后补录 backdated", style="bold yellow")
    if hop["validFrom"]:
        shown.append(f"\n{_day(hop['validFrom'])} ", style="dim")
        shown.append(f"至 {_day(hop['validTo'])}" if hop["validTo"] else "至今", style="dim")
        shown.append(f"  依据 {_basis(hop['basis'])}", style="dim")
    return shown


def _basis(basis: Row | None) -> str:
    if basis is None:
        return "未载明 not given"
    title = "产品假定 ASSUMED" if basis["title"] == "ASSUMED" else f"《{basis['title']}》"
    clause = basis["clause"]
    if clause is None:
        return title
    span = "" if clause["start"] is None else f" 第 {clause['start']}–{clause['end']} 字"
    return f"{title}{clause['label']}{span}"


def _instant(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _day(text: str) -> str:
    instant = datetime.fromisoformat(text)
    return "自始" if instant <= BEGINNING else instant.astimezone(SHANGHAI).strftime("%Y-%m-%d")
