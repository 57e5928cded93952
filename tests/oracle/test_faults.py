"""Each fault planted in the statement is caught by the seeded counties: the oracle run can see."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from graph.compile.tree import Statement
from graph.queries import trace as walk
from tests.oracle.comparing import UnansweredError
from tests.oracle.conftest import Bench
from tests.oracle.counties import chosen, made_of
from tests.oracle.faults import FAULTS
from tests.oracle.loading import load
from tests.oracle.records import County
from tests.oracle.test_oracle import COUNTIES, SEED, first_difference
from tests.world import rid


@pytest.fixture(scope="module")
def counties(bench: Bench) -> list[County]:
    made = [made_of(made, f"f{n}-", rid) for n, made in enumerate(chosen(SEED, max(COUNTIES, 100)))]
    bench.run(load(bench.database, made))
    return made


def planted(fault: str, statement: Callable[..., Statement]) -> Callable[..., Statement]:
    right, wrong = FAULTS[fault]

    def faulty(*args: Any) -> Statement:
        made = statement(*args)
        assert right in made.cypher, f"the statement no longer says {right!r}: plant the fault anew"
        return Statement(made.cypher.replace(right, wrong), made.parameters)

    return faulty


def test_without_a_fault_nothing_differs(bench: Bench, counties: list[County]) -> None:
    assert first_difference(bench, counties[:5]) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_caught(
    bench: Bench, counties: list[County], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "trace", planted(fault, walk.trace))
    with suppress(UnansweredError):  # rules that stumble over what the statement brings show the fault as well
        assert first_difference(bench, counties) is not None
