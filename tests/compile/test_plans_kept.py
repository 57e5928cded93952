"""A statement bound anew is the statement that would have been compiled anew: the same text, the same parameters."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, cast

import graphql
import pytest
from graphql import DocumentNode, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.schema import schema
from graph.compile.roots import PLANS
from graph.compile.worklists import PROBLEMS, STATES, mark_of
from graph.session import Database
from schema.selection import SELECTIONS
from services.hosting.identity import Role
from tests.asking import Listening, context

OPERATIONS = Path(__file__).parents[2] / "schema" / "operations"
SCHEMA: Any = schema._schema  # pyright: ignore[reportPrivateUsage]
NOW = datetime(2024, 12, 14, tzinfo=UTC)
ADMINISTRATOR: tuple[Role, str | None] = (Role.ADMINISTRATOR, None)
Asked = list[tuple[str, dict[str, Any]]]


def _forget() -> None:
    PLANS.forget()
    SELECTIONS.forget()


def _asked(document: DocumentNode, variables: Mapping[str, Any], caller: tuple[Role, str | None]) -> Asked:
    listening = Listening()
    asks_as = context(cast("Database", listening), NOW, *caller)

    async def run() -> None:
        running: Any = cast("Any", graphql).execute(
            SCHEMA,
            document,
            variable_values=dict(variables),
            context_value=asks_as,
            executor_class=StrawberryGraphQLCoreExecutionContext,
        )
        if asyncio.iscoroutine(running):
            await running

    asyncio.run(run())
    return listening.asked


DOCUMENTS = {
    name: (OPERATIONS / f"{name}.graphql").read_text("utf-8") for name in ("Trace", "Worklist", "FindProblem")
} | {
    "by id": """query ($id: ID!, $more: Boolean!, $n: Int, $after: String, $asOf: DateTime) {
      problem(id: $id, asOf: $asOf) { id title ...Place @include(if: $more) responsible { holder { name } }
        latest: events(first: $n, after: $after) { edges { node { id kind at } cursor } pageInfo { endCursor } } } }
      fragment Place on Problem { site { name regulations(history: $more) { capacity organization { name } } } }""",
    "two of a kind": """query ($id: ID!, $first: Int!, $person: ID!) {
      one: problem(id: $id) { title } two: problem(id: $id) { number }
      person(id: $person) { name phone } all: problems(first: $first) { edges { node { id } } } }""",
    "finding": "query ($id: ID!) { finding(id: $id) { id summary } }",
}


def _variables(name: str, chance: Random) -> dict[str, Any]:
    """Values that a client may send, some of them absent."""
    record = f"{chance.getrandbits(64):016x}"
    status = chance.sample(["REGISTERED", "ASSIGNED", "SUBMITTED", "CLOSED"], chance.randrange(1, 4))
    where = {"assignedTo": record, STATES: status}
    cursor = f"{mark_of(PROBLEMS, where, 'DUE_AT_ASC')}.{record}.2024-12-0{chance.randrange(1, 9)}T00:00:00+00:00"
    instant = f"2024-12-0{chance.randrange(1, 9)}T08:00:00+08:00"
    given: dict[str, Any] = {
        "subject": record, "id": record, "person": record[::-1], "organization": record,
        "status": status, "first": chance.randrange(1, 60), "n": chance.randrange(1, 9), "more": chance.random() < 0.5,
        "source": "county", "sourceId": record,
    }  # fmt: skip
    maybe: dict[str, Any] = {"asOf": instant, "knownAt": instant}
    if name == "Worklist":
        maybe["after"] = cursor
    return given | {key: value for key, value in maybe.items() if chance.random() < 0.5}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(DOCUMENTS)), st.randoms(use_true_random=False))
def test_what_is_bound_anew_is_what_is_compiled_anew(name: str, chance: Random) -> None:
    document = parse(DOCUMENTS[name])
    callers: list[tuple[Role, str | None]] = [
        ADMINISTRATOR,
        (Role.DEPARTMENT, "p1"),
        (Role.GRID_WORKER, "p2"),
        (Role.VIEWER, None),
    ]
    requests = [(_variables(name, chance), chance.choice(callers)) for _ in range(4)]
    _forget()
    kept = [_asked(document, *request) for request in requests]
    assert any(kept)
    fresh: list[Asked] = []
    for request in requests:
        _forget()
        fresh.append(_asked(document, *request))
    assert kept == fresh


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(queries(graphql.print_schema(SCHEMA), fields=["problem", "problems", "trace", "problemCount"]))
def test_any_operation_asks_the_same_the_second_time(text: str) -> None:
    document = parse(text)
    _forget()
    first = _asked(document, {}, ADMINISTRATOR)
    assert _asked(document, {}, ADMINISTRATOR) == first


def test_a_trace_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from graph.queries import trace

    compiled: list[object] = []
    walk = trace.walk

    def counting(*given: Any) -> str:
        compiled.append(given)
        return walk(*given)

    monkeypatch.setattr(trace, "walk", counting)
    document = parse(DOCUMENTS["Trace"])
    _forget()
    for subject in ("a", "b", "c"):
        ((_, parameters),) = _asked(document, {"subject": subject}, ADMINISTRATOR)
        assert parameters["asked"][0]["subject"] == subject
    assert len(compiled) == 1
