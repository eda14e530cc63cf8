"""Where a webhook's address may lead: to hosts that are allowed, at addresses that were looked at, and to nothing inside."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldvisit.kernel.outside.reach import Reach, Undelivered
from loops import run_apart
from receiver import Receiver, receiver

HOST = "hook.example"
EVERYWHERE = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
INNER = [
    *("127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255"),
    *("172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.254", "169.254.169.254", "169.254.0.1"),
    *("100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
    *(
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::2",
        "fe80::1",
        "fc00::1",
    ),
    *("fd00:ec2::254", "fdff::1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1", "::ffff:127.0.0.1"),
    *(
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:192.168.1.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ),
    *("2002:7f00:1::", "2002:a00:1::", "2002:a9fe:a9fe::", "64:ff9b:1::7f00:1", "2001::1", "fec0::1"),
]


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Receiver]:
    with receiver(tmp_path, HOST) as made:
        yield made


def tried(reach: Reach, url: Any) -> str:
    """Why a post does not arrive; empty where it does."""
    try:
        run_apart(reach.post(url, {"text": "x"}))
    except Undelivered as trouble:
        return trouble.code
    return ""


def reach_to(far: Receiver, *addresses: str, networks: Any = (), **more: Any) -> tuple[Reach, list[str]]:
    """A way out to the receiver's name, which stands for these addresses; and the names that were looked up."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return list(addresses)

    told = {"hosts": [f"{HOST}:{far.port}"], "networks": networks, "ca_file": far.ca} | more
    return Reach(told["hosts"], told["networks"], told["ca_file"], resolve), asked


def variants(port: int) -> list[str]:
    """Addresses that lead to this machine or inside, or to hosts nobody allowed, written in every way that is known."""
    hosts = [
        *(
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "017700000001",
        ),
        *(
            "0",
            "0.0.0.0",
            "0x0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:0:0:1]",
        ),
        *(
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[fe80::1]",
            "[fe80::1%25lo]",
            "localhost",
            "LOCALHOST",
            "localhost.",
        ),
        *(
            "localhost.localdomain",
            "ip6-localhost",
            "127.0.0.1.nip.io",
            "1.0.0.127.in-addr.arpa",
            "169.254.169.254",
        ),
        *(
            "2852039166",
            "0xa9fea9fe",
            "metadata.google.internal",
            "100.100.100.200",
            "10.0.0.1",
            "192.168.0.1",
        ),
        *(
            "127。0。0。1",
            "①②⑦.⓪.⓪.①",
            "１２７.0.0.1",
            "loc\u00adalhost",
            "ⓛocalhost",
            f"{HOST}.",
            f"a.{HOST}",
        ),
        *(
            f"{HOST}.evil.example",
            f"evil-{HOST}",
            f"{HOST}%00.evil.example",
            f"{HOST}\\.evil",
            "hооk.example",
        ),
    ]
    made = [f"https://{host}{end}/x" for host in hosts for end in (f":{port}", "")]
    made += [f"https://{HOST}:{port}@{host}:{port}/x" for host in hosts[:20]]
    made += [
        f"http://{HOST}:{port}/x",
        f"HTTP://{HOST}:{port}/x",
        f"https://{HOST}:{port + 1}/x",
        f"https://{HOST}:22/x",
        f"https://{HOST}:80/x",
        f"https://{HOST}/x",
        f"https://user@{HOST}:{port}/x",
        f"https://user:secret@{HOST}:{port}/x",
        f"https://{HOST}:{port}@127.0.0.1:{port}/x",
        f"https://127.0.0.1:{port}#@{HOST}:{port}/x",
        f"https://127.0.0.1:{port}?@{HOST}:{port}/x",
        f"https://127.0.0.1:{port}\\@{HOST}:{port}/x",
        f"https://127.0.0.1:{port};{HOST}:{port}/x",
        f"//{HOST}:{port}/x",
        f"/{HOST}:{port}/x",
        f"{HOST}:{port}/x",
        f"https:{HOST}:{port}/x",
        f"https:/{HOST}:{port}/x",
        f"https:///{HOST}:{port}/x",
        f"ftp://{HOST}:{port}/x",
        f"gopher://{HOST}:{port}/_x",
        f"file://{HOST}:{port}/etc/passwd",
        "file:///etc/passwd",
        "dict://127.0.0.1:11211/stat",
        "ldap://127.0.0.1/x",
        "jar:https://127.0.0.1!/x",
        "data:text/plain,x",
        "javascript:alert(1)",
        "unix:/var/run/docker.sock",
        f"https+unix://{HOST}/x",
        f"wss://{HOST}:{port}/x",
        "",
        " ",
        "https://",
        "https://:443/x",
        f"https://:{port}/x",
        "https://[::1/x",
        "https://[]/x",
        f"https://{HOST}:99999/x",
        f"https://{HOST}:-1/x",
        f"https://{HOST}:port/x",
        f"https://{HOST}:{port}\r\nHost: 127.0.0.1/x",
        f"https://{HOST}\t:{port}/x",
        f"https://{HOST}\0:{port}/x",
        "https://" + "a" * 70 + ".example/x",
        "https://" + "a." * 200 + "example/x",
        f"https://{'a' * 70_000}/x",
    ]
    return made


