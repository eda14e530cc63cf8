"""The wheel is the whole product: installed where there is no source and no Node, it migrates, serves the app, signs in."""

import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from browsers import ROOT
from object_store import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([ROOT / "scripts" / "wheel", folder], cwd=ROOT, check=True)
    (made,) = folder.glob("fieldvisit-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an empty environment with the wheel in it.

    To save a minute of installing, what the wheel depends on is not installed again: one `.pth` file names the
    packages of the running environment, which hold what the lock file names. The source tree stays out of it, and
    the test below makes sure of that. An operator's way is `pip install --require-hashes -r requirements.lock`,
    then `pip install --no-deps` of the wheel.
    """
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False)
    programs = place / "bin"
    site = Path(
        subprocess.check_output(
            [programs / "python", "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
            text=True,
        ).strip()
    )
    pip = [sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-index", wheel], check=True)
    # a path in a .pth file is searched, but the .pth files in it, such as the one of this source tree, are not read
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])
    return programs


def environment(programs: Path, folder: Path, **more: str) -> dict[str, str]:
    """Nothing of ours: no PYTHONPATH, no settings, and a PATH on which there is no Node."""
    assert shutil.which("node", path=str(programs)) is None
    return {"PATH": str(programs), "HOME": str(folder), "LANG": "C.UTF-8", **more}


@pytest.fixture
def address(installed: Path, tmp_path: Path) -> Iterator[str]:
    """`fieldvisit demo --size test`, from another folder, at this address."""
    port = free_port()
    told = environment(installed, tmp_path, PORT=str(port))
    with subprocess.Popen(
        [installed / "fieldvisit", "demo", "--size", "test"], env=told, cwd=tmp_path
    ) as process:
        until = time.monotonic() + 120
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
        assert process.poll() is None, "it ended"
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_the_installed_product_serves_the_app_and_signs_in(address: str, tmp_path: Path) -> None:
    page = httpx2.get(f"{address}/")
    assert page.status_code == 200
    script = page.text.partition('src="/assets/')[2].partition('"')[0]
    asset = httpx2.get(f"{address}/assets/{script}")
    assert (asset.status_code, asset.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert len(asset.content) > 10_000
    assert httpx2.get(f"{address}/sw.js").status_code == 200
    assert httpx2.get(f"{address}/manifest.webmanifest").json()["short_name"] == "走访通"
    assert httpx2.get(f"{address}/readyz").status_code == 200
    device = {"id": str(uuid4()), "name": "test"}
    body = {"username": "am01", "password": "zoufang-demo", "device": device}
    told = httpx2.post(f"{address}/api/auth/login", json=body).json()
    headers = {"authorization": f"Bearer {told['access_token']}"}
    assert httpx2.get(f"{address}/api/customers", headers=headers).json()["items"]
    assert (tmp_path / "var" / "fieldvisit.db").is_file()


def test_nothing_of_it_comes_from_the_source_tree(installed: Path, tmp_path: Path) -> None:
    asked = (
        "import sys, fieldvisit.places as p, fieldvisit.cli; print(p.PACKAGE, p.MIGRATIONS, p.PWA, *sys.path)"
    )
    told = environment(installed, tmp_path)
    said = subprocess.check_output([installed / "python", "-c", asked], text=True, env=told, cwd=tmp_path)
    package, migrations, app, *path = said.split()
    assert package.startswith(str(installed.parent))
    assert (migrations, app) == (f"{package}/migrations", f"{package}/pwa")
    assert str(ROOT / "backend") not in path


def test_the_wheel_holds_what_the_tree_holds_and_no_more(wheel: Path) -> None:
    """Every module, every migration and every file of the built app; no test, no leftover of an earlier build."""
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    backend, app = ROOT / "backend", ROOT / "frontend-pwa" / "dist"
    wanted = {str(path.relative_to(backend)) for path in (backend / "fieldvisit").rglob("*.py")}
    wanted |= {
        f"fieldvisit/migrations/{path.relative_to(ROOT / 'migrations')}"
        for pattern in ("*.py", "*.mako")
        for path in (ROOT / "migrations").rglob(pattern)
    }
    built = {path.relative_to(app) for path in app.rglob("*") if path.is_file()}
    # what the build notes of itself, for whoever measures it
    wanted |= {f"fieldvisit/pwa/{path}" for path in built if path.parts[0] != ".vite"}
    assert held == wanted
    assert len(held) > 150


def test_a_tree_without_the_built_app_makes_no_wheel(tmp_path: Path) -> None:
    shutil.copy(ROOT / "setup.py", tmp_path)
    refused = subprocess.run(
        [sys.executable, "setup.py", "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "make wheel" in refused.stderr
