"""The words in which the graph is declared: frozen, and refused at import where they contradict one another.

`Entity` is a thing with an identity whose attributes change in record time; `Fact` is a statement between two entities
with valid time and record time; `Event` nodes are neither and are declared as `Entity` without a past. A field of a
node is what a GraphQL selection may name, under the same name; the compiler knows how to read each kind of field.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType


class Scalar(Enum):
    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    DATE = "date"
    TEXTS = "list of text"


class End(Enum):
    """Which end of a fact: (FROM)-[:KIND]->(fact)-[:KIND_TO]->(TO)."""

    FROM = "from"
    TO = "to"

    @property
    def other(self) -> "End":
        return End.TO if self is End.FROM else End.FROM


@dataclass(frozen=True)
class Field:
    name: str
    en: str
    zh: str


@dataclass(frozen=True)
class Property(Field):
    """A value on the node itself. `personal`: shown only to those who may see personal data."""

    scalar: Scalar = Scalar.TEXT
    required: bool = False
    enum: type[Enum] | None = None
    personal: bool = False


@dataclass(frozen=True)
class Named(Property):
    """The name or title: the column's value, unless a Name fact says otherwise at that instant."""


@dataclass(frozen=True)
class Ref(Field):
    """At most one other record, by a relationship from the state of this one. `mixed`: it leads to other kinds too."""

    relationship: str = ""
    target: str = ""
    mixed: bool = False


@dataclass(frozen=True)
class Refs(Field):
    """All records of `target` to which a relationship leads from this one."""

    relationship: str = ""
    target: str = ""


@dataclass(frozen=True)
class OneOf(Field):
    """One other record, of one of several kinds; several targets make it a union."""

    relationship: str = ""
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Back(Field):
    """All records of `target` whose reference `ref` is this one; `one`: there is at most one."""

    target: str = ""
    ref: str = ""
    one: bool = False


@dataclass(frozen=True)
class Via(Field):
    """The record (or records, where `many`) at the other end of facts of kind `fact`; this node is at `end`."""

    fact: str = ""
    end: End = End.FROM
    target: str = ""
    many: bool = False


@dataclass(frozen=True)
class Facts(Field):
    """The facts of kind `fact` that hold, this node being at `end`."""

    fact: str = ""
    end: End = End.FROM


@dataclass(frozen=True)
class Based(Field):
    """The basis: the clause by BASED_ON with its directive's title, else the text in property `basis`."""


@dataclass(frozen=True)
class Reached(Field):
    """An end of a fact; several targets make it a union."""

    end: End = End.FROM
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirstOf(Field):
    """The first of several ways that leads anywhere; each way is a path of fields."""

    target: str = ""
    ways: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Computed(Field):
    """Worked out by the compiler from the state; the expression is registered there under this name."""

    scalar: Scalar = Scalar.BOOLEAN


@dataclass(frozen=True)
class Ruled(Field):
    """Worked out by rules above the database, from facts that the statement brings beside its rows."""


@dataclass(frozen=True)
class Counted(Field):
    """Figures that stand for many records: `graph.compile.figures` has the expression under this name."""


AnyField = Property | Ref | Refs | OneOf | Back | Via | Facts | Based | Reached | FirstOf | Computed | Ruled | Counted


@dataclass(frozen=True)
class Index:
    """A composite range index; an ORDER BY must name all of its properties to stream from it."""

    properties: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    label: str
    en: str
    zh: str
    fields: tuple[AnyField, ...]
    indexes: tuple[Index, ...] = ()
    owner: str = ""

    @cached_property
    def by_name(self) -> MappingProxyType[str, AnyField]:
        return MappingProxyType({field.name: field for field in self.fields})

    def properties(self) -> Iterator[Property]:
        return (field for field in self.fields if isinstance(field, Property))

    def ref(self, name: str) -> Ref:
        """The reference of that name. Raises TypeError where the field is none."""
        found = self.by_name[name]
        if not isinstance(found, Ref):
            raise TypeError(f"{self.label}.{name} is not a reference")
        return found

    def refs(self) -> Iterator[Ref]:
        return (field for field in self.fields if isinstance(field, Ref))


@dataclass(frozen=True)
class Entity(Node):
    """Identity with present attributes inline; earlier ones are Former nodes, (entity)-[:WAS]->(:Former)."""

    keeps_past: bool = True


@dataclass(frozen=True)
class Fact(Node):
    """A statement between two ends. `thing`: the end that it is about, whose column an explicit row silences."""

    relationship: str = ""
    thing: End | None = None
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()

    @property
    def relationship_to(self) -> str:
        return f"{self.relationship}_TO"


@dataclass(frozen=True)
class Model:
    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        problems = list(self._contradictions())
        if problems:
            raise ValueError("the graph's declaration contradicts itself:\n" + "\n".join(problems))

    @cached_property
    def by_label(self) -> MappingProxyType[str, Node]:
        return MappingProxyType({node.label: node for node in self.nodes})

    def entity(self, label: str) -> Entity:
        node = self.by_label[label]
        if not isinstance(node, Entity):
            raise KeyError(f"{label} is not an entity")
        return node

    def fact(self, label: str) -> Fact:
        node = self.by_label[label]
        if not isinstance(node, Fact):
            raise KeyError(f"{label} is not a fact")
        return node

    def entities(self) -> Iterator[Entity]:
        return (node for node in self.nodes if isinstance(node, Entity))

    def facts(self) -> Iterator[Fact]:
        return (node for node in self.nodes if isinstance(node, Fact))

    def _contradictions(self) -> Iterator[str]:
        labels = [node.label for node in self.nodes]
        yield from (f"{label}: declared twice" for label in {x for x in labels if labels.count(x) > 1})
        for node in self.nodes:
            names = [field.name for field in node.fields]
            yield from (f"{node.label}.{name}: declared twice" for name in {x for x in names if names.count(x) > 1})
            plain = {field.name for field in node.properties()}
            for index in node.indexes:
                yield from (f"{node.label}: index on unknown {name}" for name in index.properties if name not in plain)
            if isinstance(node, Fact):
                yield from (
                    f"{node.label}: unknown end {label}" for label in node.from_ + node.to if label not in labels
                )
            for field in node.fields:
                yield from self._field_contradictions(node, field, labels)

    def _field_contradictions(self, node: Node, field: AnyField, labels: list[str]) -> Iterator[str]:
        where = f"{node.label}.{field.name}"
        match field:
            case Ref(target=target) | Refs(target=target) | FirstOf(target=target) if target not in labels:
                yield f"{where}: unknown target {target}"
            case Back(target=target, ref=ref):
                back = self.by_label.get(target)
                found = back and back.by_name.get(ref)
                if not isinstance(found, Ref) or found.target != node.label:
                    yield f"{where}: {target}.{ref} does not refer to {node.label}"
            case Via(fact=fact, end=end) | Facts(fact=fact, end=end):
                declared = self.by_label.get(fact)
                if not isinstance(declared, Fact):
                    yield f"{where}: {fact} is not a fact"
                elif node.label not in (declared.from_ if end is End.FROM else declared.to):
                    yield f"{where}: {node.label} is not at the {end.value} end of {fact}"
            case _:
                return
