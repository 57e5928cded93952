"""docker/: valid by the compose specification, confined, and each service starts with what the file gives it.

There is no Docker on the machines of this project, so a service is started as a process: with the command and the
environment of the file, but for the four things that a container has to itself (see `composition.Machine`).
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import Settings
from tests.contract.composition import FILE, ROOT, Machine, MissingVariable, composition, running, zeren
from tests.database import DatabaseConnection

ISSUER = "https://sign-in.example"
ROOMS = ("organization", "campaign", "oversight", "accountability", "integration")
OURS = ("migrate", *ROOMS)
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text("utf-8")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return composition({"ZEREN_ISSUER": ISSUER})["services"]


def test_the_file_is_valid_by_the_compose_specification() -> None:
    tool = Path(sys.executable).with_name("check-jsonschema")
    run = subprocess.run(
        [str(tool), "--builtin-schema", "vendor.compose-spec", str(FILE)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_an_issuer_must_be_named() -> None:
    with pytest.raises(MissingVariable, match="ZEREN_ISSUER"):
        composition({})


def test_the_services_are_the_rooms_with_their_database_and_gateway(services: dict[str, Any]) -> None:
    assert set(services) == {"neo4j", "gateway", *OURS}
    assert {name: services[name]["command"] for name in ROOMS} == {name: ["serve", name] for name in ROOMS}


@pytest.mark.parametrize("name", [*OURS, "gateway", "neo4j"])
def test_a_container_can_do_no_more_than_it_must(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not str(service["user"]).startswith("0")
    assert name == "neo4j" or service["read_only"] is True
    assert "privileged" not in service


@pytest.mark.parametrize("name", [*ROOMS, "gateway", "neo4j"])
def test_a_service_tells_whether_it_is_well(services: dict[str, Any], name: str) -> None:
    assert services[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_only_the_gateway_can_be_reached_and_from_this_machine_only(services: dict[str, Any]) -> None:
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "gateway": ["127.0.0.1:4000:4000"]
    }
    whole = composition({"ZEREN_ISSUER": ISSUER})
    assert whole["networks"]["inside"] == {"internal": True}
    assert all(service["networks"] == ["inside"] for name, service in services.items() if name != "gateway")


def test_no_secret_stands_in_an_environment(services: dict[str, Any]) -> None:
    given = [(key, value) for service in services.values() for key, value in service.get("environment", {}).items()]
    secret = [(key, value) for key, value in given if re.search("PASSWORD|AUTH|TOKEN|JWKS", key)]
    assert secret
    assert all(str(value).startswith("/run/secrets/") for _, value in secret)


def test_every_secret_is_declared_and_every_file_that_is_mounted_exists(services: dict[str, Any]) -> None:
    declared = composition({"ZEREN_ISSUER": ISSUER})["secrets"]
    assert {secret for service in services.values() for secret in service.get("secrets", [])} == set(declared)
    mounted = [volume.split(":")[0] for volume in services["gateway"]["volumes"]]
    assert [path for path in mounted if not (FILE.parent / path).is_file()] == []


def test_the_gateway_is_told_of_the_files_that_are_mounted(services: dict[str, Any]) -> None:
    gateway = services["gateway"]
    targets = [volume.split(":")[1] for volume in gateway["volumes"]]
    assert gateway["command"] == ["supergraph", "--config-path", targets[1]]
    assert gateway["environment"] == {"ZEREN_SUPERGRAPH": targets[0]}


def test_what_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert set(copied) == sent


def test_the_image_runs_as_the_user_that_compose_names(services: dict[str, Any]) -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == [services["oversight"]["user"]]
    assert 'ENTRYPOINT ["zeren"]' in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> LocalKeys:
    """The issuer's own key pair: the services get its public half as the secret `jwks`."""
    return LocalKeys.open(Settings(home=tmp_path_factory.mktemp("issuer"), issuer=ISSUER))


@pytest.fixture(scope="module")
def machine(
    database_connection: DatabaseConnection, keys: LocalKeys, tmp_path_factory: pytest.TempPathFactory
) -> Machine:
    secrets = tmp_path_factory.mktemp("secrets")
    (secrets / "neo4j_password").write_text(database_connection.password + "\n", "utf-8")
    (secrets / "jwks").write_text(json.dumps(keys.public.as_dict(private=False)), "utf-8")
    return Machine(database_connection.uri, secrets, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def migrated(machine: Machine, services: dict[str, Any]) -> Machine:
    """The database as the service `migrate` leaves it, which runs before any other."""
    service = services["migrate"]
    run = subprocess.run(
        zeren(*service["command"]),
        env=machine.environment(service["environment"]), cwd=machine.home,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    return machine


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_starts_with_the_command_and_the_environment_of_the_file(
    migrated: Machine, services: dict[str, Any], keys: LocalKeys, room: str
) -> None:
    service = services[room]
    environment = migrated.environment(service["environment"])
    with running(zeren(*service["command"]), environment, migrated.home) as started:
        assert httpx.get(f"{started.url}/healthz", trust_env=False).json()["room"] == room
        probe = subprocess.run(
            [sys.executable, *service["healthcheck"]["test"][2:]],
            env=environment, cwd=migrated.home, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        assert probe.returncode == 0, probe.stdout + probe.stderr

        graphql, body = f"{started.url}/graphql", {"query": "{ __typename _service { sdl } }"}
        assert httpx.post(graphql, json=body, trust_env=False).status_code == 401
        token = keys.mint(Role.VIEWER, None, timedelta(minutes=5), datetime.now(UTC))
        answer = httpx.post(graphql, json=body, headers={"Authorization": f"Bearer {token}"}, trust_env=False).json()
        assert "errors" not in answer
        assert "@link" in answer["data"]["_service"]["sdl"]
    assert not any(
        token in line or (migrated.secrets / "neo4j_password").read_text().strip() in line for line in started.said
    )


def test_a_room_whose_database_is_gone_says_so_and_is_not_well(machine: Machine, services: dict[str, Any]) -> None:
    service = services["oversight"]
    environment = machine.environment(service["environment"]) | {"NEO4J_URI": "bolt://127.0.0.1:1"}
    with running(zeren(*service["command"]), environment, machine.home) as started:
        assert httpx.get(f"{started.url}/healthz", trust_env=False).status_code == 200
        probe = subprocess.run(
            [sys.executable, *service["healthcheck"]["test"][2:]],
            env=environment, cwd=machine.home, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    assert probe.returncode == 1
    assert "the database does not answer" in probe.stdout
