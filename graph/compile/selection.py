"""What a client asked for, freed of GraphQL's syntax: the compiler's input."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from graph.compile.cursor import fingerprint

_NO_ARGUMENTS: Mapping[str, object] = {}
_LEAF: Mapping[str, "tuple[Selected, ...]"] = {}


@dataclass(frozen=True)
class Selected:
    """One field of a selection. `children` are by concrete type name, since a union's members differ in fields."""

    name: str
    key: str
    arguments: Mapping[str, object] = field(default_factory=lambda: _NO_ARGUMENTS)
    children: Mapping[str, "tuple[Selected, ...]"] = field(default_factory=lambda: _LEAF)

    @cached_property
    def mark(self) -> str:
        """The same for selections that are equal, and for no others."""
        return fingerprint(self)

    def of(self, type_name: str) -> "tuple[Selected, ...]":
        """What is selected of that type, empty where nothing is."""
        return self.children.get(type_name, ())

    def only(self) -> "tuple[Selected, ...]":
        """What is selected of the one type that this field can have."""
        (children,) = self.children.values()
        return children

    def is_page(self) -> bool:
        return any(name.endswith("Connection") for name in self.children)

    def nodes(self) -> "Iterator[Selected]":
        """The `node` selections of a connection."""
        for page in self.children.values():
            for edges in page:
                if edges.name == "edges":
                    yield from (node for node in edges.only() if node.name == "node")
