"""Reads of the integration room."""

from collections.abc import Mapping
from typing import Any

import strawberry

from graph.compile.cursor import page_size
from graph.queries import import_history
from schema.rows import row
from services.hosting.context import Context
from services.hosting.reading import answer, selection_of


async def imports(info: strawberry.Info[Context, None], first: int | None = 20, after: str | None = None) -> Any:
    """The bundles that were taken in, the newest first. 导入记录"""
    found = await answer(info, lambda _selected, moment, _viewer: import_history.page(first, after, moment))
    return row(selection_of(info).only(), _connection(found["data"], page_size(first), after))


def _connection(data: Mapping[str, Any], size: int, after: str | None) -> dict[str, Any]:
    shown = data["rows"][:size]
    return {
        "edges": [{"cursor": entry["cursor"], "node": _import(entry)} for entry in shown],
        "pageInfo": {
            "hasNextPage": len(data["rows"]) > size,
            "hasPreviousPage": after is not None,
            "startCursor": shown[0]["cursor"] if shown else None,
            "endCursor": shown[-1]["cursor"] if shown else None,
        },
        "totalCount": data["total"],
    }


def _import(entry: Mapping[str, Any]) -> dict[str, Any]:
    counts = [{"file": file, "rows": rows} for file, rows in sorted(entry["counts"])]
    return {**entry, "counts": counts}
