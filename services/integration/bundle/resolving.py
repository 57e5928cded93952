"""What references lead to: rows of the bundle first, then records that are there already."""

from collections.abc import Callable, Iterable

from graph.model.identity import record_id
from services.integration.bundle.columns import ASSUMED, FILE
from services.integration.bundle.known import Known
from services.integration.bundle.staging import Staging
from services.integration.bundle.values import split

_KEPT = 500_000


class _Ids(dict[str, str]):
    """Record ids by reference, each worked out when it is first asked for."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._source = source

    def __missing__(self, reference: str) -> str:
        if len(self) > _KEPT:
            self.clear()
        id_ = self[reference] = record_id(*split(reference, self._source))
        return id_


class Resolver:
    """Labels and record ids of references, looked up in batches and kept while they fit."""

    record: Callable[[str], str]
    """The record id of a reference."""

    def __init__(self, staging: Staging, known: Known, source: str) -> None:
        self._staging = staging
        self._known = known
        self.source = source
        self._labels: dict[str, str | None] = {}
        self.record = _Ids(source).__getitem__

    def load(self, references: Iterable[str]) -> None:
        """Look up those that are not known yet; all of them are known then, whatever is forgotten for want of room."""
        if len(self._labels) > _KEPT:
            self._labels.clear()
        missing = {reference for reference in references if reference not in self._labels}
        if not missing:
            return
        found: dict[str, str] = {id_: FILE[file].label for id_, (file, _) in self._staging.files_of(missing).items()}
        rest = {self.record(reference): reference for reference in missing if reference not in found}
        if rest:
            for id_, standing in self._known.standing(rest.keys()).items():
                if not standing.pending:
                    found[rest[id_]] = standing.label
        self._labels.update((reference, found.get(reference)) for reference in missing)

    def label(self, reference: str) -> str | None:
        """The label of the record that it leads to; None for none. It must have been loaded in the same batch."""
        return self._labels.get(reference)

    def clause(self, basis: str | None) -> str | None:
        """The reference to the clause that a basis names; None for a document, ASSUMED or nothing."""
        if basis is None or basis == ASSUMED or len(basis) > 200 or self._labels.get(basis) != "Clause":
            return None
        return basis
