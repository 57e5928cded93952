"""zeren beside others over one database: python -m tests.benchmarks.side_by_side [--problems N] …  (`make bench`)

Several sizes, each in a home and a run of its own: `--problems N --home DIR --keep FILE` for each, then
`--kept FILE … --write docs`.

Each system is a process of its own; its answers are compared first. Not a test: figures depend on the machine and on
what else runs on it, so the ratios of one run are what counts.
"""

import asyncio
import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from graph import local
from graph.local import Memory
from tests.benchmarks.side_by_side import county
from tests.benchmarks.side_by_side.run import Figures, measured
from tests.benchmarks.side_by_side.writing import keep, kept, told, write
from tests.database import DatabaseConnection, choose, database, docker_answers


def _arguments(given: list[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.benchmarks.side_by_side", description=__doc__)
    parser.add_argument("--problems", type=int, nargs="+", default=[10_000], help="sizes of the county")
    parser.add_argument("--subjects", type=int, default=300, help="asked of each system by each number of clients")
    parser.add_argument("--home", type=Path, help="build the largest county offline in this home, unless it is there")
    parser.add_argument("--loaded", action="store_true", help="take the county that is there, if it is large enough")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep what was measured, as JSON")
    parser.add_argument("--kept", type=Path, nargs="+", metavar="FILE", help="measure nothing: take what was kept")
    parser.add_argument("--write", type=Path, metavar="DOCS", help="put the figures into performance.md of this folder")
    return parser.parse_args(given)


@contextmanager
def _database(asked: Namespace) -> Generator[DatabaseConnection]:
    if asked.home is None:
        with database(choose(os.environ, docker_answers)) as connection:
            yield connection
        return
    county.build(asked.home, max(asked.problems))
    with local.running(asked.home) as engine:
        yield DatabaseConnection(engine.uri, engine.user, engine.password)


def _measured(asked: Namespace) -> list[Figures]:
    if not os.environ.get("ZEREN_HEAP"):  # as users have it; tests take less
        memory = Memory.from_environment()
        os.environ |= {"ZEREN_HEAP": memory.heap, "ZEREN_PAGECACHE": memory.page_cache}
    every: list[Figures] = []
    with tempfile.TemporaryDirectory() as made, _database(asked) as connection:
        home = asked.home or Path(made)  # whose keys the ledger was begun with
        for size in asked.problems:
            anew = not (asked.loaded or asked.home)
            found = asyncio.run(measured(connection, home, size, asked.subjects, anew=anew, install=True))
            sys.stdout.write(told(found))
            sys.stdout.flush()
            every.append(found)
    return every


def main(given: list[str]) -> None:
    asked = _arguments(given)
    every = [found for file in asked.kept for found in kept(file)] if asked.kept else _measured(asked)
    if asked.keep:
        keep(every, asked.keep)
    if asked.write:
        write(every, asked.write)


if __name__ == "__main__":
    main(sys.argv[1:])
