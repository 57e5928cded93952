"""The compiler against a plain evaluation of the model: random graphs, instants and what was known, on a real Neo4j."""

import asyncio
import os
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.compile.roots import Moment, Viewer, by_id
from graph.compile.selection import Selected
from graph.migrations import migrate
from graph.model import MODEL
from graph.model.declare import (
    AnyField,
    Back,
    Based,
    Computed,
    Counted,
    Facts,
    FirstOf,
    OneOf,
    Property,
    Reached,
    Ref,
    Refs,
    Ruled,
    Via,
)
from graph.model.instants import OPEN
from graph.session import Database
from tests.compile.evaluation import Evaluation
from tests.database import DatabaseConnection
from tests.world import RECORDED, World, at

DAYS = [at("2024-12-01T00:00+08:00") + timedelta(hours=12 * n) for n in range(9)]
instants = st.sampled_from(DAYS)
DEPTH = 2
EXAMPLES = int(os.environ.get("READS_EXAMPLES", "6"))
"""Graphs compared in one run; 250 in a long one."""
NAMED = ("Organization", "Post", "Person", "Area", "Site", "Directive", "Campaign", "Task", "Problem")


@st.composite
def selections(draw: st.DrawFn, label: str, depth: int) -> tuple[Selected, ...]:
    """Some of what the model declares of a node, to a depth; under keys that are not the names."""
    fields = [field for field in MODEL.by_label[label].fields if depth or isinstance(field, Property)]
    fields = [
        field
        for field in fields
        if not (isinstance(field, Computed | Ruled | Counted) or (isinstance(field, Property) and field.personal))
    ]
    return tuple(
        _selected(draw, field, depth)
        for field in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3, unique_by=lambda field: field.name))
    )


def _selected(draw: st.DrawFn, field: AnyField, depth: int) -> Selected:
    key = f"{field.name}_"

    def below(*labels: str) -> dict[str, tuple[Selected, ...]]:
        return {label: draw(selections(label, depth - 1)) for label in labels}

    match field:
        case Based():
            basis = (Selected("title", "t"), Selected("clause", "c", {}, {"Clause": (Selected("label", "label"),)}))
            return Selected(field.name, key, {}, {"Basis": basis})
        case Facts():
            return Selected(field.name, key, {"history": draw(st.booleans())}, below(field.fact))
        case Reached() | OneOf():
            return Selected(field.name, key, {}, below(*field.targets))
        case Back() | Via() if (not field.one if isinstance(field, Back) else field.many) and draw(st.booleans()):
            edges = Selected(
                "edges", "e", {}, {f"{field.target}Edge": (Selected("node", "n", {}, below(field.target)),)}
            )
            info = Selected("pageInfo", "i", {}, {"PageInfo": (Selected("hasNextPage", "more"),)})
            page = {f"{field.target}Connection": (edges, info, Selected("totalCount", "total"))}
            return Selected(field.name, key, {"first": draw(st.integers(1, 3))}, page)
        case Back() | Via() | Ref() | Refs() | FirstOf():
            return Selected(field.name, key, {}, below(field.target))
        case _:
            return Selected(field.name, key)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few records of each kind, with facts that begin, end, overlap, are corrected and silence columns."""
    world = World()
    ids: dict[str, list[str]] = {}
    for entity in MODEL.entities():
        ids[entity.label] = []
        for number in range(draw(st.integers(1, 2))):
            properties: dict[str, Any] = {}
            for prop in entity.properties():
                if prop.name in ("id", "source", "sourceId", "recordedAt", "logIndex"):  # unique, or given already
                    continue
                properties[prop.name] = _value(draw, prop)
            for ref in entity.refs():
                if ids.get(ref.target) and (draw(st.booleans()) or ref.name == "directive"):
                    properties[ref.name] = draw(st.sampled_from(ids[ref.target]))
            ids[entity.label].append(world.entity(entity.label, f"{entity.label}{number}", **properties))
    clauses = ids["Clause"]
    number = 0
    for kind in MODEL.facts():
        for _ in range(draw(st.integers(1, 4))):
            number += 1
            since, until = draw(instants), draw(st.one_of(st.just(OPEN), instants))
            recorded = draw(instants)
            properties = {
                prop.name: _value(draw, prop) for prop in kind.properties() if prop.name in ("role", "capacity", "text")
            }
            basis = draw(st.sampled_from([None, "ASSUMED", "clause"]))
            from_ = draw(st.sampled_from([record for label in kind.from_ for record in ids[label]]))
            to = draw(st.sampled_from([record for label in kind.to for record in ids[label]])) if kind.to else None
            fact = world.fact(
                kind.label,
                f"fact{number}",
                from_,
                to,
                since.isoformat(),
                until.isoformat(),
                recorded,
                draw(st.one_of(st.just(OPEN), instants)),
                draw(st.booleans()),
                basis=basis,
                **properties,
            )
            if basis == "clause":
                world.links["BASED_ON"].append({"a": fact, "b": draw(st.sampled_from(clauses))})
    return world


def _value(draw: st.DrawFn, prop: Property) -> Any:
    if prop.enum:
        return draw(st.sampled_from([member.value for member in prop.enum]))
    match prop.scalar.value:
        case "instant":
            return draw(st.one_of(st.just(OPEN), instants)) if prop.name == "dueAt" else draw(instants)
        case "integer":
            return draw(st.integers(0, 5))
        case "float":
            return draw(st.sampled_from([113.5, 34.25]))
        case "boolean":
            return draw(st.booleans())
        case "date":
            return draw(instants).date()
        case "list of text":
            return draw(st.lists(st.sampled_from(["a", "b"]), max_size=2))
        case _:
            return draw(st.sampled_from(["甲", "乙", "丙", ""]))


@pytest.fixture
def runner(clean_database: DatabaseConnection) -> Generator[asyncio.Runner]:
    async def prepare() -> None:
        async with Database(*clean_database) as database:
            await migrate(database, RECORDED)

    with asyncio.Runner() as made:
        made.run(prepare())
        yield made


@pytest.mark.timeout(900)  # each graph and each selection is planned anew
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds(), t=instants, k=instants, data=st.data())
def test_compiled_reads_mean_what_the_model_says(
    clean_database: DatabaseConnection,
    runner: asyncio.Runner,
    world: World,
    t: datetime,
    k: datetime,
    data: st.DataObject,
) -> None:
    label = data.draw(st.sampled_from(sorted(world.nodes)))
    record = world.nodes[label][0]["id"]
    asked = Selected("root", "root", {}, {label: data.draw(selections(label, DEPTH))})

    async def read() -> Any:
        async with Database(*clean_database) as database:
            await database.write("MATCH (n:Record) DETACH DELETE n")
            await world.write(database)
            statement = by_id(label, record, asked, Moment(DAYS[-1], t, k), Viewer(oversees=True))
            (row,) = await database.read(statement.cypher, statement.parameters)
            return row["data"]

    found = _plain(runner.run(read()))
    if world.nodes[label][0]["recordedAt"] > k:
        assert found is None
    else:
        assert found == _plain(Evaluation(world, t, k).record(record, asked.only()))


def _plain(value: Any) -> Any:
    """The driver's values as Python's, without the type names that unions carry."""
    if isinstance(value, dict):
        row = cast("dict[str, Any]", value)
        return {key: _plain(item) for key, item in row.items() if key != "__typename"}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    return value.to_native() if hasattr(value, "to_native") else value
