"""A fork with an open store: parent and child both go on."""

import fcntl
import os
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from versionchain import MemoryStore, TransactionError
from versionchain.transaction import Transaction

from ..forks import Child, done, forked
from .scene import Scene

Block = AbstractContextManager[Transaction]


def fork(scene: Scene) -> None:
    """Between calls: both write and read through the handle that was open, at the same time."""
    random, many = scene.random, scene.random.randint(1, 6)
    with scene.opened() as store:
        store.add("ada", "before")
        children = [_writer(store, f"child {n}", many) for n in range(random.randint(1, 3))]
        for number in range(many):
            store.add("ada", f"parent {number}")
        for child in children:
            _fine(scene, child)
        texts = {f"{who} {n}" for who in _names(len(children)) for n in range(many)}
        scene.holds(store, {"before", *texts})
    scene.reopened({"before", *texts})


def fork_in_a_block(scene: Scene) -> None:
    """In a block, which stays the parent's: the child goes on beside it, or tries to use it."""
    use = scene.random.choice((_goes_on, _uses, _leaves, _fails))
    with scene.opened() as store:
        store.add("ada", "before")
        block = store.transaction()
        tx = block.__enter__()
        tx.add("ada", "inside")
        child = forked(lambda pipe: use(store, block, tx))
        time.sleep(scene.random.random() * 0.005)
        if use is not _goes_on:  # which waits until the block has ended
            _fine(scene, child)
            scene.expect(_is_locked(scene), "the child gave its parent's turn away")
        tx.add("ada", "inside, later")
        if kept := scene.random.random() < 0.7:
            block.__exit__(None, None, None)
        else:
            scene.expect(not _failed(block), "an error was swallowed")
        _fine(scene, child)
        texts = {"before"} | ({"inside", "inside, later"} if kept else set())
        texts |= {"child's own"} if use is _goes_on else set()
        scene.holds(store, texts)
    scene.reopened(texts)


def fork_and_outlive(scene: Scene) -> None:
    """Of a process that closes the store or is killed then: child and strangers take turns."""
    random, killed = scene.random, scene.random.random() < 0.3
    children = random.randint(1, 2)
    early = random.random() < 0.5

    def outlives(pipe: int, number: int) -> None:
        if early:
            store.add("ada", f"early {number}")
        time.sleep(random.random() * 0.01)
        for turn in range(5):
            store.add("ada", f"child {number} {turn}")
            time.sleep(0.002)

    def parent(pipe: int) -> None:
        for number in range(children):
            forked(lambda _, number=number: outlives(pipe, number))
        store.close()
        os.write(pipe, b"closed")
        if killed:
            time.sleep(60)

    texts = {"before", *(f"child {n} {turn}" for n in range(children) for turn in range(5))}
    texts |= {f"early {n}" for n in range(children) if early}
    store = scene.opened()
    store.add("ada", "before")
    first = forked(parent)
    store.close()
    first.listen()
    if killed:
        first.kill()
    for turn in range(5):
        text = f"stranger {turn}"
        texts.add(text)
        said = done(lambda pipe, text=text: _adds(scene, text))
        scene.expect(not said, f"a stranger: {said}")
    first.end()
    scene.reopened(texts)


def fork_and_die(scene: Scene) -> None:
    """In a block of a process that is killed then: its child does not keep its turn."""
    store = scene.opened()
    store.add("ada", "before")

    def parent(pipe: int) -> None:
        with store.transaction() as tx:
            tx.add("ada", "inside")
            forked(lambda _: _tells(pipe, store))
            time.sleep(60)

    first = forked(parent)
    first.listen()
    first.kill()
    said = first.end()
    scene.expect(said == "ready.done.", f"the child of a killed process: {said}")
    scene.holds(store, {"before", "grandchild's"})
    store.close()
    scene.reopened({"before", "grandchild's"})


def _names(children: int) -> list[str]:
    return ["parent", *(f"child {n}" for n in range(children))]


def _fine(scene: Scene, child: Child) -> None:
    said = child.end()
    scene.expect(child.fine, f"the child: {said}")


def _writer(store: MemoryStore, name: str, many: int) -> Child:
    def work(pipe: int) -> None:
        for number in range(many):
            version = store.add("ada", f"{name} {number}")
            assert store.get(version.id).content == f"{name} {number}"
        if many % 2:
            store.close()

    return forked(work)


def _goes_on(store: MemoryStore, block: Block, tx: Transaction) -> None:
    store.add("ada", "child's own")
    assert store.versions("ada").items[0].content == "before"


def _uses(store: MemoryStore, block: Block, tx: Transaction) -> None:
    with pytest.raises(TransactionError):
        tx.add("ada", "from the wrong process")
    with pytest.raises(TransactionError):
        tx.count("ada")


def _leaves(store: MemoryStore, block: Block, tx: Transaction) -> None:
    with pytest.raises(TransactionError):
        block.__exit__(None, None, None)


def _fails(store: MemoryStore, block: Block, tx: Transaction) -> None:
    assert not _failed(block)


def _failed(block: Block) -> bool | None:
    """Leaves a block with an exception; whether it swallowed that."""
    error = KeyError()
    return block.__exit__(KeyError, error, None)


def _adds(scene: Scene, text: str) -> None:
    with scene.opened() as store:
        store.add("ada", text)


def _is_locked(scene: Scene) -> bool:
    with Path(f"{scene.path}-lock").open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _tells(pipe: int, store: MemoryStore) -> None:
    os.write(pipe, b"ready.")
    store.add("ada", "grandchild's")
    os.write(pipe, b"done.")
