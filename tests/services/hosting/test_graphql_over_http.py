"""What a client gets from /graphql, over a real socket."""

import json
import logging
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from services.hosting.identity import Role

from .conftest import NOW, Served


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


def test_a_resolver_sees_the_caller_and_the_clock(served: Served) -> None:
    answer = served.post({"query": "{ me now }"}, served.headers(role=Role.DISCIPLINE, person="abc"))
    assert answer.status_code == 200
    assert answer.json() == {"data": {"me": "discipline abc", "now": NOW.isoformat()}}


def test_without_a_token_nothing_is_answered_not_even_the_schema(served: Served) -> None:
    answer = served.post({"query": "{ __schema { types { name } } }"}, {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="zeren"'
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED", "reason": "MISSING"}
    assert "zeren token" in error["message"]


def test_an_expired_token_says_so(served: Served) -> None:
    headers = served.headers()
    served.clock[0] = NOW.replace(hour=5)
    answer = served.post({"query": "{ me }"}, headers)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert answer.json()["errors"][0]["extensions"]["reason"] == "EXPIRED"


def test_the_whole_introspection_query_of_the_explorer_is_within_the_limits(served: Served) -> None:
    from graphql import get_introspection_query

    assert "errors" not in served.ask(get_introspection_query(input_value_deprecation=True))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ me", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ echo(text: 5) }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ echo(text: "a", at: "yesterday") }', "GRAPHQL_VALIDATION_FAILED"),
        ("query ($t: String!) { echo(text: $t) }", "BAD_INPUT"),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...nowhere }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ area " + "{ within " * 21 + "{ name }" + "}" * 22, "TOO_LARGE"),
        ("{" + " ".join(f"a{number}: me" for number in range(51)) + "}", "TOO_LARGE"),
        ("{" + " me" * 1_001 + "}", "TOO_LARGE"),
        ("{" + " me" * 4_001 + "}", "GRAPHQL_PARSE_FAILED"),
        ("{" * 3_500, "GRAPHQL_PARSE_FAILED"),
    ],
)
def test_a_document_that_cannot_be_run_gets_a_code(served: Served, query: str, code: str) -> None:
    assert set(codes(served.ask(query))) == {code}


def test_fragments_that_double_are_counted_not_walked(served: Served) -> None:
    doubling = " ".join(
        f"fragment f{number} on Area {{ a: within {{ ...f{number + 1} }} b: within {{ ...f{number + 1} }} }}"
        for number in range(15)
    )
    answer = served.ask(f"{{ area {{ ...f0 }} }} {doubling} fragment f15 on Area {{ name }}")
    assert codes(answer) == ["TOO_LARGE"]


def test_a_bad_variable_is_the_clients_error(served: Served) -> None:
    answer = served.ask('query ($at: DateTime) { echo(text: "a", at: $at) }', at="yesterday")
    assert codes(answer) == ["BAD_INPUT"]
    assert "yesterday" in answer["errors"][0]["message"]


def test_a_read_that_cannot_be_answered_keeps_its_own_code(served: Served) -> None:
    (error,) = served.ask("{ missing }")["errors"]
    assert error["extensions"] == {"code": "NOT_FOUND"}
    assert error["message"] == "There is no problem with this id."


def test_an_unexpected_exception_is_masked_and_logged(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    answer = served.post({"query": "{ broken }"}, served.headers() | {"X-Request-ID": "request-0815"})
    assert "s3cret" not in answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "correlation": "request-0815"}
    assert error["path"] == ["broken"]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert vars(record)["correlation"] == "request-0815"
    assert record.exc_info is not None


