"""What the documents of rectification and supervision are asked with."""

from typing import Any

from tests.contract.clients import DISCOVERED, Answer, Asked, Client, Variables, in_county, speech


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


def _problem_of(feedback: Answer) -> str:
    return feedback["problems"]["edges"][0]["node"]["id"]


def _closed(client: Client, name: str) -> Answer:
    """A feedback whose problem was put right and closed."""
    feedback = _fed_back(client, f"{name}-{client.name}")
    problem = _problem_of(feedback)
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


def _chosen(name: str, closed: bool = True) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"{name}-{client.name}",
            "problem": _problem_of(_closed(client, f"of-{name}")) if closed else _supervised(client, f"of-{name}"),
            "reason": "群众再次反映",
            "at": "2024-12-17T09:00:00+08:00",
            "chosenBy": in_county("person-demo-visitor"),
        }
        return {"input": given}

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


def _supervised(client: Client, name: str) -> str:
    """A problem that was fed back and that housing has in hand."""
    problem = _problem_of(_fed_back(client, f"{name}-{client.name}"))
    given = {"idempotencyKey": f"{name}-assign-{client.name}", "problem": problem, "action": "ASSIGN"}
    given |= {"at": "2024-12-16T10:00:00+08:00", "toOrganization": speech("org-housing")}
    client.ask("ActOnProblem", {"input": given})
    return problem


def _urge(name: str, **more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"{name}-{client.name}",
            "problem": _supervised(client, f"of-{name}"),
            "reason": "进度迟缓",
            "at": "2024-12-17T09:00:00+08:00",
            "urgedBy": in_county("person-demo-inspector"),
        }
        return {"input": given | more}

    return variables


def _answer_urging(**more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"answer-urging-{client.name}",
            "urging": client.ask("UrgeProblem", _urge("answered")(client))["data"]["urgeProblem"]["urging"]["id"],
            "answer": "正在覆盖",
            "at": "2024-12-17T10:00:00+08:00",
            "person": in_county("person-demo-housing"),
        }
        return {"input": given | more}

    return variables


def _hand_over(name: str, kind: str = "NOTHING_DONE") -> Variables:
    def variables(client: Client) -> Answer:
        urging = _urge(f"urged-{name}")(client)
        urged = client.ask("UrgeProblem", urging)["data"]["urgeProblem"]
        given = {
            "idempotencyKey": f"{name}-{client.name}",
            "to": speech("org-discipline-office"),
            "statement": "屡催不办",
            # By name: when the watch adds the passed deadline is its own affair.
            "grounds": [{"problem": urged["problem"]["id"], "kind": kind, "events": [urged["event"]["id"]]}],
            "at": "2024-12-18T09:00:00+08:00",
            "transferredBy": in_county("person-demo-inspector"),
        }
        return {"input": given}

    return variables


def _receive(**more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        sent = client.ask("TransferProblems", _hand_over("received")(client))
        given = {
            "idempotencyKey": f"receive-{client.name}",
            "transfer": sent["data"]["transferProblems"]["transfer"]["id"],
            "action": "ACKNOWLEDGE",
            "person": in_county("person-demo-inspector"),
        }
        return {"input": given | more}

    return variables


def _plan(name: str, **more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        given = {
            "idempotencyKey": f"{name}-{client.name}",
            "purpose": "夜查施工扬尘",
            "route": [in_county("site-demo")],
            "startsAt": "2024-12-16T20:00:00+08:00",
            "endsAt": "2024-12-16T23:00:00+08:00",
            "at": DISCOVERED,
            "plannedBy": in_county("person-demo-inspector"),
        }
        return {"input": given | more}

    return variables


def _patrolled(**more: Any) -> Variables:
    def variables(client: Client) -> Answer:
        patrol = client.ask("PlanPatrol", _plan("patrolled")(client))["data"]["planPatrol"]["patrol"]
        given = {
            "idempotencyKey": f"complete-{client.name}-{sorted(more)}",
            "patrol": patrol["id"],
            "visits": [{"stop": patrol["stops"][0]["id"], "visitedAt": "2024-12-16T21:00:00+08:00"}],
            "problems": [{"title": "裸土未覆盖", "site": in_county("site-demo")}],
            "at": "2024-12-16T22:00:00+08:00",
            "person": in_county("person-demo-inspector"),
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


SUPERVISED: dict[str, list[Asked]] = {
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
        Asked(_chosen("open", closed=False), "ILLEGAL_TRANSITION"),
    ],
    "RecordLookBack": [Asked(_looked())],
    "PlanPatrol": [
        Asked(_plan("plan")),
        Asked(_plan("short", endsAt="2024-12-16T19:00:00+08:00"), "BAD_INTERVAL"),
    ],
    "CompletePatrol": [Asked(_patrolled()), Asked(_patrolled(note="又一次"), "ILLEGAL_TRANSITION")],
    "UrgeProblem": [
        Asked(_urge("urge")),
        Asked(_urge("stranger", urgedBy=in_county("person-demo-housing")), "NOT_ALLOWED"),
    ],
    "AnswerUrging": [Asked(_answer_urging())],
    "TransferProblems": [
        Asked(_hand_over("transfer")),
        Asked(_hand_over("groundless", "PASSED_ON"), "MISSING_EVIDENCE"),
    ],
    "ReceiveTransfer": [Asked(_receive(), "NOT_ALLOWED")],
}
