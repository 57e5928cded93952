"""What each document that clients send is sent with, to both shapes of zeren."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from services.campaign.rulebook import shipped
from services.integration import county
from tests.contract.clients import AS_OF, DISCOVERED, SUPERVISOR, Answer, Asked, Client, Variables, in_county, speech
from tests.contract.supervised import SUPERVISED


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


def _wronged(_: Client) -> Answer:
    done_by = in_county("person-demo-clerk")
    given = {
        "idempotencyKey": "wrong",
        "doneBy": done_by,
        "statement": "违规放行",
        "events": ["e"],
        "evidence": ["a.jpg"],
    }
    return {"input": given | {"problem": in_county("demo-problem")}}


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


def _for_housing(**more: Any) -> Variables:
    return lambda _: {"organization": speech("org-housing"), **more}


# A document without a row here fails the test.
ASKED: dict[str, list[Asked]] = {
    **SUPERVISED,
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
    "Findings": [
        Asked(lambda _: {"first": 5}),
        Asked(lambda _: {"filter": {"kind": "OVERDUE", "organization": speech("org-housing")}, "first": 2}),
        Asked(lambda _: {"first": 5, "after": "nonsense"}, "BAD_CURSOR"),
        Asked(lambda _: {"filter": {"source": "zeren"}, "first": 5}, "BAD_INPUT"),
    ],
    # Who asks here is an administrator, and only a person who oversees may say it or take it back.
    "RecordWronglyDone": [Asked(_wronged, "NOT_ALLOWED")],
    "WithdrawFinding": [
        Asked(lambda _: {"input": {"idempotencyKey": "w", "finding": "f", "reason": "查无此事"}}, "NOT_ALLOWED")
    ],
    "Worklist": [
        Asked(_for_housing(first=5)),
        Asked(_for_housing(first=2, status=["CLOSED", "ASSIGNED"])),
        Asked(_for_housing(first=2, after="nonsense"), "BAD_CURSOR"),
        Asked(_for_housing(first=0), "BAD_RANGE"),
    ],
    # The log grows while the shapes are asked in turn: of a record that is there, tests/services/ledger compares.
    "Evidence": [Asked(lambda _: {"subject": in_county("no-such-problem")}, "NOT_FOUND")],
    "Overview": [Asked(lambda _: {"campaign": speech("campaign-winter-2024"), "asOf": AS_OF})],
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
    "InstructionsReceived": [
        Asked(_for_housing(first=5)),
        Asked(_for_housing(first=1, state=["ISSUED"])),
        Asked(_for_housing(first=1, after="nonsense"), "BAD_CURSOR"),
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
