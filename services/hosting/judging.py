"""What rules work out stands in the rows when they leave: who answers first for a problem.

The rules are accountability's, and rooms stand on their hosting; so the room that declares the field says who judges.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from graph.compile.roots import Moment, Viewer, responsible_for
from graph.compile.selection import Selected
from graph.compile.tree import SHAPE, Statement
from graph.queries.responsible import key_of
from graph.session import Database

Row = dict[str, Any]
Judge = Callable[[Row, Any], Mapping[str, tuple[str, str]]]
"""What a statement brought beside its rows, and the instant → of each problem's id the post and its holder."""

_judges: list[Judge] = []


def judged_by(judge: Judge) -> None:
    """Said once, where the field is declared."""
    _judges[:] = [judge]


async def read(database: Database, statement: Statement, moment: Moment, viewer: Viewer) -> list[Row]:
    """The rows of a statement that reads, with nothing left to be worked out.

    Where the statement could not bring what lies near the problems that its rows hold, another does.
    """
    rows = await database.read(statement.cypher, statement.parameters)
    if not statement.judged or not rows:
        return rows
    if "beside" in rows[0]:
        for row in rows:
            _fill(list(_places(row["data"])), row, statement.judged)
        return rows
    places = list(_places(rows))
    if places:
        problems = list(dict.fromkeys(value["problem"] for _, _, value in places))
        known = Moment(moment.now, moment.as_of, rows[0].get("k", moment.known_at))
        more = responsible_for(problems, statement.judged, known, viewer)
        (found,) = await database.read(more.cypher, more.parameters)
        _fill(places, found, statement.judged)
    return rows


def _places(value: Any) -> Iterator[tuple[Row, str, Row]]:
    """Where something is to be worked out: the map that it is in, its key, and what stands there."""
    ahead: list[Any] = [value]
    while ahead:  # no call for each of a page's values, most of which hold nothing
        held = ahead.pop()
        if isinstance(held, list):
            ahead += (part for part in cast("list[Any]", held) if isinstance(part, dict | list))
        elif isinstance(held, dict):
            for key, part in cast("Row", held).items():
                if isinstance(part, dict) and SHAPE in part:
                    yield cast("Row", held), key, cast("Row", part)
                elif isinstance(part, dict | list):
                    ahead.append(part)


def _fill(places: Sequence[tuple[Row, str, Row]], row: Row, shapes: Sequence[Selected]) -> None:
    if not places:
        return
    (judge,) = _judges
    beside: Row = row["beside"]
    found = judge(beside, row["t"])
    posts = {row["id"]: row["shown"] for row in beside["posts"]}
    persons = {row["id"]: row["shown"] for row in beside["persons"]}
    for parent, key, value in places:
        who, shape = found.get(value["problem"]), int(value[SHAPE])
        parent[key] = who and _shaped(shapes[shape], shape, {"post": posts[who[0]], "holder": persons[who[1]]})


def _shaped(selected: Selected, shape: int, shown: Mapping[str, Row]) -> Row:
    return {
        part.key: {field.key: shown[part.name][key_of(shape, field)] for field in part.only()}
        if part.name in shown
        else "Responsible"
        for part in selected.only()
    }
