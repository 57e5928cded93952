"""Who is let in: tokens against keys, at an instant that the test names."""

import base64
import hmac
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from services.hosting.identity import LEEWAY_SECONDS, Caller, KeysUnavailable, Reason, Role, Unauthenticated, Verifier
from services.hosting.keys import ASK_AGAIN, KEEP, FixedKeys, IssuerKeys, LocalKeys, keys_of
from services.hosting.settings import Settings, SettingsError

NOW = datetime(2024, 12, 14, 1, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ISSUER = "https://sign-in.example"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def foreign(tmp_path: Path) -> Settings:
    """Settings that trust an issuer of the county's own."""
    return Settings(home=tmp_path, issuer=ISSUER, jwks="https://sign-in.example/jwks")


def signed(key: Key, algorithm: str, **claims: Any) -> str:
    seconds = int(NOW.timestamp())
    given = {"iss": ISSUER, "aud": "zeren", "sub": "wang", "role": "department", "exp": seconds + 60} | claims
    given = {name: value for name, value in given.items() if value is not None}
    return "Bearer " + jwt.encode({"alg": algorithm, "kid": key.kid}, given, key, algorithms=[algorithm])


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


async def refused(verifier: Verifier, authorization: str | None, now: datetime = NOW) -> Reason:
    with pytest.raises(Unauthenticated) as refusal:
        await verifier.verify(authorization, now)
    assert refusal.value.message
    return refusal.value.reason


async def test_a_minted_token_is_its_caller(settings: Settings) -> None:
    token = LocalKeys.open(settings).mint(Role.GRID_WORKER, "p7", HOUR, NOW)
    caller = await Verifier(keys_of(settings), settings).verify(f"Bearer {token}", NOW)
    assert caller == Caller("p7", Role.GRID_WORKER, "p7")
    assert caller.until == NOW + HOUR + timedelta(seconds=LEEWAY_SECONDS)


async def test_a_token_is_good_from_its_beginning_to_its_end_and_the_leeway(settings: Settings) -> None:
    verifier = Verifier(keys_of(settings), settings)
    token = f"Bearer {LocalKeys.open(settings).mint(Role.VIEWER, None, HOUR, NOW)}"
    assert await verifier.verify(token, NOW - timedelta(seconds=29))
    assert await verifier.verify(token, NOW + HOUR + timedelta(seconds=29))
    assert await refused(verifier, token, NOW - timedelta(seconds=40)) is Reason.NOT_YET_VALID
    assert await refused(verifier, token, NOW + HOUR + timedelta(seconds=30)) is Reason.EXPIRED


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        (None, Reason.MISSING),
        ("", Reason.MISSING),
        ("Bearer", Reason.MALFORMED),
        ("Basic YTpi", Reason.MALFORMED),
        ("Bearer a b", Reason.MALFORMED),
        ("Bearer abc", Reason.MALFORMED),
        ("Bearer a.b.c", Reason.MALFORMED),
        ("Bearer ....", Reason.MALFORMED),
        ("Bearer e30.e30.e30", Reason.MALFORMED),
        ("Bearer 网.格.员", Reason.MALFORMED),
        ("Bearer " + "a" * 9_000, Reason.MALFORMED),
    ],
)
async def test_what_is_no_token(settings: Settings, authorization: str | None, reason: Reason) -> None:
    assert await refused(Verifier(keys_of(settings), settings), authorization) is reason


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://elsewhere.example"}, Reason.WRONG_ISSUER),
        ({"iss": None}, Reason.MALFORMED),
        ({"aud": "another"}, Reason.WRONG_AUDIENCE),
        ({"aud": ["another", "more"]}, Reason.WRONG_AUDIENCE),
        ({"exp": None}, Reason.MALFORMED),
        ({"exp": "soon"}, Reason.MALFORMED),
        ({"sub": None}, Reason.MALFORMED),
        ({"nbf": int(NOW.timestamp()) + 90}, Reason.NOT_YET_VALID),
        ({"role": None}, Reason.UNKNOWN_ROLE),
        ({"role": "king"}, Reason.UNKNOWN_ROLE),
        ({"role": ["department"]}, Reason.UNKNOWN_ROLE),
        ({"person": 5}, Reason.MALFORMED),
    ],
)
async def test_claims_that_are_not_accepted(foreign: Settings, claims: dict[str, Any], reason: Reason) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    assert await refused(Verifier(FixedKeys(KeySet([key])), foreign), signed(key, "ES256", **claims)) is reason


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # many issuers still call it so
@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (OKPKey.generate_key("Ed25519", auto_kid=True), "EdDSA"),
        (OKPKey.generate_key("Ed25519", auto_kid=True), "Ed25519"),
        (ECKey.generate_key("P-256", auto_kid=True), "ES256"),
        (RSAKey.generate_key(2048, auto_kid=True), "RS256"),
    ],
)
async def test_the_algorithms_of_issuers(foreign: Settings, key: Key, algorithm: str) -> None:
    caller = await Verifier(FixedKeys(KeySet([key])), foreign).verify(signed(key, algorithm, aud=["x", "zeren"]), NOW)
    assert caller == Caller("wang", Role.DEPARTMENT)


async def test_an_issuer_may_name_its_claims_otherwise(foreign: Settings) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    settings = replace(foreign, role_claim="zeren_role", person_claim="zeren_person")
    token = signed(key, "ES256", role=None, zeren_role="discipline", zeren_person="p1")
    caller = await Verifier(FixedKeys(KeySet([key])), settings).verify(token, NOW)
    assert caller == Caller("wang", Role.DISCIPLINE, "p1")


