"""How the local engine tells what it is doing; it never prints by itself."""

from typing import Protocol


class Progress(Protocol):
    """What `start` reports to. Calls may come from several threads."""

    def say(self, message: str) -> None:
        """A step begins, or something happened that the user should know."""
        ...

    def expect(self, size: int) -> None:
        """`size` bytes are going to be fetched."""
        ...

    def advance(self, size: int) -> None:
        """`size` more bytes have arrived; negative when bytes turned out useless and are fetched anew."""
        ...


class Silent:
    """A progress that nobody watches."""

    def say(self, message: str) -> None: ...

    def expect(self, size: int) -> None: ...

    def advance(self, size: int) -> None: ...
