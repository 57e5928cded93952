"""What the rows of an import look like: the properties, labels and relationships of the nodes that they become.

Both ways of writing them go by it: statements (graph.queries.imports), and tables for an engine that stands still
(graph.local.tables).
"""

from dataclasses import dataclass
from datetime import datetime

from graph.model import MODEL
from graph.model.declare import Fact, Scalar
from graph.wire import carried


@dataclass(frozen=True, slots=True)
class Shape:
    """A statement that creates nodes of one label: few statements, for the planning of each takes as long as many rows.

    `events`: each node comes with the events that it begins with. `changes`: the node is the coming state of an
    entity, to which CHANGES leads.
    """

    label: str
    events: bool = False
    changes: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The properties that a row has, in this order."""
        return tuple(name for name in names_of(self.label) if name not in self._given())

    @property
    def instants(self) -> tuple[int, ...]:
        """The places of columns whose values are instants: a row has them as `parameter` makes them."""
        return tuple(place for place, name in enumerate(self.columns) if name in INSTANTS)

    @property
    def ways(self) -> tuple[tuple[str, bool], ...]:
        """(relationship, whether it leads to the node) of the ends that a row may have, in this order."""
        changes = (("CHANGES", False),) if self.changes else ()
        return (*_ways(self.label), *changes)

    def _given(self) -> tuple[str, ...]:
        return ("changedAt", "supersededAt") if self.changes else ("recordedAt", "changedAt", "supersededAt")


EVENT_WAYS = ("DONE_BY", "DONE_AS", "PASSED_TO")
"""Of the events that come with a problem; others have none."""


def parameter(instant: datetime) -> list[int]:
    """An instant as `create` takes it: seconds and nanoseconds since 1970. Datetimes are bound ten times slower."""
    return [*carried(instant)]


_OF_ENTITIES = ("changedAt", "digest", "position", "hash")
_OF_FACTS = ("basis", "digest", "position", "hash", "column", "target")
_OBSERVATION = (
    "id",
    "source",
    "sourceId",
    "recordedAt",
    "changedAt",
    "digest",
    "position",
    "hash",
    "station",
    "at",
    "indicator",
    "value",
)
INSTANTS = frozenset(
    {"changedAt", "at"}
    | {found.name for node in MODEL.nodes for found in node.properties() if found.scalar is Scalar.INSTANT}
)


def names_of(label: str) -> tuple[str, ...]:
    """The properties of such a node, those that it is given with its record time too."""
    node = MODEL.by_label.get(label)
    if node is None:
        return _OBSERVATION
    kept = ("digest",) if label == "Event" else _OF_FACTS if isinstance(node, Fact) else _OF_ENTITIES
    return tuple(dict.fromkeys((*(found.name for found in node.properties()), *kept)))


def _ways(label: str) -> tuple[tuple[str, bool], ...]:
    node = MODEL.by_label.get(label)
    if node is None:
        return ()
    if isinstance(node, Fact):
        to = () if label == "Name" else ((node.relationship_to, False),)
        return ((node.relationship, True), *to, ("BASED_ON", False))
    return tuple((ref.relationship, False) for ref in node.refs() if ref.relationship != "SUBTASK_OF")


def labels_of(label: str, *, stamped: bool) -> str:
    """The node's labels, as Cypher has them. `stamped`: its record time is final."""
    if not stamped:
        return f"Record:{label}:Pending"
    return "Record:Event:Outbox" if label == "Event" else f"Record:{label}"


def scalar_of(label: str, name: str) -> Scalar:
    """What kind of value such a node has in the property."""
    node = MODEL.by_label.get(label)
    declared = () if node is None else node.properties()
    found = next((one.scalar for one in declared if one.name == name), None)
    return found or _UNDECLARED.get(name, Scalar.TEXT)


_UNDECLARED = {
    "changedAt": Scalar.INSTANT,
    "recordedAt": Scalar.INSTANT,
    "at": Scalar.INSTANT,
    "position": Scalar.INTEGER,
    "value": Scalar.FLOAT,
}

EVENT_COLUMNS = Shape("Event").columns
