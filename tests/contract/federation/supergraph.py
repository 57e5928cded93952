"""The supergraph, composed of the committed subgraphs. Run as a module it writes schema/supergraph.graphql."""

import shutil
import subprocess
import sys
from pathlib import Path

from gateway.schema import ROOMS
from tests.contract.federation.packages import HERE, InstallFailed, NodeMissing, environment, node, packages

SCHEMA = Path(__file__).parents[3] / "schema"
SUPERGRAPH = SCHEMA / "supergraph.graphql"


class CompositionFailed(Exception):
    """The subgraphs contradict each other; the message says where."""


def composed(sdl: Path = SCHEMA / "sdl") -> str:
    """The supergraph of `<room>.graphql` in `sdl`. Raises CompositionFailed, NodeMissing or InstallFailed."""
    # Node looks for packages beside the script.
    script = shutil.copy(HERE / "compose.mjs", packages())
    done = subprocess.run(
        [node(), script, str(sdl), *sorted(ROOMS)],
        capture_output=True, text=True, encoding="utf-8", check=False, env=environment(), timeout=60,
    )  # fmt: skip
    if done.returncode:
        raise CompositionFailed(f"The subgraphs do not compose:\n{done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    try:
        SUPERGRAPH.write_text(composed(), "utf-8", newline="\n")
    except (CompositionFailed, NodeMissing, InstallFailed) as error:
        sys.exit(str(error))
