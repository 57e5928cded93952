"""`python -m services.hosting.probe`: exits 0 where this container's service is ready, else 1 with the reason."""

import sys

import httpx

from services.hosting.settings import Settings, SettingsError


def main() -> int:
    """Ask /readyz of the service that the environment describes, on this machine."""
    try:
        port = Settings.from_environment().port
        if port is None:
            raise SettingsError("ZEREN_PORT: must be set, to the port of the service to ask")
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=4, trust_env=False)
    except (SettingsError, httpx.HTTPError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - what the container's health log shows
        return 1
    print(answer.text)  # noqa: T201 - what a probe has to say
    return 0 if answer.is_success else 1


if __name__ == "__main__":
    sys.exit(main())
