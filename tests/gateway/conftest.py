"""The command `zeren` as a user has it: a process with an environment, its two outputs and its exit code."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.database import DatabaseConnection
from tests.services.integration.bundles import SMALL, write

ZEREN = Path(sys.executable).with_name("zeren")
SECONDS = 240
OURS = ("ZEREN_", "NEO4J_", "ONCE")

Zeren = Callable[..., subprocess.CompletedProcess[str]]


def surroundings(**given: str) -> dict[str, str]:
    """The environment of a process: this one's without what it says of any instance, and what is given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS) or name == "ZEREN_CACHE"}
    return {**plain, "COLUMNS": "160", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", **given}


def zeren_with(environment: dict[str, str], folder: Path) -> Zeren:
    """Runs commands in `folder`; none of them may show a stack trace."""

    def run(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [ZEREN, *map(str, arguments)],
            capture_output=True, text=True, check=False, timeout=SECONDS, cwd=folder, env=environment | more,
        )  # fmt: skip
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return done

    return run


@pytest.fixture
def alone(tmp_path: Path) -> Zeren:
    """`zeren` on a machine with no instance and no Neo4j; its home is a folder that is not there yet."""
    return zeren_with(surroundings(ZEREN_HOME=str(tmp_path / "home")), tmp_path)


@pytest.fixture
def zeren(clean_database: DatabaseConnection, tmp_path: Path) -> Zeren:
    """`zeren` on the tests' Neo4j, which is empty."""
    return zeren_with(surroundings(ZEREN_HOME=str(tmp_path / "home"), **named(clean_database)), tmp_path)


def named(connection: DatabaseConnection) -> dict[str, str]:
    """The environment that names a Neo4j."""
    uri, user, password = connection
    return {"NEO4J_URI": uri, "NEO4J_USER": user, "NEO4J_PASSWORD": password}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A small bundle with every table."""
    return write(tmp_path / "small", SMALL)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def fails(done: subprocess.CompletedProcess[Any], code: int, *words: str) -> None:
    """The command ended with that code and said these words on standard error, and nothing on standard output."""
    assert done.returncode == code, done.stderr + done.stdout
    for word in words:
        assert word in done.stderr
