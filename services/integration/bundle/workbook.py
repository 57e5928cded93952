"""The sheets of an .xlsx workbook, by name, and the text of their cells."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import load_workbook  # pyright: ignore[reportUnknownVariableType] - PathLike without argument

from graph.model.instants import SHANGHAI

SheetCell = int | float | str | bool | time | date | datetime | timedelta


def open_workbook(path: Path) -> dict[str, Callable[[], Iterator[list[SheetCell]]]]:
    """For each sheet that is not empty, in order, the rows from its first one. Raises CalamineError."""
    workbook = load_workbook(str(path))

    def rows_of(name: str) -> Iterator[list[SheetCell]]:
        return iter(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))

    return {name: lambda name=name: rows_of(name) for name in workbook.sheet_names}


def text_of_cell(cell: SheetCell) -> str:
    """What the cell would be in a CSV file. A sheet's clock times have no offset: they are taken as Shanghai's."""
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return cell.replace(tzinfo=SHANGHAI).isoformat()
        case _:
            return str(cell)
