"""A file on disk that holds the rows of a bundle, typed, while it is checked and loaded.

A county's ledger is larger than memory and its events come in any order. SQLite sorts and joins it on disk in bounded
memory, and needs nothing beside the standard library.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, Self

from services.integration.bundle.columns import FILE, FILES, File
from services.integration.bundle.values import Value

Row = Sequence[Value | None]
"""A staged row: its row number, then the values of the file's columns in their declared order."""

APART = "apart.sqlite"
"""What another process stages lies there."""
_FETCH = 5_000
_CACHE_KIB = 128 * 1024
_FILE_NUMBER = {file.name: number for number, file in enumerate(FILES)}
NUMBERED = tuple(file.name for file in FILES)


_EVENTS_OF_PROBLEMS = (
    "SELECT e.*, p.row, p.discoveredAt FROM events e LEFT JOIN problems p ON p.id = e.problem"
    " ORDER BY e.problem, e.at, e.row"
)
_EVENTS = 'SELECT * FROM "events" WHERE {0} ORDER BY problem, at, row'
_PROBLEMS = 'SELECT * FROM "problems" WHERE {0} ORDER BY id'
_PROBLEM_OF_EVENT = 1 + list(FILE["events"].by_name).index("problem")
_SHARED = "SELECT id FROM ids WHERE file NOT IN (?, ?) UNION ALL SELECT subject FROM names"

Bounds = tuple[str | None, str | None]
"""From this id of a problem, to before that one; None: no bound."""
NO_BOUNDS: Bounds = (None, None)


class History(NamedTuple):
    """What a bundle says of a problem: its row, if it has one, and its events by instant and row."""

    problem: str
    row: tuple[Any, ...] | None
    events: list[tuple[Any, ...]]


