"""Reads the events of a large bundle in a process of its own, while the caller reads the rest of it."""

from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from services.integration.bundle.columns import FILE
from services.integration.bundle.faults import Report
from services.integration.bundle.reading import Bundle, table_of_file
from services.integration.bundle.staging import APART, Staging
from services.integration.bundle.tables import Progress, stage
from services.ledger.inspectors import PROCESSES, InspectorLost, begin

LARGE = 16 << 20
"""Bytes of a file: less is read before a process has started. Four fifths of a county's rows are events."""


class EventsApart:
    """The process; it is ended at the end of the context.

    It says how many rows more it has read, then what is wrong with them, or what it can't do.
    """

    def __init__(self, shown: str, file: Path, folder: Path, source: str) -> None:
        self._hears, says = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=_read, args=(shown, file, folder, source, says), daemon=True)
        self._process.start()
        says.close()

    @classmethod
    def of(cls, bundle: Bundle, folder: Path, source: str, keep: ExitStack) -> Self | None:
        """Begin to stage the events of the bundle in the folder; None where they are few, or lie in an archive.

        The process goes into `keep`, and ends with it.
        """
        for table in bundle.tables:
            if table.name == "events" and table.file and table.file.stat().st_size >= LARGE:
                return keep.enter_context(cls(table.shown, table.file, folder, source))
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()
        self._hears.close()

    def report(self, progress: Progress) -> Report:
        """What is wrong with the events, once all are staged. Raises InspectorLost, and what the process ran into."""
        try:
            while not isinstance(said := self._hears.recv(), Report):
                if isinstance(said, Exception):
                    raise said
                progress("read", said)
        except EOFError as error:
            raise InspectorLost from error
        return said


def _read(shown: str, file: Path, folder: Path, source: str, says: Connection) -> None:
    begin()
    report = Report(source)
    try:
        with Staging(folder, APART, (FILE["events"],)) as staging:
            table = table_of_file("events", shown, file)
            report.extend(stage(table, staging, source, lambda _, more: says.send(more)))
            staging.seal()
    except Exception as error:  # the caller tells it
        says.send(error)
    else:
        says.send(report)
