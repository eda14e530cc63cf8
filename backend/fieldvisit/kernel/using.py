"""Who uses the data folder: any number of processes together, or a restore alone."""

import fcntl
import os
from pathlib import Path


class InUse(ValueError):
    """The data folder is not to be had in the way asked for; its text is a sentence without its full stop."""


class Use:
    """A hold on the data folder, ended by `close` or by the end of the process."""

    def __init__(self, folder: Path, *, alone: bool) -> None:
        """Raises InUse at once where it cannot be had."""
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "in_use.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise InUse(
                f"A server, a worker or a backup is using {folder}: stop it first"
                if alone
                else f"A restore is under way in {folder}: wait until it has ended"
            ) from None
        self._handle: int | None = handle

    def close(self) -> None:
        """Let others in; harmless when repeated."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> "Use":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
