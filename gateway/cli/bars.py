"""How long work shows itself: a bar for each step, on standard error."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)


class EngineBars:
    """Shows what graph.local tells while it fetches and starts the engine."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, message: str) -> None:
        """A step begins: the bar of the one before it is done with."""
        self._progress.stop()
        self._console.print(f"  {message}", style="dim", highlight=False, markup=False)

    def expect(self, size: int) -> None:
        self._progress.start()
        self._task = self._progress.add_task("Neo4j", total=size)

    def advance(self, size: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, advance=size)


class StepBars:
    """Bars by the names of steps; a step's `total` may be unknown."""

    def __init__(self, console: Console, names: dict[str, str], total: int | None = None) -> None:
        self._names = names
        self._total = total
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if kind is None:
            for task in self._tasks.values():
                done = self._progress.tasks[self._progress.task_ids.index(task)].completed
                self._progress.update(task, total=done)
        self._progress.stop()

    def advance(self, step: str, more: int) -> None:
        """`more` rows of `step` are done."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(self._names.get(step, step), total=self._total)
        self._progress.update(self._tasks[step], advance=more)

    def reach(self, step: str, done: int, total: int) -> None:
        """`done` of `total` of `step` are done."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(self._names.get(step, step), total=total)
        self._progress.update(self._tasks[step], completed=done)


@contextmanager
def timed(console: Console, what: str) -> Generator[None]:
    """A phase of a start: what it was and how long it took, once it is over."""
    began = time.monotonic()
    yield
    console.print(f"[green]✓[/] {what} [dim]{time.monotonic() - began:.1f} s[/]", highlight=False)
