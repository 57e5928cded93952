"""What is asked of every system: the documents, and what the bare driver is asked instead of them."""

import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from gateway.schema import schema
from graph.compile.worklists import PROBLEMS, STATES, mark_of
from graph.session import Database
from services.hosting.identity import Role
from tests.asking import Listening, context

OPERATIONS = Path(__file__).parents[3] / "schema" / "operations"
OPEN_STATUSES = ("REGISTERED", "ASSIGNED", "RECTIFYING", "SUBMITTED", "RETURNED")
PAGE = 50

Subject = Mapping[str, Any]
"""A problem: id, dueAt, assignedTo."""
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """One operation, and what it is asked about."""

    name: str
    document: str
    variables: Callable[[Subject], dict[str, Any]]
    read: Callable[[Any], Any] = lambda data: data
    """The data of an answer, in the form in which it is compared."""

    def body(self, subject: Subject) -> str:
        """A request of zeren's."""
        return json.dumps({"query": self.document, "variables": self.variables(subject)}, ensure_ascii=False)


def operation(name: str) -> str:
    return (OPERATIONS / f"{name}.graphql").read_text("utf-8")


def _worklist(subject: Subject) -> dict[str, Any]:
    """The page of open problems that comes after this one in the list of its organization."""
    mark = mark_of(PROBLEMS, {"assignedTo": subject["assignedTo"], STATES: list(OPEN_STATUSES)}, "DUE_AT_ASC")
    return {
        "organization": subject["assignedTo"],
        "status": OPEN_STATUSES,
        "first": PAGE,
        "after": f"{mark}.{subject['id']}.{subject['dueAt'].isoformat()}",
    }


def _without_known_at(data: dict[str, Any]) -> Any:
    """Where the watermark stood is another thing a moment later."""
    return {key: value for key, value in data["trace"].items() if key != "knownAt"}


TRACE = Question("trace", operation("Trace"), lambda subject: {"subject": subject["id"]}, _without_known_at)
WORKLIST = Question(
    "worklist",
    "".join(line for line in operation("Worklist").splitlines(keepends=True) if "problemCount" not in line),
    _worklist,
)
COUNTED = Question("worklist with its count", operation("Worklist"), _worklist)


logging.getLogger("strawberry.execution").setLevel(logging.CRITICAL)  # of what is stopped on purpose


class _Answering:
    """Stands where the database does, and answers with what another has answered."""

    def __init__(self, answers: Sequence[Rows]) -> None:
        self._left = list(answers)

    async def read(self, statement: str, parameters: Mapping[str, Any]) -> Rows:
        del statement, parameters
        return self._left.pop(0)


async def statements(question: Question, subject: Subject, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """What zeren asks the database for it: the best Cypher that we know, for the driver to ask by itself."""
    listening = Listening()
    asked_as = context(cast("Database", listening), now, Role.ADMINISTRATOR)
    await schema.execute(question.document, question.variables(subject), context_value=asked_as)
    return listening.asked


async def answer_of(question: Question, subject: Subject, rows: Sequence[Rows], now: datetime) -> Any:
    """What zeren would answer, if these were the database's rows."""
    asked_as = context(cast("Database", _Answering(rows)), now, Role.ADMINISTRATOR)
    result = await schema.execute(question.document, question.variables(subject), context_value=asked_as)
    if result.errors:
        raise AssertionError(f"{question.name}: {result.errors}")
    return json.loads(json.dumps(result.data, default=str))


async def subjects(database: Database, seed: int) -> list[Subject]:
    """Every problem with an organization and a deadline, shuffled."""
    found: list[Subject] = list(
        await database.read(
            "MATCH (p:Problem) WHERE p.assignedToId <> '' AND p.dueAt IS NOT NULL "
            "RETURN p.id AS id, p.dueAt AS dueAt, p.assignedToId AS assignedTo ORDER BY p.id"
        )
    )
    random.Random(seed).shuffle(found)  # noqa: S311 - which are asked about is no secret
    return found


async def before_pages(database: Database, seed: int) -> list[Subject]:
    """As `subjects`, those first after which a whole page of their organization's open problems comes."""
    rows = await database.read(
        "MATCH (p:Problem) WHERE p.assignedToId <> '' AND p.dueAt IS NOT NULL "
        "RETURN p.id AS id, p.assignedToId AS of, p.status IN $open AS open ORDER BY p.dueAt DESC, p.id DESC",
        {"open": OPEN_STATUSES},
    )
    after: Counter[str] = Counter()
    whole: set[str] = set()
    for row in rows:
        if after[row["of"]] >= PAGE:
            whole.add(row["id"])
        after[row["of"]] += row["open"]
    return sorted(await subjects(database, seed), key=lambda subject: subject["id"] not in whole)


def now() -> datetime:
    return datetime.now(UTC)
