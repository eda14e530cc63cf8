"""Files in a folder and in a bucket: the same meaning, and the whole way of a photo through the front door.

The bucket is one of OpenStack Swift, behind its S3 API with signatures checked (see `swift_server.py`).
"""

import hashlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from fastapi.testclient import TestClient
from obstore.store import S3Store
from PIL import Image

from conftest import SECRET, World
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.files import Files
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.stores import Bucket, Store, open_store
from fieldvisit.main import make_routes
from fieldvisit.settings import Settings
from object_store import BUCKET, KEY, free_port, object_store, settings_of
from object_store import SECRET as STORE_SECRET
from personas import photo, shop, uid

pytestmark = pytest.mark.timeout(120)
BIG = 6 * 1024 * 1024  # above the size from which the library would write in parts


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with object_store(tmp_path_factory.mktemp("swift")) as port:
        yield port


@pytest.fixture(params=["folder", "bucket"])
def told(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The settings that say where files lie."""
    return settings_of(request.getfixturevalue("bucket")) if request.param == "bucket" else {}


@pytest.fixture
def store(told: dict[str, Any], tmp_path: Path) -> Store:
    return open_store(Settings(data_dir=tmp_path, **told))


def test_what_was_written_is_read_and_nothing_else(store: Store) -> None:
    name = f"original/{uid()}"
    assert store.read(name) is None
    store.write(name, b"first")
    assert store.read(name) == b"first"
    store.write(name, b"second")
    assert store.read(name) == b"second"
    assert store.read(f"original/{uid()}") is None


def test_only_the_content_that_was_announced_is_held(store: Store) -> None:
    files, file_id = Files(store), uid()
    right, wrong = (hashlib.sha256(content).hexdigest() for content in (b"the photo", b"another"))
    assert not files.holds(file_id, right)
    files.put(file_id, b"the photo")
    assert files.holds(file_id, right)
    assert not files.holds(file_id, wrong)
    assert files.picture(uid()) is None


def test_whoever_reads_while_it_is_written_anew_gets_the_old_or_the_new_whole(
    store: Store, record_property: Any
) -> None:
    name, contents = f"original/{uid()}", [b"a" * BIG, b"b" * BIG]
    store.write(name, contents[0])
    done = threading.Event()
    seen: list[bool] = []

    def read() -> None:
        while not done.is_set():
            seen.append(store.read(name) in contents)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(12):
        store.write(name, contents[number % 2])
    done.set()
    reader.join()
    record_property("readings", len(seen))
    assert len(seen) >= 3
    assert all(seen)


def test_a_bucket_holds_only_finished_objects_under_the_prefix(bucket: int, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, **settings_of(bucket, files_url=f"s3://{BUCKET}/of/ours"))
    open_store(settings).write("original/one", b"1" * BIG)
    whole = S3Store(
        BUCKET,
        config={
            "access_key_id": KEY,
            "secret_access_key": STORE_SECRET,
            "region": "us-east-1",
            "endpoint": settings.files_endpoint or "",
        },
        client_options={"allow_http": True},
    )
    assert [row["path"] for page in obstore.list(whole, "of") for row in page] == ["of/ours/original/one"]


def test_a_store_that_refuses_or_is_not_there_is_busy_and_not_empty(bucket: int, tmp_path: Path) -> None:
    """Taking "no answer" for "no such file" would lose pictures."""
    for wrong in (
        settings_of(bucket, files_secret="not-the-secret"),
        settings_of(bucket, files_url="s3://no-such-bucket"),
        settings_of(free_port()),
    ):
        store = open_store(Settings(data_dir=tmp_path, **wrong))
        assert isinstance(store, Bucket)
        with pytest.raises(Problem) as refused:
            store.write("original/x", b"x")
        assert (refused.value.status, refused.value.code) == (503, "busy")
        with pytest.raises(Problem):
            store.read("original/x")


def test_a_key_without_its_secret_is_refused_in_words(tmp_path: Path) -> None:
    told = settings_of(1)
    del told["files_secret"]
    with pytest.raises(ValueError, match="FIELDVISIT_FILES_URL cannot be used"):
        open_store(Settings(data_dir=tmp_path, **told))


def test_keys_may_come_from_the_usual_variables(
    bucket: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", STORE_SECRET)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{bucket}")
    store = open_store(Settings(data_dir=tmp_path, files_url=f"s3://{BUCKET}"))
    store.write("original/by-variables", b"here")
    assert store.read("original/by-variables") == b"here"


def test_a_photo_goes_the_whole_way(database_url: str, told: dict[str, Any], tmp_path: Path) -> None:
    """Named by a check-in, sent later, shown to the manager without its metadata; sent again it changes nothing."""
    settings = Settings(
        database_url=database_url, data_dir=tmp_path, secret=SECRET, device_approval=False, **told
    )
    runtime = Runtime.open(settings)
    app = make_routes()
    app.state.runtime = runtime
    world = World(runtime, TestClient(app, raise_server_exceptions=False))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "canary of the metadata"
    Image.new("RGB", (2000, 1500), "green").save(out, "JPEG", exif=exif)
    content = out.getvalue()
    am01, mm1, mm2 = world.as_("am01"), world.as_("mm1"), world.as_("mm2")
    picture = photo(content)
    visit = {"id": uid(), "customer_id": shop("cz:0"), "place": None, "photos": [picture["id"]]}
    assert am01.put_file(picture, content).json()["code"] == "unknown"
    assert am01.do("visits.check_in", visit, files=[picture])["state"] == "applied"
    assert mm1.get(f"/api/attachments/{picture['id']}/picture").status_code == 404
    assert am01.put_file(picture, b"cut off").json()["code"] == "hash_differs"
    assert am01.put_file(picture, content).status_code == 201
    assert am01.put_file(picture, content).status_code == 200
    for _ in range(2):
        shown = mm1.get(f"/api/attachments/{picture['id']}/picture")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert b"canary" not in shown.content
        assert max(Image.open(io.BytesIO(shown.content)).size) == 1600
    assert mm2.get(f"/api/attachments/{picture['id']}/picture").status_code == 404
    rows = mm1.get("/api/attachments", params={"owner_id": visit["id"]}).json()["items"]
    assert [(row["state"], row["uploaded_at"][:10] >= str(today())[:4]) for row in rows] == [("stored", True)]
    runtime.close()
