"""Files of older schemas: each is read, whole, by this version.

`data/schema_N.sql` is what versionchain wrote when N was the newest schema, after a story of every
kind of change by two tenants; `data/schema_N_*.jsonl` is what `dump` said of each then.
"""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from versionchain import MemoryStore
from versionchain.backends.sqlite import schema
from versionchain.testing.looking import everything

DATA = Path(__file__).with_name("data")
OLDER = [int(file.stem.removeprefix("schema_")) for file in sorted(DATA.glob("schema_*.sql"))]
TENANTS = {"default": "default", "acme/eu": "acme"}


@pytest.fixture(params=OLDER, ids=lambda number: f"schema {number}")
def older(request, tmp_path):
    """An older file's number and its path."""
    path = tmp_path / "agent.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DATA / f"schema_{request.param}.sql").read_text("utf-8"))
        connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={request.param}")
        connection.execute("PRAGMA journal_mode=WAL")
    return request.param, path


def dumped(store):
    file = io.BytesIO()
    store.dump(file)
    return file.getvalue()


def test_every_fact_of_it_is_there(older):
    """A dump of it says the same, byte for byte, and nothing is wrong with it; opened again too."""
    number, path = older
    for _ in range(2):
        with MemoryStore.open(path) as store:
            for tenant, name in TENANTS.items():
                handle = store.for_tenant(tenant)
                told = (DATA / f"schema_{number}_{name}.jsonl").read_bytes()
                assert dumped(handle) == told
                assert handle.verify().ok


def test_it_reads_as_a_file_of_now(older, tmp_path):
    """Whatever can be read of it is what a new file says into which its dump was loaded."""
    _, path = older
    with MemoryStore.open(path) as store, MemoryStore.open(tmp_path / "new.db") as new:
        for tenant in TENANTS:
            handle, fresh = store.for_tenant(tenant), new.for_tenant(tenant)
            fresh.load(io.BytesIO(dumped(handle)))
            assert everything(handle) == everything(fresh)


def test_it_goes_on(older):
    """What is written then takes its place behind what was there."""
    _, path = older
    with MemoryStore.open(path) as store:
        handle = store.for_tenant("acme/eu")
        newest = handle.revisions().items[-1].number
        for contact_id in handle.contacts().items:
            for memory in handle.memories(contact_id).items:
                last = handle.history(memory.id, include_deleted=True)[-1].number
                assert handle.update(memory.id, "Goes on").number == last + 1
        assert handle.revisions().items[-1].number > newest
        gone = handle.delete_contact("bob")
        assert handle.restore(gone.revision).count == gone.count
        assert handle.erase_contact("ada").count > 0
        assert handle.verify().ok
        assert store.verify().ok
