"""A real object store for a test: OpenStack Swift behind its S3 API, as a process of its own on loopback."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SERVER = Path(__file__).with_name("swift_server.py")
KEY, SECRET, BUCKET = "test:fieldvisit", "secret-of-the-test-store", "bucket"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def settings_of(port: int, **changed: Any) -> dict[str, Any]:
    """The settings that lead a server to this store."""
    return {
        "files_url": f"s3://{BUCKET}/pictures",
        "files_endpoint": f"http://127.0.0.1:{port}",
        "files_region": "us-east-1",
        "files_key": KEY,
        "files_secret": SECRET,
    } | changed


@contextmanager
def object_store(folder: Path) -> Iterator[int]:
    """The port it listens on, with the bucket made."""
    port = free_port()
    command = [sys.executable, str(SERVER), str(folder), str(port), KEY, SECRET, BUCKET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield port
        finally:
            process.kill()
