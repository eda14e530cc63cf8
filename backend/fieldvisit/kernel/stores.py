"""Where the bytes of files lie: a folder of this machine, or a bucket of any service that speaks S3."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from fieldvisit.kernel.errors import Problem
from fieldvisit.settings import Settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, S3Config

PATIENCE = timedelta(seconds=20)
NO_BUCKET = "NoSuchBucket"  # S3's code for it; the library tells it from a missing object only in its text

T = TypeVar("T")

log = structlog.get_logger()


class Store(Protocol):
    """Objects by name. Both kinds raise Problem 503 `busy` where they cannot be reached or written."""

    def read(self, name: str) -> bytes | None:
        """The object's bytes; None if there is none of this name."""

    def write(self, name: str, content: bytes) -> None:
        """Store the object, in the place of one that is there: who reads meanwhile gets the old or the new, whole.

        When this returns, the bytes outlive a power cut (a folder) or are what the service promises (a bucket).
        """


class Bucket:
    """A bucket: one PUT an object, which the service takes whole or not at all, its hash checked by the signature."""

    def __init__(self, store: "ObjectStore") -> None:
        self._store = store

    def read(self, name: str) -> bytes | None:
        """See Store."""
        try:
            return _reached(lambda: bytes(obstore.get(self._store, name).bytes()))
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """See Store. Never in parts: a crash would leave them in the bucket, unseen and paid for."""
        _reached(lambda: obstore.put(self._store, name, content, use_multipart=False))


class Folder(Bucket):
    """A folder: an object is written beside its name, renamed, and forced onto the disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(LocalStore(folder))
        self._folder = folder

    def write(self, name: str, content: bytes) -> None:
        """See Store."""
        super().write(name, content)
        path = self._folder / name
        for kept in (path, path.parent, self._folder):
            handle = os.open(kept, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def open_store(settings: Settings) -> Store:
    """The store of the settings; what they leave open about S3 comes from the usual `AWS_…` variables."""
    if settings.files_url is None:
        return Folder(settings.data_dir / "files")
    bucket, _, prefix = settings.files_url.removeprefix("s3://").partition("/")
    given: S3Config = {}
    if settings.files_endpoint is not None:
        given["endpoint"] = settings.files_endpoint
    if settings.files_region is not None:
        given["region"] = settings.files_region
    if settings.files_key is not None:
        given["access_key_id"] = settings.files_key
    if settings.files_secret is not None:
        given["secret_access_key"] = settings.files_secret
    endpoint = settings.files_endpoint or os.environ.get("AWS_ENDPOINT_URL", "")
    patience: ClientConfig = {"timeout": PATIENCE, "connect_timeout": PATIENCE / 4}
    try:
        store = S3Store(
            bucket,
            config=given,
            prefix=prefix or None,
            client_options=patience | {"allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
        )
    except BaseError as error:
        raise ValueError(f"FIELDVISIT_FILES_URL cannot be used: {str(error).partition(chr(10))[0]}") from None
    return Bucket(store)


def _reached(attempt: Callable[[], T]) -> T:
    """What the attempt gives; FileNotFoundError is left for an object that is not there in a store that is."""
    try:
        return attempt()
    except (BaseError, OSError) as error:
        said = str(error)
        if isinstance(error, FileNotFoundError) and NO_BUCKET not in said:
            raise
        # the rest of what it says are signatures
        log.error("file store failed", error=type(error).__name__, said=said.partition("\n")[0][:200])
        raise Problem(503, "busy") from None
