"""docker/compose.yaml as Docker would read it, and its services as processes of this machine."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker" / "compose.yaml"
_VARIABLE = re.compile(r"\$\{(\w+)(?::(-|\?)([^}]*))?\}")


class MissingVariable(Exception):
    """A variable that the file demands is not set."""


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """`text` with ${NAME}, ${NAME:-default} and ${NAME:?reason} filled in, as the compose specification has it."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if variables.get(name):
            return variables[name]
        if kind == "?":
            raise MissingVariable(f"{name}: {rest}")
        return rest or ""

    return _VARIABLE.sub(value, text)


def composition(variables: Mapping[str, str]) -> dict[str, Any]:
    """The whole file, its variables filled in and its anchors resolved."""
    return yaml.safe_load(interpolated(FILE.read_text("utf-8"), variables))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@dataclass(frozen=True, slots=True)
class Machine:
    """What a container has to itself and processes of one machine share: names, secret files, a home, ports."""

    neo4j: str
    secrets: Path
    home: Path

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment that the file gives, with places of a container replaced by those of this machine."""
        own = {
            "NEO4J_URI": self.neo4j,
            "ZEREN_HOME": str(self.home),
            "ZEREN_BIND": "127.0.0.1",
            "ZEREN_PORT": str(free_port()),
        }
        return {
            name: own.get(name, value.replace("/run/secrets", str(self.secrets))) for name, value in given.items()
        } | {"PATH": os.environ["PATH"]}


def zeren(*arguments: str) -> list[str]:
    """The image's entry point with `arguments`."""
    return [str(Path(sys.executable).with_name("zeren")), *arguments]


@contextmanager
def running(command: list[str], environment: Mapping[str, str], cwd: Path) -> Generator["Service"]:
    """A service as a process; it is open for requests when the block begins, and has ended when the block ends."""
    process = subprocess.Popen(command, env=dict(environment), cwd=cwd, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said: list[str] = []
    try:
        for line in process.stderr:
            said.append(line)
            if '"serving"' in line:
                break
        else:
            raise AssertionError(f"{' '.join(command)} ended with {process.wait(10)}:\n{''.join(said)}")
        # Read on, so that the process never waits for us to take its logs.
        rest = Thread(target=said.extend, args=[process.stderr], daemon=True)
        rest.start()
        service = Service(process, int(environment["ZEREN_PORT"]), said)
        yield service
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        rest.join(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(30)
        process.stderr.close()


@dataclass(frozen=True, slots=True)
class Service:
    """A running process, where it listens, and what it has logged so far."""

    process: "subprocess.Popen[str]"
    port: int
    said: list[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
