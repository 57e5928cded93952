"""What stands above the rows: 20,000 leaves completed by zeren's closures, against orjson of the same data."""

import copy
import gc
from collections.abc import Callable
from time import perf_counter
from typing import Any, cast
from unittest.mock import patch

import orjson

from gateway.schema import schema
from graph.session import Database
from schema.completion import Complete, Completion
from services.hosting.completing import executor
from tests.asking import ask, context
from tests.benchmarks.side_by_side.measuring import Measured
from tests.benchmarks.side_by_side.questions import PAGE

LEAVES = 20_000
TIMES = 50
QUESTION = f"completion of {LEAVES:,} leaves"
DOCUMENT = f"""{{
  problems(first: {PAGE}) {{
    edges {{ node {{ id number title status dueAt overdue site {{ name kind }} area {{ name }} task {{ title }} }} }}
  }}
}}"""
"""The page of a worklist, without what takes rules."""


async def completed(store: Database) -> list[Measured]:
    """Rows as the database gives them, over and over until they have so many leaves; in turns."""
    complete, page = await _completion(store)
    of_one = _leaves(complete(page))
    rows = {**page, "edges": [edge for _ in range(LEAVES // of_one) for edge in copy.deepcopy(page["edges"])]}
    data = complete(rows)
    ways: dict[str, Callable[[], Any]] = {"zeren": lambda: complete(rows), "orjson": lambda: orjson.dumps(data)}
    measured = {name: Measured(QUESTION, name, 1) for name in ways}
    gc.disable()
    try:
        for _ in range(TIMES):
            for name, way in ways.items():
                begun = perf_counter()
                way()
                measured[name].seconds.append(perf_counter() - begun)
    finally:
        gc.enable()
    for one in measured.values():
        one.clock = sum(one.seconds)
    return list(measured.values())


async def _completion(store: Database) -> tuple[Complete, dict[str, Any]]:
    """The closure that is compiled for the document, and the rows that are handed to it."""
    seen: list[tuple[Complete, dict[str, Any]]] = []
    compiled: Callable[..., Complete] = Completion.of

    def watched(*given: Any) -> Complete:
        complete = compiled(*given)

        def kept(rows: Any) -> Any:
            seen.append((complete, rows))
            return complete(rows)

        return kept

    hosted = copy.copy(schema)
    hosted.execution_context_class = executor(lambda _: None)
    with patch.object(Completion, "of", watched):
        await ask(hosted, DOCUMENT, as_=context(store))
    return seen[0]


def _leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_leaves(part) for part in cast("dict[str, Any]", value).values())
    return sum(map(_leaves, cast("list[Any]", value))) if isinstance(value, list) else 1
