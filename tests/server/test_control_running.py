"""A server on a port of its own: up in no time, gone without a trace; a missing extra is named."""

import asyncio
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest

from versionchain import MemoryStore
from versionchain.server import control_of, create_app, running
from versionchain.server.answers import wait_for_giving_up
from versionchain.server.inprocess import InProcessTransport

KEYS = {"recallr_keys": {"rai_shop": ["shop"]}, "callers_keys": {"callers-acme": "acme"}}
GOOD = {"X-Recallr-Api-Key": "rai_shop", "X-Recallr-Project-Id": "shop"}


@pytest.fixture
def plain():
    """An app on a store in memory."""
    with MemoryStore() as store:
        yield create_app(store, **KEYS)
        assert store.for_tenant("shop").verify().ok


def servers():
    """The threads of servers that run."""
    return [thread for thread in threading.enumerate() if thread.name == "versionchain.server"]


def get(url):
    """The status of a good request."""
    return httpx.get(f"{url}/api/v1/users", headers=GOOD, trust_env=False).status_code


def test_up_and_gone(plain):
    """It answers when the block begins; afterwards the port is free and the thread has ended."""
    before = servers()
    with running(plain) as url:
        assert get(url) == 200
        assert len(servers()) == len(before) + 1
        port = int(url.rpartition(":")[2])
        assert url == f"http://127.0.0.1:{port}"
    assert servers() == before
    with pytest.raises(httpx.ConnectError):
        get(url)
    with running(plain, port=port) as again:
        assert again == url
        assert get(url) == 200


def test_two_at_once(plain):
    """Two servers have two ports, and each its own store."""
    with MemoryStore() as store:
        other = create_app(store, **KEYS)
        with running(plain) as one, running(other) as two:
            assert one != two
            httpx.post(
                f"{one}/api/v1/users",
                headers=GOOD,
                json={"custom_user_id": "ada"},
                trust_env=False,
            )
            counts = [
                httpx.get(f"{url}/api/v1/users", headers=GOOD, trust_env=False).json()["total"]
                for url in (one, two)
            ]
        assert counts == [1, 0]


def test_a_port_that_is_taken(plain):
    """It raises here, and leaves no thread."""
    before = servers()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(OSError, match="in use"), running(plain, listener.getsockname()[1]):
            pytest.fail("it started")
    assert servers() == before


def test_an_app_that_does_not_start():
    """Its failure is an error here, and leaves no thread."""

    async def broken(scope, receive, send):
        assert scope["type"] == "lifespan"
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "broken on purpose"})

    before = servers()
    with pytest.raises(RuntimeError, match="did not start"), running(broken):
        pytest.fail("it started")
    assert servers() == before


def test_a_failure_inside_the_block(plain):
    """An exception goes out as it is, and the server ends."""
    with pytest.raises(KeyError), running(plain) as url:
        raise KeyError("mine")
    with pytest.raises(httpx.ConnectError):
        get(url)


def test_a_timeout_does_not_hold_up_the_end(plain):
    """A request that is made to wait for a minute is let go when its client has gone."""
    control_of(plain).fail_next(1, "timeout", seconds=60)
    with running(plain) as url:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(
                f"{url}/api/v1/users",
                headers=GOOD,
                timeout=httpx.Timeout(30, read=0.1),
                trust_env=False,
            )
        start = time.monotonic()
    assert time.monotonic() - start < 30


def test_a_wait_ends_with_its_client():
    """As soon as the client has gone, and not before; or when the time is over."""

    class Request:
        def __init__(self, gone_after):
            self.left = gone_after

        async def is_disconnected(self):
            self.left -= 1
            return self.left < 0

    gone, patient = Request(2), Request(1000)
    asyncio.run(asyncio.wait_for(wait_for_giving_up(gone, 60), 30))
    assert gone.left == -1
    asyncio.run(wait_for_giving_up(patient, 0.01))
    assert patient.left >= 0


def test_many_at_once(plain):
    """Threads that create users and delete one version at once: each succeeds once."""
    control = control_of(plain)
    control.recallr.create_user("ada")
    memory = control.recallr.add("ada", "v1")
    control.recallr.update(memory.id, "v2")
    with running(plain) as url:
        answers = []

        def ask():
            with httpx.Client(base_url=f"{url}/api/v1", headers=GOOD, trust_env=False) as client:
                made = client.post("/users", json={"custom_user_id": "eve"}).status_code
                gone = client.delete(f"/users/ada/memory/{memory.id}").status_code
                answers.append((made, gone))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    made, gone = zip(*answers, strict=True)
    assert sorted(made) == [201] + [409] * 5
    assert sorted(gone) == [204] + [404] * 5


def test_in_process_for_both_clients(plain):
    """One transport serves a client of each kind, and a second closing does nothing."""
    transport = InProcessTransport(plain)
    with httpx.Client(transport=transport, base_url="http://fake", headers=GOOD) as client:
        assert client.get("/api/v1/users").json()["total"] == 0
    transport.close()


def test_with_the_page():
    """The page stands beside the services, and takes nothing of theirs away."""
    with MemoryStore() as store:
        app = create_app(store, **KEYS, inspector=True)
        control_of(app).recallr.create_user("ada")
        transport = InProcessTransport(app)
        with httpx.Client(transport=transport, base_url="http://127.0.0.1:8800") as client:
            assert client.get("/").headers["content-type"].startswith("text/html")
            assert client.get("/api/v1/users", headers=GOOD).json()["total"] == 1
            assert client.get("/api/v1/users/").status_code == 404
            answer = client.get("/contacts/x/memories", headers={"Authorization": "callers-acme"})
            assert answer.json() == {"status": "error", "message": "Contact not found"}
            assert list(client.get("/openapi.json").json()["paths"]) == list(
                create_app(store, **KEYS).openapi()["paths"]
            )


SERVING = """
from versionchain import MemoryStore
from versionchain.server import create_app, serve
with MemoryStore() as store:
    serve(create_app(store), port={port}, log_level="error")
print("ended")
"""


def test_served_until_interrupted():
    """What the command line calls listens on loopback, and ends when it is interrupted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = SERVING.format(port=port)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert time.monotonic() < end
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.02)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0] == b"ended\n"
    assert process.returncode == 0


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn", "jinja2"])
def test_a_missing_extra(missing):
    """Importing the server without one of its packages names the line that installs it."""
    program = (
        "import importlib.util as u\n"
        "find = u.find_spec\n"
        f"u.find_spec = lambda name, *a: None if name == {missing!r} else find(name, *a)\n"
        "import versionchain.server\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert last == (
        f"ImportError: The server needs {missing}: python -m pip install 'versionchain[server]'"
    )
