"""Where nobody answers: subjects that may have a gap by one statement, judged by the rules, until the page is full."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import strawberry

from graph.compile.cursor import Keyset, fingerprint, page_size, parse
from graph.compile.errors import ReadError
from graph.compile.roots import Moment, Viewer
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.model.declare import Scalar
from graph.model.enums import Gap, LineKind, SiteType
from graph.queries.gaps import CALLED, SUBJECTS, Search, suspects
from schema.errors import as_graphql
from schema.scalars import Instant
from services.accountability.pages import Page, asked_of_nodes, connection, is_counted, record, union
from services.accountability.reading import near_of
from services.accountability.rules.gaps import Missing, Standing, of_post, unassigned
from services.accountability.rules.near import Near, Subject
from services.campaign.rulebook import current
from services.hosting.context import Context
from services.hosting.reading import answer, selection_of

Row = dict[str, Any]

ORDER = Keyset("subject", Scalar.INTEGER)
"""Of a cursor: the subject's kind by its place in SUBJECTS, then its id."""

AT_LEAST = 50
MORE = 4
"""So many subjects that may have a gap are judged at first, and how many times more in each further round."""

LARGEST = 3200


@dataclass(frozen=True)
class _Entry:
    place: int
    id: str
    standing: Standing
    shown: Row
    description: str


async def gaps(
    info: strawberry.Info[Context, None],
    as_of: Instant | None = None,
    first: int | None = 20,
    after: str | None = None,
    known_at: Instant | None = None,
) -> Any:
    """Where nobody answers, or not exactly one person: areas, tasks, kinds of site, posts, sites. 责任缺口"""
    selected = selection_of(info)
    mark = fingerprint("gaps", as_of, known_at)
    try:
        size = page_size(first)
        seek: Any = parse(after, ORDER, mark) if after is not None else None
    except ReadError as error:
        raise as_graphql(error) from error
    entries: list[_Entry] = []
    search = Search(seek, max(2 * size, AT_LEAST))
    async for entry in _every(info, search, selected, as_of, known_at):
        entries.append(entry)
        if len(entries) > size:
            break
    total: int | None = None
    if is_counted(selected):
        total = len([None async for _ in _every(info, Search(None, LARGEST), None, as_of, known_at)])
    page = Page(entries[:size], len(entries) > size, after is not None, total)
    return connection(selected, page, lambda entry: f"{mark}.{entry.id}.{entry.place}", _node)


async def _every(
    info: strawberry.Info[Context, None],
    search: Search,
    selected: Selected | None,
    as_of: datetime | None,
    known_at: datetime | None,
) -> AsyncIterator[_Entry]:
    """All gaps after a subject, in order; `selected` None: nothing is shown of them."""
    shown: dict[str, tuple[Selected, ...]] = {}
    if selected is not None:
        parts = list(asked_of_nodes(selected, "subject"))
        shown = {label: union(iter(parts), label) for label in SUBJECTS}
    while True:

        def compiled(_: Selected, moment: Moment, viewer: Viewer, search: Search = search) -> Statement:
            return suspects(search, shown, moment, viewer)

        row = await answer(info, compiled, as_of, known_at)
        at, data = row["t"], row["data"]
        as_of, known_at = at, row["k"]
        near, names = near_of(data), {found["id"]: found["shown"]["name"] for found in data["organizations"]}
        last: tuple[int, str] | None = None
        for place, label in enumerate(SUBJECTS):
            for found in data["found"][label]:
                last = place, found["id"]
                standing = _judged(label, found["id"], near, at)
                if standing is not None:
                    description = _described(label, found["shown"][CALLED], standing, names)
                    yield _Entry(place, found["id"], standing, found["shown"], description)
        if not data["more"]:
            return
        search = replace(search, after=last, looked_at=min(search.looked_at * MORE, LARGEST))


def _judged(label: str, record: str, near: Near, as_of: datetime) -> Standing | None:
    rulebook = current()
    match label:
        case "Post":
            return of_post(record, near, as_of, rulebook)
        case "Area":
            return unassigned(Subject(area=record), LineKind.TERRITORIAL, near, as_of, rulebook)
        case "Task":
            return unassigned(Subject(task=record), LineKind.TASK, near, as_of, rulebook)
        case _:  # of a kind as of a site that has nothing of its own
            return unassigned(Subject(site=record), LineKind.INDUSTRY, near, as_of, rulebook)


_CALLED = {"Area": "辖区", "Task": "任务", "SiteKind": "监管对象类别", "Post": "岗位", "Site": "监管对象"}
_SAID = {Gap.VACANT: "无人任职", Gap.OVERLAPPING: "多人同时任职", Gap.CYCLE: "汇报关系循环"}
_NOBODY = {"Area": "没有人负责", "Task": "没有牵头、配合或责任单位", "SiteKind": "没有监管单位", "Site": "没有监管单位"}


def _described(label: str, called: str, standing: Standing, names: Mapping[str, str]) -> str:
    kinds = {kind.value: kind.zh for kind in SiteType}
    said = _SAID.get(standing.kind) or "；".join(_missing(label, missing, names) for missing in standing.missing)
    return f"{_CALLED[label]}「{kinds.get(called, called)}」：{said}"


def _missing(label: str, missing: Missing, names: Mapping[str, str]) -> str:
    if missing.organization is None:
        return _NOBODY[label]
    organization = names[missing.organization]
    if label == "Area":
        return f"{_NOBODY[label]}（管辖单位：{organization}）"
    capacity = f"（{missing.capacity.zh}）" if missing.capacity else ""
    return f"{organization}{capacity}{'没有主要负责人岗位' if missing.role else '没有负责的岗位'}"


def _node(selected: Selected, entry: _Entry) -> Row:
    shown: Row = {}
    for part in selected.only():
        match part.name:
            case "kind":
                shown[part.key] = entry.standing.kind
            case "since":
                shown[part.key] = entry.standing.since
            case "subject":
                label = SUBJECTS[entry.place]
                shown[part.key] = {**record(part, entry.shown, label), "__typename": label}
            case "description":
                shown[part.key] = entry.description
            case _:
                shown[part.key] = "ResponsibilityGap"
    return shown
