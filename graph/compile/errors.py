"""Why a read can't be answered."""

from enum import StrEnum


class ReadErrorCode(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    BAD_CURSOR = "BAD_CURSOR"
    BAD_RANGE = "BAD_RANGE"
    BAD_INPUT = "BAD_INPUT"
    FUTURE_KNOWN_AT = "FUTURE_KNOWN_AT"
    NOT_MIGRATED = "NOT_MIGRATED"
    LOG_INCOMPLETE = "LOG_INCOMPLETE"


class ReadError(Exception):
    """A refusal to answer, with its code and what would be right."""

    def __init__(self, code: ReadErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
