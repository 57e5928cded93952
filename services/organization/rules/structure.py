"""What holds over several statements at once: cycles, overlaps and chains that are too long, each with its instants."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graph.model.facts import LONGEST_CHAIN

FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands in the bundle."""

    file: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class Edge:
    """`child` is in (or reports to) `parent` from `since` to before `until`; no `place`: it is known already."""

    child: str
    parent: str
    since: int
    until: int
    place: Place | None
    shown: str
    explicit: bool = True


def with_columns(explicit: Iterable[Edge], by_column: Iterable[Edge]) -> list[Edge]:
    """All edges: a column holds at the instants at which its thing has no explicit row."""
    rows: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in explicit:
        if edge.since < edge.until:
            rows[edge.child].append(edge)
    edges = [edge for several in rows.values() for edge in several]
    for edge in by_column:
        since = edge.since
        for row in sorted(rows.get(edge.child, ()), key=lambda row: row.since):
            if since < row.since:
                edges.append(_within(edge, since, row.since))
            since = max(since, row.until)
        if since < edge.until:
            edges.append(_within(edge, since, edge.until))
    return edges


def _within(edge: Edge, since: int, until: int) -> Edge:
    return Edge(edge.child, edge.parent, since, until, edge.place, edge.shown, edge.explicit)


def cycles(edges: Iterable[Edge]) -> Iterator[list[Edge]]:
    """For each set of things that are in one another at one instant, one cycle of edges."""
    out: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.since < edge.until:
            out[edge.child].append(edge)
    done: set[str] = set()
    for start in _on_cycles(out):
        if start in done:
            continue
        for path in _paths(out, start, limit=len(out)):
            if path[-1].parent == start:
                done.update(edge.child for edge in path)
                yield path
                break


def long_chains(edges: Iterable[Edge], limit: int = LONGEST_CHAIN) -> Iterator[list[Edge]]:
    """Chains of more than `limit` edges that hold at one instant and meet nothing twice, one for each lowest edge."""
    out: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.since < edge.until:
            out[edge.child].append(edge)
    heights = _heights(out, limit)
    seen: set[Edge] = set()
    for start in out:
        if heights[start] <= limit:
            continue
        for path in _paths(out, start, limit + 1):
            if len(path) > limit and path[-1].parent != start and path[0] not in seen:
                seen.add(path[0])
                yield path


def _heights(out: dict[str, list[Edge]], limit: int) -> dict[str, int]:
    """An upper bound, from `limit` + 1 downwards, of the edges above each thing."""
    heights = dict.fromkeys(out, 0)
    for _ in range(limit + 1):
        heights = {child: 1 + max(heights.get(edge.parent, 0) for edge in edges) for child, edges in out.items()}
    return heights


def _paths(out: dict[str, list[Edge]], start: str, limit: int) -> Iterator[list[Edge]]:
    """Paths from `start` whose edges hold at one instant, meeting nothing twice but perhaps `start` at the end."""
    path: list[Edge] = []
    on_path = {start}
    stack = [(iter(out.get(start, ())), -FOREVER, FOREVER)]
    while stack:
        edges, since, until = stack[-1]
        edge = next(edges, None)
        if edge is None:
            stack.pop()
            if path:
                on_path.discard(path.pop().parent)
                on_path.add(start)
            continue
        since, until = max(since, edge.since), min(until, edge.until)
        if since >= until or (edge.parent in on_path and edge.parent != start):
            continue
        path.append(edge)
        yield list(path)
        if edge.parent == start or len(path) >= limit:
            path.pop()
            continue
        on_path.add(edge.parent)
        stack.append((iter(out.get(edge.parent, ())), since, until))


def _on_cycles(out: dict[str, list[Edge]]) -> list[str]:
    """The things left when what leads nowhere is taken away again and again; a superset of those on cycles."""
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    open_edges: dict[str, int] = {}
    for child, edges in out.items():
        open_edges[child] = len(edges)
        for edge in edges:
            waiting[edge.parent].append(child)
    free = [parent for parent in waiting if parent not in out]
    while free:
        for child in waiting[free.pop()]:
            open_edges[child] -= 1
            if open_edges[child] == 0:
                free.append(child)
    return [child for child, edges in open_edges.items() if edges > 0]


def overlaps(edges: Iterable[Edge]) -> Iterator[tuple[Edge, Edge]]:
    """(earlier, later) of edges of one child that hold together at some instant."""
    rows: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.since < edge.until:
            rows[edge.child].append(edge)
    for several in rows.values():
        several.sort(key=lambda edge: (edge.since, edge.until))
        latest = several[0]
        for edge in several[1:]:
            if edge.since < latest.until:
                yield latest, edge
            if edge.until > latest.until:
                latest = edge
