"""The contract in files: the subgraph of each room, and the API as it was last released.

Run as a module it says that the API as it is now is released.
"""

from pathlib import Path

from graphql import build_schema, find_breaking_changes

import schema as contract
from gateway.schema import ROOMS, schema

RELEASED = "released.graphql"
"""What clients may rely on: nothing in it is ever taken away."""


def write_sdl(folder: Path) -> list[Path]:
    """Writes `<room>.graphql` of each room into `folder`, made if need be; the files' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / f"{room}.graphql", sdl(room)) for room in ROOMS]


def write_released(folder: Path) -> Path:
    """Writes the whole API as what is released now; done at each release and at no other time."""
    return _write(folder / RELEASED, api())


def sdl(room: str) -> str:
    """The subgraph of a room, the same text for the same code."""
    return f"{ROOMS[room].as_str()}\n"


def api() -> str:
    """What clients see: all rooms' fields in one schema."""
    return f"{schema.as_str()}\n"


def breaks(released: str, now: str) -> list[str]:
    """What a client of `released` would miss in `now`, a sentence for each; both are SDL."""
    # Federation's directives are imported by a link, so neither text declares them.
    old, new = (build_schema(text, assume_valid_sdl=True) for text in (released, now))
    return sorted(change.description for change in find_breaking_changes(old, new))


def _write(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8", newline="\n")
    return file


if __name__ == "__main__":
    write_released(Path(contract.__file__).parent / "sdl")
