"""The graph, declared once. Constraints, indexes, the compiler, descriptions and the glossary all come from here."""

from graph.model.declare import Entity, Fact, Model, Node
from graph.model.entities import ENTITIES
from graph.model.facts import FACTS
from graph.model.findings import FINDINGS
from graph.model.inspections import INSPECTIONS
from graph.model.instructions import INSTRUCTIONS
from graph.model.rectification import RECTIFICATION
from graph.model.supervision import SUPERVISION
from graph.model.sweeps import SWEEPS
from graph.model.targets import TARGET

MODEL = Model(
    ENTITIES + INSTRUCTIONS + INSPECTIONS + RECTIFICATION + SUPERVISION + SWEEPS + (TARGET,) + FINDINGS + FACTS
)

__all__ = ["MODEL", "Entity", "Fact", "Model", "Node"]
