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
from services.campaign.rulebook import shipped
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
OWN = frozenset({"id", "number", "hash", "population", "populationHash"})

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


def _issue(name: str = "issue", *recipients: str) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"{name}-{client.name}",
            "text": "停止土方作业并覆盖裸土",
            "recipients": [speech(recipient) for recipient in recipients or ("org-housing", "org-transport")],
            "issuer": speech("org-expert-group"),
            "issuedAt": DISCOVERED,
        }
        return {"input": given}

    return variables


def _respond(name: str, minute: int, **more: Any) -> Variables:
    """A step of housing's, on an instruction of this name."""

    def variables(client: Client) -> Answer:
        issued = client.ask("IssueInstruction", _issue(name)(client))["data"]["issueInstruction"]["instruction"]["id"]
        given = {
            "idempotencyKey": f"{name}-{minute}-{client.name}",
            "instruction": issued,
            "organization": speech("org-housing"),
            "person": in_county("person-demo-housing"),
            "at": f"2024-12-16T09:{minute}:00+08:00",
        }
        return {"input": given | more}

    return variables


def _told(name: str, *evidence: str) -> Variables:
    """That what was acknowledged before was acted on."""

    def variables(client: Client) -> Answer:
        client.ask("AcknowledgeInstruction", _respond(name, 35)(client))
        return _respond(name, 45, evidence=list(evidence))(client)

    return variables


def _answer(name: str) -> Variables:
    """An answer to what was acknowledged before."""

    def variables(client: Client) -> Answer:
        client.ask("AcknowledgeInstruction", _respond(name, 35)(client))
        return _respond(name, 50, answer="已全部覆盖")(client)

    return variables


def _answered(name: str) -> Variables:
    def variables(client: Client) -> Answer:
        given = _answer(name)(client)
        client.ask("AnswerInstruction", given)
        return {"id": given["input"]["instruction"]}

    return variables


