"""The demonstration's instruction, told through the API: one recipient in time, one late, one silent.

A Monday morning with dust in the air. Housing does as it is told; urban management says "received" and answers in the
afternoon; transport acknowledges late and acts without answering; water says nothing at all.
"""

from typing import Any

from gateway.cli.asking import data, document
from gateway.cli.failures import Refused
from graph.model.identity import record_id
from graph.session import Database
from services.hosting.identity import Role
from services.integration import county
from services.integration.county import campaign
from services.integration.county.demonstration import EXPERT

DAY = "2024-12-16"
RECIPIENTS = ("housing", "urban-management", "transport", "water")
ACKNOWLEDGE, ACT, ANSWER = map(document, ("AcknowledgeInstruction", "ActOnInstruction", "AnswerInstruction"))
STEPS: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    (ACKNOWLEDGE, "10:06", "housing", "person-demo-housing", {}),
    (ACKNOWLEDGE, "10:10", "urban-management", "person-demo-urban-management", {"note": "收到"}),
    (ACT, "10:45", "housing", "person-demo-housing", {"evidence": ["demo-instruction-1.jpg"]}),
    (ACKNOWLEDGE, "10:50", "transport", "person-demo-transport", {}),
    (ACT, "10:58", "transport", "person-demo-transport", {"evidence": ["demo-instruction-2.jpg"]}),
    (ANSWER, "11:30", "housing", "person-demo-housing", {"answer": "在建工地裸土已全部覆盖，喷淋开启"}),
    (ACT, "14:50", "urban-management", "person-demo-urban-management", {"evidence": ["demo-instruction-3.jpg"]}),
    (ANSWER, "15:20", "urban-management", "person-demo-urban-management", {"answer": "主干道已增加洒水两遍"}),
)


async def instruct(database: Database) -> str:
    """Issue it and tell what its recipients did; returns its id. Told again, nothing changes. Raises Refused."""

    async def sent(mutation: str, key: str, at: str, /, **given: Any) -> str:
        asked = {"input": {"idempotencyKey": key, at: given.pop("time"), **given}}
        (answer,) = (await data(database, mutation, asked, Role.INTEGRATOR)).values()
        if "code" in answer:
            raise Refused(f"The demonstration's instruction was refused: {answer['message']}")
        return answer["instruction"]["id"]

    instruction = await sent(
        document("IssueInstruction"),
        "demo-instruction",
        "issuedAt",
        time=_time("10:00"),
        text="PM10小时值快速上升：工地停止土方作业并覆盖裸土，主干道加密洒水，渣土车停运，2小时内反馈",
        recipients=[_body(name) for name in RECIPIENTS],
        task=record_id(campaign.SOURCE, "task-instructions"),
        issuedBy=record_id(county.SOURCE, EXPERT),
        evidence=["demo-instruction-pm10.png"],
    )
    for number, (mutation, time, name, person, given) in enumerate(STEPS, 1):
        by = {"organization": _body(name), "person": record_id(county.SOURCE, person)}
        key = f"demo-instruction-{number}"
        await sent(mutation, key, "at", time=_time(time), instruction=instruction, **by, **given)
    return instruction


def _time(hour: str) -> str:
    return f"{DAY}T{hour}:00+08:00"


def _body(name: str) -> str:
    return record_id(campaign.SOURCE, f"org-{name}")
