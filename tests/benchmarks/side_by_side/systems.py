"""What is measured: each system with its processes, started for the run and ended with it."""

import pickle
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.settings import Settings
from tests.benchmarks.side_by_side.asking import Taken, Wanted
from tests.contract.composition import ROOT, Service, free_port, running, zeren
from tests.contract.federation.packages import InstallFailed, NodeMissing, are_there, node, packages
from tests.contract.federation.processes import environment_of
from tests.database import DatabaseConnection

APOLLO = Path(__file__).parent / "apollo"
_WORKER = "import sys; from tests.benchmarks.side_by_side import asking; asking.main(*sys.argv[1:])"


NEO4J, SYSTEM, ASKER = "Neo4j", "system", "asker"
"""Kinds of processes."""


class Asker:
    """A process that asks one system and says how long that took."""

    def __init__(self, *how: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, *how], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, questions: Sequence[Any], clients: int = 1, *, answers: bool = False) -> Taken:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(Wanted(questions, clients, answers), self._process.stdin)
        self._process.stdin.flush()
        taken: Taken | Exception = pickle.load(self._process.stdout)  # noqa: S301 - our own process
        if isinstance(taken, Exception):
            raise taken
        return taken

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@dataclass
class System:
    """One of those that stand side by side.

    `processes`: by what they are called, those that answer. `engine`: Neo4j's, where it can be told.
    """

    name: str
    asker: Asker
    processes: dict[str, int]
    engine: int | None

    def ask(self, questions: Sequence[Any], clients: int = 1) -> Taken:
        """Have all answered, and tell what that took; of processors, all that these processes did meanwhile."""
        before = self._computed()
        taken = self.asker.ask(questions, clients)
        taken.processor = {kind: after - before[kind] for kind, after in self._computed().items()}
        return taken

    def _computed(self) -> dict[str, float]:
        systems = [pid for pid in self.processes.values() if pid != self.asker.pid]
        return {
            NEO4J: seconds_of(self.engine),
            SYSTEM: sum(map(seconds_of, systems)),
            ASKER: seconds_of(self.asker.pid),
        }


@contextmanager
def asking(*how: str) -> Generator[Asker]:
    asker = Asker(*how)
    try:
        yield asker
    finally:
        asker.end()


@contextmanager
def drivers(connection: DatabaseConnection) -> Generator[list[System]]:
    """The bare driver as it comes, and with our reading of instants."""
    with ExitStack() as stack:
        kinds = {"driver": "bolt", "driver with our instants": "bolt-with-our-instants"}
        found = {name: stack.enter_context(asking(kind, *connection)) for name, kind in kinds.items()}
        engine = engine_of(connection)
        yield [System(name, asker, {"the driver in its asker": asker.pid}, engine) for name, asker in found.items()]


@contextmanager
def zeren_over_http(connection: DatabaseConnection, home: Path) -> Generator[tuple[System, str, str]]:
    """`zeren serve gateway`, with all that runs beside it; its address, and a token for it."""
    now = datetime.now(UTC)
    token = LocalKeys.open(Settings(home)).mint(Role.ADMINISTRATOR, None, timedelta(hours=12), now)
    environment = environment_of(connection, ZEREN_HOME=str(home), ZEREN_PORT=str(free_port()))
    with (
        running(zeren("serve", "gateway"), environment, ROOT) as service,
        asking("http", f"{service.url}/graphql", token) as asker,
    ):
        processes = {"zeren": service.process.pid}
        yield System("zeren", asker, processes, engine_of(connection)), f"{service.url}/graphql", token


@contextmanager
def python_app(module: str, connection: DatabaseConnection) -> Generator[Service]:
    """An app of this folder, as `python -m`."""
    environment = environment_of(connection, ZEREN_PORT=str(free_port()))
    with running([sys.executable, "-m", f"tests.benchmarks.side_by_side.{module}"], environment, ROOT) as service:
        yield service


@contextmanager
def peer(connection: DatabaseConnection, types: str, *, install: bool) -> Generator[System | str]:
    """@neo4j/graphql on Apollo; or why it is left out: no Node, or packages that are not there to be taken."""
    try:
        if not install and not are_there(APOLLO):
            raise NodeMissing("its packages are not installed; `make bench` installs them")
        folder = packages(lock=APOLLO)
    except (NodeMissing, InstallFailed) as error:
        yield f"@neo4j/graphql is left out: {error}"
        return
    script = str(shutil.copy(APOLLO / "server.mjs", folder))  # Node looks for packages beside the script
    (folder / "types.graphql").write_text(types, "utf-8")
    environment = environment_of(
        connection, ZEREN_PORT=str(free_port()), PEER_TYPES=str(folder / "types.graphql"), NODE_ENV="production"
    )
    with (
        running([node(), script], environment, folder) as service,
        asking("http", f"{service.url}/", "none") as asker,
    ):
        yield System("@neo4j/graphql", asker, {"@neo4j/graphql": service.process.pid}, engine_of(connection))


def engine_of(connection: DatabaseConnection) -> int | None:
    """The process that listens where the database is, if it is one of this machine's that we may look at."""
    port = int(connection.uri.rsplit(":", 1)[1])
    for found in psutil.net_connections("tcp"):
        if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr[1] == port:
            return found.pid
    return None


def seconds_of(pid: int | None) -> float:
    """Of processor time that a process has taken; 0 where it can't be told."""
    try:
        return sum(psutil.Process(pid).cpu_times()[:2]) if pid else 0.0
    except psutil.Error:
        return 0.0


def megabytes(pid: int | None) -> float:
    """What a process has of memory now; 0 where it can't be told."""
    try:
        return psutil.Process(pid).memory_info().rss / 2**20 if pid else 0.0
    except psutil.Error:
        return 0.0
