"""Plain values → rows keyed as the response is, for what does not come out of a compiled statement."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from graph.compile.selection import Selected


def row(selection: tuple[Selected, ...], value: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `value`, by their names in the schema, under the keys that were asked for."""
    return {part.key: _shown(part, value[part.name]) for part in selection if part.name != "__typename"}


def _shown(part: Selected, value: Any) -> Any:
    if not part.children or value is None:
        return value
    if isinstance(value, Mapping):
        return row(part.only(), cast("Mapping[str, Any]", value))
    return [row(part.only(), item) for item in cast("Sequence[Mapping[str, Any]]", value)]
