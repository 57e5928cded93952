"""What the law of the domain says of organizations: pure functions over plain values."""

from services.organization.rules.corrections import (
    KEEP,
    Changes,
    Keep,
    Refused,
    Statement,
    correct,
    end,
    fault_of,
    move,
    spoken,
)
from services.organization.rules.credit_code import credit_code_check_character, credit_code_is_valid
from services.organization.rules.reaching_back import Interval, changed
from services.organization.rules.structure import (
    Edge,
    Place,
    cycles,
    long_chains,
    overlaps,
    with_columns,
)

__all__ = [
    "KEEP",
    "Changes",
    "Edge",
    "Interval",
    "Keep",
    "Place",
    "Refused",
    "Statement",
    "changed",
    "correct",
    "credit_code_check_character",
    "credit_code_is_valid",
    "cycles",
    "end",
    "fault_of",
    "long_chains",
    "move",
    "overlaps",
    "spoken",
    "with_columns",
]
