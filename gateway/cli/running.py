"""The serving half of `zeren up`: migrate, load, show, serve. Slow to import, so that is done beside Java's start."""

import asyncio
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import uvicorn
from rich.console import Console

from gateway import app as gateway
from gateway.cli import tracing
from gateway.cli.bars import StepBars, timed
from gateway.cli.home import has_own_engine
from gateway.cli.keeping import keep_engine
from gateway.cli.loading import DEMONSTRATION, STEPS, load_demonstration
from gateway.cli.overview import overview, print_overview
from graph.migrations import bring_to_form
from graph.session import Database
from services.hosting.context import system_clock
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys
from services.hosting.serving import server
from services.hosting.settings import Settings, SettingsError
from services.integration.loading.completion import complete_pending

if TYPE_CHECKING:
    from gateway.cli.starting import Wishes


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The quickest event loop there is here."""
    made: Any = uvicorn.Config("", log_config=None).get_loop_factory()
    return made


async def serve(
    console: Console,
    settings: Settings,
    wishes: "Wishes",
    opening: socket.socket,
    link_lasts: timedelta,
    opened: Callable[[str], None],
) -> None:
    """Bring the database to its form, serve on `opening`, and tell what there is; returns once it was told to stop."""
    address = settings.database
    if address is None:
        raise SettingsError("No database is named: set NEO4J_URI.")
    async with await Database.connect(address.uri, address.user, address.password) as database:
        with timed(console, "数据库结构已就绪 migrated"):
            await bring_to_form(database, system_clock())
            with StepBars(console, STEPS) as bars:
                await complete_pending(database, system_clock, bars.advance)
        if wishes.demo:
            await load_demonstration(console, database)
        host, port, *_ = opening.getsockname()
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        open_now = asyncio.Event()

        def is_open() -> None:
            opened(url)
            open_now.set()

        serving = server(gateway.build(settings, database), settings, is_open)
        running = asyncio.create_task(serving.serve([opening]))
        keeping = asyncio.create_task(keep_engine(wishes.home, address.uri)) if has_own_engine() else None
        running.add_done_callback(lambda _: open_now.set())
        try:
            await open_now.wait()
            counted = asyncio.create_task(overview(wishes.home, settings, database))
            if wishes.demo:
                console.print()
                await tracing.show(console, database, DEMONSTRATION, None, None)
            console.print()
            print_overview(console, await counted)
            console.print(f"\n{explorer(settings, url, link_lasts)}", soft_wrap=True, highlight=False, markup=False)
            if wishes.once:
                serving.should_exit = True
            else:
                console.print("Ctrl-C 停止 stops it.", style="dim")
        except BaseException:
            serving.should_exit = True
            raise
        finally:
            if keeping is not None:
                running.add_done_callback(lambda _: keeping.cancel())
            await running


def explorer(settings: Settings, url: str, lasts: timedelta) -> str:
    """The link to the API explorer, with a token where this instance signs its own.

    The token is in the fragment, which browsers keep to themselves: it reaches no server's log.
    """
    if settings.jwks is not None:
        return f"接口浏览器 API explorer: {url}/explorer (paste a token of {settings.issuer} there)"
    token = LocalKeys.open(settings).mint(Role.DISCIPLINE, None, lasts, system_clock())
    minutes = int(lasts.total_seconds() // 60)
    return f"接口浏览器 API explorer ({minutes} 分钟有效 good for {minutes} minutes):\n{url}/explorer#token={token}"
