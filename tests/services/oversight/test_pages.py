"""A worklist in pages is the worklist: each problem once, in order, over several statuses and equal deadlines."""

from datetime import timedelta
from typing import Any

import pytest

from services.oversight.schema import schema
from tests.asking import ask, context
from tests.services.oversight.conftest import Place
from tests.services.oversight.test_life_through_the_api import NOW
from tests.world import World

PAGE = """query ($organization: ID!, $status: [ProblemStatus!], $first: Int!, $after: String) {
  problems(filter: { assignedTo: $organization, status: $status }, orderBy: DUE_AT_ASC, first: $first, after: $after) {
    edges { node { id status dueAt } } pageInfo { hasNextPage endCursor } totalCount } }"""
STATUSES = ("ASSIGNED", "RECTIFYING", "CLOSED")


@pytest.mark.parametrize("size", [1, 4, 7])
@pytest.mark.parametrize("status", [["ASSIGNED", "RECTIFYING"], ["CLOSED"], None])
async def test_pages_are_the_whole(place: Place, size: int, status: list[str] | None) -> None:
    world = World()
    expected: list[tuple[Any, str]] = []
    for number in range(21):
        due_at, standing = NOW + timedelta(hours=number // 4), STATUSES[number % 3]
        record = world.entity(
            "Problem", f"p{number}", number=f"p{number}", title="问题", status=standing, origin="PATROL",
            severity="NORMAL", discoveredAt=NOW, dueAt=due_at, assignedToId=place.department, siteId="", taskId="",
        )  # fmt: skip
        if status is None or standing in status:
            expected.append((due_at, record))
    async with place.database() as database:
        await world.write(database)
        seen: list[str] = []
        after, more = None, True
        while more:
            variables = {"organization": place.department, "status": status, "first": size, "after": after}
            found = (await ask(schema, PAGE, variables, as_=context(database)))["problems"]
            assert found["totalCount"] == len(expected)
            seen += [edge["node"]["id"] for edge in found["edges"]]
            after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    assert seen == [record for _, record in sorted(expected)]
