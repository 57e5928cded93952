"""Relay connections. Cursors are keyset cursors: see graph.compile.cursor."""

from typing import Any, Generic, TypeVar

import strawberry
from strawberry.types.field import StrawberryField

Node = TypeVar("Node")


@strawberry.federation.type(shareable=True, description="Where a page stands in its list. 分页信息")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.federation.type(shareable=True, description="An entry of a list with its cursor.")
class Edge(Generic[Node]):
    node: Node
    cursor: str


@strawberry.federation.type(shareable=True, description="A page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    page_info: PageInfo
    total_count: int = strawberry.federation.field(
        description="Of the whole list; costs a count, so ask only if shown."
    )


def _page(first: int | None = 20, after: str | None = None) -> Any:
    raise NotImplementedError(first, after)  # read from the compiled statement's row, never called


def _facts(history: bool = False) -> Any:
    raise NotImplementedError(history)  # as above


def paged(description: str = "") -> Any:
    """A connection inside another object."""
    return _declared(_page, description)


def facts() -> Any:
    """Facts of an object: those that hold, or with `history` all that were ever told."""
    return _declared(_facts, "")


def _declared(resolver: Any, description: str) -> StrawberryField:
    field: Any = strawberry.federation.field(resolver=resolver, description=description or None)
    return field
