"""Writes a bundle folder row by row, whatever its size."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from services.integration.bundle.columns import FILES

Value = str | int | float
Row = tuple[Value, ...]
"""Values in the order of the file's columns as bundle.md gives them; what is left off at the end is empty."""

COLUMNS = {file.name: tuple(column.name for column in file.columns) for file in FILES}


class BundleFolder:
    """A bundle being written. Files come into being with their first row; `datapackage.json` comes last.

    A folder without `datapackage.json` is therefore one whose writing did not end.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts: Counter[str] = Counter()
        self._files: dict[str, TextIO] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "datapackage.json").unlink(missing_ok=True)
        for name in COLUMNS:
            (self.folder / f"{name}.csv").unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def write(self, name: str, rows: Iterable[Row]) -> None:
        """Appends rows to `name`.csv."""
        file = self._files.get(name) or self._begun(name)
        width = len(COLUMNS[name])
        filled = [row if len(row) == width else row + ("",) * (width - len(row)) for row in rows]
        csv.writer(file, lineterminator="\n").writerows(filled)
        self.counts[name] += len(filled)

    def describe(self, description: dict[str, object]) -> None:
        """Writes `datapackage.json` (Frictionless Data Package) for the files there are."""
        resources = [
            {
                "name": name,
                "type": "table",
                "path": f"{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": [{"name": column, "type": "any"} for column in COLUMNS[name]]},
            }
            for name in COLUMNS
            if name in self._files
        ]
        profile = {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}
        text = json.dumps(profile | description | {"resources": resources}, ensure_ascii=False, indent=2)
        (self.folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")

    def _begun(self, name: str) -> TextIO:
        file = self._open.enter_context((self.folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))
        csv.writer(file, lineterminator="\n").writerow(COLUMNS[name])
        self._files[name] = file
        return file
