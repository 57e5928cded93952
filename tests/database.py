"""Which Neo4j the tests run on, and how it is emptied between them."""

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from graph import local
from graph.local import fetch, quick_start
from graph.local.artifacts import ENGINE_VERSION
from graph.session import Database, DatabaseDown

CONTAINER_PATIENCE = 120.0


class DatabaseConnection(NamedTuple):
    """How to reach the tests' database."""

    uri: str
    user: str
    password: str


class Source(StrEnum):
    """Where the tests' database comes from, in order of preference."""

    GIVEN = "NEO4J_URI"
    DOCKER = "a container"
    LOCAL = "the local engine"


def choose(environment: Mapping[str, str], docker_answers: Callable[[], bool]) -> Source:
    """Choose where the database comes from: what NEO4J_URI names, else Docker, else the local engine."""
    if environment.get("NEO4J_URI"):
        return Source.GIVEN
    return Source.DOCKER if docker_answers() else Source.LOCAL


def docker_answers() -> bool:
    """Tell whether a Docker daemon is reachable, as its own client finds it."""
    from docker.errors import DockerException

    import docker

    try:
        client: Any = docker.from_env(timeout=5)  # its own types are partial
    except DockerException:
        return False
    try:
        return client.ping()
    except (DockerException, OSError):
        return False
    finally:
        client.close()


def prepare(progress: local.Progress) -> None:
    """Have on this machine what a local engine needs to start."""
    quick_start.ensure_archive(fetch.ensure_jars(progress=progress), progress)


@contextmanager
def database(source: Source, progress: local.Progress | None = None) -> Generator[DatabaseConnection]:
    """Lend a database of `source`, checked and answering; what was started for it is stopped afterwards."""
    lend = {Source.GIVEN: _given, Source.DOCKER: _container, Source.LOCAL: _local}[source]
    with lend(progress or local.Silent()) as connection:
        yield connection


@contextmanager
def _given(_: local.Progress) -> Generator[DatabaseConnection]:
    connection = DatabaseConnection(
        os.environ["NEO4J_URI"], os.environ.get("NEO4J_USER", "neo4j"), os.environ.get("NEO4J_PASSWORD", "")
    )
    nodes = asyncio.run(_count(connection))
    if nodes and os.environ.get("ZEREN_TESTS_MAY_EMPTY") != "1":
        raise RuntimeError(
            f"The database at NEO4J_URI ({connection.uri}) holds {nodes} nodes, and the tests would delete them. "
            "Give another database, or say that it may be emptied: ZEREN_TESTS_MAY_EMPTY=1"
        )
    yield connection
    empty(connection, schema=True)


@contextmanager
def _container(progress: local.Progress) -> Generator[DatabaseConnection]:
    from testcontainers.core.container import DockerContainer

    password = secrets.token_urlsafe(24)
    container = (
        DockerContainer(f"neo4j:{ENGINE_VERSION}")
        .with_env("NEO4J_AUTH", f"neo4j/{password}")
        .with_env("NEO4J_db_query_default__language", "CYPHER_25")
        .with_exposed_ports(7687)
    )
    progress.say("Starting Neo4j in a container")
    with container:
        address = f"bolt://{container.get_container_host_ip()}:{container.get_exposed_port(7687)}"
        connection = DatabaseConnection(address, "neo4j", password)
        deadline = time.monotonic() + CONTAINER_PATIENCE
        while not asyncio.run(_answers(connection)):
            if time.monotonic() > deadline:
                raise RuntimeError(f"Neo4j in its container did not answer within {CONTAINER_PATIENCE:.0f} s")
        yield connection


@contextmanager
def _local(progress: local.Progress) -> Generator[DatabaseConnection]:
    # Several tests run side by side on one machine; what is set in the environment goes before.
    memory = local.Memory.from_environment() if os.environ.get("ZEREN_HEAP") else local.Memory()
    with (
        tempfile.TemporaryDirectory(prefix="zeren-tests-", ignore_cleanup_errors=True) as home,
        local.running(Path(home), progress=progress, memory=memory) as engine,
    ):
        yield DatabaseConnection(engine.uri, engine.user, engine.password)


def empty(connection: DatabaseConnection, *, schema: bool = False) -> None:
    """Delete every node and relationship, in batches; with `schema` the constraints and indexes too."""
    asyncio.run(_empty(connection, schema))


async def _empty(connection: DatabaseConnection, schema: bool) -> None:
    async with Database(*connection) as database:
        deleted = 1
        while deleted:
            rows = await database.write("MATCH (n) WITH n LIMIT 1000 DETACH DELETE n RETURN count(*) AS deleted")
            deleted = rows[0]["deleted"]
        if schema:
            for row in await database.read("SHOW CONSTRAINTS YIELD name RETURN name"):
                await database.write(f"DROP CONSTRAINT `{row['name']}`")
            for row in await database.read("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
                await database.write(f"DROP INDEX `{row['name']}`")


async def _count(connection: DatabaseConnection) -> int:
    async with await Database.connect(*connection) as database:
        return (await database.read("MATCH (n) RETURN count(n) AS nodes"))[0]["nodes"]


async def _answers(connection: DatabaseConnection) -> bool:
    async with Database(*connection) as database:
        try:
            await database.verify()
        except DatabaseDown:
            return False
    return True
