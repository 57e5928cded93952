"""Serve an app on a socket: one set of server options for every room, the gateway and the tests."""

import gc
import socket
from collections.abc import Awaitable, Callable
from contextlib import closing
from errno import EADDRINUSE
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from services.hosting.settings import Settings

HURRY = "zeren.hurry"
"""An extension of the scope: called, it has the server write what it is given without waiting for the client to take
what came before, and drop the connection FAREWELL_SECONDS later."""
FAREWELL_SECONDS = 10.0


class PortTaken(Exception):
    """Another process listens on the address that was asked for."""


class WebSocketConnection(WebSocketsSansIOProtocol):
    """Can be told to hurry: see HURRY."""

    async def run_asgi(self) -> None:
        cast("dict[str, Any]", self.scope)["extensions"][HURRY] = self.hurry
        await super().run_asgi()

    def hurry(self) -> None:
        self.writable.set()
        self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)


class HttpConnection(HttpToolsProtocol):
    """Can be told to hurry: see HURRY."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["extensions"] = {HURRY: self.hurry}

    def hurry(self) -> None:
        self.flow.resume_writing()
        self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)


class Server(uvicorn.Server):
    """A uvicorn server that tells when its port is open, and lets the app end its streams before it closes them."""

    def __init__(
        self, config: uvicorn.Config, opened: Callable[[], None] | None, ending: Callable[[], Awaitable[None]] | None
    ) -> None:
        super().__init__(config)
        self._opened = opened
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._ending:
            await self._ending()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What start-up made lives as long as the process: the collector need not walk it at each turn.
        gc.collect()
        gc.freeze()
        if self._opened and self.started:
            self._opened()


def listen(bind: str, port: int) -> socket.socket:
    """A socket open on `bind`:`port` (0: any free port); raises PortTaken, or OSError for a foreign address."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((bind, port))
        opened.listen(1024)
    except OSError as error:
        opened.close()
        if error.errno == EADDRINUSE:
            raise PortTaken(
                f"Port {port} on {bind} is in use. Give another by --port or ZEREN_PORT, or stop what listens there."
            ) from error
        raise
    return opened


def run(app: ASGIApp, settings: Settings, *, port: int, opened: Callable[[], None] | None = None) -> None:
    """Serve `app` on the settings' address at `port` until SIGINT or SIGTERM; open requests may end first.

    Raises what `listen` raises.
    """
    with closing(listen(settings.bind, port)) as opening:
        server(app, settings, opened).run([opening])


def server(app: ASGIApp, settings: Settings, opened: Callable[[], None] | None = None) -> Server:
    """A server for `app`, to be run by `await server.serve([listen(bind, port)])` and stopped by `should_exit = True`.

    `opened` is called once its port takes requests.
    """
    config = uvicorn.Config(
        cast("Any", app),  # uvicorn and starlette write the same ASGI types differently
        log_config=None,
        access_log=False,
        server_header=False,
        http=HttpConnection,
        ws=WebSocketConnection,
        ws_max_size=settings.request_bytes,
        timeout_graceful_shutdown=10,
    )
    return Server(config, opened, getattr(getattr(app, "state", None), "ending", None))
