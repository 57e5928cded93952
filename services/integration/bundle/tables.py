"""Reads the tables of a bundle into the staging, cell by cell, and says what is wrong with cells and rows."""

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from itertools import islice

from services.integration.bundle.columns import FILE, File
from services.integration.bundle.faults import CellError, Fault
from services.integration.bundle.reading import Rows, Table, TableError
from services.integration.bundle.staging import Row, Staging
from services.integration.bundle.values import Value, parser, split, text_of

_BATCH = 5_000
_ENDS = {"validTo": "validFrom", "endsOn": "startsOn", "end": "start"}
"""Column → the one that it may not lie before."""

Progress = Callable[[str, int], None]
"""Told (what is being done, how many rows or records more are done)."""


def stage(table: Table, staging: Staging, source: str, progress: Progress) -> Iterator[Fault]:
    """Put the rows of the table into the staging and yield what is wrong with them; a faulty cell counts as empty."""
    file = FILE[table.name]
    rows = table.rows()
    try:
        _, header = next(rows, (0, None))
        if header is None:
            yield Fault(table.name, None, None, None, f"is empty; its first row names the columns: {_names(file)}")
            return
        header = [name.strip() for name in header]
        header_faults = list(_header_faults(file, header))
        yield from header_faults
        reader = _RowReader(file, header, source)
        broken: TableError | None = None
        while broken is None:
            some, broken = _some(rows)
            if not some:
                break
            batch: list[Row] | None = reader.columns(some)
            if batch is None:
                batch = []
                for number, cells in some:
                    row, faults = reader.read(number, cells)
                    yield from faults or ()
                    batch.append(row)
            staging.add(file, batch)
            progress("read", len(batch))
        if broken is not None:
            raise broken
    except TableError as error:
        yield Fault(table.name, error.row, None, None, error.message)


def _some(rows: Rows) -> tuple[list[tuple[int, list[str]]], TableError | None]:
    """The next rows, and why the one after them can't be read, if it can't."""
    found: list[tuple[int, list[str]]] = []
    try:
        for row in islice(rows, _BATCH):
            found.append(row)  # noqa: PERF402 - those before it are kept
    except TableError as error:
        return found, error
    return found, None


class _RowReader:
    """From the cells of a row to its values, in the declared order of columns."""

    def __init__(self, file: File, header: list[str], source: str) -> None:
        self._file = file
        self._width = len(header)
        places = {name: place for place, name in reversed(list(enumerate(header)))}
        self._cells = [
            (place, position, parser(column, source), column.name)
            for position, column in enumerate(file.columns, start=1)
            if (place := places.get(column.name)) is not None
        ]
        self._required = [
            (position, column.name)
            for position, column in enumerate(file.columns, start=1)
            if column.required and column.name in places
        ]
        self._defaults = [column.default for column in file.columns]
        names = ["", *file.by_name]
        self._ordered = [
            (names.index(start), names.index(end)) for end, start in _ENDS.items() if {start, end} <= set(names)
        ]
        self._places = (names.index("site"), names.index("area")) if file.name == "problems" else None
        self._number = names.index("number") if file.name == "problems" else None
        self._source = source

    def columns(self, rows: list[tuple[int, list[str]]]) -> list[Row] | None:
        """The rows, read by column: each text of a column once. None where `read` has something to say of them."""
        numbers, cells = zip(*rows, strict=True)
        if any(len(row) != self._width for row in cells):
            return None
        texts = list(zip(*cells, strict=True))
        values: list[Sequence[Value | None]] = [numbers, *([default] * len(rows) for default in self._defaults)]
        try:
            for place, position, parse, _ in self._cells:
                default = self._defaults[position - 1]
                known = {text: parse(said) if (said := text.strip()) else default for text in set(texts[place])}
                values[position] = [known[text] for text in texts[place]]
        except CellError:
            return None
        if any(None in values[position] for position, _ in self._required):
            return None
        for start, end in self._ordered:
            for first, last in zip(values[start], values[end], strict=True):
                if first is not None and last is not None and last < first:  # pyright: ignore[reportOperatorIssue] - of one type
                    return None
        if self._places is not None:
            site, area = self._places
            if (None, None) in zip(values[site], values[area], strict=True):
                return None
        if self._number is not None:
            values[self._number] = [
                split(str(id_), self._source)[1] if number is None and id_ is not None else number
                for number, id_ in zip(values[self._number], values[1], strict=True)
            ]
        return list(zip(*values, strict=True))

    def read(self, number: int, cells: list[str]) -> tuple[Row, list[Fault] | None]:
        """The row, and its faults, if any."""
        values: list[Value | None] = [number, *self._defaults]
        faults: list[Fault] | None = None
        if len(cells) != self._width:
            if len(cells) > self._width and any(cell.strip() for cell in cells[self._width :]):
                message = f"has {len(cells)} cells, the header {self._width}; quote cells that hold a comma"
                faults = [Fault(self._file.name, number, None, None, message)]
            elif len(cells) < self._width:
                cells = [*cells, *[""] * (self._width - len(cells))]
        bad: set[int] = set()
        for place, position, parse, name in self._cells:
            text = cells[place].strip()
            if text:
                try:
                    values[position] = parse(text)
                except CellError as error:
                    bad.add(position)
                    faults = [*(faults or ()), Fault(self._file.name, number, name, text, str(error))]
        for position, name in self._required:
            if values[position] is None and position not in bad:
                faults = [*(faults or ()), Fault(self._file.name, number, name, None, "is empty, and is required")]
        if self._ordered:
            for start, end in self._ordered:
                first, last = values[start], values[end]
                if first is not None and last is not None and last < first:  # pyright: ignore[reportOperatorIssue] - of one type
                    faults = [*(faults or ()), self._reversed(number, start, end, values)]
                    values[end] = first
        if self._places is not None and all(values[place] is None and place not in bad for place in self._places):
            message = "has neither site nor area; give one of them"
            faults = [*(faults or ()), Fault(self._file.name, number, "site", None, message)]
        if self._number is not None and values[self._number] is None and values[1] is not None:
            values[self._number] = split(str(values[1]), self._source)[1]  # called as its own system calls it
        return values, faults

    def _reversed(self, number: int, start: int, end: int, values: list[Value | None]) -> Fault:
        first, last = self._file.columns[start - 1], self._file.columns[end - 1]
        shown = text_of(last, values[end] or 0)
        message = f"lies before {first.name} {text_of(first, values[start] or 0)}; the end may not be before the start"
        return Fault(self._file.name, number, last.name, shown, message)


def _names(file: File) -> str:
    return ", ".join(file.by_name)


def _header_faults(file: File, header: list[str]) -> Iterator[Fault]:
    if len(header) == 1 and any(separator in header[0] for separator in ";\t"):
        yield Fault(file.name, 1, None, header[0], "the columns must be separated by commas")
        return
    for name in header:
        if name not in file.by_name:
            near = get_close_matches(name, file.by_name, n=1)
            meant = f"did you mean {near[0]}? " if near else ""
            yield Fault(file.name, 1, name, None, f"unknown column: {meant}{file.name} has {_names(file)}")
    for name in {name for name in header if header.count(name) > 1}:
        yield Fault(file.name, 1, name, None, "this column is there more than once; keep one")
    for column in file.columns:
        if column.required and column.name not in header:
            yield Fault(file.name, 1, column.name, None, "this column is missing, and is required")
