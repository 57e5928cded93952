"""How fast bundles are checked, written and made visible: python -m tests.benchmarks.import_rate [SCALE].

Generates a county (scale 1: 2,000 problems), starts or finds a Neo4j as the tests do, and prints the rates. Not a test:
figures depend on the machine and on what else runs on it.
"""

import asyncio
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from graph.migrations import migrate
from graph.session import Database
from services.integration.county.campaign import SHIPPED
from services.integration.county.generation import SOURCE, generate
from services.integration.loading.loader import import_bundle
from tests.database import DatabaseConnection, choose, database, docker_answers


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


def _now() -> datetime:
    return datetime.now(UTC)


async def measure(connection: DatabaseConnection, bundle: Path) -> str:
    """Import the campaign and the county, and say how long the county took."""
    async with Database(*connection) as store:
        await migrate(store, _now())
        await import_bundle(store, SHIPPED, _now, source="speech")
        phases = Phases()
        imported = await import_bundle(store, bundle, _now, source=SOURCE, progress=phases)
    seconds = time.perf_counter() - phases.begun
    problems, events = (imported.report.rows[name] for name in ("problems", "events"))
    lines = [f"{problems:,} problems, {events:,} events, {imported.written:,} records in {seconds:.1f} s"]
    lines.append(f"{problems / seconds:,.0f} problems/s, {imported.written / seconds:,.0f} records/s")
    lines += [f"  {what}: {phases.rows[what]:,} from {a:.1f} s to {b:.1f} s" for what, (a, b) in phases.spans.items()]
    lines.append(f"  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most, without Neo4j")
    return "\n".join(lines)


def main() -> None:
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "county"
        generate(bundle, scale=scale)
        with database(choose(os.environ, docker_answers)) as connection:
            sys.stdout.write(asyncio.run(measure(connection, bundle)) + "\n")


if __name__ == "__main__":
    main()
