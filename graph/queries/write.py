"""Writes have owners: a node's label is written only by the commands of the room that owns it."""

import re
from dataclasses import dataclass

ROOMS = ("organization", "campaign", "oversight", "accountability", "integration")

WRITES: dict[str, "Write"] = {}

DONE = """
    CALL (e) { MATCH (x:Record {id: $person}) CREATE (e)-[:DONE_BY]->(x) }
    CALL (e) { MATCH (x:Record {id: $post}) CREATE (e)-[:DONE_AS]->(x) }
"""
"""Who did what the event `e` says, and in which post."""


def linked(node: str) -> str:
    """The node's relationships to others: $links has {type, to} of each."""
    return f"""
    CALL ({node}) {{
      UNWIND $links AS link
      MATCH (x:Record {{id: link.to}})
      CREATE ({node})-[:$(link.type)]->(x)
    }}
"""


def of_each(one: str, names: str, clauses: str) -> str:
    """Clauses for each of many, which `one` holds: these parameters (`a|b`) are its own."""
    return re.sub(rf"\$({names})\b", rf"{one}.\1", clauses).replace("CALL (", f"CALL ({one}, ")


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
