"""Settings of a service, read once from the environment and frozen."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

LOCAL_ISSUER = "urn:zeren:local"
DATABASE_SCHEMES = ("neo4j://", "neo4j+s://", "neo4j+ssc://", "bolt://", "bolt+s://", "bolt+ssc://")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """The environment cannot be used. The message names every setting that is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the graph is, and as whom to sign in there."""

    uri: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a service needs to know of its surroundings.

    `jwks` None means the keys that this instance made for itself in `<home>/keys/`. `request_bytes` bounds a request's
    body and a WebSocket message, in bytes.
    """

    home: Path
    database: DatabaseAddress | None = None
    jwks: str | None = None
    issuer: str = LOCAL_ISSUER
    audience: str = "zeren"
    role_claim: str = "role"
    person_claim: str = "person"
    bind: str = "127.0.0.1"
    port: int | None = None
    request_bytes: int = 1_000_000
    log_level: str = "INFO"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; raise SettingsError with all that is wrong, not only the first."""
        return _Reading(os.environ if environment is None else environment).settings()


class _Reading:
    """One pass over the environment that collects what is wrong in it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.wrong: list[str] = []

    def settings(self) -> Settings:
        home = Path(self.text("ZEREN_HOME", ".zeren")).expanduser().absolute()
        issuer, jwks = self.text("ZEREN_ISSUER", ""), self.text("ZEREN_JWKS", "")
        read = Settings(
            home=home,
            database=self.database(home),
            jwks=self.jwks(jwks, issuer),
            issuer=issuer or LOCAL_ISSUER,
            audience=self.text("ZEREN_AUDIENCE", "zeren"),
            role_claim=self.text("ZEREN_ROLE_CLAIM", "role"),
            person_claim=self.text("ZEREN_PERSON_CLAIM", "person"),
            bind=self.text("ZEREN_BIND", "127.0.0.1"),
            port=self.number("ZEREN_PORT", None, 1, 65_535),
            request_bytes=self.number("ZEREN_REQUEST_BYTES", 1_000_000, 1_000, 100_000_000) or 1_000_000,
            log_level=self.one_of("ZEREN_LOG_LEVEL", LOG_LEVELS, "INFO"),
        )
        if self.wrong:
            raise SettingsError("These settings can't be used:\n" + "\n".join(f"  {line}" for line in self.wrong))
        return read

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def number(self, name: str, default: int | None, low: int, high: int) -> int | None:
        text = self.text(name, "")
        if not text:
            return default
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        self.wrong.append(f"{name}={text!r}: must be a whole number from {low} to {high}")
        return default

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        text = self.text(name, default).upper()
        if text in allowed:
            return text
        self.wrong.append(f"{name}={text!r}: must be one of {', '.join(allowed)}")
        return default

    def jwks(self, jwks: str, issuer: str) -> str | None:
        address = urlsplit(jwks) if "://" in jwks else None
        near = address is not None and address.hostname in {"127.0.0.1", "localhost", "::1"}
        if address and address.scheme != "https" and not (near and address.scheme == "http"):
            self.wrong.append(f"ZEREN_JWKS={jwks!r}: keys are fetched over https:// only, but for this machine's own")
        elif jwks and not address and not Path(jwks).is_file():
            self.wrong.append(f"ZEREN_JWKS={jwks!r}: no such file; give a JWKS file or the address of one")
        elif jwks and not issuer:
            self.wrong.append("ZEREN_ISSUER: must be set together with ZEREN_JWKS, to the `iss` of the tokens")
        if not jwks and issuer and issuer != LOCAL_ISSUER:
            self.wrong.append("ZEREN_JWKS: must be set together with ZEREN_ISSUER, to its `jwks_uri` or a file")
        return jwks or None

    def database(self, home: Path) -> DatabaseAddress | None:
        uri = self.text("NEO4J_URI", "")
        if not uri:
            return self._connection(home / "connection.json")
        if not uri.startswith(DATABASE_SCHEMES):
            self.wrong.append(f"NEO4J_URI={uri!r}: must begin with one of {' '.join(DATABASE_SCHEMES)}")
        return DatabaseAddress(uri, self.text("NEO4J_USER", "neo4j"), self._password())

    def _password(self) -> str:
        password, file = self.environment.get("NEO4J_PASSWORD", ""), self.text("NEO4J_PASSWORD_FILE", "")
        if password and file:
            self.wrong.append("NEO4J_PASSWORD and NEO4J_PASSWORD_FILE: set one of them, not both")
        elif file:
            try:
                password = Path(file).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
                self.wrong.append(f"NEO4J_PASSWORD_FILE={file!r}: can't be read ({reason})")
            else:
                if not password:
                    self.wrong.append(f"NEO4J_PASSWORD_FILE={file!r}: the file is empty")
        elif not password:
            self.wrong.append("NEO4J_PASSWORD: must be set (or NEO4J_PASSWORD_FILE) when NEO4J_URI is")
        return password

    def _connection(self, file: Path) -> DatabaseAddress | None:
        """The address that the local engine of this home has left, if it has."""
        try:
            written: object = json.loads(file.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.wrong.append(f"{file}: can't be read ({type(error).__name__}); stop this instance and start it again")
            return None
        entry = cast("dict[str, Any]", written) if isinstance(written, dict) else {}
        take: Callable[[str], Any] = entry.get
        uri, user, password = take("uri"), take("user"), take("password")
        if isinstance(uri, str) and isinstance(user, str) and isinstance(password, str):
            return DatabaseAddress(uri, user, password)
        self.wrong.append(f"{file}: has no uri, user and password; stop this instance and start it again")
        return None
