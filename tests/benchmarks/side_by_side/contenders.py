"""Who answers a question, each in its own way; their answers are compared before anything is measured."""

from collections.abc import Sequence
from typing import Any, cast

from tests.benchmarks.side_by_side import chain
from tests.benchmarks.side_by_side.measuring import Contender
from tests.benchmarks.side_by_side.questions import Question, Subject, answer_of, now, statements
from tests.benchmarks.side_by_side.systems import System


async def compare(question: Question, contenders: Sequence[Contender], about: Sequence[Subject]) -> None:
    """Raises AssertionError where two do not say the same."""
    said: list[tuple[str, list[Any]]] = []
    for one in contenders:
        answers = one.system.asker.ask([await one.put(subject) for subject in about], answers=True).answers
        pairs = zip(about, answers, strict=True)
        said.append((one.system.name, [await one.read(subject, answer) for subject, answer in pairs]))
    (first, expected), *others = said
    for name, found in others:
        for subject, one, other in zip(about, expected, found, strict=True):
            if one != other:
                where, this, that = _difference(one, other)
                raise AssertionError(
                    f"{question.name} of {subject['id']}, {where}: {first} says {this!r}, {name} says {that!r}"
                )


def _difference(one: Any, other: Any, where: str = "answer") -> tuple[str, Any, Any]:
    """The first place at which two answers are not the same."""
    parts = zip(_parts(one), _parts(other), strict=False)
    for (key, this), (_, that) in parts:
        if this != that:
            return _difference(this, that, f"{where}.{key}")
    return where, one, other


def _parts(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return sorted(cast("dict[str, Any]", value).items())
    return list(enumerate(cast("list[Any]", value))) if isinstance(value, list) else []


def by_statements(driver: System, question: Question) -> Contender:
    """The driver sends what zeren would send; what zeren would make of its rows is compared."""

    async def put(subject: Subject) -> Any:
        return await statements(question, subject, now())

    async def read(subject: Subject, answer: Any) -> Any:
        return question.read(await answer_of(question, subject, [_native(rows) for rows in answer], now()))

    return Contender(driver, put, read)


def by_document(system: System, question: Question) -> Contender:
    """A system that answers GraphQL."""

    async def put(subject: Subject) -> str:
        return question.body(subject)

    async def read(_: Subject, answer: Any) -> Any:
        return question.read(answer)

    return Contender(system, put, read)


def by_hand(driver: System) -> Contender:
    """The driver sends the chain's statement that was written by hand."""

    async def put(subject: Subject) -> Any:
        return [chain.statement(subject["id"], now())]

    async def read(_: Subject, answer: Any) -> Any:
        return chain.flat(answer[0][0]["chain"])

    return Contender(driver, put, read)


def _native(value: Any) -> Any:
    """The driver's own instants as Python's."""
    if isinstance(value, list):
        return [_native(part) for part in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _native(part) for key, part in cast("dict[str, Any]", value).items()}
    return value.to_native() if hasattr(value, "to_native") else value
