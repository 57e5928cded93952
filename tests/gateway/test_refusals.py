"""What a user can do wrong, or find in the way: a message that says what to do, and the exit code for it."""

import base64
import json
import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from graph.model.identity import record_id
from tests.database import DatabaseConnection
from tests.gateway.conftest import Zeren, fails, lines, named


@pytest.fixture
def taken() -> Generator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_wrong_usage_exits_with_2(alone: Zeren) -> None:
    fails(alone("trail"), 2, "No such command")
    fails(alone("up", "--port", "70000"), 2, "--port")
    fails(alone("token"), 2, "--role")
    fails(alone("token", "--role", "king"), 2, "administrator")
    fails(alone("serve", "kitchen"), 2, "oversight")
    fails(alone("import", "nowhere"), 2, "nowhere")
    fails(alone("import"), 2, "name the bundle")


def test_help_names_every_command(alone: Zeren) -> None:
    shown = alone("--help").stdout
    for command in ("up", "down", "status", "serve", "migrate", "import", "export", "trace", "token", "schema"):
        assert f" {command} " in shown
    assert "Exit codes: 0 done, 1 refused or failed" in shown


def test_a_token_stands_alone_on_the_last_line(alone: Zeren) -> None:
    done = alone("token", "--role", "department", "--person", "county:person-1", "--ttl", "15m")
    assert done.returncode == 0
    token = lines(done.stdout)[-1]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["role"] == "department"
    assert claims["person"] == record_id("county", "person-1")
    assert claims["exp"] - claims["iat"] == 900


@pytest.mark.parametrize("ttl", ["0", "soon", "-5m", "40d", "1y"])
def test_a_token_for_no_time_or_for_ever(alone: Zeren, ttl: str) -> None:
    fails(alone("token", "--role", "viewer", f"--ttl={ttl}"), 1, "90s, 15m, 8h or 7d")


def test_tokens_of_an_issuer_are_not_ours_to_make(alone: Zeren) -> None:
    issuer = {"ZEREN_ISSUER": "https://sign-in.example", "ZEREN_JWKS": "https://sign-in.example/jwks"}
    fails(alone("token", "--role", "viewer", **issuer), 1, "https://sign-in.example")


def test_nothing_runs(alone: Zeren) -> None:
    done = alone("status", "--json")
    assert done.returncode == 1
    shown = json.loads(done.stdout)
    assert shown["running"] is False
    assert shown["pids"] == {"server": None, "engine": None}
    assert "已停止 stopped" in alone("status").stdout
    stopped = alone("down")
    assert (stopped.returncode, stopped.stdout.startswith("Nothing runs in")) == (0, True)


def test_a_service_without_a_database(alone: Zeren) -> None:
    fails(alone("serve", "oversight", "--port", "0"), 1, "NEO4J_URI", "zeren up")


def test_a_port_in_use(alone: Zeren, zeren: Zeren, taken: int) -> None:
    fails(alone("up", "--port", taken), 1, f"Port {taken} on 127.0.0.1 is in use")
    fails(zeren("serve", "campaign", "--port", taken), 1, f"Port {taken} on 127.0.0.1 is in use")


def test_a_neo4j_that_is_down(alone: Zeren) -> None:
    down = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x"}
    for command in (("up", "--port", "0"), ("migrate",), ("trace", "a:b")):
        fails(alone(*command, **down), 1, "No Neo4j answers at bolt://127.0.0.1:1")
    shown = json.loads(alone("status", "--json", **down).stdout)
    assert shown["database"]["answers"] is False


def test_a_neo4j_that_does_not_take_the_password(alone: Zeren, database_connection: DatabaseConnection) -> None:
    wrong = {**named(database_connection), "NEO4J_PASSWORD": "not this"}
    fails(alone("migrate", **wrong), 1, "does not take this user and password")


def test_settings_that_can_not_be_used_are_all_named(alone: Zeren) -> None:
    done = alone("up", NEO4J_URI="http://db", NEO4J_PASSWORD="", ZEREN_PORT="many")
    fails(done, 1, "NEO4J_URI='http://db'", "NEO4J_PASSWORD: must be set", "ZEREN_PORT='many'")


def test_a_home_that_can_not_be_used(alone: Zeren, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    fails(alone("up", "--port", "0", "--home", tmp_path / "file"), 2, "--home")
    fails(alone("up", "--port", "0", "--home", tmp_path / "file" / "below"), 1, "can't be used", "ZEREN_HOME")