class Staging:
    """The rows by file, the ids over all files, and what the check worked out for the load.

    `files`: those whose rows it takes. From `index` on what another process staged as `APART` is seen here too.
    """

    def __init__(self, folder: Path, name: str = "staging.sqlite", files: Sequence[File] = FILES) -> None:
        self.path = folder / name
        self._files = files
        # By its URI, so that another can be attached by one.
        uri = self.path.resolve().as_uri()
        self._db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}", "locking_mode=EXCLUSIVE"):
            self._db.execute(f"PRAGMA {pragma}")
        for file in files:
            columns = ", ".join(f'"{column.name}"' for column in file.columns)
            self._db.execute(f'CREATE TABLE "{file.name}" (row INTEGER PRIMARY KEY, {columns})')
        self._db.execute("CREATE TABLE ids (id TEXT, file INTEGER, row INTEGER)")
        self._db.execute("CREATE TABLE lives (problem TEXT PRIMARY KEY, life TEXT, position INTEGER) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, file: File, rows: Sequence[Row]) -> None:
        """Put the rows in."""
        marks = ", ".join("?" * (len(file.columns) + 1))
        self._db.executemany(f'INSERT INTO "{file.name}" VALUES ({marks})', rows)  # noqa: S608 - names from the declaration

    def seal(self) -> None:
        """Make rows of this staging findable by themselves; call it once, after all rows."""
        self._db.execute("COMMIT")
        taken = {file.name for file in self._files}
        if "problems" in taken:
            self._db.execute("CREATE INDEX problem_by_id ON problems (id)")
        if "events" in taken:
            self._db.execute("CREATE INDEX event_by_problem ON events (problem, at, row)")

    def index(self) -> None:
        """Seal it, and make every id findable, of what is staged apart too."""
        self.seal()
        if _attached(self._db, self.path):
            self._db.execute(f"PRAGMA apart.cache_size=-{_CACHE_KIB}")
        for file in FILES:
            if file.key == ("id",):
                given = (_FILE_NUMBER[file.name],)
                self._db.execute(f'INSERT INTO ids SELECT id, ?, row FROM "{file.name}"', given)  # noqa: S608 - as above
        self._db.execute("CREATE INDEX by_id ON ids (id, file, row)")

    def count(self, file: str) -> int:
        return int(self._db.execute(f'SELECT count(*) FROM "{file}"').fetchone()[0])  # noqa: S608 - as above

    def other_sources(self) -> set[str]:
        """The sources that ids of rows name."""
        found = self._db.execute("SELECT DISTINCT substr(id, 1, instr(id, ':') - 1) FROM ids WHERE instr(id, ':') > 0")
        return {source for (source,) in found}

    def rows(self, file: str) -> Iterator[tuple[Any, ...]]:
        """All rows of the file, in its order."""
        return self._select(f'SELECT * FROM "{file}" ORDER BY row')  # noqa: S608 - as above

    def batches(self, file: str, order: str = "row", size: int = _FETCH) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self._db.execute(f'SELECT * FROM "{file}" ORDER BY {order}')  # noqa: S608 - as above
        while rows := cursor.fetchmany(size):
            yield rows

    def repeated_ids(self) -> Iterator[tuple[str, str, int, str, int]]:
        """(id, file, row, file of its first row, first row) of every row whose id was there before it."""
        found = self._select(
            "SELECT i.id, i.file, i.row, f.file, f.row FROM ids i JOIN ids f ON f.id = i.id"
            " WHERE i.id IN (SELECT id FROM ids GROUP BY id HAVING count(*) > 1)"
            " AND (f.file, f.row) = (SELECT file, row FROM ids m WHERE m.id = i.id ORDER BY file, row LIMIT 1)"
            " AND (i.file, i.row) <> (f.file, f.row)"
        )
        return (
            (str(id_), NUMBERED[int(file)], int(row), NUMBERED[int(first)], int(first_row))
            for id_, file, row, first, first_row in found
        )

    def repeated_keys(self, file: File) -> Iterator[tuple[int, int]]:
        """(row, first row) of every row of the file whose key was there before it."""
        key = ", ".join(f'"{name}"' for name in file.key)
        return self._select(
            f'SELECT row, first FROM (SELECT row, min(row) OVER (PARTITION BY {key}) AS first FROM "{file.name}")'  # noqa: S608 - as above
            " WHERE row <> first"
        )

    def files_of(self, ids: Collection[str]) -> dict[str, tuple[str, int]]:
        """(file, row) of each of the ids that the bundle has."""
        found: dict[str, tuple[str, int]] = {}
        wanted = list(ids)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ", ".join("?" * len(part))
            for id_, file, row in self._db.execute(
                f"SELECT id, file, row FROM ids WHERE id IN ({marks}) ORDER BY file DESC, row DESC",  # noqa: S608 - question marks
                part,
            ):
                found[id_] = (NUMBERED[file], row)
        return found

    def events(self) -> Iterator[tuple[Any, ...]]:
        """Events with `problems` columns (row, discoveredAt) of their problem, by problem, instant and row."""
        return self._select(_EVENTS_OF_PROBLEMS)

    def histories(self, rows: int, bounds: Bounds = NO_BOUNDS) -> Iterator[list[History]]:
        """Every problem within the bounds, by id, so many at once that they have about so many rows.

        Ids of problems must be there, and each once.
        """
        some: list[History] = []
        count = 0
        for history in self._histories(bounds):
            some.append(history)
            count += 1 + len(history.events)
            if count >= rows:
                yield some
                some, count = [], 0
        if some:
            yield some

    def _histories(self, bounds: Bounds) -> Iterator[History]:
        given, within = _within(bounds)
        events = groupby(self._select(_EVENTS.format(within.format("problem")), given), itemgetter(_PROBLEM_OF_EVENT))
        group = next(events, None)
        for row in self._select(_PROBLEMS.format(within.format("id")), given):
            problem: str = row[1]
            while group is not None and group[0] < problem:
                yield History(group[0], None, list(group[1]))
                group = next(events, None)
            if group is not None and group[0] == problem:
                yield History(problem, row, list(group[1]))
                group = next(events, None)
            else:
                yield History(problem, row, [])
        while group is not None:
            yield History(group[0], None, list(group[1]))
            group = next(events, None)

    def keep_lives(self, lives: Sequence[tuple[str, str, int]]) -> None:
        """Keep the state (JSON) of problems after their events, and the position of the event that these go on from."""
        self._db.executemany("INSERT OR REPLACE INTO lives VALUES (?, ?, ?)", lives)

    def lives(self, since: str, until: str) -> dict[str, tuple[str, int]]:
        """What was kept of problems, from the first to the last id."""
        found = self._db.execute("SELECT * FROM lives WHERE problem BETWEEN ? AND ?", (since, until))
        return {problem: (life, position) for problem, life, position in found}

    def stretches(self, size: int) -> list[Bounds]:
        """The ids of problems in stretches of about so many."""
        edges: list[str | None] = [
            self._db.execute("SELECT id FROM problems ORDER BY id LIMIT 1 OFFSET ?", (start,)).fetchone()[0]
            for start in range(size, self.count("problems"), size)
        ]
        return list(zip([None, *edges], [*edges, None], strict=True))

    def problem_count(self, bounds: Bounds) -> tuple[int, int]:
        """How many problems lie within the bounds, and how many events they have."""
        given, within = _within(bounds)
        problems, events = (
            self._db.execute(f'SELECT count(*) FROM "{file}" WHERE {within.format(id_)}', given).fetchone()[0]  # noqa: S608 - as above
            for file, id_ in (("problems", "id"), ("events", "problem"))
        )
        return problems, events

    def shared_ids(self) -> Iterator[str]:
        """The ids of all rows but those of problems and events, and of what has names, which problems have too."""
        theirs = (_FILE_NUMBER["problems"], _FILE_NUMBER["events"])
        return (id_ for (id_,) in self._select(_SHARED, theirs))

    def _select(self, statement: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        cursor = self._db.execute(statement, parameters)
        while rows := cursor.fetchmany(_FETCH):
            yield from rows


def _within(bounds: Bounds) -> tuple[list[str], str]:
    """Parameters, and a condition on the column that is put into it."""
    since, until = bounds
    conditions = ["TRUE", *["{0} >= ?"] * (since is not None), *["{0} < ?"] * (until is not None)]
    return [bound for bound in bounds if bound is not None], " AND ".join(conditions)


class Staged(Staging):
    """A staging that another process made, and leaves as it is: it can be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        _attached(self._db, path)


def _attached(db: sqlite3.Connection, path: Path) -> bool:
    """See what was staged apart beside this path, if anything was, as if it lay here: nobody changes it any more."""
    apart = path.with_name(APART)
    if apart.exists():
        db.execute("ATTACH ? AS apart", (f"{apart.resolve().as_uri()}?immutable=1",))
        return True
    return False
