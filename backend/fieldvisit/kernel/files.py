"""The file store: bytes come in under a temporary name, are verified, then renamed; pictures are shown re-encoded."""

import hashlib
import io
import resource
import secrets
from concurrent.futures import ProcessPoolExecutor, TimeoutError
from multiprocessing import get_context
from pathlib import Path

import obstore
from obstore.store import LocalStore
from PIL import Image, ImageOps

MAX_PIXELS = 24_000_000
SHOWN_SIDE = 1600
MEMORY_LIMIT = 1 << 30
ENCODE_SECONDS = 20


class NotAPicture(Exception):
    """The bytes are no JPEG, PNG or WebP of a reasonable size."""


class Files:
    """A folder of objects named by attachment id: the original as it came, and the picture that is served."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._store = LocalStore(folder)
        self._pool: ProcessPoolExecutor | None = None

    def put(self, file_id: str, content: bytes) -> None:
        """Store the original; it appears whole or not at all."""
        self._write(f"original/{file_id}", content)

    def holds(self, file_id: str, sha256: str) -> bool:
        """Whether the original is here with just this content."""
        content = self._read(f"original/{file_id}")
        return content is not None and hashlib.sha256(content).hexdigest() == sha256

    def picture(self, file_id: str) -> bytes | None:
        """The JPEG to show, made anew from the original without its metadata; None if the original is not here.

        Raises NotAPicture.
        """
        shown = self._read(f"shown/{file_id}")
        if shown is not None:
            return shown
        original = self._read(f"original/{file_id}")
        if original is None:
            return None
        shown = self._encode(original)
        self._write(f"shown/{file_id}", shown)
        return shown

    def close(self) -> None:
        """End the worker process."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _encode(self, original: bytes) -> bytes:
        if self._pool is None:
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_limit_memory)
        try:
            return self._pool.submit(encode, original).result(ENCODE_SECONDS)
        except TimeoutError:
            self.close()
            raise NotAPicture from None
        except Exception:  # whatever a hostile file makes the decoder raise, or the process die of
            raise NotAPicture from None

    def _read(self, name: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except FileNotFoundError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        fresh = f"incoming/{secrets.token_hex(8)}"
        obstore.put(self._store, fresh, content)
        obstore.rename(self._store, fresh, name, overwrite=True)


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def encode(original: bytes) -> bytes:
    """A new upright JPEG of at most 1,600 pixels a side, without metadata; raises for anything but a picture."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with Image.open(io.BytesIO(original), formats=("JPEG", "PNG", "WEBP")) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise NotAPicture
        picture.draft("RGB", (SHOWN_SIDE, SHOWN_SIDE))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85)
    return out.getvalue()
