"""An instance of zeren as processes: `zeren up` with its engine, and a second gateway beside it."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from graph.local.connection import read_connection
from graph.session import Database, DatabaseError
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import Settings
from tests.contract.composition import free_port
from tests.gateway.conftest import ZEREN, surroundings

PATIENCE = 180.0
LOOK = 0.05


class Instance:
    """`up` and `beside` both answer clients, and both run a sequencer, one of which leads."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = {"up": free_port(), "beside": free_port()}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.client = httpx.AsyncClient(trust_env=False, timeout=30)

    @property
    def urls(self) -> dict[str, str]:
        return {name: f"http://127.0.0.1:{port}" for name, port in self.ports.items()}

    @property
    def token(self) -> str:
        keys = LocalKeys.open(Settings(self.home))
        return keys.mint(Role.ADMINISTRATOR, None, timedelta(hours=12), datetime.now(UTC))

    def database(self) -> Database:
        connection = read_connection(self.home)
        assert connection is not None
        return Database(connection.uri, connection.user, connection.password)

    async def start(self, name: str) -> None:
        """Start what is not running, and return when it serves."""
        port = str(self.ports[name])
        command = [ZEREN, "up", "--port", port] if name == "up" else [ZEREN, "serve", "gateway", "--port", port]
        said = (self.home.parent / f"{name}.log").open("ab")
        environment = surroundings(ZEREN_HOME=str(self.home), ZEREN_HEAP=os.environ.get("ZEREN_HEAP", "768m"))
        with said:
            self.processes[name] = subprocess.Popen(  # noqa: ASYNC220 - ended by `stop` or killed
                command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
            )
        await self.until(lambda: self.ready(name), f"{name} serves")

    async def ready(self, name: str) -> bool:
        assert self.processes[name].poll() is None, (self.home.parent / f"{name}.log").read_text("utf-8")[-4_000:]
        try:
            return (await self.client.get(f"{self.urls[name]}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str) -> float:
        """Seconds until it holds. It is asked over and over, since what is waited for can't tell."""
        begun = time.monotonic()
        while not await holds():
            assert time.monotonic() - begun < PATIENCE, f"not in time: {what}"
            await asyncio.sleep(LOOK)
        return time.monotonic() - begun

    async def leader(self) -> str:
        """Which of the two writes the log."""
        found = ""

        async def leads() -> bool:
            nonlocal found
            for name, url in self.urls.items():
                text = (await self.client.get(f"{url}/metrics")).text
                if _figure(text, "zeren_ledger_leading") == 1:
                    found = name
            return bool(found)

        await self.until(leads, "somebody leads")
        return found

    def engine(self) -> int:
        connection = read_connection(self.home)
        assert connection is not None
        return connection.neo4j

    async def kill_engine(self) -> None:
        """kill -9; `zeren up` starts it again."""
        pid = self.engine()
        os.kill(pid, signal.SIGKILL)

        async def again() -> bool:
            connection = read_connection(self.home)
            return connection is not None and connection.neo4j != pid and await _answers(self.database())

        await self.until(again, "the engine answers again")
        for name in self.ports:
            await self.until(lambda name=name: self.ready(name), f"{name} has found the engine again")

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    async def stop(self) -> None:
        await self.client.aclose()
        for name in ("beside", "up"):
            process = self.processes.get(name)
            if process is not None and process.poll() is None:
                process.terminate()
                await asyncio.to_thread(process.wait, 60)
        if (connection := read_connection(self.home)) is not None and psutil.pid_exists(connection.neo4j):
            os.kill(connection.neo4j, signal.SIGKILL)  # its owner was killed and not started again


async def _answers(database: Database) -> bool:
    async with database:
        try:
            await database.verify()
        except DatabaseError:
            return False
        return True


def _figure(text: str, name: str) -> float:
    return next(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    )
