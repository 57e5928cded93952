"""Clients' documents, carried out in this process by the schema that the gateway serves."""

import copy
import secrets
from pathlib import Path
from typing import Any

import schema as contract
from gateway.cli.failures import Refused
from gateway.schema import schema
from graph.session import Database
from services.hosting.context import Context, system_clock
from services.hosting.identity import Caller, Role
from services.hosting.presentation import PresentErrors

OPERATIONS = Path(contract.__file__).parent / "operations"


def document(name: str) -> str:
    """The text of schema/operations/<name>.graphql."""
    return (OPERATIONS / f"{name}.graphql").read_text("utf-8")


async def answer(database: Database, text: str, variables: dict[str, Any], role: Role) -> dict[str, Any]:
    """The GraphQL answer, {data, errors}, that a caller in `role` would be given over HTTP."""
    shown = copy.copy(schema)
    shown.extensions = (PresentErrors,)
    context = Context(database, system_clock, secrets.token_hex(8))
    context.admit(Caller("local:cli", role))
    result = await shown.execute(text, variable_values=variables, context_value=context)
    errors = [error.formatted for error in result.errors or ()]
    return {"data": result.data, **({"errors": errors} if errors else {})}


async def data(database: Database, text: str, variables: dict[str, Any], role: Role) -> dict[str, Any]:
    """The data alone; raises Refused with the messages where there are errors."""
    found = await answer(database, text, variables, role)
    if "errors" in found:
        raise Refused(told(found))
    return found["data"]


def told(found: dict[str, Any]) -> str:
    """The errors of an answer, a line each."""
    return "\n".join(f"{error['extensions']['code']}: {error['message']}" for error in found["errors"])
