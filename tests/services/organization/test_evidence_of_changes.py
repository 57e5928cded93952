"""What changes of facts leave in the ledger: `zeren verify` follows each chain to its end."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.ledger.anchors import FileAnchor
from services.ledger.keyring import Keyring
from services.ledger.reading import verify_database
from services.ledger.sequencer import Sequencer
from services.ledger.verification import Fault
from tests.services.organization.conftest import SINCE, County
from tests.world import rid

END = "2024-12-18T00:00:00+08:00"


async def test_the_ledger_of_changed_facts_is_verified(county: County, tmp_path: Path) -> None:
    moved = await county.change("move", "Membership", fact=rid("m-clerk"), at=END, post=rid("deputy"))
    await county.change("end", "Membership", fact=moved["ended"]["id"], validTo=SINCE)
    await county.change("end", "Heads", fact=rid("bureau.headPost"), validTo=END)
    anchor = FileAnchor(tmp_path / "anchors")

    def keys() -> Keyring:
        return Keyring.open(tmp_path / "keys")

    await Sequencer(county.database, keys, [anchor], lambda: datetime.now(UTC)).catch_up()
    found = await verify_database(county.database, keys().root, [anchor], lambda _done, _all: None)
    assert found.events == 4
    await county.database.write("MATCH (n {id: $id}) SET n.position = 3", {"id": f"{rid('m-clerk')}~3"})
    with pytest.raises(Fault, match="chain ends"):
        await verify_database(county.database, keys().root, [anchor], lambda _done, _all: None)