def _feedback(**more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        problem = {"title": "裸土未覆盖", "site": in_county("site-demo"), "dueAt": "2024-12-20T18:00:00+08:00"}
        given = {
            "idempotencyKey": f"feedback-{client.name}",
            "level": "COUNTY",
            "document": "县督〔2024〕7号",
            "problems": [problem],
            "receivedAt": DISCOVERED,
            "recordedBy": in_county("person-demo-assigner"),
        }
        return {"input": given | more}

    return variables


def _fed_back(client: Client, key: str) -> Answer:
    given = _feedback(idempotencyKey=key)(client)
    return client.ask("RecordFeedback", given)["data"]["recordFeedback"]["feedback"]


def _closed(client: Client, name: str) -> Answer:
    """A feedback whose problem was put right and closed."""
    feedback = _fed_back(client, f"{name}-{client.name}")
    problem = feedback["problems"]["edges"][0]["node"]["id"]
    steps: tuple[tuple[str, Answer], ...] = (
        ("ASSIGN", {"toOrganization": speech("org-housing")}),
        ("ACCEPT", {}),
        ("SUBMIT", {"evidence": ["after.jpg"]}),
        ("VERIFY", {"person": in_county("person-demo-checker")}),
        ("CLOSE", {}),
    )
    for hour, (action, more) in enumerate(steps, start=10):
        key, at = f"{name}-{action}-{client.name}", f"2024-12-16T{hour}:00:00+08:00"
        given = {"idempotencyKey": key, "problem": problem, "action": action, "at": at} | more
        client.ask("ActOnProblem", {"input": given})
    return feedback


def _chosen(name: str, **more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"{name}-{client.name}",
            "problem": _closed(client, f"of-{name}")["problems"]["edges"][0]["node"]["id"],
            "reason": "群众再次反映",
            "at": "2024-12-17T09:00:00+08:00",
            "chosenBy": in_county("person-demo-visitor"),
        }
        return {"input": given | more}

    return variables


def _looked(**more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        chosen = client.ask("ChooseLookBack", _chosen("look")(client))["data"]["chooseLookBack"]["lookBack"]["id"]
        photo = {"kind": "PHOTO", "sha256": "0" * 64, "reference": "look.jpg", "takenAt": "2024-12-17T10:00:00+08:00"}
        given = {
            "idempotencyKey": f"look-{client.name}-{sorted(more)}",
            "lookBack": chosen,
            "outcome": "FALSE_RECTIFICATION",
            "attachments": [photo],
            "at": "2024-12-17T10:00:00+08:00",
            "person": in_county("person-demo-visitor"),
        }
        return {"input": given | more}

    return variables


def _drawn(seed: str) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"draw-{client.name}",
            "seed": seed,
            "size": 1,
            "feedback": _closed(client, "drawn")["id"],
            "at": "2024-12-17T09:00:00+08:00",
            "drawnBy": in_county("person-demo-visitor"),
        }
        return {"input": given}

    return variables


def _inspect(checklist: str = "CONSTRUCTION_TEN", **outcomes: Answer) -> Variables:
    """Housing looks at the site by a checklist: what is not said of an item is that it passed."""

    def variables(client: Client) -> Answer:
        items = next(one.items for one in shipped().checklists if one.code == checklist)
        given = {
            "idempotencyKey": f"inspect-{client.name}-{checklist}-{sorted(outcomes)}",
            "site": in_county("site-demo"),
            "checklist": checklist,
            "results": [{"item": item.code, "outcome": "PASSED", **outcomes.get(item.code, {})} for item in items],
            "inspectedAt": DISCOVERED,
            "inspectedBy": in_county("person-demo-housing"),
        }
        return {"input": given}

    return variables


@dataclass(frozen=True)
class Asked:
    """What a document is sent with, and the code of the error or refusal that answers it: None where it succeeds."""

    variables: Variables
    code: str | None = None


def _trace(subject: str) -> Variables:
    return lambda client: {"subject": in_county(subject), "asOf": AS_OF, "knownAt": client.known_at}


def _comparison(subject: str, **after: str) -> Variables:
    def variables(client: Client) -> Answer:
        moment = {"asOf": AS_OF, "knownAt": client.known_at}
        return {"subject": in_county(subject), "before": {"asOf": DISCOVERED}, "after": moment | after}

    return variables


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
    "TraceComparison": [
        Asked(_comparison("demo-problem")),
        Asked(_comparison("no-such-problem"), "NOT_FOUND"),
        Asked(_comparison("demo-problem", knownAt="2999-01-01T00:00:00Z"), "FUTURE_KNOWN_AT"),
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
    "IssueInstruction": [Asked(_issue()), Asked(_issue("nobody", "org-nowhere"), "NOT_FOUND")],
    "AcknowledgeInstruction": [
        Asked(_respond("acknowledge", 35)),
        Asked(_respond("stranger", 35, person=in_county("person-demo-transport")), "NOT_ALLOWED"),
    ],
    "ActOnInstruction": [Asked(_told("act", "after.jpg")), Asked(_told("bare"), "MISSING_EVIDENCE")],
    "AnswerInstruction": [
        Asked(_answer("answer")),
        Asked(_respond("early", 50, answer="已全部覆盖"), "ILLEGAL_TRANSITION"),
    ],
    "Instruction": [
        Asked(_answered("instruction")),
        Asked(lambda _: {"id": in_county("demo-problem")}, "NOT_FOUND"),
    ],
    "RecordInspection": [
        Asked(
            _inspect(
                COVERED={"outcome": "FAILED", "evidence": ["soil.jpg"]}, FENCED={"outcome": "FAILED", "note": "缺口"}
            )
        ),
        Asked(_inspect()),
        Asked(_inspect(COVERED={"outcome": "FAILED"}), "MISSING_EVIDENCE"),
        Asked(_inspect("CATERING_FUMES"), "BAD_INPUT"),
    ],
    "RecordFeedback": [
        Asked(_feedback()),
        Asked(_feedback(recordedBy=in_county("person-demo-clerk"), idempotencyKey="stranger"), "NOT_ALLOWED"),
    ],
    "Feedback": [
        Asked(lambda client: {"id": _fed_back(client, "shared")["id"]}),
        Asked(lambda _: {"id": in_county("demo-problem")}, "NOT_FOUND"),
    ],
    "DrawLookBacks": [Asked(_drawn(" "), "BAD_INPUT"), Asked(_drawn("2024-12-16"))],
    "ChooseLookBack": [
        Asked(_chosen("choose")),
        Asked(_chosen("open", problem=in_county("demo-problem")), "ILLEGAL_TRANSITION"),
    ],
    "RecordLookBack": [Asked(_looked())],
    "ActOnProblem": [Asked(_act("REGISTER")), Asked(_act("VERIFY"), "ILLEGAL_TRANSITION")],
}
CASES = [
    pytest.param(document, asked, id=f"{document}-{asked.code or number}")
    for document, rows in ASKED.items()
    for number, asked in enumerate(rows, start=1)
]


FOLLOWED = {"ProblemEvents"}
"""Subscriptions have a test of their own."""


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