async def test_a_public_key_used_as_a_shared_secret_opens_nothing(foreign: Settings) -> None:
    key = RSAKey.generate_key(2048, auto_kid=True)
    claims = signed(key, "RS256").removeprefix("Bearer ").split(".")[1]
    forged = f"{encoded({'alg': 'HS256', 'kid': key.kid})}.{claims}"
    digest = hmac.digest(key.as_pem(private=False), forged.encode(), "sha256")
    forged = f"Bearer {forged}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
    assert await refused(Verifier(FixedKeys(KeySet([key])), foreign), forged) is Reason.MALFORMED


async def test_an_unsigned_token_opens_nothing(settings: Settings) -> None:
    parts = ({"alg": "none"}, {"iss": settings.issuer, "aud": "zeren", "sub": "x", "role": "administrator", "exp": 9e9})
    token = ".".join(encoded(part) for part in parts)
    assert await refused(Verifier(keys_of(settings), settings), f"Bearer {token}.") is Reason.MALFORMED


async def test_a_changed_token_does_not_fit_its_signature(settings: Settings) -> None:
    head, claims, signature = LocalKeys.open(settings).mint(Role.VIEWER, None, HOUR, NOW).split(".")
    raised = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"role": "administrator"}
    reason = await refused(Verifier(keys_of(settings), settings), f"Bearer {head}.{encoded(raised)}.{signature}")
    assert reason is Reason.BAD_SIGNATURE


async def test_a_token_of_another_instance_is_signed_with_an_unknown_key(settings: Settings, tmp_path: Path) -> None:
    other = LocalKeys.open(Settings(home=tmp_path / "other")).mint(Role.VIEWER, None, HOUR, NOW)
    assert await refused(Verifier(keys_of(settings), settings), f"Bearer {other}") is Reason.UNKNOWN_KEY


def test_the_private_key_is_for_its_owner_only_and_stays(settings: Settings) -> None:
    first = LocalKeys.open(settings)
    files = list(settings.keys.iterdir())
    assert {file.name for file in files} == {"signing.jwk.json", "jwks.json"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(settings.keys.stat().st_mode) == 0o700
    assert "d" not in json.loads((settings.keys / "jwks.json").read_text())["keys"][0]
    assert LocalKeys.open(settings).private.kid == first.private.kid


def test_services_that_start_together_agree_on_one_key(settings: Settings) -> None:
    with ThreadPoolExecutor(16) as pool:
        kids = {pair.private.kid for pair in pool.map(LocalKeys.open, [settings] * 64)}
    assert len(kids) == 1


def test_a_broken_key_file_is_named(settings: Settings) -> None:
    settings.keys.mkdir()
    (settings.keys / "signing.jwk.json").write_text("{}")
    with pytest.raises(SettingsError, match=r"signing\.jwk\.json: is not a key"):
        keys_of(settings)


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(SettingsError, match="can't be kept there"):
        keys_of(Settings(home=tmp_path / "home"))


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("{", "is not JSON"),
        ("[]", "no list"),
        ('{"keys": []}', "no public key"),
        ('{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', "no public key"),
        ('{"keys": [{"kty": "RSA", "use": "enc", "n": "x", "e": "AQAB"}, 5]}', "no public key"),
    ],
)
def test_a_key_file_that_cannot_be_used_is_named(tmp_path: Path, content: str, wrong: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(content)
    with pytest.raises(SettingsError, match=wrong):
        keys_of(Settings(home=tmp_path, jwks=str(file), issuer=ISSUER))


class Issuer(httpx.AsyncBaseTransport):
    """An issuer's JWKS address that changes its keys, or fails, as the test says."""

    def __init__(self, *keys: Key) -> None:
        self.keys: list[Key] = list(keys)
        self.asked, self.status = 0, 200

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return httpx.Response(self.status, json=KeySet(self.keys).as_dict(private=False), request=request)


async def test_keys_are_fetched_once_and_again_for_a_new_one(foreign: Settings) -> None:
    old, new = (ECKey.generate_key("P-256", auto_kid=True) for _ in range(2))
    issuer = Issuer(old)
    verifier = Verifier(IssuerKeys("https://sign-in.example/jwks", issuer), replace(foreign, issuer=ISSUER))
    far = int((NOW + timedelta(days=1)).timestamp())
    token = signed(old, "ES256", exp=far)
    assert await verifier.verify(token, NOW)
    assert await verifier.verify(token, NOW)
    assert issuer.asked == 1

    assert await refused(verifier, signed(new, "ES256")) is Reason.UNKNOWN_KEY
    assert issuer.asked == 1, "a made-up key id must not make this service ask at each request"

    issuer.keys = [new]
    assert await verifier.verify(signed(new, "ES256", exp=far), NOW + ASK_AGAIN)
    assert issuer.asked == 2
    assert await refused(verifier, token, NOW + ASK_AGAIN) is Reason.UNKNOWN_KEY, "its key was taken back"

    issuer.keys = [old]
    assert await verifier.verify(signed(old, "ES256", exp=far), NOW + ASK_AGAIN + KEEP)
    assert issuer.asked == 3


@pytest.mark.parametrize("status", [500, 404])
async def test_an_issuer_that_fails_is_the_services_trouble(foreign: Settings, status: int) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    issuer = Issuer(key)
    issuer.status = status
    verifier = Verifier(IssuerKeys("https://sign-in.example/jwks", issuer), foreign)
    with pytest.raises(KeysUnavailable, match=r"sign-in\.example/jwks"):
        await verifier.verify(signed(key, "ES256"), NOW)
