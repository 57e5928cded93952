"""One run: the county, the systems, the questions; answers are compared before anything is measured."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from graph.session import Database
from tests.benchmarks.side_by_side import chain, county, leaves, wide
from tests.benchmarks.side_by_side.contenders import by_document, by_hand, by_statements, compare
from tests.benchmarks.side_by_side.county import Loaded
from tests.benchmarks.side_by_side.measuring import Contender, Measured, measure
from tests.benchmarks.side_by_side.questions import (
    COUNTED,
    TRACE,
    WORKLIST,
    Question,
    Subject,
    before_pages,
    subjects,
)
from tests.benchmarks.side_by_side.systems import (
    System,
    asking,
    drivers,
    engine_of,
    megabytes,
    peer,
    python_app,
    zeren_over_http,
)
from tests.database import DatabaseConnection

COMPARED = 20
"""Subjects about which the answers of all systems are compared."""
WARM = 30
"""Subjects asked about before anything is measured, by each system."""
CLIENTS = (1, 16)

NOTHING: Subject = {}
FLOOR = Question("RETURN 1", "{ one }", lambda _: {})


def _nested(data: Any) -> Any:
    return chain.flat(data["problem"])


def _flat(data: Any) -> Any:
    return chain.flat(data["chain"])


CHAIN = Question("chain", chain.DOCUMENT, lambda subject: {"id": subject["id"]}, _nested)
CHAIN_FLAT = replace(CHAIN, document=chain.FLAT, read=_flat)


@dataclass
class Figures:
    """What a run has found."""

    loaded: Loaded
    rested: float
    """Seconds until all deadlines were noticed, and all events numbered and counted."""
    subjects: int
    measured: list[Measured] = field(default_factory=list[Measured])
    left_out: list[str] = field(default_factory=list[str])
    memory: dict[str, float] = field(default_factory=dict[str, float])
    load: tuple[float, float] = (0.0, 0.0)
    """Of the machine, by all that runs on it: before and after."""


async def measured(
    connection: DatabaseConnection, home: Path, problems: int, share: int, *, anew: bool, install: bool
) -> Figures:
    """Load a county of so many problems, and measure with `share` subjects for each system and number of clients."""
    loaded = await county.load(connection, home, problems, anew=anew)
    store = Database(*connection)
    figures = Figures(loaded, await county.come_to_rest(store, home), share)
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        stock, ours = stack.enter_context(drivers(connection))
        zeren, *where = stack.enter_context(zeren_over_http(connection, home))
        plain = stack.enter_context(python_app("plain", connection))
        of_plain, engine = {"plain Strawberry": plain.process.pid}, engine_of(connection)

        def over_http(name: str, path: str) -> System:
            return System(name, stack.enter_context(asking("http", f"{plain.url}/{path}", "none")), of_plain, engine)

        floor, one = over_http("plain Strawberry", "graphql"), over_http("Strawberry, one statement", "graphql")
        many = over_http("Strawberry, field by field", "by-field")
        processes = {"Neo4j": engine}
        for seed, question in enumerate((TRACE, WORKLIST, COUNTED)):
            contenders = [*(by_statements(system, question) for system in (stock, ours)), by_document(zeren, question)]
            about = await (subjects if question is TRACE else before_pages)(store, seed)
            figures.measured += await _asked(question, contenders, about, share)
        other = stack.enter_context(peer(connection, chain.PEER_TYPES, install=install))
        contenders = [by_hand(stock), by_document(zeren, CHAIN), by_document(one, CHAIN_FLAT), by_document(many, CHAIN)]
        if isinstance(other, System):
            contenders.insert(2, by_document(other, CHAIN_FLAT))
            processes |= other.processes
        else:
            figures.left_out.append(other)
        figures.measured += await _asked(CHAIN, contenders, await subjects(store, 3), share)
        contenders = [Contender(stock, _one, _said), by_document(floor, FLOOR)]
        figures.measured += await measure(
            FLOOR, contenders, [NOTHING] * share * len(contenders) * len(CLIENTS), CLIENTS
        )
        figures.measured += await wide.overview(store, stock, zeren)
        figures.measured += await leaves.completed(store)
        figures.measured += await wide.accountable(store, zeren)
        writer = System(zeren.name, stack.enter_context(asking("http", *where)), zeren.processes, engine)
        about = list(islice(iter(await subjects(store, 4)), share))
        figures.measured += await wide.told_and_asked(store, zeren, writer, about, share)
        processes |= {**stock.processes, **zeren.processes, **floor.processes}
        figures.memory = {name: megabytes(pid) for name, pid in processes.items()}
        await store.close()
    figures.load = before, os.getloadavg()[0]
    return figures


async def _asked(
    question: Question, contenders: Sequence[Contender], about: Sequence[Subject], share: int
) -> list[Measured]:
    left = iter(about)
    await compare(question, contenders, list(islice(left, COMPARED)))
    for contender in contenders:
        contender.system.asker.ask([await contender.put(subject) for subject in islice(left, min(WARM, share))], 4)
    return await measure(question, contenders, list(islice(left, share * len(contenders) * len(CLIENTS))), CLIENTS)


async def _one(_: Subject) -> Any:
    return [("RETURN 1 AS one", {})]


async def _said(_: Subject, answer: Any) -> Any:
    return answer
