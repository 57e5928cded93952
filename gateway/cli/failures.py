"""What can go wrong for a user, told in a line or two and without a stack trace."""

SHOWN = frozenset(
    {
        "gateway.cli.failures.Refused",
        "graph.local.errors.EngineError",
        "graph.session.DatabaseError",
        "services.campaign.rulebook.reading.RulebookError",
        "services.hosting.serving.PortTaken",
        "services.hosting.settings.SettingsError",
        "services.integration.bundle.faults.BundleError",
        "services.integration.loading.completion.ImportRefused",
    }
)
"""By name, so that telling an error imports nothing. Their messages are meant for users."""


class Refused(Exception):
    """The command can't do what was asked. The message says why, and what to do."""


def message_of(error: BaseException) -> str | None:
    """What to tell the user; None where the error is a fault of the program itself."""
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if names & SHOWN:
        return str(error)
    if "neo4j.exceptions.Neo4jError" in names:
        return f"The database could not do it: {error}. Its own log says more (logs/ in the home, where it is local)."
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}. Nothing more was done; put this right and run the command again."
    return None
