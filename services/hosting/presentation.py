"""How an error looks to a client: what they can act on as it is, all else masked, each with a code to branch on."""

import logging
from collections.abc import Iterator

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import MaskErrors
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from graph.compile.errors import ReadError
from graph.session import DatabaseError

log = logging.getLogger(__name__)
# It would log every error a second time, with all that an exception's text may hold, and refusals as failures.
logging.getLogger("strawberry.execution").disabled = True

INTERNAL = "INTERNAL"
UNAVAILABLE = "UNAVAILABLE"
UNAVAILABLE_MESSAGE = "The database does not answer now. Nothing was changed; send the same request again in a moment."


def code_of(error: GraphQLError) -> str:
    """The `extensions.code` of an error that has been presented."""
    return str((error.extensions or {}).get("code", INTERNAL))


class PresentErrors(MaskErrors):
    """Gives every error its code, and hides those that nobody meant to show.

    An error is meant to be shown if it was raised as GraphQLError (with or without a code), as ReadError, or stems from
    the document or its variables. Any other is logged whole under the correlation id that the client is told.
    """

    _executing = False

    def on_operation(self) -> Iterator[None]:
        try:
            yield from super().on_operation()
        except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError):
            raise  # the router's to answer
        except Exception as error:
            where = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
            raise self.present(where) from error

    def on_execute(self) -> Iterator[None]:
        self._executing = True
        yield

    def _process_errors(self, errors: list[GraphQLError]) -> list[GraphQLError]:
        return [self.present(error) for error in errors]

    def present(self, error: GraphQLError) -> GraphQLError:
        cause = _cause(error)
        match cause:
            case ReadError():
                return _shown(error, cause.message, cause.code.value)
            case DatabaseError():
                log.error("the database can't be used", exc_info=cause, extra={"correlation": self._correlation})
                return _shown(error, UNAVAILABLE_MESSAGE, UNAVAILABLE)
            case GraphQLSyntaxError():
                return _coded(error, "GRAPHQL_PARSE_FAILED")
            case None | GraphQLError():
                return _coded(error, "BAD_INPUT" if self._executing else "GRAPHQL_VALIDATION_FAILED")
            case ValueError() | TypeError() if error.path is None and error.nodes:
                # A scalar that refused a literal or a variable: the client's input, before anything ran.
                return _coded(error, "BAD_INPUT")
            case _:
                return self._masked(error, cause)

    def _masked(self, error: GraphQLError, cause: BaseException) -> GraphQLError:
        log.error("an operation failed", exc_info=cause, extra={"correlation": self._correlation, "path": error.path})
        shown = _shown(error, f"Something went wrong here. Report it with the number {self._correlation}.", INTERNAL)
        shown.extensions = {"code": INTERNAL, "correlation": self._correlation}
        return shown

    @property
    def _correlation(self) -> str:
        return getattr(self.execution_context.context, "correlation", "none")


def _cause(error: GraphQLError) -> BaseException | None:
    """What was raised first, under any number of GraphQLErrors that only say where."""
    if isinstance(error, GraphQLSyntaxError):
        return error
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _shown(error: GraphQLError, message: str, code: str) -> GraphQLError:
    return GraphQLError(
        message, nodes=error.nodes, source=error.source, positions=error.positions, path=error.path,
        extensions={"code": code},
    )  # fmt: skip


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    if not (error.extensions or {}).get("code"):
        error.extensions = {**(error.extensions or {}), "code": code}
    return error