def test_no_address_but_an_allowed_one_is_gone_to(far: Receiver, record_property: Any) -> None:
    reach, asked = reach_to(far, "127.0.0.1", networks=EVERYWHERE)
    urls = variants(far.port)
    assert len(set(urls)) >= 150
    codes = {url: tried(reach, url) for url in urls}
    assert {url: code for url, code in codes.items() if code != "address_refused"} == {}
    assert (far.connections, asked) == (0, [])
    assert tried(reach, f"https://{HOST}:{far.port}/x") == "", "the allowed one is gone to"
    assert far.connections == 1
    record_property("addresses refused/connected", f"{len(urls)}/0")


def test_no_name_that_stands_for_an_address_inside_is_gone_to(far: Receiver, record_property: Any) -> None:
    connected = 0
    for address in INNER:
        for among in ([address], ["8.8.8.8", address], [address, "2001:4860:4860::8888"]):
            reach, asked = reach_to(far, *among)
            assert tried(reach, f"https://{HOST}:{far.port}/x") == "address_refused", among
            assert asked == [HOST]
            connected += far.connections
    assert connected == 0
    assert tried(reach_to(far)[0], f"https://{HOST}:{far.port}/x") == "address_refused", "a name without any"
    record_property("names refused/connected", f"{len(INNER) * 3}/0")
    reach, _ = reach_to(far, "127.0.0.1", networks=EVERYWHERE)
    assert tried(reach, f"https://{HOST}:{far.port}/x") == "", "a network that is allowed turns it red"
    assert far.connections == 1


def test_a_name_that_changes_its_mind_is_asked_once_and_never_again(far: Receiver) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["10.0.0.1"]])
    asked = []

    async def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    loopback = [ipaddress.ip_network("127.0.0.1/32")]
    reach = Reach([f"{HOST}:{far.port}"], loopback, far.ca, resolve)
    url = f"https://{HOST}:{far.port}/x"
    assert tried(reach, url) == ""
    assert asked == [HOST]
    assert far.told[0].headers["host"] == f"{HOST}:{far.port}"
    assert [tried(reach, url), tried(reach, url)] == ["address_refused", "address_refused"]
    assert far.connections == 1


def test_whoever_cannot_show_the_names_certificate_is_told_nothing(far: Receiver, tmp_path: Path) -> None:
    url = f"https://{HOST}:{far.port}/x"
    reach, _ = reach_to(far, "127.0.0.1", networks=EVERYWHERE, ca_file=None)
    assert tried(reach, url) == "no_answer", "an authority nobody knows"
    other = tmp_path / "other"
    other.mkdir()
    with receiver(other, "another.example") as another:
        posing, _ = reach_to(another, "127.0.0.1", networks=EVERYWHERE)
        assert tried(posing, f"https://{HOST}:{another.port}/x") == "no_answer", "another's certificate"
        assert another.told == []
    assert far.told == []
    closed, _ = reach_to(far, "127.0.0.1", networks=EVERYWHERE, hosts=[f"{HOST}:1"])
    assert tried(closed, f"https://{HOST}:1/x") == "no_answer", "nobody listens"
