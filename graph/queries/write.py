"""Writes have owners: a node's label is written only by the commands of the room that owns it."""

from dataclasses import dataclass

ROOMS = ("organization", "campaign", "oversight", "accountability", "integration")

WRITES: dict[str, "Write"] = {}


@dataclass(frozen=True)
class Write:
    """A named statement that writes, with the room that owns what it writes. Registers itself."""

    name: str
    owner: str
    cypher: str

    def __post_init__(self) -> None:
        if self.owner not in ROOMS:
            raise ValueError(f"{self.name}: {self.owner} is no room")
        if self.name in WRITES:
            raise ValueError(f"{self.name}: there is another statement of that name")
        WRITES[self.name] = self
