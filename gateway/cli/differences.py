"""Two traces compared, as a tree to read on a terminal: the answer of TraceComparison.graphql and nothing else."""

from itertools import groupby

from rich.text import Text
from rich.tree import Tree

from gateway.wording import ENGLISH, Row, basis_of, interval_of, minute_of
from graph.model.enums import Capacity, ChangeKind, FactKind, Gap, Level, LineKind

STYLES = {ChangeKind.ADDED: "green", ChangeKind.REMOVED: "red", ChangeKind.CHANGED: "yellow"}


def differences_of(comparison: Row, title: str) -> Tree:
    """The tree of an answer's `traceComparison` under `title`, which names the subject."""
    head = Text("责任链对比 ", style="bold")
    head.append(title, style="bold cyan")
    for name, side in (("前 before", comparison["before"]), ("后 after", comparison["after"])):
        moment = f"时点 as of {minute_of(side['asOf'])}，已知 known at {minute_of(side['knownAt'])}"
        head.append(f"\n{name}：{moment}", style="dim")
    root = Tree(head, guide_style="dim")
    if not comparison["changes"]:
        root.add(Text("没有变化 nothing changed", style="dim italic"))
    for line, changes in groupby(comparison["changes"], key=lambda change: LineKind(change["line"])):
        branch = root.add(Text.assemble((line.zh, "bold"), (f"  {ENGLISH[line]}", "dim")))
        for change in changes:
            shown = branch.add(_change(change))
            for record in change["records"]:
                shown.add(_record(record))
    return root


def _change(change: Row) -> Text:
    kind = ChangeKind(change["kind"])
    sides = [_hop(change[side]) for side in ("before", "after") if change[side]]
    return Text.assemble((f"{kind.zh} {kind.value}  ", STYLES[kind]), "  →  ".join(sides))


def _hop(hop: Row) -> str:
    parts = [
        f"〔{Capacity(hop['capacity']).zh}〕" if hop["capacity"] else "",
        f"{hop['area']['name']} ▸" if hop["area"] else "",
        hop["organization"]["name"] if hop["organization"] else "",
        hop["post"]["title"] if hop["post"] else "",
        hop["holder"]["name"] if hop["holder"] else "",
        Level(hop["level"]).zh,
        f"✗ {Gap(hop['gap']).zh}" if hop["gap"] else "",
    ]
    return " ".join(filter(None, parts))


def _record(record: Row) -> Text:
    told = f"{FactKind(record['kind']).zh} {interval_of(record['validFrom'], record['validTo'])}"
    corrected = "，更正了先前的记录 a correction" if record["superseded"] else ""
    recorded = f"{minute_of(record['recordedAt'])} 录入{corrected}"
    return Text(f"因 {told}  依据 {basis_of(record['basis'])}  {recorded}", style="dim")
