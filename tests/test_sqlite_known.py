"""What a connection to the file has read is told again for as long as it holds, and no longer."""

import pytest

from versionchain import (
    CommitUnknownError,
    InvalidInputError,
    MemoryStore,
    NewMemory,
    NotFoundError,
    StoreClosedError,
)
from versionchain.backends.sqlite import known
from versionchain.backends.sqlite.known import Known
from versionchain.backends.sqlite.writer import SQLiteWriter
from versionchain.testing.looking import everything


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.db"


@pytest.fixture
def store(path):
    """A store with a memory of three versions, one that ended, another contact and a tenant."""
    with MemoryStore.open(path, durability="normal") as store:
        first = store.add("ada", "v1")
        second = store.update(first.id, "v2")
        store.update(second.id, "v3")
        store.delete(second.id)
        store.delete(store.add("ada", "gone").id)
        store.add("grace", "g1")
        store.for_tenant("acme").add("ada", "another's")
        yield store


def looked(store):
    """Every answer of the kinds that are kept, by every id."""
    ids = store.find_ids("0", limit=1000)
    answers = []
    for call in (store.get, store.latest, store.history):
        for id in ids:
            try:
                answers.append(call(id))
            except NotFoundError:
                answers.append(None)
    newest = store.revisions().items[-1].number
    for contact_id in ("ada", "grace", "nobody"):
        answers += [store.memories(contact_id), store.memories(contact_id, limit=1)]
        answers += [store.at(at).memories(contact_id) for at in range(newest + 1)]
    return answers


def latest(store, contact_id="ada"):
    return store.memories(contact_id).items[0]


def test_an_answer_is_told_again(store):
    """The same records come back, as long as nobody writes."""
    memory = latest(store)
    for call in (store.get, store.latest):
        assert call(memory.id) is call(memory.id)
    assert store.history(memory.id) is store.history(memory.id)
    assert store.memories("ada").items[0] is store.memories("ada").items[0]
    view = store.at(2)
    assert view.memories("ada").items[0] is store.at(2).memories("ada").items[0]
    assert view.memories("ada").items[0].content == "v2"


def test_what_another_connection_commits_is_seen_at_once(store, path):
    """By whichever kind of call, however often it was asked before."""
    with MemoryStore.open(path, durability="normal") as other:
        for step in (
            lambda: other.update(latest(other).id, "v4"),
            lambda: other.delete(latest(other).id),
            lambda: other.restore(other.revisions().items[-1].number),
            lambda: other.delete_contact("ada"),
            lambda: other.restore(other.revisions().items[-1].number),
            lambda: other.erase_contact("ada"),
            lambda: other.for_tenant("acme").add("ada", "more"),
        ):
            before = looked(store)
            assert looked(store) == before
            step()
            with MemoryStore.open(path) as fresh:
                assert looked(store) == looked(fresh)
                acme = (each.for_tenant("acme") for each in (store, fresh))
                assert len({everything_of(each) for each in acme}) == 1
    assert store.verify().ok


def everything_of(store):
    return repr(everything(store))


WRITES = {
    "add": lambda s: s.add("ada", "new"),
    "add to a new contact": lambda s: s.add("linus", "new"),
    "add_many": lambda s: s.add_many([NewMemory("ada", "a"), NewMemory("grace", "b")]),
    "update": lambda s: s.update(latest(s).id, "v4"),
    "delete": lambda s: s.delete(latest(s).id),
    "delete_memory": lambda s: s.delete_memory(latest(s).id),
    "delete_contact": lambda s: s.delete_contact("ada"),
    "restore": lambda s: s.restore(4),
    "prune": lambda s: s.prune(latest(s).id, keep_last=1),
    "connect": lambda s: s.connect(latest(s).id, latest(s, "grace").id),
    "erase_contact": lambda s: s.erase_contact("ada"),
    "a write of another tenant": lambda s: s.for_tenant("acme").delete_contact("ada"),
}
NO_BLOCKS = ("erase_contact", "a write of another tenant")


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_the_connection_commits_itself_is_seen_at_once(store, path, write):
    """Its own commits are not counted by SQLite, so a writer says what it touched."""
    looked(store)
    write(store)
    with MemoryStore.open(path) as fresh:
        assert looked(store) == looked(fresh)
    assert store.verify().ok


@pytest.mark.parametrize("name", [name for name in WRITES if name not in NO_BLOCKS])
def test_what_a_block_commits_is_seen_at_once(store, path, name):
    """With whatever else it wrote."""
    looked(store)
    with store.transaction() as block:
        block.add("grace", "before")
        WRITES[name](block)
    with MemoryStore.open(path) as fresh:
        assert looked(store) == looked(fresh)
    assert store.verify().ok


