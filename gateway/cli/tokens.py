"""`zeren token`: tokens of this instance's own key pair."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from gateway.cli.failures import Refused
from gateway.cli.home import settings_of
from graph.model.identity import record_id
from services.hosting.identity import Role
from services.hosting.keys import LocalKeys

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=30)


def lasting(text: str) -> timedelta:
    """`90s`, `15m`, `8h`, `7d` → how long. Raises Refused."""
    found = re.fullmatch(r"([1-9]\d{0,6})([smhd]?)", text.strip())
    lasts = timedelta(**{UNITS[found[2] or "s"]: int(found[1])}) if found else timedelta(0)
    if not timedelta(0) < lasts <= LONGEST:
        raise Refused(f"--ttl {text!r}: write how long the token is good for as 90s, 15m, 8h or 7d; at most 30d.")
    return lasts


def minted(home: Path, role: Role, person: str | None, lasts: timedelta, now: datetime) -> str:
    """A token of the home's key. `person` is an opaque id or `source:id`. Raises Refused, SettingsError."""
    settings = settings_of(home)
    if settings.jwks is not None:
        raise Refused(
            f"Tokens come from {settings.issuer} here (ZEREN_ISSUER), and zeren lacks its private key. Sign in there."
        )
    if person is not None and ":" in person:
        source, _, source_id = person.partition(":")
        person = record_id(source, source_id)
    return LocalKeys.open(settings).mint(role, person, lasts, now)
