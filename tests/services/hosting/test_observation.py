"""Logs without secrets, counters with few labels, and limits that cost little."""

import json
import logging
import sys
import time

import pytest
from graphql import parse

from services.hosting.limits import Limits, Size, size_of
from services.hosting.observation import JsonLines, Metrics, operation_names, without_secrets

TOKEN = "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"token {TOKEN} seen",
        "Authorization: Bearer c2VjcmV0LXRva2Vu=",
        "bolt://neo4j:c2VjcmV0@db:7687 refused",
        "password=c2VjcmV0 given",
        '{"password": "c2VjcmV0"}',
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    hidden = without_secrets(text)
    assert "[hidden]" in hidden
    assert "c2Vjc" not in hidden
    assert TOKEN not in hidden


def test_a_log_line_is_one_json_object() -> None:
    record = logging.makeLogRecord({"msg": "问题 %s", "args": ("1",), "levelname": "INFO", "correlation": "c"})
    try:
        raise ValueError(f"two\nlines {TOKEN}")
    except ValueError:
        record.exc_info = sys.exc_info()
    text = JsonLines().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["message"], line["correlation"], line["level"]) == ("问题 1", "c", "INFO")
    assert "[hidden]" in line["exception"]


def test_only_known_operations_have_a_label_of_their_own() -> None:
    metrics = Metrics("toy", {"Trace"})
    for name in ("Trace", "MadeUp", "AlsoMadeUp", None):
        metrics.operation(name, 0.01)
    text = metrics.exposition().decode()
    assert 'zeren_graphql_operations_total{operation="Trace",room="toy"} 1.0' in text
    assert 'zeren_graphql_operations_total{operation="other",room="toy"} 2.0' in text
    assert 'zeren_graphql_operations_total{operation="anonymous",room="toy"} 1.0' in text


def test_the_operations_of_the_contract_are_read() -> None:
    assert isinstance(operation_names(), frozenset)


@pytest.mark.parametrize(
    ("document", "size"),
    [
        ("{ a }", Size(1, 0, 1)),
        ("{ x: a { b } c }", Size(2, 1, 3)),
        ("{ ...f ...f } fragment f on Q { a { y: b } }", Size(2, 2, 4)),
        ("{ ... on Q { ... { a } } }", Size(1, 0, 1)),
        ("query A { a { b } } query B { x: a c d }", Size(2, 1, 3)),
        ("fragment f on Q { a }", Size()),
    ],
)
def test_the_size_of_a_document(document: str, size: Size) -> None:
    assert size_of(parse(document)) == size


def test_fragments_that_double_are_measured_once() -> None:
    chain = " ".join(f"fragment f{n} on Q {{ a {{ ...f{n + 1} }} b {{ ...f{n + 1} }} }}" for n in range(150))
    begun = time.process_time()
    size = size_of(parse(f"{{ ...f0 }} {chain} fragment f150 on Q {{ c }}", max_tokens=Limits().tokens))
    assert size.fields == 3 * 2**150 - 2
    assert time.process_time() - begun < 1
