"""Two processes share the tests file by file, from both ends."""

from types import SimpleNamespace
from typing import Any, cast

from tests.two_ends import FromBothEnds

CONFIG = SimpleNamespace(option=SimpleNamespace(loadscopereorder=False), getvalue={"tx": ["2*popen"]}.get)
FILES = ["a.py", "b.py", "c.py", "d.py", "e.py"]


class Process:
    """Of a process of pytest-xdist what its scheduler asks for."""

    shutting_down = False

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.given: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_files_are_dealt_out_whole_from_both_ends_until_they_meet() -> None:
    tests = [f"{file}::test_{number}" for file in FILES for number in range(5)]
    front, back = Process("front"), Process("back")
    scheduler: Any = FromBothEnds(cast("Any", CONFIG))
    for process in (front, back):
        scheduler.add_node(process)
        scheduler.add_node_collection(process, tests)
    scheduler.schedule()
    done = {front: 0, back: 0}
    for process in (front, back, back, back, front) * len(tests):  # the second is three times as fast
        if done[process] < len(process.given):
            scheduler.mark_test_complete(process, process.given[done[process]])
            done[process] += 1
    had = {process: list(dict.fromkeys(tests[index].split("::")[0] for index in process.given)) for process in done}
    assert had == {front: ["a.py", "b.py"], back: ["e.py", "d.py", "c.py"]}
    assert sorted(front.given + back.given) == list(range(len(tests)))
    assert scheduler.tests_finished
