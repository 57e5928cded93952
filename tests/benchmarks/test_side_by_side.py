"""`make bench` works, and all systems give the same answers: how fast they are is no test's business."""

import asyncio
from pathlib import Path

from tests.benchmarks.side_by_side.run import measured
from tests.benchmarks.side_by_side.writing import chart, told
from tests.database import DatabaseConnection

PROBLEMS = 160
SUBJECTS = 4


def test_systems_side_by_side_answer_alike(clean_database: DatabaseConnection, tmp_path: Path) -> None:
    figures = asyncio.run(measured(clean_database, tmp_path, PROBLEMS, SUBJECTS, anew=True, install=False))
    assert {m.question for m in figures.measured} >= {"trace", "worklist", "chain", "overview", "report a problem"}
    assert all(m.seconds for m in figures.measured)
    text = told(figures)
    assert "nan" not in text
    for reason in figures.left_out:  # there may be no Node, or its packages were never fetched
        assert reason in text
    assert chart(figures).count("<rect") > len(figures.measured) / 2
