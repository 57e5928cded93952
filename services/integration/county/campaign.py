"""What the county takes from the campaign's bundle: the bodies that the speech names, and its tasks."""

import csv
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "campaign" / "bundle"
SOURCE = "speech"


class UnknownBodyError(LookupError):
    """The campaign's bundle lacks a body that the county is built around."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task with the organizations that it names itself, as references (`speech:ID`)."""

    id: str
    line_of_work: str
    title: str
    parent: str
    organizations: tuple[str, ...]


@dataclass(frozen=True)
class Campaign:
    """`names`: reference → name of each body; `tasks` in the order of the file."""

    names: dict[str, str]
    tasks: tuple[Task, ...]

    def body(self, key: str) -> str:
        """The reference of the body `org-KEY`. Raises UnknownBodyError."""
        reference = f"{SOURCE}:org-{key}"
        if reference not in self.names:
            known = ", ".join(sorted(self.names))
            raise UnknownBodyError(f"the campaign's organizations.csv has no org-{key}; it has: {known}")
        return reference

    def tasks_of(self, line_of_work: str) -> tuple[str, ...]:
        """References of the line's tasks, root first; empty for an unknown line."""
        found = [task for task in self.tasks if task.line_of_work == line_of_work]
        return tuple(task.id for task in sorted(found, key=lambda task: bool(task.parent)))


def read(folder: Path = SHIPPED) -> Campaign:
    """Reads organizations.csv, tasks.csv and links.csv of the campaign's bundle in `folder`."""
    names = {_reference(row["id"]): row["name"] for row in _rows(folder, "organizations")}
    linked: dict[str, list[str]] = {}
    for row in _rows(folder, "links"):
        if row["kind"] in {"LEADS", "ASSISTS", "ANSWERS_FOR"}:
            linked.setdefault(row["to"], []).append(_reference(row["from"]))
    tasks: list[Task] = []
    for row in _rows(folder, "tasks"):
        cells = (row.get(column) or "" for column in ("lead", "assisting", "responsible"))
        named = [_reference(item) for cell in cells for item in cell.split(";") if item]
        organizations = tuple(dict.fromkeys(named + linked.get(row["id"], [])))
        parent = _reference(row["parent"]) if row.get("parent") else ""
        tasks.append(Task(_reference(row["id"]), row["lineOfWork"], row["title"], parent, organizations))
    return Campaign(names, tuple(tasks))


def _reference(identifier: str) -> str:
    return identifier if ":" in identifier else f"{SOURCE}:{identifier}"


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
