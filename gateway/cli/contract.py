"""`zeren schema export`: the contract as files."""

from pathlib import Path

import schema as contract
from gateway.schema import ROOMS, schema

SDL = Path(contract.__file__).parent / "sdl"


def sdl() -> dict[str, str]:
    """File name → text: each room's subgraph as a router asks for it, and the schema of one process."""
    return {f"{name}.graphql": made.as_str().rstrip() + "\n" for name, made in {**ROOMS, "gateway": schema}.items()}


def export(folder: Path | None) -> list[Path]:
    """Write them; returns their paths."""
    folder = folder or SDL
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, text in sdl().items():
        (folder / name).write_text(text, "utf-8")
        written.append(folder / name)
    return written
