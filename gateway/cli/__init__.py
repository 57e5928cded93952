"""The command `zeren`. `main` is its entry point; `application` holds the commands."""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 refused or failed, 2 used wrongly."""
    from gateway.cli.application import run  # only now: `import gateway.cli` stays free of what the commands need

    run()
