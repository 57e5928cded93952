"""Documents that were found valid once are neither parsed nor validated again: clients send a few, over and over."""

from collections import OrderedDict
from collections.abc import Iterator

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension


class ValidDocuments:
    """Of one schema, by their text; those sent last, up to `characters` of text. What is refused is not kept."""

    def __init__(self, characters: int = 500_000) -> None:
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()
        self._left = characters

    def find(self, text: str) -> DocumentNode | None:
        document = self._documents.get(text)
        if document is not None:
            self._documents.move_to_end(text)
        return document

    def keep(self, text: str, document: DocumentNode) -> None:
        if text in self._documents:
            return
        self._documents[text] = document
        self._left -= len(text)
        while self._left < 0:
            oldest, _ = self._documents.popitem(last=False)
            self._left += len(oldest)


class ReuseDocuments(SchemaExtension):
    """Stands before all that looks at a document; a document that it knows has passed them."""

    _known = False

    def __init__(self, documents: ValidDocuments) -> None:
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        if execution.query and (document := self._documents.find(execution.query)):
            execution.graphql_document = document
            self._known = True
        yield

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        if self._known:
            execution.pre_execution_errors = []
        yield
        if not self._known and not execution.pre_execution_errors and execution.query and execution.graphql_document:
            self._documents.keep(execution.query, execution.graphql_document)
