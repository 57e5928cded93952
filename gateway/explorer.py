"""The API explorer: a page, its script and its style, all served from here, for a county network has no internet."""

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

import schema as contract
from graph.model.identity import record_id
from services.campaign.rulebook import shipped
from services.integration.county import SOURCE as COUNTY
from services.integration.county.demonstration import PROBLEM as DEMONSTRATION

CONSOLE = Path(__file__).parent / "console"
OPERATIONS = Path(contract.__file__).parent / "operations"

# Nothing from elsewhere, nothing inline, and no page may put this one into a frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def router() -> APIRouter:
    """/explorer, its assets, and /explorer/documents: what clients send, with variables that suit the demonstration."""
    made = APIRouter()

    async def page() -> Response:
        return FileResponse(CONSOLE / "index.html", headers=HEADERS)

    async def shown() -> list[dict[str, Any]]:
        return documents()

    made.add_api_route("/explorer", page, methods=["GET"])
    made.add_api_route("/explorer/documents", shown, methods=["GET"])
    return made


def assets() -> StaticFiles:
    """The script, the style and the licences of what is in them."""
    return StaticFiles(directory=CONSOLE / "assets")


def documents() -> list[dict[str, Any]]:
    """{name, text, variables} of each document in schema/operations, the trace first; variables are JSON text."""
    found = sorted(OPERATIONS.glob("*.graphql"), key=lambda file: (file.stem != "Trace", file.stem))
    return [
        {
            "name": file.stem,
            "text": file.read_text("utf-8"),
            "variables": json.dumps(_VARIABLES.get(file.stem, {"input": {}}), ensure_ascii=False, indent=2),
        }
        for file in found
    ]


_VARIABLES: dict[str, dict[str, Any]] = {
    "Trace": {"subject": record_id(COUNTY, DEMONSTRATION)},
    "FindProblem": {"source": COUNTY, "sourceId": DEMONSTRATION},
    "CampaignTree": {"campaign": record_id(*shipped().campaign.split(":"))},
    "Instruction": {"id": record_id("zeren", "instruction/local:cli/demo-instruction")},
    "Worklist": {"organization": record_id("speech", "org-housing"), "status": ["RECTIFYING"], "first": 10},
}
