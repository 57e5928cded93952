"""The committed SDL is what the code says, and takes nothing away from what was released."""

from pathlib import Path

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, GraphQLUnionType

from gateway.contract import RELEASED, api, breaks, sdl, write_released, write_sdl
from gateway.schema import ROOMS, schema

FOLDER = Path(__file__).parents[2] / "schema" / "sdl"


@pytest.mark.parametrize("room", ROOMS)
def test_the_committed_sdl_is_that_of_the_code(room: str) -> None:
    committed = (FOLDER / f"{room}.graphql").read_text("utf-8")
    assert committed == sdl(room), "the schema has changed; run: make schema && make supergraph"


def test_there_is_a_file_for_each_room_and_one_for_the_release() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {RELEASED, *(f"{room}.graphql" for room in ROOMS)}


def test_what_is_written_is_what_is_compared(tmp_path: Path) -> None:
    written = write_sdl(tmp_path / "sdl")
    assert [file.read_text("utf-8") for file in written] == [sdl(room) for room in ROOMS]
    assert write_released(tmp_path).read_text("utf-8") == api()


def test_nothing_that_was_released_is_taken_away() -> None:
    released = (FOLDER / RELEASED).read_text("utf-8")
    assert breaks(released, api()) == [], "clients rely on these; deprecate, and offer the better thing beside it"


ONCE = """
schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) { query: Query }
type Query { problem(id: ID!): Problem }
type Problem @key(fields: "id") { id: ID! status: Status! dueAt: String }
enum Status { OPEN CLOSED }
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (" dueAt: String", "", "Field Problem.dueAt was removed."),
        ("OPEN ", "", "Enum value Status.OPEN was removed."),
        ("dueAt: String", "dueAt: Int", "Field Problem.dueAt changed type from String to Int."),
        ("status: Status!", "status: Status", "Field Problem.status changed type from Status! to Status."),
        ("(id: ID!)", "(id: ID!, why: String!)", "A required argument Query.problem(why:) was added."),
    ],
)
def test_a_break_is_seen(before: str, after: str, said: str) -> None:
    assert breaks(ONCE, ONCE.replace(before, after)) == [said]


@pytest.mark.parametrize("more", [("dueAt: String", "dueAt: String overdue: Boolean"), ("OPEN", "OPEN SUSPENDED")])
def test_what_is_added_breaks_nothing(more: tuple[str, str]) -> None:
    assert breaks(ONCE, ONCE.replace(*more)) == []


@pytest.mark.parametrize("room", [*ROOMS, "gateway"])
def test_every_entity_of_a_subgraph_can_be_looked_up_there(room: str) -> None:
    built: GraphQLSchema = (ROOMS.get(room) or schema)._schema  # pyright: ignore[reportPrivateUsage]
    text = (ROOMS.get(room) or schema).as_str()
    keyed = {name for name in built.type_map if f"type {name} @key(" in text}
    union = built.type_map.get("_Entity")
    members: list[GraphQLObjectType] = list(union.types) if isinstance(union, GraphQLUnionType) else []
    assert {member.name for member in members} == keyed
