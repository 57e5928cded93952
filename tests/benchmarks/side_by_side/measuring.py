"""Interleaved measuring: each system takes its turn in each round, about subjects that are asked about once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Self

from tests.benchmarks.side_by_side.asking import Taken
from tests.benchmarks.side_by_side.questions import Question, Subject
from tests.benchmarks.side_by_side.systems import System

ROUNDS = 5

Put = Callable[[Subject], Awaitable[Any]]
"""How a system is asked about a subject."""
Read = Callable[[Subject, Any], Awaitable[Any]]


@dataclass
class Measured:
    """What one system took to answer one question, asked by so many clients."""

    question: str
    system: str
    clients: int
    seconds: list[float] = field(default_factory=list[float])
    clock: float = 0.0
    processor: dict[str, float] = field(default_factory=dict[str, float])
    """Seconds of processor time by kind of process, as `Taken` has them."""

    def take(self, taken: Taken) -> Self:
        self.seconds += taken.seconds
        self.clock += taken.clock
        for kind, seconds in taken.processor.items():
            self.processor[kind] = self.processor.get(kind, 0.0) + seconds
        return self

    @property
    def p50(self) -> float:
        """In milliseconds."""
        return median(self.seconds) * 1e3

    @property
    def p99(self) -> float:
        """In milliseconds."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100] * 1e3

    @property
    def rate(self) -> float:
        """Requests in a second."""
        return len(self.seconds) / self.clock


@dataclass(frozen=True)
class Contender:
    """A system that can answer a question. `read`: its answer about a subject, in the form in which all can say it."""

    system: System
    put: Put
    read: Read


async def measure(
    question: Question, contenders: Sequence[Contender], subjects: Sequence[Subject], clients: Sequence[int]
) -> list[Measured]:
    """Every contender is asked about as many of the subjects, none about one that another was asked about."""
    share = len(subjects) // (len(contenders) * len(clients))
    if not share:
        raise ValueError(f"{len(subjects)} subjects are too few for {len(contenders)} systems")
    step = -(-share // ROUNDS)
    left = iter(subjects)
    measured: list[Measured] = []
    for number in clients:
        cells = [Measured(question.name, one.system.name, number) for one in contenders]
        asked = [[await one.put(next(left)) for _ in range(share)] for one in contenders]
        for turn, start in enumerate(range(0, share, step)):
            for place in range(len(contenders)):
                at = (place + turn) % len(contenders)
                cells[at].take(contenders[at].system.ask(asked[at][start : start + step], number))
        measured += cells
    return measured
