"""One run: the county, the systems, the questions; answers are compared before anything is measured."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from graph.session import Database
from tests.benchmarks.side_by_side import chain, county, wide
from tests.benchmarks.side_by_side.county import Loaded
from tests.benchmarks.side_by_side.measuring import Contender, Measured, measure
from tests.benchmarks.side_by_side.questions import (
    COUNTED,
    TRACE,
    WORKLIST,
    Question,
    Subject,
    answer_of,
    now,
    statements,
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
    figures = Figures(await county.load(connection, problems, anew=anew), share)
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        store = Database(*connection)
        stock, ours = stack.enter_context(drivers(connection))
        zeren, *where = stack.enter_context(zeren_over_http(connection, home))
        plain = stack.enter_context(python_app("plain", connection))
        of_plain = {"plain Strawberry": plain.process.pid}

        def over_http(name: str, path: str) -> System:
            return System(name, stack.enter_context(asking("http", f"{plain.url}/{path}", "none")), of_plain)

        floor, one = over_http("plain Strawberry", "graphql"), over_http("Strawberry, one statement", "graphql")
        many = over_http("Strawberry, field by field", "by-field")
        processes = {"Neo4j": engine_of(connection)}
        await county.come_to_rest(store)
        for seed, question in enumerate((TRACE, WORKLIST, COUNTED)):
            contenders = [*(by_statements(system, question) for system in (stock, ours)), by_document(zeren, question)]
            figures.measured += await _asked(store, question, contenders, seed, share)
        other = stack.enter_context(peer(connection, chain.PEER_TYPES, install=install))
        contenders = [by_hand(stock), by_document(zeren, CHAIN), by_document(one, CHAIN_FLAT), by_document(many, CHAIN)]
        if isinstance(other, System):
            contenders.insert(2, by_document(other, CHAIN_FLAT))
            processes |= other.processes
        else:
            figures.left_out.append(other)
        figures.measured += await _asked(store, CHAIN, contenders, 3, share)
        contenders = [Contender(stock, _one, _said), by_document(floor, FLOOR)]
        figures.measured += await measure(
            FLOOR, contenders, [NOTHING] * share * len(contenders) * len(CLIENTS), CLIENTS
        )
        figures.measured += await wide.overview(store, stock, zeren)
        figures.measured += await wide.accountable(store, zeren)
        writer = System(zeren.name, stack.enter_context(asking("http", *where)), zeren.processes)
        about = list(islice(iter(await subjects(store, 4)), share))
        figures.measured += await wide.told_and_asked(store, zeren, writer, about, share)
        processes |= {**stock.processes, **zeren.processes, **floor.processes}
        figures.memory = {name: megabytes(pid) for name, pid in processes.items()}
        await store.close()
    figures.load = before, os.getloadavg()[0]
    return figures


async def _asked(
    store: Database, question: Question, contenders: Sequence[Contender], seed: int, share: int
) -> list[Measured]:
    left = iter(await subjects(store, seed))
    await compare(question, contenders, list(islice(left, COMPARED)))
    for contender in contenders:
        contender.system.asker.ask([await contender.put(subject) for subject in islice(left, min(WARM, share))], 4)
    return await measure(question, contenders, list(islice(left, share * len(contenders) * len(CLIENTS))), CLIENTS)


async def compare(question: Question, contenders: Sequence[Contender], about: Sequence[Subject]) -> None:
    """Raises AssertionError where two do not say the same."""
    said: list[tuple[str, list[Any]]] = []
    for one in contenders:
        answers = one.system.asker.ask([await one.put(subject) for subject in about], answers=True).answers
        pairs = zip(about, answers, strict=True)
        said.append((one.system.name, [await one.read(subject, answer) for subject, answer in pairs]))
    (first, expected), *others = said
    for name, found in others:
        for subject, one, other in zip(about, expected, found, strict=True):
            if one != other:
                where, this, that = _difference(one, other)
                raise AssertionError(
                    f"{question.name} of {subject['id']}, {where}: {first} says {this!r}, {name} says {that!r}"
                )


def _difference(one: Any, other: Any, where: str = "answer") -> tuple[str, Any, Any]:
    """The first place at which two answers are not the same."""
    parts = zip(_parts(one), _parts(other), strict=False)
    for (key, this), (_, that) in parts:
        if this != that:
            return _difference(this, that, f"{where}.{key}")
    return where, one, other


def _parts(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return sorted(cast("dict[str, Any]", value).items())
    return list(enumerate(cast("list[Any]", value))) if isinstance(value, list) else []


def by_statements(driver: System, question: Question) -> Contender:
    """The driver sends what zeren would send; what zeren would make of its rows is compared."""

    async def put(subject: Subject) -> Any:
        return await statements(question, subject, now())

    async def read(subject: Subject, answer: Any) -> Any:
        return question.read(await answer_of(question, subject, [_native(rows) for rows in answer], now()))

    return Contender(driver, put, read)


def by_document(system: System, question: Question) -> Contender:
    """A system that answers GraphQL."""

    async def put(subject: Subject) -> str:
        return question.body(subject)

    async def read(_: Subject, answer: Any) -> Any:
        return question.read(answer)

    return Contender(system, put, read)


def by_hand(driver: System) -> Contender:
    """The driver sends the chain's statement that was written by hand."""

    async def put(subject: Subject) -> Any:
        return [chain.statement(subject["id"], now())]

    async def read(_: Subject, answer: Any) -> Any:
        return chain.flat(answer[0][0]["chain"])

    return Contender(driver, put, read)


def _native(value: Any) -> Any:
    """The driver's own instants as Python's."""
    if isinstance(value, list):
        return [_native(part) for part in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _native(part) for key, part in cast("dict[str, Any]", value).items()}
    return value.to_native() if hasattr(value, "to_native") else value


async def _one(_: Subject) -> Any:
    return [("RETURN 1 AS one", {})]


async def _said(_: Subject, answer: Any) -> Any:
    return answer
