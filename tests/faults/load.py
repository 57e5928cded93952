"""Clients that report problems and act on them, and send a command again until it is acknowledged."""

import asyncio
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import httpx

from tests.faults.instance import LOOK, Instance

CLIENTS = 8
DOCUMENTS = {
    name: files("schema").joinpath("operations", f"{document}.graphql").read_text("utf-8")
    for name, document in (("reportProblem", "ReportProblem"), ("actOnProblem", "ActOnProblem"))
}


@dataclass(frozen=True, slots=True)
class Acknowledged:
    problem: str
    event: str


@dataclass
class Load:
    """`acknowledged`: by key, each command that was answered with what it came to; `sent_again`: how many had to be."""

    instance: Instance
    area: str
    organization: str
    chance: random.Random
    acknowledged: dict[str, Acknowledged] = field(default_factory=dict[str, Acknowledged])
    failures: Counter[str] = field(default_factory=Counter[str])
    sent_again: int = 0
    stopping: bool = False
    clients: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def begin(self) -> None:
        self.stopping = False
        token = self.instance.token
        self.clients = [asyncio.create_task(self._client(number, token)) for number in range(CLIENTS)]

    async def end(self) -> None:
        """Returns when each command that was sent is acknowledged."""
        self.stopping = True
        await asyncio.gather(*self.clients)

    def give_up(self) -> None:
        for client in self.clients:
            client.cancel()

    async def more(self, commands: int) -> None:
        """Returns when so many more are acknowledged, or a client has failed."""
        reached = len(self.acknowledged) + commands
        while len(self.acknowledged) < reached:
            for client in self.clients:
                if client.done():
                    await client
            await asyncio.sleep(LOOK / 10)

    async def _client(self, number: int, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        urls = list(self.instance.urls.values())
        async with httpx.AsyncClient(trust_env=False, timeout=20, headers=headers) as client:
            while not self.stopping:
                report = {"title": "扬尘", "origin": "PATROL", "severity": "NORMAL", "area": self.area}
                problem = (await self._done(client, urls, number, "reportProblem", report)).problem
                for action in ({"action": "REGISTER"}, {"action": "ASSIGN", "toOrganization": self.organization}):
                    await self._done(client, urls, number, "actOnProblem", {"problem": problem, **action})

    async def _done(
        self, client: httpx.AsyncClient, urls: list[str], turn: int, field: str, command: dict[str, Any]
    ) -> Acknowledged:
        key = uuid.uuid4().hex
        command = {**command, "idempotencyKey": key}
        first = True
        while (answer := await self._sent(client, urls[turn % 2], field, command)) is None:
            turn += 1  # the other gateway may be up
            first = False
            await asyncio.sleep(LOOK)
        self.sent_again += not first
        self.acknowledged[key] = answer
        if self.chance.random() < 0.05:
            again = await self._sent(client, urls[(turn + 1) % 2], field, command)
            assert again in (answer, None), f"{key} came to {answer}, and sent again to {again}"
        return answer

    async def _sent(
        self, client: httpx.AsyncClient, url: str, field: str, command: dict[str, Any]
    ) -> Acknowledged | None:
        """What it came to; None where that is not known."""
        body = {"query": DOCUMENTS[field], "variables": {"input": command}}
        try:
            answer = (await client.post(f"{url}/graphql", json=body)).json()
        except httpx.TransportError as error:
            self.failures[type(error).__name__] += 1
            return None
        if "errors" in answer:
            code = answer["errors"][0]["extensions"]["code"]
            self.failures[code] += 1
            assert code == "UNAVAILABLE", answer
            return None
        payload = answer["data"][field]
        assert "problem" in payload, f"refused: {payload}"
        return Acknowledged(payload["problem"]["id"], payload["event"]["id"])
