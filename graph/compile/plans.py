"""Statements that were compiled once are bound anew: one for each selection, by what else decides their text."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from graph.compile.selection import Selected


@dataclass(frozen=True)
class Plan:
    """A statement without the values that each request has its own of.

    `constants` are parameters that hang on the selection alone; `given` says which value each other parameter takes.
    """

    cypher: str
    constants: Mapping[str, object]
    given: Mapping[str, str]
    judged: tuple[Selected, ...] = ()

    def bound(self, values: Mapping[str, object]) -> dict[str, object]:
        return {**self.constants, **{name: values[value] for name, value in self.given.items()}}


class Plans:
    """Those used last. A selection is told by the identity of what is below it, which `schema.selection` keeps."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        # What a plan is of is held with it, so that nothing else can take its id.
        self._made: OrderedDict[tuple[int, Hashable], tuple[object, Plan]] = OrderedDict()

    def of(self, children: object, shape: Hashable, make: Callable[[], Plan]) -> Plan:
        key = id(children), shape
        found = self._made.get(key)
        if found is None:
            found = children, make()
            self._made[key] = found
            if len(self._made) > self._most:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        return found[1]

    def forget(self) -> None:
        self._made.clear()


PLANS = Plans()
