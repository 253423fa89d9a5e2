"""What the tests of the server share: a store, an app on it, and ways to ask it."""

import asyncio
import inspect
import logging
import warnings
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from versionchain import MemoryStore
from versionchain.server import control_of, create_app, running
from versionchain.server.inprocess import InProcessTransport, connect_in_process
from versionchain.testing import Clock, Ids

with warnings.catch_warnings():
    # The client's models are written for an older pydantic, which says so as they are made.
    warnings.simplefilter("ignore", DeprecationWarning)
    from recallrai import AsyncRecallrAI, RecallrAI

KEY, OTHER_KEY = "rai_shop", "rai_other"
CALLERS_KEY, CALLERS_OTHER_KEY = "callers-acme", "callers-zeta"
TENANTS = [
    "shop",
    "other",
    "acme",
    "acme-eu",
    "zeta",
    "versionchain.server",
    "versionchain.server/recallr/shop",
    "versionchain.server/recallr/other",
    "versionchain.server/callers/acme",
    "versionchain.server/callers/acme-eu",
    "versionchain.server/callers/zeta",
]


@pytest.fixture(autouse=True)
def quiet_logs():
    """Uvicorn configures logging; what it changed does not leak into other tests."""
    yield
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


@pytest.fixture
def clock():
    """A clock that goes on by a second at each answer."""
    return Clock()


WAYS = [
    # Where the store keeps, which client, and how it reaches the app: each pair at least once.
    ("memory", "sync", "port"),
    ("sqlite", "sync", "process"),
    ("sqlite", "async", "port"),
    ("memory", "async", "process"),
]


def pytest_generate_tests(metafunc):
    """Runs a test on both stores, or its module's `STORES`; the real client in all its ways."""
    if "client_kind" in metafunc.fixturenames:
        ids = ["-".join(way) for way in WAYS]
        metafunc.parametrize(("store_kind", "client_kind", "place"), WAYS, ids=ids)
    elif "store_kind" in metafunc.fixturenames:
        metafunc.parametrize("store_kind", getattr(metafunc.module, "STORES", ["memory", "sqlite"]))


@pytest.fixture
def store(store_kind, clock, tmp_path):
    """A store; whatever a test did to it, every invariant holds at its end."""
    if store_kind == "memory":
        opened = MemoryStore(clock=clock, ids=Ids())
    else:
        path = tmp_path / "fake.db"
        opened = MemoryStore.open(path, clock=clock, ids=Ids(), durability="normal")
    with opened:
        yield opened
        for tenant in TENANTS if not opened._closed else ():
            assert opened.for_tenant(tenant).verify().ok


@pytest.fixture
def app(store, clock):
    """Both services, with two projects and two organizations, the one of them with a part."""
    made = create_app(
        store,
        recallr_keys={KEY: ["shop"], OTHER_KEY: ["other"]},
        callers_keys={CALLERS_KEY: "acme", CALLERS_OTHER_KEY: "zeta"},
        clock=clock,
        ids=Ids(1),
    )
    control_of(made).callers.create_organization(
        "acme", key=CALLERS_KEY, sub_organizations=["acme-eu"]
    )
    return made


@pytest.fixture
def control(app):
    """The seeding interface of the app."""
    return control_of(app)


@pytest.fixture
def seed(control):
    """RecallrAI's seeding, with a user "ada"."""
    control.recallr.create_user("ada")
    return control.recallr


@pytest.fixture
def chain(seed):
    """A memory of ada's with four versions; their ids, oldest first."""
    versions = [seed.add("ada", "v1", categories=["place"], session_id="monday")]
    versions += [seed.update(versions[0].id, f"v{n}") for n in (2, 3, 4)]
    return [version.id for version in versions]


@pytest.fixture
def shop(store):
    """The memories of the project "shop"."""
    return store.for_tenant("shop")


@pytest.fixture
def acme(store):
    """The memories of the organization "acme"."""
    return store.for_tenant("acme")


def revisions(store):
    """How many revisions each tenant has: what changes with every change."""
    counted = {}
    for tenant in TENANTS:
        page = store.for_tenant(tenant).revisions(limit=1000)
        assert page.next_cursor is None
        counted[tenant] = len(page.items)
    return counted


@pytest.fixture
def unchanged(store):
    """A block in which nothing in the store changes."""

    @contextmanager
    def unchanged():
        before = revisions(store)
        yield
        assert revisions(store) == before

    return unchanged


@pytest.fixture
def http(app):
    """Plain HTTP to the app, in this process, without any key."""
    with httpx.Client(transport=InProcessTransport(app), base_url="http://fake") as client:
        yield client


@pytest.fixture
def recallr(http):
    """Plain HTTP to RecallrAI with the key of the shop: `recallr("GET", "/users")`."""
    headers = {
        "X-Recallr-Api-Key": KEY,
        "X-Recallr-Project-Id": "shop",
        "Content-Type": "application/json",
    }

    def ask(method, path, **more):
        return http.request(method, "/api/v1" + path, headers=headers, **more)

    return ask


@pytest.fixture
def callers(http):
    """Plain HTTP to Callers with the key of acme, or of the part that is named."""

    def ask(method, path, *, part=None, key=CALLERS_KEY, **more):
        headers = {"Authorization": key, "Content-Type": "application/json"}
        headers |= {"x-sub-organization-id": part} if part else {}
        return http.request(method, path, headers=headers, **more)

    return ask


def settle(runner, answer):
    """What a client's call gives: at once, or awaited."""
    return runner.run(_awaited(answer)) if inspect.isawaitable(answer) else answer


async def _awaited(answer):
    return await answer


@pytest.fixture
def do():
    """Waits for what an async client's call gives; a sync client's is there already."""
    with asyncio.Runner() as runner:
        yield lambda answer: settle(runner, answer)


class Switch:
    """An app that passes each request on to the app of the test that runs."""

    app = None

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def port():
    """A server on a port of its own, started once, and the switch to say who answers."""
    switch = Switch()
    with running(switch) as url:
        yield url, switch


@pytest.fixture
def dial(request, app, do, client_kind, place, monkeypatch, tmp_path):
    """Makes real RecallrAI clients, on a port and in this process."""
    # Nothing here is asked over TLS, and reading all the world's certificates takes 50 ms a client.
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with ExitStack() as stack:
        url = "http://fake"
        if place == "port":
            url, switch = request.getfixturevalue("port")
            switch.app = app

        def dial(key=KEY, project="shop", timeout=30):
            make = RecallrAI if client_kind == "sync" else AsyncRecallrAI
            client = make(key, project, base_url=url, timeout=timeout)
            if place == "process":
                connect_in_process(client, app)
            stack.callback(
                client._http.client.close if client_kind == "sync" else lambda: do(client.close())
            )
            return client

        yield dial


@pytest.fixture
def client(dial):
    """The real client with the key of the shop."""
    return dial()
