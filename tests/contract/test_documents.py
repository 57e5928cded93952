"""Every document that clients send gets the same answer from one process and from five behind a federation gateway."""

import asyncio
import os
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from graph.migrations import migrate
from graph.model.identity import record_id
from graph.session import Database
from services.integration import county
from services.integration.loading.loader import import_bundle
from tests.contract.federation.packages import NodeMissing, node
from tests.contract.federation.processes import Shape, shapes
from tests.database import DatabaseConnection, empty

ROOT = Path(__file__).parents[2]
DOCUMENTS = {file.stem: file.read_text("utf-8") for file in sorted((ROOT / "schema" / "operations").glob("*.graphql"))}
CAMPAIGN = ROOT / "services" / "campaign" / "bundle"
AS_OF = "2024-12-20T08:00:00+08:00"
DISCOVERED = "2024-12-16T09:30:00+08:00"
SCALE = 0.02
OWN = frozenset({"id", "number", "hash"})

Answer = dict[str, Any]


def speech(source_id: str) -> str:
    return record_id("speech", source_id)


def in_county(source_id: str) -> str:
    return record_id(county.SOURCE, source_id)


@dataclass
class Client:
    """A client of one shape. `name` sets its changes apart from the other's: they share a database."""

    shape: Shape
    name: str
    known_at: str

    def ask(self, document: str, variables: Answer) -> Answer:
        return self.shape.post(DOCUMENTS[document], variables)


Variables = Callable[[Client], Answer]


def _report(**more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"report-{client.name}-{sorted(more)}",
            "title": "工地裸土未覆盖",
            "origin": "COVERT_FILM",
            "severity": "SERIOUS",
            "discoveredAt": DISCOVERED,
            "site": in_county("site-demo"),
            "evidence": ["film.mp4"],
        }
        return {"input": given | more}

    return variables


def _act(action: str) -> Variables:
    def variables(client: Client) -> Answer:
        # Sent again with its key, a report gives the problem that it made at first.
        reported = client.ask("ReportProblem", _report()(client))["data"]["reportProblem"]["problem"]["id"]
        key, at = f"{action}-{client.name}", "2024-12-16T10:00:00+08:00"
        return {"input": {"idempotencyKey": key, "problem": reported, "action": action, "at": at}}

    return variables


def _membership(**more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"membership-{client.name}",
            "reason": "漏报",
            "person": in_county("person-demo-clerk"),
            "post": in_county("post-subdistrict-1-01-head"),
            "validFrom": "2024-12-10T00:00:00+08:00",
        }
        return {"input": given | more}

    return variables


@dataclass(frozen=True)
class Asked:
    """What a document is sent with, and the code of the error or refusal that answers it: None where it succeeds."""

    variables: Variables
    code: str | None = None


def _trace(subject: str) -> Variables:
    return lambda client: {"subject": in_county(subject), "asOf": AS_OF, "knownAt": client.known_at}


def _accountable(**more: Any) -> Variables:
    given = {
        "person": in_county("person-demo-housing"),
        "from": "2024-11-01T00:00:00+08:00",
        "to": "2024-12-16T00:00:00+08:00",
    }
    return lambda _: given | more


def _worklist(**more: Any) -> Variables:
    return lambda _: {"organization": speech("org-housing"), **more}


# A document without a row here fails the test.
ASKED: dict[str, list[Asked]] = {
    "FindProblem": [
        Asked(lambda _: {"source": county.SOURCE, "sourceId": "demo-problem"}),
        Asked(lambda _: {"source": county.SOURCE, "sourceId": "no-such-problem"}),
    ],
    "Trace": [
        Asked(_trace("demo-problem")),
        Asked(_trace("site-demo")),
        Asked(_trace("no-such-problem"), "NOT_FOUND"),
        Asked(lambda _: {"subject": in_county("demo-problem"), "knownAt": "2999-01-01T00:00:00Z"}, "FUTURE_KNOWN_AT"),
    ],
    "AccountableFor": [
        Asked(_accountable(first=5)),
        Asked(_accountable(person=in_county("person-demo-office-head"), first=3)),
        Asked(_accountable(person="nobody", first=5), "NOT_FOUND"),
        Asked(_accountable(to="2024-01-01T00:00:00Z", first=5), "BAD_RANGE"),
        Asked(_accountable(first=5, after="nonsense"), "BAD_CURSOR"),
    ],
    "Gaps": [
        Asked(lambda _: {"asOf": AS_OF, "first": 10}),
        Asked(lambda _: {"asOf": AS_OF, "first": 5, "after": "nonsense"}, "BAD_CURSOR"),
        Asked(lambda _: {"asOf": AS_OF, "first": 0}, "BAD_RANGE"),
    ],
    "Worklist": [
        Asked(_worklist(first=5)),
        Asked(_worklist(first=2, status=["CLOSED", "ASSIGNED"])),
        Asked(_worklist(first=2, after="nonsense"), "BAD_CURSOR"),
        Asked(_worklist(first=0), "BAD_RANGE"),
    ],
    # The log grows while the shapes are asked in turn: of a record that is there, tests/services/ledger compares.
    "Evidence": [Asked(lambda _: {"subject": in_county("no-such-problem")}, "NOT_FOUND")],
    "CampaignTree": [Asked(lambda _: {"campaign": speech("campaign-winter-2024")})],
    "RecordMembership": [
        Asked(_membership(dryRun=True)),
        Asked(_membership()),
        Asked(_membership(person="nobody"), "IDEMPOTENCY_CONFLICT"),
    ],
    "ReportProblem": [Asked(_report()), Asked(_report(site="nowhere"), "NOT_FOUND")],
    "ActOnProblem": [Asked(_act("REGISTER")), Asked(_act("VERIFY"), "ILLEGAL_TRANSITION")],
}
CASES = [
    pytest.param(document, asked, id=f"{document}-{asked.code or number}")
    for document, rows in ASKED.items()
    for number, asked in enumerate(rows, start=1)
]


FOLLOWED = {"ProblemEvents"}
"""Subscriptions: tests/services/feed follows them."""


def test_every_document_is_asked() -> None:
    assert sorted({*ASKED, *FOLLOWED}) == sorted(DOCUMENTS), "add what the new document is sent with to the table above"


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
