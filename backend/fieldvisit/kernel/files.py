"""The file store: originals as they came, each whole or not at all; pictures are shown re-encoded."""

import hashlib
import io
import resource
from concurrent.futures import ProcessPoolExecutor, TimeoutError
from multiprocessing import get_context

from PIL import Image, ImageOps

from fieldvisit.kernel.stores import Store

MAX_PIXELS = 24_000_000
SHOWN_SIDE = 1600
MEMORY_LIMIT = 1 << 30
ENCODE_SECONDS = 20


class NotAPicture(Exception):
    """The bytes are no JPEG, PNG or WebP of a reasonable size."""


class Files:
    """Objects named by attachment id: the original as it came, and the picture that is served.

    Raises Problem 503 `busy` where the store does not answer.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool: ProcessPoolExecutor | None = None

    def put(self, file_id: str, content: bytes) -> None:
        """Store the original; it appears whole or not at all."""
        self._store.write(f"original/{file_id}", content)

    def holds(self, file_id: str, sha256: str) -> bool:
        """Whether the original is here with just this content."""
        return self.original(file_id, sha256) is not None

    def original(self, file_id: str, sha256: str) -> bytes | None:
        """The bytes as they came; None where they are not here with just this content."""
        content = self._store.read(f"original/{file_id}")
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            return None
        return content

    def picture(self, file_id: str) -> bytes | None:
        """The JPEG to show, made anew from the original without its metadata; None if the original is not here.

        Raises NotAPicture.
        """
        shown = self._store.read(f"shown/{file_id}")
        if shown is not None:
            return shown
        original = self._store.read(f"original/{file_id}")
        if original is None:
            return None
        shown = self._encode(original)
        self._store.write(f"shown/{file_id}", shown)
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
