"""The tree that a selection becomes. Each node is frozen and prints its own Cypher."""

from dataclasses import dataclass, field
from typing import Protocol

from graph.compile.selection import Selected

SHAPE = "~shape"
"""The key by which a map is known to stand for what rules work out; no field of a client's can have it."""


class Expression(Protocol):
    def cypher(self) -> str: ...


@dataclass(frozen=True)
class Code:
    """A fragment that is Cypher already. Never made from a client's input: values are parameters."""

    text: str

    def cypher(self) -> str:
        return self.text


@dataclass(frozen=True)
class MapOf:
    entries: tuple[tuple[str, Expression], ...]

    def cypher(self) -> str:
        return "{" + ", ".join(f"`{key}`: {value.cypher()}" for key, value in self.entries) + "}"


@dataclass(frozen=True)
class Collect:
    """A COLLECT subquery; `clauses` are its MATCH, WHERE and WITH lines."""

    clauses: tuple[str, ...]
    returns: Expression
    order: str = ""
    limit: str = ""

    def cypher(self) -> str:
        order = f" ORDER BY {self.order}" if self.order else ""
        limit = f" LIMIT {self.limit}" if self.limit else ""
        return f"COLLECT {{ {' '.join(self.clauses)} RETURN {self.returns.cypher()}{order}{limit} }}"


@dataclass(frozen=True)
class Head:
    of: Expression

    def cypher(self) -> str:
        return f"head({self.of.cypher()})"


@dataclass(frozen=True)
class Coalesce:
    of: tuple[Expression, ...]

    def cypher(self) -> str:
        return f"coalesce({', '.join(part.cypher() for part in self.of)})"


@dataclass(frozen=True)
class ByLabel:
    """What is shown of a node depends on its label: a union's member."""

    variable: str
    cases: tuple[tuple[str, Expression], ...]

    def cypher(self) -> str:
        whens = " ".join(f"WHEN {self.variable}:{label} THEN {value.cypher()}" for label, value in self.cases)
        return f"CASE {whens} END"


@dataclass(frozen=True)
class Edges:
    """A page's entries, each as `edge` is."""

    text: str
    edge: Expression

    def cypher(self) -> str:
        return self.text


@dataclass(frozen=True)
class Judged:
    """A field that rules work out above the database: in its place the problem's id, and in which shape it is shown."""

    problem: str
    shape: int

    def cypher(self) -> str:
        return f"{{problem: {self.problem}.id, `{SHAPE}`: {self.shape}}}"


@dataclass(frozen=True)
class Page:
    """A connection out of rows {cursor, edge}: one row more than `size` tells whether there is a next page."""

    rows: Collect
    size: str
    variable: str
    entries: tuple[tuple[str, Expression], ...]

    def cypher(self) -> str:
        entries = MapOf(self.entries).cypher()
        return f"head([{self.variable} IN [{self.rows.cypher()}] | {entries}])"


@dataclass(frozen=True)
class Statement:
    """One Cypher statement with its parameters. `judged`: the shapes of what rules work out, by their numbers."""

    cypher: str
    parameters: dict[str, object] = field(default_factory=dict[str, object])
    judged: tuple[Selected, ...] = ()
