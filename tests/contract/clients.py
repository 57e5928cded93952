"""Clients of the documents, one for each shape, and what a document is asked with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.model.identity import record_id
from services.integration import county
from tests.contract.federation.processes import Shape

OPERATIONS = Path(__file__).parents[2] / "schema" / "operations"
DOCUMENTS = {file.stem: file.read_text("utf-8") for file in sorted(OPERATIONS.glob("*.graphql"))}
AS_OF = "2024-12-20T08:00:00+08:00"
DISCOVERED = "2024-12-16T09:30:00+08:00"
SUPERVISOR = "person-demo-office-head"

Answer = dict[str, Any]


def speech(source_id: str) -> str:
    return record_id("speech", source_id)


def in_county(source_id: str) -> str:
    return record_id(county.SOURCE, source_id)


@dataclass
class Client:
    """A client of one shape. `name` sets its changes apart from the other's: they share a database."""

    shape: Shape
    name: str
    known_at: str

    def ask(self, document: str, variables: Answer) -> Answer:
        return self.shape.post(DOCUMENTS[document], variables)


Variables = Callable[[Client], Answer]


@dataclass(frozen=True)
class Asked:
    """What a document is sent with, and the code of the error or refusal that answers it: None where it succeeds."""

    variables: Variables
    code: str | None = None
