"""How fast bundles are checked, written and made visible: python -m tests.benchmarks.import_rate [SCALE].

Generates a county (scale 1: 2,000 problems), starts or finds a Neo4j as the tests do, and prints the rates. Not a test:
figures depend on the machine and on what else runs on it. The county is imported twice, from two sources: the second
time the JVM is warm. CPU time tells more than the clock where others compute too.
"""

import asyncio
import os
import resource
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from graph.local import Memory
from graph.migrations import migrate
from graph.session import Database
from services.integration.county.campaign import SHIPPED
from services.integration.county.generation import SOURCE, generate
from services.integration.loading.loader import import_bundle
from tests.database import DatabaseConnection, choose, database, docker_answers, empty


class Spent(NamedTuple):
    """Seconds: by the clock, and of CPU."""

    clock: float
    engine: float
    python: float

    def since(self, other: "Spent") -> "Spent":
        return Spent(*(b - a for a, b in zip(other, self, strict=True)))

    def told(self, problems: int) -> str:
        each = (
            ""
            if not problems
            else f"; CPU per problem {(self.engine + self.python) / problems * 1e3:.2f} ms, "
            f"{problems / self.clock:,.0f} problems/s"
        )
        return f"{self.clock:.1f} s, CPU of the engine {self.engine:.1f} s, of Python {self.python:.1f} s{each}"


class Phases:
    """Rows done and time spent up to the end of each phase of an import."""

    def __init__(self, engine: Path | None) -> None:
        self._engine = engine
        self.begun = self.spent()
        self.rows: dict[str, int] = {}
        self.ends: dict[str, Spent] = {}

    def spent(self) -> Spent:
        return Spent(time.perf_counter(), _cpu_of(self._engine), time.process_time())

    def __call__(self, what: str, more: int) -> None:
        self.rows[what] = self.rows.get(what, 0) + more
        self.ends[what] = self.spent()


def _engine() -> Path | None:
    """Where Linux tells of the local engine that this process started, if it did."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
            if fields[1] == str(os.getpid()) and b"--home-dir=" in (process / "cmdline").read_bytes():
                return process / "stat"
    return None


def _cpu_of(stat: Path | None) -> float:
    """Seconds of CPU of the engine; 0 where it is not ours to see."""
    if stat is None:
        return 0.0
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _now() -> datetime:
    return datetime.now(UTC)


async def measure(connection: DatabaseConnection, bundle: Path, source: str) -> str:
    """Import the campaign and the county, and say how long the county took."""
    async with Database(*connection) as store:
        await migrate(store, _now())
        await import_bundle(store, SHIPPED, _now, source="speech")
        phases = Phases(_engine())
        imported = await import_bundle(store, bundle, _now, source=source, progress=phases)
        ended = phases.spent()
    problems, events = (imported.report.rows[name] for name in ("problems", "events"))
    lines = [f"{problems:,} problems, {events:,} events, {imported.written:,} records; load {os.getloadavg()[0]:.1f}"]
    before = phases.begun
    for what, end in phases.ends.items():
        lines.append(f"  {what}: {phases.rows[what]:,} rows in {end.since(before).told(0)}")
        before = end
    lines.append(f"  loading: {ended.since(phases.ends['check']).told(problems)}")
    lines.append(f"  all: {ended.since(phases.begun).told(problems)}")
    lines.append(f"  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most, without Neo4j")
    return "\n".join(lines)


def main() -> None:
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    memory = Memory.from_environment()
    os.environ |= {"ZEREN_HEAP": memory.heap, "ZEREN_PAGECACHE": memory.page_cache}  # as users have it; tests take less
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "county"
        generate(bundle, scale=scale)
        with database(choose(os.environ, docker_answers)) as connection:
            empty(connection)
            for warmth in ("cold", "warm"):
                sys.stdout.write(f"{warmth}: {asyncio.run(measure(connection, bundle, f'{SOURCE}-{warmth}'))}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
