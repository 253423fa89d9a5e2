"""What a call costs does not grow with what it has nothing to do with.

Counted, not timed: the steps of SQLite's own machine, and the records that the memory backend
looks at.
"""

from contextlib import closing

import pytest

from versionchain import MemoryStore
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.sqlite import SQLiteBackend, reader, writer

SHORT, LONG = 20, 1_000


class Looked(dict):
    """A dict that counts how often a record is looked up."""

    times = 0

    def __getitem__(self, key):
        self.times += 1
        return super().__getitem__(key)

    def get(self, key, default=None):
        self.times += 1
        return super().get(key, default)


class MemoryMeter:
    """Counts the versions that a call on the memory backend looks at."""

    def __init__(self, folder):
        self.backend = MemoryBackend()
        self.store = MemoryStore(self.backend)

    def cost(self, call):
        state = self.backend._states["default"]
        state.versions = looked = Looked(state.versions)
        call()
        state.versions = dict(looked)
        return looked.times

    def close(self):
        self.store.close()


class SQLiteMeter:
    """Counts the steps of SQLite's machine that a call takes."""

    def __init__(self, folder):
        self.backend = SQLiteBackend(folder / "agent.db", durability="normal")
        self.store = MemoryStore(self.backend)

    def cost(self, call):
        call_again = []
        steps = 0

        def step():
            nonlocal steps
            steps += 1
            return 0

        with self.backend._process.pool.lent() as connection:
            connection.set_progress_handler(step, 1)
            call_again.append(connection)
        call()
        call_again[0].set_progress_handler(None, 1)
        return steps

    def close(self):
        self.store.close()


@pytest.fixture(params=[MemoryMeter, SQLiteMeter], ids=["memory", "sqlite"])
def meter(request, tmp_path):
    with closing(request.param(tmp_path)) as made:
        yield made


def chain_of(store, length):
    """A chain of `length` versions; their ids, oldest first."""
    with store.transaction() as tx:
        ids = [tx.add("ada", "text 1").id]
        while len(ids) < length:
            ids.append(tx.update(ids[-1], f"text {len(ids) + 1}").id)
    return ids


CALLS = {
    "delete the latest": lambda store, ids: store.delete(ids[-1]),
    "delete in the middle": lambda store, ids: store.delete(ids[len(ids) // 2]),
    "delete the first": lambda store, ids: store.delete(ids[0]),
    "delete the first three": lambda store, ids: store.delete(
        ids[2], delete_previous_versions=True
    ),
    "update": lambda store, ids: store.update(ids[-1], "new"),
    "get": lambda store, ids: store.get(ids[len(ids) // 2]),
    "latest": lambda store, ids: store.latest(ids[len(ids) // 2]),
    "memories": lambda store, ids: store.memories("ada"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_costs_the_same_in_a_long_chain(meter, name):
    """A single deletion, an update and a read look at the target and its neighbours alone."""
    costs = []
    for length in (SHORT, LONG):
        ids = chain_of(meter.store, length)
        costs.append(meter.cost(lambda ids=ids: CALLS[name](meter.store, ids)))
        meter.store.delete_contact("ada")
    assert costs[1] <= costs[0] + 12  # a look-up in a deeper tree, not a walk
    assert meter.store.verify().ok


@pytest.mark.parametrize("name", ["delete the latest", "update", "get", "latest", "memories"])
def test_a_call_costs_the_same_beside_many_deleted_versions(meter, name):
    """However many deleted versions lie between two neighbours, nobody reads them."""
    costs = []
    for length in (SHORT, LONG):
        ids = chain_of(meter.store, length)
        with meter.store.transaction() as tx:
            for id in ids[1:-2]:
                tx.delete(id)
        left = [ids[0], *ids[-2:]]
        costs.append(meter.cost(lambda left=left: CALLS[name](meter.store, left)))
        meter.store.delete_contact("ada")
    assert costs[1] <= costs[0] + 12
    assert meter.store.verify().ok


def is_statement(name, value):
    sql = isinstance(value, str) and "?" in value
    return sql and name[0] == "_" and value.split()[0] in {"SELECT", "UPDATE", "DELETE"}


STATEMENTS = {
    name: value
    for module in (reader, writer)
    for name, value in vars(module).items()
    if is_statement(name, value)
}

# These sort what they answer with, by ids that no index has in that order.
SORTED = {"_OUTLINES", "_MARKED", "_LINKS", "_WHOLE_HISTORY", "_FACTS", "_CHAINS_OF"}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_walks_no_table(tmp_path, name):
    """Each statement finds its rows through an index, and sorts only what it must."""
    sql = STATEMENTS[name]
    values = [""] * sql.count("?")
    with (
        closing(SQLiteBackend(tmp_path / "agent.db")) as backend,
        backend._process.pool.lent() as connection,
    ):
        rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    plan = [row[3] for row in rows]
    assert not [line for line in plan if line.startswith("SCAN") and "VIRTUAL TABLE" not in line]
    if name not in SORTED:
        assert not [line for line in plan if "TEMP B-TREE" in line]