def test_what_a_write_did_not_touch_is_kept(store):
    """Another contact's answers."""
    before = store.latest(latest(store, "grace").id)
    store.add("ada", "new")
    assert store.latest(before.id) is before


@pytest.mark.parametrize("error", [KeyboardInterrupt, CommitUnknownError])
@pytest.mark.parametrize("committed", [False, True])
def test_a_commit_of_which_nobody_knows(store, path, monkeypatch, error, committed):
    """Nothing is told again, since all of it may have been committed, or nothing."""
    memory = latest(store)
    looked(store)
    commit = SQLiteWriter.commit

    def broken(self):
        if committed:
            commit(self)
        raise error("unknown")

    with monkeypatch.context() as patch, pytest.raises(error):
        patch.setattr(SQLiteWriter, "commit", broken)
        store.update(memory.id, "v4")
    assert store.latest(memory.id).content == ("v4" if committed else "v3")
    with MemoryStore.open(path) as fresh:
        assert looked(store) == looked(fresh)
    assert store.verify().ok


def test_a_block_that_is_undone_changes_no_answer(store):
    """What it wrote was never there."""
    before = looked(store)
    with pytest.raises(ZeroDivisionError), store.transaction() as block:
        block.delete_contact("ada")
        assert looked(store) == before
        raise ZeroDivisionError
    assert looked(store) == before


def test_a_load_is_seen(store, path, tmp_path):
    """It makes no revision of its own to tell what it touched."""
    store.dump(tmp_path / "dump")
    with MemoryStore.open(tmp_path / "copy.db", durability="normal") as copy:
        memory = latest(store)
        with pytest.raises(NotFoundError):
            copy.latest(memory.id)
        copy.load(tmp_path / "dump")
        assert copy.latest(memory.id) == memory
        assert looked(copy) == looked(store)


def test_what_was_erased_is_in_no_connection(store, path):
    """Not in one either that nobody has used since."""
    with store._backend._process.pool.lent() as used, store._backend._process.pool.lent() as idle:
        answers = idle.known.of("default", idle)
        idle.known.keep(answers, "heads", "an id", latest(store), "ada")
        assert used is not idle
    store.erase_contact("ada")
    pool = store._backend._process.pool
    assert len(pool._idle) > 1
    assert all(not link.known._tenants for link in pool._idle)


def test_it_does_not_grow(store, monkeypatch):
    """One record too many, and it begins anew."""
    monkeypatch.setattr(known, "_MOST", 5)
    made = [store.add("linus", f"{i}") for i in range(4)]
    first = store.latest(made[0].id)
    assert store.latest(made[0].id) is first
    assert len(store.memories("linus").items) == 4
    for memory in made:
        assert store.latest(memory.id) == memory
    assert store.latest(made[0].id) is not first


def test_what_is_no_argument_is_refused(store):
    """As ever, also where it is of the right length."""
    id = latest(store).id
    for wrong in (id.upper(), "\ud800" * 36, "\0" * 36, "x" * 36, [id], id[1:]):
        for call in (store.get, store.latest, store.history):
            with pytest.raises(InvalidInputError):
                call(wrong)
    for wrong in ("", "\ud800", "a\0", "a" * 513, 7):
        for _ in range(2):
            with pytest.raises(InvalidInputError):
                store.memories(wrong)


def test_a_closed_store_tells_nothing(store):
    """Whatever it knew."""
    memory, other = latest(store), store.for_tenant("default")
    view = other.at(2)
    assert other.latest(memory.id) == store.latest(memory.id)
    assert view.memories("ada").items
    other.close()
    for call in (lambda: other.latest(memory.id), lambda: view.memories("ada")):
        with pytest.raises(StoreClosedError):
            call()
    store.close()
    with pytest.raises(StoreClosedError):
        store.latest(memory.id)


def test_a_planted_fault_is_seen(store, path, monkeypatch):
    """Without the count a stale answer would be told, so the tests above can fail."""
    memory = latest(store)
    store.latest(memory.id)
    monkeypatch.setattr(
        known, "run", lambda connection, sql: type("", (), {"fetchone": lambda s: (0,)})()
    )
    monkeypatch.setattr(Known, "without", lambda self, tenant, contacts: self)
    with MemoryStore.open(path, durability="normal") as other:
        assert store.latest(memory.id) == memory
        other.update(memory.id, "v4")
        assert store.latest(memory.id).content == "v3"
        store.update(other.latest(memory.id).id, "v5")
        assert store.latest(memory.id).content == "v3"
