"""`zeren trace`: the Trace document, carried out here and shown as a tree, as a picture or as it is answered."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from rich.console import Console

from gateway.cli.asking import answer, data, document, told
from gateway.cli.differences import differences_of
from gateway.cli.failures import Refused
from gateway.cli.tree import tree_of
from gateway.drawing import drawing_of
from graph.model.identity import record_id
from graph.session import Database
from services.hosting.identity import Role

ROLE = Role.DISCIPLINE  # whoever can read the home's password may see all that the discipline office sees
NAMED = """query Named($id: ID!) {
  problem(id: $id) { number title }
  site(id: $id) { name }
  area(id: $id) { name }
  task(id: $id) { title }
  instruction(id: $id) { text }
}"""


def record_of(reference: str) -> str:
    """The opaque id of what the user calls `reference`: an opaque id already, or `source:id`."""
    source, colon, source_id = reference.partition(":")
    return record_id(source, source_id) if colon else reference


async def traced(database: Database, reference: str, as_of: str | None, known_at: str | None) -> dict[str, Any]:
    """The whole answer of Trace.graphql."""
    variables = {"subject": record_of(reference), "asOf": as_of, "knownAt": known_at}
    return await answer(database, document("Trace"), variables, ROLE)


async def show(console: Console, database: Database, reference: str, as_of: str | None, known_at: str | None) -> None:
    """Print the trace as a tree. Raises Refused where there is none."""
    console.print(tree_of(*await _titled(database, reference, as_of, known_at)))


async def compared(
    database: Database, reference: str, before: dict[str, str | None], after: dict[str, str | None]
) -> dict[str, Any]:
    """The whole answer of TraceComparison.graphql; a moment is {asOf, knownAt}."""
    variables = {"subject": record_of(reference), "before": before, "after": after}
    return await answer(database, document("TraceComparison"), variables, ROLE)


async def show_differences(
    console: Console,
    database: Database,
    reference: str,
    before: dict[str, str | None],
    after: dict[str, str | None],
) -> None:
    """Print what became of the trace between two moments. Raises Refused where there is none."""
    compare = compared(database, reference, before, after)
    found, title = await _with_title(compare, database, reference)
    if "errors" in found:
        raise Refused(f"There are no two traces of {reference} to compare.\n{told(found)}")
    console.print(differences_of(found["data"]["traceComparison"], title))


async def drawn(database: Database, reference: str, as_of: str | None, known_at: str | None) -> str:
    """The trace as the text of an SVG file. Raises Refused where there is none."""
    return drawing_of(*await _titled(database, reference, as_of, known_at))


async def _titled(
    database: Database, reference: str, as_of: str | None, known_at: str | None
) -> tuple[dict[str, Any], str]:
    """The trace, and what its subject is called."""
    found, title = await _with_title(traced(database, reference, as_of, known_at), database, reference)
    if "errors" in found:
        raise Refused(f"There is no trace of {reference}.\n{told(found)}")
    return found["data"]["trace"], title


async def _with_title(
    asked: Coroutine[None, None, dict[str, Any]], database: Database, reference: str
) -> tuple[dict[str, Any], str]:
    # Side by side, for a database that has just started plans each of the two for the first time. Where one fails, the
    # other is waited for: the database must not be closed under it.
    found, title = await asyncio.gather(asked, _title(database, reference), return_exceptions=True)
    if isinstance(found, BaseException):
        raise found
    if isinstance(title, BaseException):
        raise title
    return found, title


async def _title(database: Database, reference: str) -> str:
    """What a problem, site, area or task is called, or what an instruction says; else the reference itself."""
    source, colon, source_id = reference.partition(":")
    if colon:
        found = await data(database, document("FindProblem"), {"source": source, "sourceId": source_id}, ROLE)
        for edge in found["problems"]["edges"]:
            return f"{edge['node']['number']} {edge['node']['title']}"
    named = await answer(database, NAMED, {"id": record_of(reference)}, ROLE)
    records: dict[str, dict[str, str] | None] = named["data"] or {}
    for record in filter(None, records.values()):
        return " ".join(record.values())
    return reference
