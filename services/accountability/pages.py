"""Pages that are put together here: each entry is judged before it is known whether it is one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from graph.compile.selection import Selected

Row = dict[str, Any]
Item = TypeVar("Item")


def key_of(field: Selected) -> str:
    """Under which key a statement's row holds a field: two that differ in anything have two."""
    return f"{field.key}_{field.mark}"


def union(parts: Iterator[Selected], typename: str | None = None) -> tuple[Selected, ...]:
    """What a statement must bring of one record: each field once, however often it is asked for."""
    found: dict[str, Selected] = {}
    for part in parts:
        for field in part.only() if typename is None else part.of(typename):
            found[key_of(field)] = replace(field, key=key_of(field))
    return tuple(found.values())


def record(part: Selected, shown: Row, typename: str | None = None) -> Row:
    """A record as one field asks for it, out of what `union` has brought."""
    fields = part.only() if typename is None else part.of(typename)
    return {field.key: shown[key_of(field)] for field in fields}


def asked_of_nodes(selected: Selected, name: str) -> Iterator[Selected]:
    """The selections of a field of a connection's nodes."""
    return (part for node in selected.nodes() for part in node.only() if part.name == name)


def is_counted(selected: Selected) -> bool:
    return any(part.name == "totalCount" for part in selected.only())


@dataclass(frozen=True)
class Page(Generic[Item]):
    """A page of a list: `more` follows it, `later` is true where it is not the first; `total` where it is asked for."""

    items: Sequence[Item]
    more: bool
    later: bool
    total: int | None = None


def connection(
    selected: Selected, page: Page[Item], cursor: Callable[[Item], str], node: Callable[[Selected, Item], Row]
) -> Row:
    """The connection as the client asked for it. `node`: an entry as one selection of it asks."""
    typename = next(iter(selected.children))
    ends = [cursor(item) for item in (*page.items[:1], *page.items[-1:])]
    info: Mapping[str, Any] = {
        "hasNextPage": page.more,
        "hasPreviousPage": page.later,
        "startCursor": ends[0] if ends else None,
        "endCursor": ends[-1] if ends else None,
        "__typename": "PageInfo",
    }

    def edge(part: Selected, item: Item) -> Any:
        match part.name:
            case "node":
                return node(part, item)
            case "cursor":
                return cursor(item)
            case _:
                return typename.removesuffix("Connection") + "Edge"

    shown: Row = {}
    for part in selected.only():
        match part.name:
            case "edges":
                shown[part.key] = [{field.key: edge(field, item) for field in part.only()} for item in page.items]
            case "pageInfo":
                shown[part.key] = {field.key: info[field.name] for field in part.only()}
            case "totalCount":
                shown[part.key] = page.total
            case _:
                shown[part.key] = typename
    return shown
