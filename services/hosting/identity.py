"""Who is calling: a bearer JWT (RFC 9068 manner), checked against the issuer's keys. There is no anonymous caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet

from graph.compile.recent import Recent
from services.hosting.settings import Settings

# Asymmetric only: a service that checks tokens holds nothing with which it could make one.
ALGORITHMS = ("EdDSA", "Ed25519", "ES256", "RS256")
LEEWAY_SECONDS = 30
LONGEST_TOKEN = 8_192
TOKENS_KNOWN = 1_000
"""Whose signatures are not checked again: those that were shown last."""


class Role(StrEnum):
    """What a caller may do at large; finer visibility comes from their posts."""

    VIEWER = "viewer"
    GRID_WORKER = "grid_worker"
    DEPARTMENT = "department"
    SUPERVISOR = "supervisor"
    DISCIPLINE = "discipline"
    INTEGRATOR = "integrator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the token says. `person` is the id of a Person in the graph, None for a machine.

    `until`: from when on the token is no longer taken, None where no token was shown.
    """

    subject: str
    role: Role
    person: str | None = None
    until: datetime | None = field(default=None, compare=False)


class Reason(StrEnum):
    """Why a caller was not let in; stands in `extensions.reason`."""

    MISSING = "MISSING"
    MALFORMED = "MALFORMED"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    WRONG_ISSUER = "WRONG_ISSUER"
    WRONG_AUDIENCE = "WRONG_AUDIENCE"
    UNKNOWN_ROLE = "UNKNOWN_ROLE"


class Unauthenticated(Exception):
    """The caller showed no token that can be accepted. The message says what to do."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    @property
    def challenge(self) -> str:
        """The value of `WWW-Authenticate` (RFC 6750, section 3)."""
        if self.reason is Reason.MISSING:
            return 'Bearer realm="zeren"'
        return f'Bearer realm="zeren", error="invalid_token", error_description="{self.reason.value}"'


class KeysUnavailable(Exception):
    """The issuer's keys can't be had now, so nobody's token can be checked: the service's trouble, not the caller's."""


class Keys(Protocol):
    """Where the keys come from that tokens are checked with."""

    async def at(self, now: datetime, /) -> KeySet:
        """The keys in force at `now`; raises KeysUnavailable."""
        ...

    async def renewed(self, now: datetime, /) -> KeySet | None:
        """Keys newer than those of `at`, for a token whose key is not among them; None where there are none."""
        ...


class Verifier:
    """Turns an `Authorization` value into a Caller."""

    def __init__(self, keys: Keys, settings: Settings) -> None:
        self._keys = keys
        self._settings = settings
        self._signed: Recent[tuple[int, str], tuple[KeySet, Mapping[str, Any]]] = Recent(TOKENS_KNOWN)

    async def verify(self, authorization: str | None, now: datetime) -> Caller:
        """Check one header value at the instant `now`.

        Raises Unauthenticated, or KeysUnavailable where the issuer can't be asked.
        """
        token = bearer_token(authorization)
        try:
            claims = self._claims(token, await self._keys.at(now))
        except InvalidKeyIdError as error:
            renewed = await self._keys.renewed(now)
            if renewed is None:
                raise _unknown_key() from error
            try:
                claims = self._claims(token, renewed)
            except InvalidKeyIdError as again:
                raise _unknown_key() from again
        return self._caller(claims, now)

    def _claims(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        """A signature that was good is so while these keys are in force; what the claims say is for the clock."""
        found = self._signed.find((id(keys), token))
        if found is None:
            found = self._signed.keep((id(keys), token), (keys, _signed_claims(token, keys)))
        return found[1]

    def _caller(self, claims: Mapping[str, Any], now: datetime) -> Caller:
        settings = self._settings
        registry = jwt.JWTClaimsRegistry(
            now=int(now.astimezone(UTC).timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except ExpiredTokenError as error:
            raise Unauthenticated(
                Reason.EXPIRED, "The token has expired. Sign in again, or print a new one with `zeren token`."
            ) from error
        except MissingClaimError as error:
            raise Unauthenticated(
                Reason.MALFORMED, f"The token lacks the claim {error.claim}. Ask the issuer of the token to add it."
            ) from error
        except InvalidClaimError as error:
            raise self._refused_claim(error.claim) from error
        role, person = claims.get(settings.role_claim), claims.get(settings.person_claim)
        if not isinstance(role, str) or role not in set(Role):
            raise Unauthenticated(
                Reason.UNKNOWN_ROLE,
                f"The token's claim {settings.role_claim} names no role known here: it must be one of "
                f"{', '.join(Role)}.",
            )
        if not (person is None or isinstance(person, str)):
            raise Unauthenticated(
                Reason.MALFORMED, f"The token's claim {settings.person_claim} must be the id of a person, as text."
            )
        until = datetime.fromtimestamp(claims["exp"], UTC) + timedelta(seconds=LEEWAY_SECONDS)
        return Caller(str(claims["sub"]), Role(role), person, until)

    def _refused_claim(self, claim: str) -> Unauthenticated:
        settings = self._settings
        match claim:
            case "iss":
                return Unauthenticated(
                    Reason.WRONG_ISSUER, f"The token was not issued by {settings.issuer}. Sign in at that issuer."
                )
            case "aud":
                return Unauthenticated(
                    Reason.WRONG_AUDIENCE,
                    f"The token is for another audience. Ask for a token with the audience {settings.audience}.",
                )
            case "nbf" | "iat":
                return Unauthenticated(
                    Reason.NOT_YET_VALID,
                    "The token is not valid yet. Compare the clocks of the issuer and of this service.",
                )
            case _:
                return Unauthenticated(
                    Reason.MALFORMED, f"The token's claim {claim} has a value that can't be used. Sign in again."
                )


def bearer_token(authorization: str | None) -> str:
    """The token of an `Authorization` value; raises Unauthenticated where there is none."""
    if authorization is None or not authorization.strip():
        raise Unauthenticated(
            Reason.MISSING,
            "Sign in first: send the header `Authorization: Bearer TOKEN`. `zeren token --role viewer` prints a token.",
        )
    scheme, _, token = authorization.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or " " in token:
        raise _malformed("The Authorization header must be `Bearer TOKEN`.")
    if len(token) > LONGEST_TOKEN:
        raise _malformed(f"The token is longer than {LONGEST_TOKEN} characters.")
    return token


def _signed_claims(token: str, keys: KeySet) -> Mapping[str, Any]:
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except InvalidKeyIdError:
        raise
    except BadSignatureError as error:
        raise Unauthenticated(
            Reason.BAD_SIGNATURE, "The token's signature does not fit its content. Sign in again."
        ) from error
    except UnsupportedAlgorithmError as error:
        raise _malformed(f"The token must be signed with one of {', '.join(ALGORITHMS)}.") from error
    except (JoseError, ValueError, TypeError, KeyError, UnicodeError) as error:
        raise _malformed("The token is not a signed JWT.") from error


def _malformed(message: str) -> Unauthenticated:
    return Unauthenticated(Reason.MALFORMED, f"{message} Sign in again, or print a new token with `zeren token`.")


def _unknown_key() -> Unauthenticated:
    return Unauthenticated(
        Reason.UNKNOWN_KEY,
        "The token is signed with a key that this service does not know. Sign in again; if that does not help, the "
        "service and the issuer do not belong together (see ZEREN_JWKS).",
    )
