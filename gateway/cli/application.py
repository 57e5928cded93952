"""The commands of `zeren`: their options and help. What they do is in the modules beside this one."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional, TypeVar

import typer
from rich.console import Console

from gateway.cli.failures import message_of
from services.hosting.identity import Role

if TYPE_CHECKING:
    from graph.session import Database

Answer = TypeVar("Answer")

HELP = """责任 zeren: who answers for what in a county's clean-air campaign, over a Neo4j graph.

`zeren up --demo` starts everything with data to look at. Commands work on the instance in --home, or on the Neo4j that
NEO4J_URI, NEO4J_USER and NEO4J_PASSWORD (or NEO4J_PASSWORD_FILE) name.

Exit codes: 0 done, 1 refused or failed (the reason is on standard error), 2 used wrongly.
"""

app = typer.Typer(
    name="zeren",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
contract = typer.Typer(no_args_is_help=True, help="The GraphQL contract.")
app.add_typer(contract, name="schema")
rulebook = typer.Typer(no_args_is_help=True, help="The rules of a campaign, as data.")
app.add_typer(rulebook, name="rulebook")
rollup = typer.Typer(no_args_is_help=True, help="The counts of problems.")
app.add_typer(rollup, name="rollup")

Home = Annotated[
    Path,
    typer.Option(envvar="ZEREN_HOME", help="Folder that holds everything of an instance.", file_okay=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a machine to read.")]
HOME = Path(".zeren")
INSTANT = ["%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]


class Service(StrEnum):
    """What can be served by itself."""

    GATEWAY = "gateway"
    ORGANIZATION = "organization"
    CAMPAIGN = "campaign"
    OVERSIGHT = "oversight"
    ACCOUNTABILITY = "accountability"
    INTEGRATION = "integration"


def run() -> None:
    """Run the command that sys.argv names, and end the process with its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an engine that was started is then stopped too
    try:
        app()
    except Exception as error:
        message = message_of(error)
        if message is None:
            raise
        Console(stderr=True).print(f"zeren: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)


@app.command()
def up(
    home: Home = HOME,
    port: Annotated[
        Optional[int],  # noqa: UP045 - typer reads it
        typer.Option(min=0, max=65_535, help="Port to serve on; 0 takes a free one. [default: ZEREN_PORT, else 8480]"),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the shipped campaign and a synthetic county, and show a trace.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", envvar="ONCE", help="Stop again as soon as everything was started and shown.")
    ] = False,
) -> None:
    """Start Neo4j and every service in one process, until Ctrl-C.

    A Neo4j named by NEO4J_URI is used instead of one started here.
    """
    from gateway.cli.starting import Wishes, up

    up(Console(), Wishes(_absolute(home), port, demo, once))


@app.command()
def down(home: Home = HOME) -> None:
    """Stop what runs in this home."""
    from gateway.cli.stopping import down

    typer.echo(down(_absolute(home)))


@app.command()
def status(home: Home = HOME, as_json: Json = False) -> None:
    """Tell what runs in this home and what its database holds. Exit code 1 where it does not run."""
    from gateway.cli.home import settings_of
    from gateway.cli.overview import overview, print_overview
    from graph.session import Database

    home = _absolute(home)
    settings = settings_of(home)

    async def look() -> dict[str, Any]:
        if settings.database is None:
            return await overview(home, settings, None)
        address = settings.database
        async with Database(address.uri, address.user, address.password) as database:
            return await overview(home, settings, database)

    shown = asyncio.run(look())
    _print_json(shown) if as_json else print_overview(Console(), shown)
    raise typer.Exit(0 if shown["running"] else 1)


@app.command()
def serve(
    service: Annotated[Service, typer.Argument(help="A room, or the gateway with all of them in one process.")],
    home: Home = HOME,
    port: Annotated[
        Optional[int],  # noqa: UP045 - typer reads it
        typer.Option(min=0, max=65_535, help="Port to serve on; 0 takes a free one. [default: ZEREN_PORT, else 8000]"),
    ] = None,
    bind: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option(help="Address to serve on. [default: ZEREN_BIND, else 127.0.0.1]"),
    ] = None,
) -> None:
    """Serve one service, on a Neo4j that runs already. Logs are JSON lines on standard error."""
    from gateway.cli.service import serve

    serve(service.value, _absolute(home), port, bind)


