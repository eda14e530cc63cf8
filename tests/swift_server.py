"""OpenStack Swift with its S3 API, whole, in one process on loopback:
`python swift_server.py FOLDER PORT KEY SECRET BUCKET`.

Swift is an object store that others run in production (Apache-2.0). Its proxy with the S3 middleware, account and
container servers are the ones it ships; the object server is its in-memory one, for the usual one keeps what it
knows of an object in extended attributes, which not every test machine's disk has. One copy of everything.
"""

import sys
import warnings
from array import array
from pathlib import Path

warnings.simplefilter("ignore")  # its event library announces its retirement

import eventlet  # noqa: E402

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402
from paste.deploy import loadapp  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingData  # noqa: E402
from swift.common.swob import Request  # noqa: E402

KINDS = {"account": "account", "container": "container", "object": "mem_object"}
STORAGE = """
[DEFAULT]
swift_dir = {etc}
devices = {devices}
mount_check = false
log_address = /nowhere
[app:main]
use = egg:swift#{egg}
"""
PROXY = """
[DEFAULT]
swift_dir = {etc}
log_address = /nowhere
[pipeline:main]
pipeline = catch_errors s3api tempauth copy proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:copy]
use = egg:swift#copy
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


def main(folder: Path, port: int, key: str, secret: str, bucket: str) -> None:
    etc, devices = folder / "etc", folder / "devices"
    etc.mkdir()
    (devices / "disk").mkdir(parents=True)
    utils.HASH_PATH_SUFFIX = b"fieldvisit"
    for kind, egg in KINDS.items():
        listening = eventlet.listen(("127.0.0.1", 0))
        _ring(kind, listening.getsockname()[1]).save(str(etc / f"{kind}.ring.gz"))
        _serve(listening, etc / f"{kind}.conf", STORAGE.format(etc=etc, devices=devices, egg=egg))
    account, _, _ = key.partition(":")
    told = PROXY.format(etc=etc, user=key.replace(":", "_"), secret=secret)
    proxy = _serve(eventlet.listen(("127.0.0.1", port)), etc / "proxy.conf", told)
    environ = {"swift.authorize_override": True}
    asked = Request.blank(f"/v1/AUTH_{account}/{bucket}", method="PUT", environ=environ)
    assert asked.get_response(proxy).status_int == 201
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    eventlet.sleep(3600)


def _ring(kind: str, port: int) -> RingData:
    address = {"ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port}
    device = address | {"id": 0, "region": 1, "zone": 0, "device": "disk", "weight": 1, "meta": kind}
    return RingData([array("H", [0] * 4)], [device], part_shift=30)


def _serve(listening: object, path: Path, told: str) -> object:
    path.write_text(told)
    app = loadapp(f"config:{path}")
    eventlet.spawn(wsgi.server, listening, app, log_output=False)
    return app


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
