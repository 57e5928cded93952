"""A trace as a tree to read on a terminal, in Chinese first: the answer of Trace.graphql and nothing else."""

from collections.abc import Iterable
from itertools import groupby

from rich.text import Text
from rich.tree import Tree

from gateway.wording import EMPTY, ENGLISH, Row, basis_of, custody_of, interval_of, minute_of, shown_by
from graph.model.enums import Capacity, ExculpatoryReason, Gap, Level, LineKind, Role


def tree_of(trace: Row, title: str) -> Tree:
    """The tree of an answer's `trace` under `title`, which names the subject."""
    head = Text("责任追溯 ", style="bold")
    head.append(title, style="bold cyan")
    head.append(f"\n时点 as of {minute_of(trace['asOf'])}，已知 known at {minute_of(trace['knownAt'])}", style="dim")
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
    _section(root, "经手", "custody: whose hands it was in", map(_held, trace["custody"]))
    _section(root, "有利情形", "exculpatory: what speaks for whom", map(_speaks_for, trace["exculpatory"]))
    return root


def _section(root: Tree, title: str, english: str, entries: Iterable[Text]) -> None:
    """What only a problem has: left out where there is nothing of it."""
    if told := list(entries):
        branch = root.add(Text.assemble((title, "bold"), (f"  {english}", "dim")))
        for entry in told:
            branch.add(entry)


def _held(interval: Row) -> Text:
    when, what, who = custody_of(interval)
    return Text.assemble((f"{when}  ", "dim"), (what, "bold red" if interval["late"] else ""), f"  {who}")


def _speaks_for(ground: Row) -> Text:
    reason = ExculpatoryReason(ground["reason"]).zh
    return Text.assemble((ground["holder"]["name"], "bold"), f"  {reason}", (f"  {shown_by(ground)}", "dim"))


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
        shown.append(f"\n{interval_of(hop['validFrom'], hop['validTo'])}  依据 {basis_of(hop['basis'])}", style="dim")
    return shown
