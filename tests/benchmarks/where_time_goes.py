"""What the time of an answer is made of: python -m tests.benchmarks.where_time_goes [SUBJECTS]

On the county that NEO4J_URI names; one client, in one process and without sockets. Within a read, processor time is
the driver's (sending, receiving, making Python's values), and the rest of it is waiting for Neo4j. What no stage claims
is HTTP, sign-in, finding the document and the statement, and JSON; by `__typename` it is told alone.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import httpx

from gateway.app import build
from graph.session import Database
from schema.completion import Completion
from services.accountability import resolvers
from services.accountability.showing import Showing
from services.hosting import judging
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import DatabaseAddress, Settings
from tests.benchmarks.side_by_side.questions import TRACE, WORKLIST, Question, Subject, subjects

SUBJECTS = 200
WARM = 50
ALONE = Question("__typename", "{ __typename }", lambda _: {})
WAITING, DRIVING, OTHER = "waiting for Neo4j", "the driver", "HTTP, sign-in, JSON"
STAGES: tuple[tuple[object, str, str], ...] = (
    (resolvers, "facts_of", "reading the facts"),
    (resolvers, "_judged", "judging"),
    (judging, "_fill", "judging"),
    (Showing, "trace", "putting into shape"),
)

Stages = dict[str, float]


class Watch:
    """What the stages of one answer have taken, in seconds."""

    def __init__(self) -> None:
        self.taken: Stages = defaultdict(float)

    def timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return function(*given, **named)
            finally:
                self.taken[stage] += time.perf_counter() - begun

        return called

    def reading(self) -> Callable[..., Any]:
        whole: Callable[..., Any] = Database.read

        async def read(*given: Any) -> Any:
            begun, worked = time.perf_counter(), time.process_time()
            rows = await whole(*given)
            driving = time.process_time() - worked
            self.taken[DRIVING] += driving
            self.taken[WAITING] += time.perf_counter() - begun - driving
            return rows

        return read

    def completing(self) -> Callable[..., Any]:
        of: Callable[..., Any] = Completion.of

        def completed(*given: Any) -> Callable[[Any], Any]:
            return self.timed(of(*given), "completing")

        return completed


@asynccontextmanager
async def watched() -> AsyncGenerator[tuple[Watch, httpx.AsyncClient, Database]]:
    """A gateway that is watched, and a client of it."""
    watch = Watch()
    address = DatabaseAddress(os.environ["NEO4J_URI"], os.environ["NEO4J_USER"], os.environ["NEO4J_PASSWORD"])
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        for owner, name, stage in STAGES:
            stack.enter_context(patch.object(owner, name, watch.timed(getattr(owner, name), stage)))
        stack.enter_context(patch.object(Database, "read", watch.reading()))
        stack.enter_context(patch.object(Completion, "of", watch.completing()))
        settings = Settings(Path(home), database=address)
        token = LocalKeys.open(settings).mint(Role.ADMINISTRATOR, None, timedelta(hours=1), datetime.now(UTC))
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        async with Database(address.uri, address.user, address.password) as database:
            transport = httpx.ASGITransport(build(settings, database))
            async with httpx.AsyncClient(transport=transport, base_url="http://zeren", headers=headers) as client:
                yield watch, client, database


async def stages_of(watch: Watch, client: httpx.AsyncClient, question: Question, about: list[Subject]) -> Stages:
    """The median of each stage, and of the whole."""
    every: list[Stages] = []
    for subject in about:
        watch.taken.clear()
        begun = time.perf_counter()
        answer = await client.post("/graphql", content=question.body(subject))
        whole = time.perf_counter() - begun
        if answer.is_error or "errors" in answer.json():
            raise RuntimeError(f"{question.name}: {answer.text[:300]}")
        every.append({**watch.taken, OTHER: whole - sum(watch.taken.values()), "the whole": whole})
    names = dict.fromkeys(name for stages in every[WARM:] for name in stages)
    return {name: median(stages.get(name, 0.0) for stages in every[WARM:]) for name in names}


async def main(share: int) -> None:
    async with watched() as (watch, client, database):
        about = (await subjects(database, 7))[: share + WARM]
        for question in (ALONE, TRACE, WORKLIST):
            for name, seconds in (await stages_of(watch, client, question, about)).items():
                sys.stdout.write(f"| {question.name} | {name} | {seconds * 1e3:.2f} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else SUBJECTS))
