"""The keys that tokens are checked with: this instance's own pair, a file's, or those at an issuer's JWKS address."""

import asyncio
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from services.hosting.identity import Keys, KeysUnavailable, Role
from services.hosting.settings import Settings, SettingsError

PRIVATE_FILE = "signing.jwk.json"
PUBLIC_FILE = "jwks.json"

# A key that the issuer took back is gone here within the hour; tokens with made-up key ids cause one fetch a minute.
KEEP = timedelta(hours=1)
ASK_AGAIN = timedelta(minutes=1)
FETCH_SECONDS = 5.0
LONGEST_JWKS = 200_000


def keys_of(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Keys:
    """The keys that the settings name; makes this instance's own pair where they name none.

    `transport` replaces the network in tests of an issuer that answers badly.
    """
    if settings.jwks is None:
        return FixedKeys(LocalKeys.open(settings).public)
    if "://" in settings.jwks:
        return IssuerKeys(settings.jwks, transport)
    path = Path(settings.jwks)
    try:
        return FixedKeys(_key_set(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise SettingsError(f"ZEREN_JWKS={settings.jwks!r}: {error}; give a file with a JSON Web Key Set") from error


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """Keys that do not change while the service runs."""

    keys: KeySet

    async def at(self, _now: datetime, /) -> KeySet:
        return self.keys

    async def renewed(self, _now: datetime, /) -> KeySet | None:
        return None


class IssuerKeys:
    """Keys at an issuer's JWKS address, kept for KEEP; for an unknown key asked again, at most once in ASK_AGAIN."""

    def __init__(self, address: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._address = address
        self._transport = transport
        self._keys: KeySet | None = None
        self._asked: datetime | None = None
        self._fetched: datetime | None = None
        self._turn = asyncio.Lock()

    async def at(self, now: datetime, /) -> KeySet:
        async with self._turn:
            if self._keys is None or self._fetched is None or now - self._fetched >= KEEP:
                return await self._fetch(now)
            return self._keys

    async def renewed(self, now: datetime, /) -> KeySet | None:
        async with self._turn:
            if self._asked is not None and now - self._asked < ASK_AGAIN:
                return None
            return await self._fetch(now)

    async def _fetch(self, now: datetime) -> KeySet:
        self._asked = now
        try:
            async with httpx.AsyncClient(timeout=FETCH_SECONDS, transport=self._transport) as client:
                answer = await client.get(self._address, headers={"Accept": "application/json"})
                answer.raise_for_status()
                if len(answer.content) > LONGEST_JWKS:
                    raise ValueError(f"longer than {LONGEST_JWKS} bytes")
                self._keys = _key_set(answer.content)
        except (httpx.HTTPError, ValueError) as error:
            raise KeysUnavailable(f"the issuer's keys can't be fetched from {self._address} ({error})") from error
        self._fetched = now
        return self._keys


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """The key pair (Ed25519) that an instance makes on its first start, in `<home>/keys/`, for its owner only."""

    settings: Settings
    private: OKPKey

    @classmethod
    def open(cls, settings: Settings) -> "LocalKeys":
        """The pair of this home, made now if there is none. Any number of processes may do so at once."""
        folder = settings.keys
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            private = _kept(folder / PRIVATE_FILE, _new_pair)
            key = OKPKey.import_key(cast("dict[str, Any]", json.loads(private)))
            _kept(folder / PUBLIC_FILE, lambda: json.dumps(KeySet([key]).as_dict(private=False)))
        except OSError as error:
            raise SettingsError(
                f"{folder}: the instance's keys can't be kept there ({error.strerror}). Give a home that can be "
                "written (ZEREN_HOME), or the keys of an issuer (ZEREN_JWKS)."
            ) from error
        except (ValueError, JoseError) as error:
            raise SettingsError(
                f"{folder / PRIVATE_FILE}: is not a key. Move the folder away to have a new pair made; tokens of the "
                "old pair end with it."
            ) from error
        return cls(settings, key)

    @property
    def public(self) -> KeySet:
        return KeySet([OKPKey.import_key(cast("dict[str, Any]", self.private.as_dict(private=False)))])

    def mint(self, role: Role, person: str | None, ttl: timedelta, now: datetime) -> str:
        """A token for `role`, good from `now` for `ttl` (at least a second), acting as the Person with id `person`."""
        if ttl < timedelta(seconds=1):
            raise ValueError("a token must be good for at least a second")
        issued, settings = int(now.timestamp()), self.settings
        claims: dict[str, Any] = {
            "iss": settings.issuer,
            "aud": settings.audience,
            "sub": person or f"local:{role.value}",
            "iat": issued,
            "nbf": issued,
            "exp": issued + int(ttl.total_seconds()),
            "jti": secrets.token_urlsafe(12),
            settings.role_claim: role.value,
        }
        if person is not None:
            claims[settings.person_claim] = person
        header = {"alg": "Ed25519", "kid": self.private.kid}
        return jwt.encode(header, claims, self.private, algorithms=["Ed25519"])


def _new_pair() -> str:
    key = OKPKey.generate_key("Ed25519", parameters={"use": "sig"}, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The text of `path`, made first where it is missing; of several makers at once one wins and all read its text."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("utf-8")


def _key_set(content: bytes) -> KeySet:
    """The keys of a JWKS that signatures can be checked with; raises ValueError with what is wrong."""
    try:
        written: object = json.loads(content)
    except ValueError as error:
        raise ValueError("is not JSON") from error
    listed: object = cast("dict[str, Any]", written).get("keys") if isinstance(written, dict) else None
    if not isinstance(listed, list):
        raise ValueError('is not a JSON Web Key Set: it has no list "keys"')
    usable = [key for key in cast("list[object]", listed) if _checks_signatures(key)]
    try:
        return KeySet.import_key_set({"keys": cast("list[dict[str, Any]]", usable)})
    except (JoseError, ValueError, KeyError) as error:
        raise ValueError("holds no public key (OKP, EC or RSA) that signatures can be checked with") from error


def _checks_signatures(key: object) -> bool:
    # A shared secret ("oct") must never check a token: whoever can read the JWKS could then make one.
    if not isinstance(key, dict):
        return False
    entry = cast("dict[str, Any]", key)
    return entry.get("kty") in {"OKP", "EC", "RSA"} and entry.get("use", "sig") == "sig"