@app.command()
def migrate(home: Home = HOME) -> None:
    """Bring the database's constraints and indexes to the present form. Running it again changes nothing."""
    from graph.migrations.migrate import migrate
    from services.hosting.context import system_clock

    names = _with_database(home, lambda database: migrate(database, system_clock()), in_any_form=True)
    typer.echo(f"The database has its {len(names)} constraints and indexes.")


@app.command("import")
def import_(
    bundle: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads it
        typer.Argument(exists=True, help="A folder of CSV files, a .zip of one, or an .xlsx."),
    ] = None,
    home: Home = HOME,
    source: Annotated[str, typer.Option(help="Name of the system that the bundle's ids belong to.")] = "bundle",
    discard: Annotated[
        bool, typer.Option("--discard", help="Take back an import that was cut off, before BUNDLE if one is given.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the whole bundle and load nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Check a bundle and load it, all or nothing.

    Importing it again changes nothing; an import that was cut off goes on where it was. Faults are listed, exit code 1.
    A first bundle of 20,000 problems or more is loaded far sooner where nothing else runs in the home.
    """
    from gateway.cli import loading
    from gateway.cli.home import stands_still

    console = Console(stderr=True, quiet=as_json)
    if bundle is None and not discard:
        raise typer.BadParameter("name the bundle to import", param_hint="BUNDLE")
    if discard:
        typer.echo(_with_database(home, lambda database: loading.take_back(console, database)), err=True)
    if bundle is None:
        return
    if stands_still(_absolute(home)):
        done = loading.load_alone(console, _absolute(home), bundle, source, dry_run=dry_run)
    else:
        done = _with_database(
            home, lambda database: loading.load(console, database, bundle, source, dry_run=dry_run), in_any_form=True
        )
    if as_json:
        _print_json(done.as_json())
    else:
        typer.echo(loading.told(done, dry_run=dry_run))
    if not done.report.ok:
        raise typer.Exit(1)


@app.command()
def export(
    bundle: Annotated[Path, typer.Argument(help="A new folder, or a new .zip, to write.")],
    home: Home = HOME,
    source: Annotated[str, typer.Option(help="The system whose ids are written without its name.")] = "bundle",
    as_json: Json = False,
) -> None:
    """Write all that is known now as a bundle, which an import takes back without a change."""
    from gateway.cli import loading

    console = Console(stderr=True, quiet=as_json)
    done = _with_database(home, lambda database: loading.export(console, database, bundle, source))
    if as_json:
        _print_json({"bundle": str(bundle), "knownAt": done.known_at.isoformat(), "rows": done.rows})
    else:
        rows = ", ".join(f"{name} {count:,}" for name, count in done.rows.items())
        typer.echo(f"Wrote {bundle}, as known at {done.known_at.isoformat()} ({rows}).")


@app.command()
def trace(
    record: Annotated[str, typer.Argument(metavar="ID", help="An opaque id, or source:id as its source calls it.")],
    home: Home = HOME,
    as_of: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option(
            help="Who answered at this instant, RFC 3339. [default: when it was discovered or issued, else now]"
        ),
    ] = None,
    known_at: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option(help="As far as was recorded by this instant, RFC 3339. [default: now]"),
    ] = None,
    svg: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads it
        typer.Option(help="Draw the chain into this file, to be looked at in a browser or printed.", dir_okay=False),
    ] = None,
    compare_as_of: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option(help="Show instead what is different at this other instant."),
    ] = None,
    compare_known_at: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option(help="Show instead what is different as far as was recorded by this other instant."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who answered for a problem, site, area, task or instruction: hop by hop, with gaps."""
    from gateway.cli import tracing

    if compare_as_of or compare_known_at:
        if svg is not None:
            raise typer.BadParameter("a comparison is not drawn; leave --svg out")
        before = {"asOf": as_of, "knownAt": known_at}
        after = {"asOf": compare_as_of or as_of, "knownAt": compare_known_at or known_at}
        if not as_json:
            show = tracing.show_differences
            _with_database(home, lambda database: show(Console(), database, record, before, after))
            return
        found = _with_database(home, lambda database: tracing.compared(database, record, before, after))
        _print_json(found)
        if "errors" in found:
            raise typer.Exit(1)
        return
    if svg is not None:
        if as_json:
            raise typer.BadParameter("choose one of --svg and --json")
        drawn = _with_database(home, lambda database: tracing.drawn(database, record, as_of, known_at))
        svg.write_text(drawn, "utf-8")
        typer.echo(svg)
        return
    if not as_json:
        _with_database(home, lambda database: tracing.show(Console(), database, record, as_of, known_at))
        return
    found = _with_database(home, lambda database: tracing.traced(database, record, as_of, known_at))
    _print_json(found)
    if "errors" in found:
        raise typer.Exit(1)


@app.command()
def watch(
    home: Home = HOME,
    once: Annotated[bool, typer.Option("--once", help="Notice what has passed by now, and end.")] = False,
) -> None:
    """Notice deadlines that pass, and findings, until Ctrl-C, as `up` and the services do too; each is noticed once."""
    from gateway.cli import noticing

    try:
        typer.echo(_with_database(home, lambda database: noticing.watch(_absolute(home), database, once=once)))
    except KeyboardInterrupt:
        typer.echo("已停止 Stopped.", err=True)


@rollup.command("check")
def check_rollup(home: Home = HOME) -> None:
    """Count all problems anew by looking at each, and compare. Exit code 1 where a count is another."""
    from gateway.cli.counts import told
    from services.oversight.counting import check

    differences = _with_database(home, check)
    typer.echo(told(differences))
    if differences:
        raise typer.Exit(1)


@rollup.command("rebuild")
def rebuild_rollup(home: Home = HOME) -> None:
    """Forget the counts of problems and count anew from the ledger. Meanwhile figures are missing, never wrong."""
    from services.oversight.counting import Counting

    events = _with_database(home, lambda database: Counting(database).rebuild())
    typer.echo(f"Counted {events} events.")


@app.command()
def token(
    role: Annotated[Role, typer.Option(help="What its bearer may do.")],
    home: Home = HOME,
    person: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option(help="The Person that its bearer is: an opaque id, or source:id."),
    ] = None,
    ttl: Annotated[str, typer.Option(help="How long it is good for: 90s, 15m, 8h or 7d.")] = "1h",
) -> None:
    """Print a token that this instance's services accept, alone on the last line."""
    from gateway.cli.tokens import lasting, minted

    lasts = lasting(ttl)
    made = minted(_absolute(home), role, person, lasts, datetime.now(UTC))
    typer.echo(f"{role.value}, good for {lasts}", err=True)
    typer.echo(made)


Backup = Annotated[Path, typer.Argument(help="The backup's file.", dir_okay=False)]


@app.command()
def verify(
    backup: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads it
        typer.Argument(help="A backup, verified without a database. [default: the home's database]", dir_okay=False),
    ] = None,
    home: Home = HOME,
    key: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it
        typer.Option(help="The ledger's first key (name+id+key), from where you trust it. [default: that of the home]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the whole ledger: events, chains, tree, signatures, anchors. Names the first event that was changed."""
    from gateway.cli import ledger

    console = Console(stderr=True, quiet=as_json)
    home = _absolute(home)
    if backup is not None:
        found = asyncio.run(ledger.verify_file(console, home, backup, key))
    else:
        found = _with_database(home, lambda database: ledger.verify(console, home, database, key))
    _print_json(ledger.as_json(found)) if as_json else typer.echo(ledger.told(found))


@app.command()
def backup(file: Backup, home: Home = HOME) -> None:
    """Write everything that the database holds into one file. Commands wait meanwhile."""
    from gateway.cli import ledger

    console = Console(stderr=True)
    made = _with_database(home, lambda database: ledger.back_up(console, _absolute(home), database, file))
    typer.echo(f"{file}: {made.nodes} nodes, {made.relationships} relationships, {made.events} events.")


@app.command()
def restore(file: Backup, home: Home = HOME) -> None:
    """Write a backup into an empty database, and verify it there."""
    from gateway.cli import ledger

    found = _with_database(
        home, lambda database: ledger.restore(Console(stderr=True), _absolute(home), database, file), in_any_form=True
    )
    typer.echo(ledger.told(found))


@app.command()
def findings(
    home: Home = HOME,
    at: Annotated[
        Optional[datetime],  # noqa: UP045 - typer reads it
        typer.Option(
            help="Notice what is so by this instant, RFC 3339 with an offset. [default: now]", formats=INSTANT
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Notice breaches and gaps by the rulebook's rules, and tell how many there are of each kind."""
    from gateway.cli import noticing

    console = Console(stderr=True, quiet=as_json)
    kinds = _with_database(home, lambda database: noticing.look(console, _absolute(home), database, at))
    _print_json(kinds) if as_json else typer.echo(noticing.told(kinds))


@app.command()
def replay(
    since: Annotated[datetime, typer.Option("--from", help="Begin at this instant.", formats=INSTANT)],
    until: Annotated[datetime, typer.Option("--to", help="End at this instant.", formats=INSTANT)],
    home: Home = HOME,
    speed: Annotated[float, typer.Option(min=1, help="So many seconds are lived through in one.")] = 86_400,
    as_json: Json = False,
) -> None:
    """Live through a time that is recorded, with a clock that is driven: each finding is told as it appears."""
    from gateway.cli import noticing

    console = Console(stderr=True, quiet=as_json)
    live = noticing.live_again
    kinds = _with_database(home, lambda database: live(console, _absolute(home), database, since, until, speed))
    _print_json(kinds) if as_json else typer.echo(noticing.told(kinds))


@app.command("rotate-key")
def rotate_key(home: Home = HOME) -> None:
    """Make a new key for the ledger. It takes over with the next checkpoint, which the present key signs."""
    from services.ledger.keyring import Keyring

    made = Keyring.open(_absolute(home) / "keys").rotate()
    typer.echo(f"{made.successor.verifier if made.successor else ''} takes over with the next checkpoint.")


@contract.command("export")
def export_contract(
    folder: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads it
        typer.Option("--to", help="Folder to write. [default: schema/sdl of this installation]", file_okay=False),
    ] = None,
) -> None:
    """Write the SDL of every room's subgraph as <room>.graphql."""
    import schema as package
    from gateway.contract import write_sdl

    for path in write_sdl(folder or Path(package.__file__).parent / "sdl"):
        typer.echo(path)


@rulebook.command("check")
def check_rulebook(
    file: Annotated[Path, typer.Argument(help="A rulebook, YAML in UTF-8.", dir_okay=False)], as_json: Json = False
) -> None:
    """Say everything that is wrong with a rulebook, by line. Exit code 1 where anything is."""
    from services.campaign.rulebook import RulebookError, read

    try:
        version = read(file).version
    except RulebookError as error:
        faults = error.faults
        if as_json:
            shown = [{"line": fault.line, "field": fault.field, "message": fault.message} for fault in faults]
            _print_json({"file": str(file), "ok": False, "version": None, "faults": shown})
        else:
            typer.echo("\n".join((*error.lines, f"{len(faults)} to put right.")))
        raise typer.Exit(1) from None
    if as_json:
        _print_json({"file": str(file), "ok": True, "version": version, "faults": []})
    else:
        typer.echo(f"{file} is in order: version {version}.")


@rulebook.command("form")
def rulebook_form() -> None:
    """Print the JSON Schema of a rulebook, for editors that check while one types."""
    from services.campaign.rulebook import form

    _print_json(form())


def _with_database(home: Path, work: "Callable[[Database], Awaitable[Answer]]", *, in_any_form: bool = False) -> Answer:
    from gateway.cli.database import with_database

    return with_database(_absolute(home), work, in_any_form=in_any_form)


def _absolute(home: Path) -> Path:
    return home.expanduser().absolute()


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
