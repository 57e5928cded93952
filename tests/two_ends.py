"""Which process runs which tests, when two share them: file by file, each from its own end."""

from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling  # pyright: ignore[reportMissingTypeStubs] it has none

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController  # pyright: ignore[reportMissingTypeStubs]


class FromBothEnds(LoadFileScheduling):
    """The first process takes files from the front, any other from the back, until they meet.

    A file stays whole: what its tests share is built once, and a process knows the statements of what it had before.
    """

    def _assign_work_unit(self, node: "WorkerController") -> None:
        if node is not self.nodes[0]:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)
