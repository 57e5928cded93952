"""Every document that clients send gets the same answer from one process and from five behind a federation gateway."""

import asyncio
import os
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from graph.migrations import migrate
from graph.session import Database
from services.integration import county
from services.integration.loading.loader import import_bundle
from tests.contract.asked import ASKED
from tests.contract.clients import DOCUMENTS, Answer, Asked, Client
from tests.contract.federation.packages import NodeMissing, node
from tests.contract.federation.processes import shapes
from tests.database import DatabaseConnection, empty

CAMPAIGN = Path(__file__).parents[2] / "services" / "campaign" / "bundle"
SCALE = 0.02
OWN = frozenset({"id", "number", "hash", "population", "populationHash"})

CASES = [
    pytest.param(document, asked, id=f"{document}-{asked.code or number}")
    for document, rows in ASKED.items()
    for number, asked in enumerate(rows, start=1)
]


FOLLOWED = {"ProblemEvents"}
"""Subscriptions have a test of their own."""


def test_every_document_is_asked() -> None:
    assert sorted({*ASKED, *FOLLOWED}) == sorted(DOCUMENTS), "add what the new document is sent with to asked.py"


@pytest.fixture(scope="module")
def clients(
    database_connection: DatabaseConnection, tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Client, Client]]:
    """One client of each shape, over the shipped campaign and a small county."""
    try:
        node()
    except NodeMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    empty(database_connection)
    made = tmp_path_factory.mktemp("county")
    county.generate(made, scale=SCALE)
    known_at = asyncio.run(_loaded(database_connection, made))
    with shapes(database_connection, tmp_path_factory.mktemp("home")) as both:
        one, five = (Client(shape, name, known_at) for shape, name in zip(both, ("one", "five"), strict=True))
        yield one, five
    empty(database_connection)


async def _loaded(connection: DatabaseConnection, made: Path) -> str:
    """When all of it was known."""
    async with Database(*connection) as database:
        await migrate(database, datetime.now(UTC))
        for bundle, source in ((CAMPAIGN, "speech"), (made, county.SOURCE)):
            imported = await import_bundle(database, bundle, lambda: datetime.now(UTC), source=source)
            assert imported.report.ok, imported.report.errors
        assert imported.recorded_at is not None
        return imported.recorded_at.isoformat()


@pytest.mark.timeout(1200)  # a first run installs the packages
@pytest.mark.parametrize(("document", "asked"), CASES)
def test_both_shapes_answer_alike(clients: tuple[Client, Client], document: str, asked: Asked) -> None:
    one, five = clients
    expected = one.ask(document, asked.variables(one))
    variables = asked.variables(five)
    before = five.shape.operations()
    answer = five.ask(document, variables)
    after = five.shape.operations()

    assert code_of(expected) == asked.code, expected
    assert comparable(document, answer) == comparable(document, expected)
    requests = {room: after[room] - before[room] for room in after if after[room] != before[room]}
    assert list(requests.values()) == [1], f"its root fields are of one room, which answers them whole: {requests}"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ["authorization", "Authorization"])
def test_both_shapes_bring_the_events_of_problems(clients: tuple[Client, Client], name: str) -> None:
    """From the beginning, over a WebSocket that signs in with its first message, and again from a cursor."""
    found = [client.shape.follow(DOCUMENTS["ProblemEvents"], {"after": "beginning"}, 20, name) for client in clients]
    assert [entry["event"] for entry in found[0]] == [entry["event"] for entry in found[1]]
    assert len({entry["event"]["id"] for entry in found[0]}) == 20
    on = {"after": found[0][9]["cursor"]}
    again = clients[1].shape.follow(DOCUMENTS["ProblemEvents"], on, 10, name)
    assert [entry["cursor"] for entry in again] == [entry["cursor"] for entry in found[0][10:]]


def test_both_shapes_say_why_events_cannot_be_followed(clients: tuple[Client, Client]) -> None:
    for client in clients:
        (refused,) = client.shape.follow(DOCUMENTS["ProblemEvents"], {"after": "nonsense"}, 1)
        assert refused["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


def test_a_caller_without_a_token_is_refused_by_both(clients: tuple[Client, Client]) -> None:
    sent = {"source": "county", "sourceId": "demo-problem"}
    codes = [
        client.shape.post(DOCUMENTS["FindProblem"], sent, token="none")["errors"][0]["extensions"]["code"]
        for client in clients
    ]
    assert codes == ["UNAUTHENTICATED", "UNAUTHENTICATED"]


def code_of(answer: Answer) -> str | None:
    """Of the error, or of the refusal that a mutation answers."""
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    outcome: Answer = next(iter(answer["data"].values()))
    return outcome.get("code")


def comparable(document: str, answer: Answer) -> Answer:
    """The answer without what may differ: where in the document an error is, and what each report has of its own."""
    errors = [(error["message"], error.get("path"), error["extensions"]["code"]) for error in answer.get("errors", ())]
    data = answer.get("data")
    return {"data": without_own(data) if "mutation " in DOCUMENTS[document] else data, "errors": errors}


def without_own(value: Any) -> Any:
    if isinstance(value, dict):
        entries = cast("Answer", value).items()
        return {key: type(entry).__name__ if key in OWN else without_own(entry) for key, entry in entries}
    return [without_own(entry) for entry in cast("list[Any]", value)] if isinstance(value, list) else value
