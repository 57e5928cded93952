"""What an operator sees of a service: counters for Prometheus and one line of JSON for each thing that happened."""

import json
import logging
import re
import sys
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from time import perf_counter
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, parse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types.execution import ExecutionContext, StreamExecutionResult
from strawberry.types.graphql import OperationType

from services.hosting.context import Context
from services.hosting.presentation import code_of

log = logging.getLogger(__name__)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@cache
def operation_names() -> frozenset[str]:
    """The names of the operations in `schema/operations/`: what clients are known to send."""
    documents = (file.read_text("utf-8") for file in files("schema").joinpath("operations").iterdir() if file.is_file())
    definitions = (node for document in documents if document.strip() for node in parse(document).definitions)
    return frozenset(node.name.value for node in definitions if isinstance(node, OperationDefinitionNode) and node.name)


class Metrics:
    """The counters of one app, in a registry of its own so that several apps can live in one process.

    Names that a client makes up are counted together as "other": labels stay few whatever is sent.
    """

    def __init__(self, room: str, operations: Collection[str]) -> None:
        self._operations = frozenset(operations)
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._room = room
        labels, registry = ("room", "operation"), self._registry
        self._requests = Counter("zeren_graphql_operations", "GraphQL operations executed", labels, registry=registry)
        self._seconds = Histogram(
            "zeren_graphql_operation_seconds",
            "Time from parsing to the result, in seconds",
            labels,
            buckets=SECONDS,
            registry=registry,
        )
        self._errors = Counter("zeren_errors", "Errors answered, by code", ("room", "code"), registry=registry)

        self._completions = Counter(
            "zeren_completions", "Root fields completed, compiled or by the standard executor", ("room", "by"),
            registry=registry,
        )  # fmt: skip

    def completion(self, by: str) -> None:
        self._completions.labels(self._room, by).inc()

    def operation(self, name: str | None, seconds: float | None) -> None:
        """Count one; `seconds` None: it is a stream, which ends when its client wants."""
        label = "anonymous" if name is None else name if name in self._operations else "other"
        self._requests.labels(self._room, label).inc()
        if seconds is not None:
            self._seconds.labels(self._room, label).observe(seconds)

    def error(self, code: str) -> None:
        self._errors.labels(self._room, code).inc()

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """A figure that is asked for whenever the metrics are."""
        Gauge(name, about, ("room",), registry=self._registry).labels(self._room).set_function(value)

    def counter(self, name: str, about: str) -> Callable[[], None]:
        """A figure that goes up by one whenever what is returned is called."""
        return Counter(name, about, ("room",), registry=self._registry).labels(self._room).inc

    def exposition(self) -> bytes:
        """The counters in Prometheus' text format."""
        return generate_latest(self._registry)


class Observe(SchemaExtension):
    """Counts and logs each operation. Stands outermost, so that it sees errors as the client does."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def on_operation(self) -> Iterator[None]:
        begun, escaped = perf_counter(), list[GraphQLError]()
        try:
            yield
        except GraphQLError as error:
            escaped.append(error)
            raise
        finally:
            self._seen(perf_counter() - begun, escaped)

    def _seen(self, seconds: float, escaped: list[GraphQLError]) -> None:
        execution = self.execution_context
        name = execution.operation_name
        self._metrics.operation(name, None if _lasts(execution) else seconds)
        codes = self._count(escaped or getattr(execution.result, "errors", None))
        context = execution.context
        seen: dict[str, object] = {"operation": name, "milliseconds": round(seconds * 1000, 1), "codes": codes}
        if isinstance(context, Context):
            seen |= {"correlation": context.correlation, "subject": context.caller.subject, "role": context.caller.role}
        log.info("operation", extra=seen)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        yield
        self._count(getattr(result, "errors", None))

    def _count(self, errors: list[GraphQLError] | None) -> list[str]:
        codes = [code_of(error) for error in errors or ()]
        for code in codes:
            self._metrics.error(code)
        return codes


def _lasts(execution: ExecutionContext) -> bool:
    """Whether it is a subscription, which takes as long as its client wants."""
    try:
        return execution.operation_type is OperationType.SUBSCRIPTION
    except (RuntimeError, CannotGetOperationTypeError):
        return False  # no document, or no operation of that name in it


_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
# Whatever looks like a token, a password in an address, or an Authorization value.
_SECRET = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=://)[^/@\s:]*:[^/@\s]+(?=@)|(?i:bearer)\s+[\w.~+/=-]+"
    r"|(?i:(?<=password=)|(?<=password\": \")|(?<=password': '))[^\s,\"')]+"
)


def without_secrets(text: str) -> str:
    return _SECRET.sub("[hidden]", text)


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, what the caller added, an exception's trace."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _PLAIN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(line, ensure_ascii=False, default=str))


def log_as_json(level: str = "INFO") -> None:
    """Send all logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # Each operation is logged with its name; a request line would add only the address.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("neo4j").setLevel(logging.WARNING)
