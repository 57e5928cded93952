"""Settings: what the environment may say, and what is answered to a mistake."""

import json
from pathlib import Path

import pytest

from services.hosting.settings import LOCAL_ISSUER, DatabaseAddress, Settings, SettingsError


def test_an_empty_environment_is_a_local_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({}) == Settings(home=tmp_path / ".zeren", issuer=LOCAL_ISSUER)


def test_everything_can_be_said(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n")
    settings = Settings.from_environment(
        {
            "ZEREN_HOME": str(tmp_path),
            "NEO4J_URI": "neo4j+s://graph.example",
            "NEO4J_USER": "zeren",
            "NEO4J_PASSWORD_FILE": str(secret),
            "ZEREN_JWKS": "https://sign-in.example/jwks",
            "ZEREN_ISSUER": "https://sign-in.example",
            "ZEREN_AUDIENCE": "county",
            "ZEREN_BIND": "0.0.0.0",  # noqa: S104 - as in a container
            "ZEREN_PORT": "8443",
            "ZEREN_LOG_LEVEL": "debug",
        }
    )
    assert settings.database == DatabaseAddress("neo4j+s://graph.example", "zeren", "s3cret")
    assert (settings.jwks, settings.issuer) == ("https://sign-in.example/jwks", "https://sign-in.example")
    assert (settings.audience, settings.port, settings.log_level) == ("county", 8443, "DEBUG")
    assert "s3cret" not in repr(settings)


def test_the_local_engine_is_found_by_its_home(tmp_path: Path) -> None:
    written = {"uri": "bolt://127.0.0.1:7687", "user": "neo4j", "password": "p", "pids": [1]}
    (tmp_path / "connection.json").write_text(json.dumps(written))
    settings = Settings.from_environment({"ZEREN_HOME": str(tmp_path)})
    assert settings.database == DatabaseAddress("bolt://127.0.0.1:7687", "neo4j", "p")


@pytest.mark.parametrize("text", ["{", "[]", '{"uri": 5}'])
def test_a_broken_connection_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "connection.json").write_text(text)
    with pytest.raises(SettingsError, match=r"connection\.json"):
        Settings.from_environment({"ZEREN_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("environment", "wrong"),
    [
        ({"ZEREN_PORT": "http"}, "ZEREN_PORT='http': must be a whole number from 1 to 65535"),
        ({"ZEREN_PORT": "70000"}, "ZEREN_PORT"),
        ({"ZEREN_LOG_LEVEL": "loud"}, "must be one of DEBUG, INFO"),
        ({"NEO4J_URI": "http://x", "NEO4J_PASSWORD": "p"}, "must begin with one of neo4j://"),
        ({"NEO4J_URI": "bolt://x"}, "NEO4J_PASSWORD: must be set"),
        ({"NEO4J_URI": "bolt://x", "NEO4J_PASSWORD": "p", "NEO4J_PASSWORD_FILE": "q"}, "one of them, not both"),
        ({"NEO4J_URI": "bolt://x", "NEO4J_PASSWORD_FILE": "/nowhere/at/all"}, "No such file"),
        ({"ZEREN_JWKS": "nowhere.json", "ZEREN_ISSUER": "x"}, "no such file"),
        ({"ZEREN_JWKS": "http://sign-in.example", "ZEREN_ISSUER": "x"}, "over https:// only"),
        ({"ZEREN_JWKS": "http://127.0.0.1.example", "ZEREN_ISSUER": "x"}, "over https:// only"),
        ({"ZEREN_JWKS": "https://sign-in.example"}, "ZEREN_ISSUER: must be set"),
        ({"ZEREN_ISSUER": "https://sign-in.example"}, "ZEREN_JWKS: must be set"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(environment: dict[str, str], wrong: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment(environment)
    assert wrong in str(error.value)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"ZEREN_PORT": "x", "ZEREN_LOG_LEVEL": "y", "NEO4J_URI": "z"})
    assert all(name in str(error.value) for name in ("ZEREN_PORT", "ZEREN_LOG_LEVEL", "NEO4J_URI", "NEO4J_PASSWORD"))