def test_a_database_that_is_down_is_named_as_such(served: Served) -> None:
    (error,) = served.ask("{ one }")["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "127.0.0.1" not in error["message"]


NO_REQUESTS = (
    '"text"', "5", "null", "{", "[]", '[{"query": "{ me }"}]', '{"query": 5}', "{}",
    '{"query": "{me}", "variables": 5}', '{"query": "{me}", "operationName": 5}',
)  # fmt: skip


@pytest.mark.parametrize("body", NO_REQUESTS)
def test_a_body_that_is_no_request_is_refused(served: Served, body: str) -> None:
    import httpx

    headers = served.headers() | {"Content-Type": "application/json"}
    answer = httpx.post(f"{served.url}/graphql", content=body, headers=headers, trust_env=False)
    assert answer.status_code == 400
    assert codes(answer.json()) == ["BAD_REQUEST"]


def test_a_form_a_page_could_post_is_refused(served: Served) -> None:
    import httpx

    answer = httpx.post(f"{served.url}/graphql", data={"query": "{ me }"}, headers=served.headers(), trust_env=False)
    assert answer.status_code == 400


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_is_refused_before_it_is_read(served: Served, chunked: bool) -> None:
    import httpx

    body = json.dumps({"query": "{ me }", "variables": {"x": "y" * 30_000}}).encode()
    content = iter([body[:9_000], body[9_000:]]) if chunked else body
    headers = served.headers() | {"Content-Type": "application/json"}
    answer = httpx.post(f"{served.url}/graphql", content=content, headers=headers, trust_env=False)
    assert answer.status_code == 413
    assert codes(answer.json()) == ["TOO_LARGE"]


def test_queries_do_not_travel_in_addresses(served: Served) -> None:
    import httpx

    answer = httpx.get(f"{served.url}/graphql?query={{me}}", headers=served.headers(), trust_env=False)
    assert answer.status_code == 400
    assert codes(answer.json()) == ["BAD_REQUEST"]


def test_no_page_is_served_and_none_is_named(served: Served) -> None:
    for path in ("/graphql", "/docs", "/openapi.json", "/redoc"):
        assert served.get(path).status_code in {401, 404}


def dial(served: Served, headers: dict[str, str] | None = None) -> ClientConnection:
    address = served.url.replace("http", "ws") + "/graphql"
    return connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], additional_headers=headers, proxy=None)


def subscribe(socket: ClientConnection, query: str) -> None:
    socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))


def test_a_subscription_signs_in_with_its_first_message(served: Served) -> None:
    with dial(served) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": served.headers(role=Role.SUPERVISOR)}))
        assert json.loads(socket.recv())["type"] == "connection_ack"
        subscribe(socket, "subscription { count(to: 2) }")
        messages = [json.loads(socket.recv()) for _ in range(3)]
    assert [message["type"] for message in messages] == ["next", "next", "complete"]
    assert messages[1]["payload"]["data"] == {"count": "supervisor 1"}


def test_a_subscription_may_sign_in_by_header_and_its_errors_are_masked(served: Served) -> None:
    with dial(served, served.headers()) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(socket.recv())["type"] == "connection_ack"
        subscribe(socket, "subscription { count(to: 3) }")
        messages = [json.loads(socket.recv()) for _ in range(3)]
    assert codes(messages[2]["payload"]) == ["INTERNAL"]
    assert "secret" not in json.dumps(messages)


@pytest.mark.parametrize("payload", [{}, {"Authorization": "Bearer x.y.z"}, {"authorization": 5}])
def test_a_socket_without_a_good_token_is_closed(served: Served, payload: dict[str, Any]) -> None:
    with dial(served) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


def test_a_handshake_with_a_bad_token_is_refused(served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused, dial(served, {"Authorization": "Bearer x.y.z"}):
        pass
    assert refused.value.response.status_code == 401


def test_metrics_count_by_known_names_only(served: Served) -> None:
    served.ask("query MadeUp { me broken }")
    served.ask("{ me }")
    served.post({"query": "{ me }"}, {})
    text = served.get("/metrics").text
    assert 'zeren_graphql_operations_total{operation="other",room="toy"} 1.0' in text
    assert 'zeren_graphql_operations_total{operation="anonymous",room="toy"} 1.0' in text
    assert 'zeren_errors_total{code="INTERNAL",room="toy"} 1.0' in text
    assert 'zeren_errors_total{code="UNAUTHENTICATED",room="toy"} 1.0' in text
    assert "zeren_graphql_operation_seconds_bucket" in text
    assert "MadeUp" not in text


def test_the_process_is_alive_but_not_ready_while_its_database_is_down(served: Served) -> None:
    assert served.get("/healthz").json() == {"status": "alive", "room": "toy"}
    answer = served.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "waiting", "room": "toy", "reason": "the database does not answer"}
