"""What each document that clients send is sent with, to both shapes of zeren."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from graph.model.identity import record_id
from services.campaign.rulebook import shipped
from services.integration import county
from tests.contract.federation.processes import Shape

OPERATIONS = Path(__file__).parents[2] / "schema" / "operations"
DOCUMENTS = {file.stem: file.read_text("utf-8") for file in sorted(OPERATIONS.glob("*.graphql"))}
AS_OF = "2024-12-20T08:00:00+08:00"
DISCOVERED = "2024-12-16T09:30:00+08:00"
SUPERVISOR = "person-demo-office-head"

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


def _whose(name: str, client: Client) -> str:
    """What is read in both shapes is one record: made by the first, and given again to the second."""
    return name if name == "read" else f"{name}-{client.name}"


def _film(name: str, **more: Any) -> Variables:
    """A film of the site, of which the county is told the morning after."""

    def variables(client: Client) -> Answer:
        shown = {"title": "裸土未覆盖", "site": in_county("site-demo"), "organization": speech("org-housing")}
        given = {
            "idempotencyKey": f"film-{_whose(name, client)}",
            "title": "暗访片",
            "takenBy": "市攻坚办暗访组",
            "takenAt": DISCOVERED,
            "file": "film.mp4",
            "sha256": sha256(_whose(name, client).encode()).hexdigest(),
            "problems": [shown],
            "at": "2024-12-17T09:00:00+08:00",
            "recordedBy": in_county(SUPERVISOR),
        }
        return {"input": given | more}

    return variables


def _sweep(name: str, **more: Any) -> Variables:
    """A sweep from what a film of this name shows."""

    def variables(client: Client) -> Answer:
        shown = client.ask("RecordCovertFilm", _film(name)(client))["data"]["recordCovertFilm"]["problems"]
        given = {
            "idempotencyKey": f"sweep-{_whose(name, client)}",
            "problem": shown[0]["id"],
            "at": "2024-12-17T10:00:00+08:00",
            "startedBy": in_county("person-demo-housing"),
        }
        return {"input": given | more}

    return variables


def _swept(name: str) -> Callable[[Client], str]:
    def sweep(client: Client) -> str:
        return client.ask("StartSweep", _sweep(name)(client))["data"]["startSweep"]["sweep"]["id"]

    return sweep


def _close(name: str, **more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"close-{name}-{client.name}",
            "sweep": _swept(name)(client),
            "at": "2024-12-18T10:00:00+08:00",
            "person": in_county(SUPERVISOR),
        }
        return {"input": given | more}

    return variables


def _film_shown(name: str) -> Variables:
    def variables(client: Client) -> Answer:
        _swept(name)(client)
        film = client.ask("RecordCovertFilm", _film(name)(client))["data"]["recordCovertFilm"]["covertFilm"]["id"]
        return {"id": film, "first": 3}

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
    "Similar": [
        Asked(lambda _: {"subject": in_county("demo-problem"), "first": 5}),
        Asked(lambda _: {"subject": in_county("no-such-problem"), "first": 5}, "NOT_FOUND"),
        Asked(lambda _: {"subject": in_county("demo-problem"), "first": 5, "after": "nonsense"}, "BAD_CURSOR"),
        Asked(lambda _: {"subject": in_county("demo-problem"), "first": 0}, "BAD_RANGE"),
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
    "RecordCovertFilm": [Asked(_film("once")), Asked(_film("bad", sha256="film"), "BAD_INPUT")],
    "StartSweep": [
        Asked(_sweep("start")),
        Asked(_sweep("fields", siteKinds=["FIELD"]), "NOT_FOUND"),
    ],
    "SweepProgress": [
        Asked(lambda client: {"sweep": _swept("read")(client)}),
        Asked(lambda _: {"sweep": in_county("demo-problem")}, "NOT_FOUND"),
    ],
    "CloseSweep": [Asked(_close("done", reason="已停工")), Asked(_close("left"), "MISSING_NOTE")],
    "CovertFilm": [
        Asked(_film_shown("read")),
        Asked(lambda _: {"id": in_county("demo-problem"), "first": 3}, "NOT_FOUND"),
    ],
    "ActOnProblem": [Asked(_act("REGISTER")), Asked(_act("VERIFY"), "ILLEGAL_TRANSITION")],
}
