"""The async store, on asyncio and on trio, in memory and in a file."""

import inspect
import io
import threading

import anyio
import pytest

from versionchain import (
    MemoryStore,
    NotFoundError,
    Snapshot,
    StoreClosedError,
    Transaction,
    TransactionError,
)
from versionchain.aio import AsyncMemoryStore, AsyncSnapshot, AsyncTransaction

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path, anyio_backend):
    made = MemoryStore() if request.param == "memory" else MemoryStore.open(tmp_path / "a.db")
    async with AsyncMemoryStore(made) as store:
        yield store


def public(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("kind", "twin"),
    [
        (AsyncMemoryStore, MemoryStore),
        (AsyncTransaction, Transaction),
        (AsyncSnapshot, Snapshot),
    ],
)
def test_it_has_the_same_methods(kind, twin):
    """Whatever the store can do can be awaited, and nothing more."""
    assert public(kind) == public(twin)


async def test_every_call_is_the_stores_own(store):
    """Writing, reading, deleting and restoring answer as the store does."""
    bonn = await store.add("ada", "Lives in Bonn")
    kiel = await store.update(bonn.id, "Lives in Kiel")
    gone = await store.delete(kiel.id)
    assert (await store.latest(bonn.id)).content == "Lives in Bonn"
    assert (await store.restore(gone.revision)).count == 1
    assert [v.number for v in await store.history(bonn.id)] == [1, 2]
    assert (await (await store.at(1)).latest(bonn.id)).content == "Lives in Bonn"
    assert (await store.at(1)).revision == 1
    assert (await store.for_tenant("other").contacts()).items == ()
    file = io.BytesIO()
    await store.dump(file)
    async with AsyncMemoryStore() as copy:
        await copy.load(io.BytesIO(file.getvalue()))
        assert await copy.get(kiel.id) == await store.get(kiel.id)
        assert (await copy.verify()).ok
    assert (await store.verify()).ok


async def test_an_error_comes_out_as_itself(store):
    """What the store raises is raised where it is awaited, and nothing changed."""
    with pytest.raises(NotFoundError):
        await store.get("00000000-0000-7000-8000-000000000000")
    assert (await store.revisions()).items == ()
    assert (await store.verify()).ok


async def test_a_block_is_one_revision_and_one_thread(store):
    """All the calls of a block run in one thread, and nobody sees them before it ends."""
    threads = set()

    async def where(tx):
        await tx._run(lambda: threads.add(threading.get_ident()))

    async with store.transaction(reason="moved") as tx:
        bonn = await tx.add("ada", "Lives in Bonn")
        await where(tx)
        await tx.update(bonn.id, "Lives in Kiel")
        await where(tx)
        assert (await store.count("ada")).versions == 0
    assert len(threads) == 1
    assert [r.reason for r in (await store.revisions()).items] == ["moved"]
    with pytest.raises((TransactionError, RuntimeError)):
        await tx.count("ada")
    assert (await store.verify()).ok


async def test_an_exception_undoes_a_block(store):
    """An exception that leaves the block takes all of it back, and comes out as itself."""
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await tx.add("ada", "inside")
            raise ZeroDivisionError
    assert (await store.revisions()).items == ()
    await store.add("ada", "after")
    assert (await store.verify()).ok


async def test_a_call_that_raises_inside_undoes_itself_alone(store):
    """The block goes on after a call of it failed."""
    async with store.transaction() as tx:
        await tx.add("ada", "inside")
        with pytest.raises(NotFoundError):
            await tx.delete_contact("grace")
    assert (await store.count("ada")).versions == 1
    assert (await store.verify()).ok


async def test_cancelling_rolls_a_block_back_and_leaves_the_store_usable(store):
    """A block that is cancelled leaves nothing, and the next writer finds the store free."""
    with anyio.move_on_after(5) as scope:
        async with store.transaction() as tx:
            await tx.add("ada", "inside")
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert (await store.count("ada")).versions == 0
    assert (await store.add("ada", "after")).revision == 1
    assert (await store.verify()).ok


async def test_a_call_that_is_cancelled_ends_first(store):
    """A cancelled call is not torn: what it wrote is there whole, and the store goes on."""
    with anyio.CancelScope() as scope:
        scope.cancel()
        await store.add("ada", "perhaps")
    assert (await store.count("ada")).versions in (0, 1)
    await store.add("ada", "after")
    assert (await store.verify()).ok


async def test_many_tasks_write_at_once(store):
    """Tasks that write and blocks that wait for each other all come through."""

    async def one(n: int) -> None:
        async with store.transaction() as tx:
            await tx.add("ada", f"block {n}")
        await store.add("ada", f"call {n}")

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            for n in range(12):
                tasks.start_soon(one, n)
    assert (await store.count("ada")).versions == 24
    assert [r.number for r in (await store.revisions()).items] == list(range(1, 25))
    assert (await store.verify()).ok


async def test_it_opens_and_closes_a_file(tmp_path):
    """`open` takes the store's options; after the block the store is closed."""
    async with await AsyncMemoryStore.open(tmp_path / "b.db", tenant="acme", actor="me") as store:
        assert (store.tenant, store.actor) == ("acme", "me")
        await store.add("ada", "Prefers tea")
        await store.backup(tmp_path / "copy.db")
        assert (await store.verify()).ok
    with pytest.raises(StoreClosedError):
        await store.count("ada")
