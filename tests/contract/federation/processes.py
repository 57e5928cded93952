"""Both shapes of zeren as processes of this machine: one for everything, and five rooms behind Hive Gateway."""

import json
import os
import subprocess
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from gateway.schema import ROOMS
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import Settings
from tests.contract.composition import free_port, zeren
from tests.contract.federation.packages import environment, node, packages
from tests.contract.federation.supergraph import SUPERGRAPH
from tests.database import DatabaseConnection

ROOT = Path(__file__).parents[3]
HIVE_CONFIG = ROOT / "docker" / "gateway.config.mjs"
HEAP_MEGABYTES = 256
END_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to run zeren: where clients ask, and where the parts can be looked into."""

    url: str
    token: str
    rooms: Mapping[str, str]

    def post(self, document: str, variables: Mapping[str, Any], token: str | None = None) -> dict[str, Any]:
        """The whole answer, errors and all."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        body = {"query": document, "variables": variables}
        answer = httpx.post(f"{self.url}/graphql", json=body, headers=headers, trust_env=False, timeout=60)
        return answer.json()

    def follow(
        self, document: str, variables: Mapping[str, Any], number: int, name: str = "authorization"
    ) -> list[dict[str, Any]]:
        """The first `number` entries of a subscription, or the payload of the error that it ends with.

        `name`: under which the token stands in the first message.
        """
        address = self.url.replace("http", "ws") + "/graphql"
        with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as socket:
            socket.send(json.dumps({"type": "connection_init", "payload": {name: f"Bearer {self.token}"}}))
            assert json.loads(socket.recv(60))["type"] == "connection_ack"
            payload = {"query": document, "variables": variables}
            socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            found: list[dict[str, Any]] = []
            while len(found) < number:
                message = json.loads(socket.recv(60))
                if message["type"] == "error":
                    return [{"errors": message["payload"]}]
                if message["type"] != "next":
                    continue
                if "errors" in message["payload"]:
                    return [message["payload"]]
                found += message["payload"]["data"].values()
            return found

    def operations(self) -> dict[str, int]:
        """How many GraphQL operations each room has executed so far."""
        return {room: _operations(url) for room, url in self.rooms.items()}


@contextmanager
def shapes(connection: DatabaseConnection, home: Path) -> Generator[tuple[Shape, Shape]]:
    """(one process, five behind a gateway), over one database and with one key pair, for as long as the block runs.

    Raises NodeMissing or InstallFailed.
    """
    hive = packages() / "node_modules" / ".bin" / "hive-gateway"
    token = LocalKeys.open(Settings(home)).mint(Role.ADMINISTRATOR, None, timedelta(hours=1), datetime.now(UTC))
    ours = environment_of(connection, ZEREN_HOME=str(home))
    ports = {name: free_port() for name in ("gateway", *ROOMS)}
    with ExitStack() as stack:

        def serve(name: str) -> str:
            command = zeren("serve", name, "--port", str(ports[name]))
            return stack.enter_context(_running(command, ours, '"message": "serving"', ports[name]))

        with ThreadPoolExecutor(2) as pool:  # as many as there are cores
            urls = dict(zip(ports, pool.map(serve, ports), strict=True))
        one, rooms = urls.pop("gateway"), urls
        port = free_port()
        theirs = environment(
            NODE_OPTIONS=f"--max-old-space-size={HEAP_MEGABYTES}",
            ZEREN_SUPERGRAPH=str(SUPERGRAPH),
            ZEREN_GATEWAY_BIND="127.0.0.1",
            ZEREN_GATEWAY_PORT=str(port),
            **{f"ZEREN_{room.upper()}_URL": f"{url}/graphql" for room, url in rooms.items()},
        )
        command = [node(), str(hive), "supergraph", "--config-path", str(HIVE_CONFIG)]
        five = stack.enter_context(_running(command, theirs, "Listening on", port))
        yield Shape(one, token, {"gateway": one}), Shape(five, token, rooms)


def environment_of(connection: DatabaseConnection, **more: str) -> dict[str, str]:
    """What a service needs of its surroundings, and nothing of the developer's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    database = {"NEO4J_URI": connection.uri, "NEO4J_USER": connection.user, "NEO4J_PASSWORD": connection.password}
    return {**kept, **database, "PYTHONUNBUFFERED": "1", **more}


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], sign: str, port: int) -> Generator[str]:
    """The address of a process that has said `sign`; it has ended when the block ends."""
    process = subprocess.Popen(
        command, env=dict(environment), cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if sign in line:
                break
        else:
            raise AssertionError(f"{' '.join(command)} ended with {process.wait(END_SECONDS)}:\n{''.join(said)}")
        # Read on, so that the process never waits for us to take its logs.
        rest = Thread(target=said.extend, args=[process.stdout], daemon=True)
        rest.start()
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.wait(END_SECONDS)
        rest.join(END_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(END_SECONDS)
        process.stdout.close()


def _operations(url: str) -> int:
    text = httpx.get(f"{url}/metrics", trust_env=False).text
    return sum(
        int(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "zeren_graphql_operations_total"
    )
