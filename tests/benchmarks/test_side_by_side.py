"""`make bench` works, and all systems give the same answers: how fast they are is no test's business."""

import asyncio
from pathlib import Path

from graph import local
from tests.benchmarks.side_by_side.run import measured
from tests.benchmarks.side_by_side.writing import chart, keep, kept, summary, told
from tests.database import DatabaseConnection

PROBLEMS = 160
SUBJECTS = 4


def test_systems_side_by_side_answer_alike(tmp_path: Path) -> None:
    with local.running(tmp_path / "engine", memory=local.Memory()) as engine:
        connection = DatabaseConnection(engine.uri, engine.user, engine.password)
        figures = asyncio.run(measured(connection, tmp_path, PROBLEMS, SUBJECTS, anew=True, install=False))
    assert {m.question for m in figures.measured} >= {
        "trace",
        "worklist",
        "chain",
        "overview, counts alone",
        "completion of 20,000 leaves",
        "report a problem",
    }
    assert all(m.seconds for m in figures.measured)
    text = told(figures)
    assert "nan" not in text
    for reason in figures.left_out:  # there may be no Node, or its packages were never fetched
        assert reason in text
    assert chart(figures).count("<rect") > len(figures.measured) / 2
    keep([figures], tmp_path / "kept.json")
    assert kept(tmp_path / "kept.json") == [figures]
    assert "| trace, p50 at 1 client grows to | ≤ 1.3 × | 1.00 × | 1.00 × |" in list(summary([figures, figures]))
