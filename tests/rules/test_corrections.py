"""What a correction makes of a fact, by table."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from graph.model.instants import OPEN
from services.organization.rules import Changes, Refused, Statement, changed, correct, end, fault_of, move, spoken


def day(number: int) -> datetime:
    return datetime(2024, 12, number, tzinfo=UTC)


OLD = Statement("clerk", day(5), day(20), "site", "SUPERVISOR", "ASSUMED")


@pytest.mark.parametrize(
    ("made", "code", "path"),
    [
        (fault_of(replace(OLD, until=day(4))), "BAD_INTERVAL", "until"),
        (end(OLD, day(4)), "BAD_INTERVAL", "until"),
        (end(OLD, day(21)), "BAD_INTERVAL", "until"),
        (end(OLD, day(20)), "NOTHING_TO_CHANGE", ""),
        (correct(OLD, Changes()), "NOTHING_TO_CHANGE", ""),
        (correct(OLD, Changes(word="SUPERVISOR", basis="ASSUMED")), "NOTHING_TO_CHANGE", ""),
        (correct(OLD, Changes(since=day(21))), "BAD_INTERVAL", "until"),
        (move(OLD, day(5), Changes(from_="deputy")), "BAD_INTERVAL", "since"),
        (move(OLD, day(20), Changes(from_="deputy")), "BAD_INTERVAL", "since"),
        (move(OLD, day(9), Changes(basis=None)), "NOTHING_TO_CHANGE", ""),
        (move(OLD, day(9), Changes(from_="deputy", until=day(8))), "BAD_INTERVAL", "until"),
    ],
)
def test_what_is_refused(made: Any, code: str, path: str) -> None:
    assert isinstance(made, Refused)
    assert (made.code, made.path) == (code, path)


def test_what_is_made() -> None:
    assert end(OLD, day(5)) == replace(OLD, until=day(5)), "it never held"
    assert correct(OLD, Changes(until=None)) == replace(OLD, until=OPEN)
    assert correct(OLD, Changes(basis=None, word="LEADER")) == replace(OLD, basis=None, word="LEADER")
    moved = move(OLD, day(9), Changes(from_="deputy", basis="doc"))
    assert moved == (replace(OLD, until=day(9)), replace(OLD, since=day(9), from_="deputy", basis="doc"))


@pytest.mark.parametrize(
    ("silent", "parts"),
    [
        ([], [(5, 20)]),
        ([(1, 3), (20, 25)], [(5, 20)]),
        ([(8, 10)], [(10, 20), (5, 8)]),
        ([(1, 8), (8, 10), (9, 12)], [(12, 20)]),
        ([(15, 30)], [(5, 15)]),
        ([(5, 20)], [(5, 5)]),
        ([(9, 9)], [(5, 20)]),
    ],
)
def test_a_column_is_replaced_where_it_was_not_silent(
    silent: list[tuple[int, int]], parts: list[tuple[int, int]]
) -> None:
    found = spoken(OLD, [(day(since), day(until)) for since, until in silent])
    assert [(one.since, one.until) for one in found] == [(day(since), day(until)) for since, until in parts]


@pytest.mark.parametrize(
    ("after", "intervals"),
    [
        ([replace(OLD, basis=None)], []),
        ([replace(OLD, until=day(9))], [(9, 20)]),
        ([replace(OLD, since=day(7), until=day(22))], [(5, 7), (20, 22)]),
        ([replace(OLD, word="LEADER")], [(5, 20)]),
        ([replace(OLD, until=day(5))], [(5, 20)]),
        ([replace(OLD, until=day(9)), replace(OLD, since=day(9), from_="deputy")], [(9, 20)]),
    ],
)
def test_when_it_makes_a_difference(after: list[Statement], intervals: list[tuple[int, int]]) -> None:
    assert changed([OLD], after) == [(day(since), day(until)) for since, until in intervals]
    assert changed(after, [OLD]) == [(day(since), day(until)) for since, until in intervals]
