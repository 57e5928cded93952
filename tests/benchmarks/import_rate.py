"""How fast bundles are checked, written and made visible: python -m tests.benchmarks.import_rate [SCALE].

Generates a county (scale 1: 2,000 problems), starts or finds a Neo4j as the tests do, and prints the rates. Not a test:
figures depend on the machine and on what else runs on it. The county is imported twice, into an emptied database: the
second time the JVM is warm. CPU time tells more than the clock where others compute too.
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

from graph.local import Memory
from graph.migrations import migrate
from graph.session import Database
from services.integration.county.campaign import SHIPPED
from services.integration.county.generation import SOURCE, generate
from services.integration.loading.loader import import_bundle
from tests.database import DatabaseConnection, choose, database, docker_answers, empty


class Phases:
    """Rows done and seconds taken by each phase of an import."""

    def __init__(self) -> None:
        self.begun = time.perf_counter()
        self.rows: dict[str, int] = {}
        self.spans: dict[str, tuple[float, float]] = {}

    def __call__(self, what: str, more: int) -> None:
        now = time.perf_counter() - self.begun
        first, _ = self.spans.get(what, (now, now))
        self.rows[what] = self.rows.get(what, 0) + more
        self.spans[what] = first, now


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


async def measure(connection: DatabaseConnection, bundle: Path) -> str:
    """Import the campaign and the county, and say how long the county took."""
    async with Database(*connection) as store:
        await migrate(store, _now())
        await import_bundle(store, SHIPPED, _now, source="speech")
        engine = _engine()
        phases, engine_before, own_before = Phases(), _cpu_of(engine), time.process_time()
        imported = await import_bundle(store, bundle, _now, source=SOURCE, progress=phases)
        engine_cpu, own_cpu = _cpu_of(engine) - engine_before, time.process_time() - own_before
    seconds = time.perf_counter() - phases.begun
    problems, events = (imported.report.rows[name] for name in ("problems", "events"))
    lines = [f"{problems:,} problems, {events:,} events, {imported.written:,} records in {seconds:.1f} s"]
    lines.append(f"{problems / seconds:,.0f} problems/s, {imported.written / seconds:,.0f} records/s")
    load = os.getloadavg()[0]
    lines.append(
        f"  CPU per problem: Python {own_cpu / problems * 1e3:.2f} ms, JVM {engine_cpu / problems * 1e3:.2f} ms; "
        f"load {load:.1f}"
    )
    lines += [f"  {what}: {phases.rows[what]:,} from {a:.1f} s to {b:.1f} s" for what, (a, b) in phases.spans.items()]
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
            for warmth in ("cold", "warm"):
                empty(connection)
                sys.stdout.write(f"{warmth}: {asyncio.run(measure(connection, bundle))}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
