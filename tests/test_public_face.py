"""The public face: the names, the calls, their parameters and defaults."""

import importlib
import inspect
import pickle
import tomllib
from enum import Enum
from pathlib import Path
from types import ModuleType

import attrs
import pytest

import versionchain
from versionchain import MemoryStore, Snapshot, StoreClosedError, Transaction, errors, model

SAID = "categories={0}, metadata={1}, session_id={1}, event_start={1}, event_end={1}, id=None"
GUARD = "contact_id=None"
WHY = "reason=None, dry_run=False"
CALLS = {
    "add": f"contact_id, content, *, {SAID.format('()', None)}",
    "add_many": "items",
    "update": f"version_id, content, *, {SAID.format('INHERIT', 'INHERIT')}, {GUARD}",
    "get": f"version_id, *, {GUARD}",
    "latest": f"id, *, {GUARD}",
    "history": f"id, *, include_deleted=False, {GUARD}",
    "memories": (
        "contact_id, *, categories=None, session_id=None, metadata=None, limit=100, after=None"
    ),
    "versions": "contact_id, *, status=None, limit=100, after=None",
    "contacts": "*, limit=100, after=None",
    "count": "contact_id",
    "find_ids": "prefix, *, limit=10",
    "delete": (
        f"version_id, *, delete_previous_versions=False, expected_latest=None, {GUARD}, {WHY}"
    ),
    "delete_memory": f"id, *, expected_latest=None, {GUARD}, {WHY}",
    "delete_contact": f"contact_id, *, {WHY}",
    "prune": f"id, *, keep_last=None, before=None, {GUARD}, {WHY}",
    "prune_contact": f"contact_id, *, keep_last=None, before=None, {WHY}",
    "restore": "revision, *, reason=None",
    "connect": f"source_id, target_id, *, kind='related', metadata=None, {GUARD}",
    "disconnect": f"source_id, target_id, *, kind='related', {GUARD}",
    "connections": f"id, *, kind=None, {GUARD}",
    "revisions": "*, since=0, contact_id=None, limit=100, after=None",
    "at": "revision",
}
STORE_ALONE = {
    "open": (
        "path, *, tenant='default', actor=None, durability='full', busy_timeout=30.0, clock=_now, "
        "ids=None, max_content_bytes=1048576"
    ),
    "for_tenant": "tenant, *, actor=None",
    "transaction": "*, reason=None",
    "erase_contact": f"contact_id, *, {WHY}",
    "erase_deleted": f"*, before, {WHY}",
    "dump": "target",
    "load": "source",
    "backup": "path",
    "verify": "",
    "close": "",
}
READS = {
    *("get", "latest", "history", "memories", "versions", "contacts", "count", "connections"),
    "find_ids",
}


def public_names(thing):
    return {name for name in dir(thing) if not name.startswith("_")}


def parameters_of(method):
    """A method's parameters with their defaults, without types, as they are written."""
    signature = inspect.signature(method)
    bare = [
        parameter.replace(
            annotation=parameter.empty,
            default=Named(parameter.default)
            if inspect.isfunction(parameter.default)
            else parameter.default,
        )
        for parameter in signature.parameters.values()
        if parameter.name != "self"
    ]
    return str(inspect.Signature(bare))[1:-1]


class Named:
    """A function as a default, shown by its name."""

    def __init__(self, function):
        self.name = function.__name__

    def __repr__(self):
        return self.name


@pytest.mark.parametrize(("name", "parameters"), (CALLS | STORE_ALONE).items())
def test_a_call_takes_what_it_is_said_to_take(name, parameters):
    """Each parameter by its name, in its order, with its default; the optional ones by name."""
    assert parameters_of(getattr(MemoryStore, name)) == parameters


def test_what_a_store_is_made_with():
    """A backend, a tenant, an actor, a clock and ids, so that a test is repeatable."""
    assert parameters_of(MemoryStore.__init__) == (
        "backend=None, *, tenant='default', actor=None, clock=_now, ids=None, "
        "max_content_bytes=1048576"
    )


def test_a_store_has_these_calls_and_no_others():
    """What is public is in this table, and so is under the promise of versions."""
    assert public_names(MemoryStore) == CALLS.keys() | STORE_ALONE.keys() | {"tenant", "actor"}


def test_a_transaction_has_every_call_but_the_excluded():
    """Erasing, dumping, loading, backing up and verifying are the store's alone."""
    assert public_names(Transaction) == set(CALLS)
    for name in CALLS:
        assert getattr(Transaction, name) is getattr(MemoryStore, name)


def test_a_snapshot_reads():
    """A view of an older state has the calls that read, and its number."""
    assert public_names(Snapshot) == READS | {"revision"}
    for name in READS:
        assert getattr(Snapshot, name) is getattr(MemoryStore, name)


def test_all_is_sorted_and_whole():
    """It names what is public, each once, and nothing that isn't there."""
    named = versionchain.__all__
    assert named == sorted(named)
    assert len(named) == len(set(named))
    there = {
        name
        for name, value in vars(versionchain).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert set(named) == there


@pytest.mark.parametrize("name", versionchain.__all__)
def test_a_public_name_can_be_imported(name):
    """It is importable from the package, says what it is, and is called by its own name."""
    namespace = {}
    exec(f"from versionchain import {name}", namespace)
    value = namespace[name]
    assert value.__name__ == name
    assert value.__doc__
    assert value.__module__.startswith("versionchain.")
    home = importlib.import_module(value.__module__)
    assert getattr(home, name) is value
    assert pickle.loads(pickle.dumps(value)) is value


def test_every_record_and_error_is_public():
    """What goes in, comes out or is raised is importable from the package."""
    records = {
        each
        for each in vars(model).values()
        if inspect.isclass(each) and (attrs.has(each) or issubclass(each, Enum))
    } - {model.StrEnum}
    raised = {each for each in vars(errors).values() if inspect.isclass(each)}
    public = {getattr(versionchain, name) for name in versionchain.__all__}
    assert records | raised <= public


def test_the_version_is_the_distributions():
    """What the package says is what it was built as."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    built = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    assert versionchain.__version__ == built["version"]


def test_a_handle_tells_what_it_is():
    """Its tenant, its actor, where it stands, and whether it is open."""
    store = MemoryStore(tenant="acme", actor="importer")
    assert (store.tenant, store.actor) == ("acme", "importer")
    assert repr(store) == "<MemoryStore tenant='acme' on MemoryBackend, open>"
    assert (MemoryStore().tenant, MemoryStore().actor) == ("default", None)
    store.close()
    assert repr(store) == "<MemoryStore tenant='acme' on MemoryBackend, closed>"
    for name in ("tenant", "actor"):
        with pytest.raises(AttributeError):
            setattr(store, name, "another")


def test_a_handle_of_another_tenant():
    """It is on the same backend, keeps the first one's settings, and names its own actor."""
    store = MemoryStore(actor="importer", max_content_bytes=4)
    other = store.for_tenant("acme")
    assert (other.tenant, other.actor) == ("acme", "importer")
    assert store.for_tenant("acme", actor="somebody").actor == "somebody"
    assert store.for_tenant("acme").for_tenant("acme/eu").tenant == "acme/eu"
    memory = other.add("ada", "Sail")
    assert store.for_tenant("acme").latest(memory.id) == memory
    assert store.contacts().items == ()
    assert store.tenant == "default"
    assert store.verify().ok
    assert other.verify().ok


def test_closing_the_first_handle_closes_all():
    """Closing another one closes that one alone."""
    store = MemoryStore()
    other, third = store.for_tenant("acme"), store.for_tenant("acme")
    other.close()
    with pytest.raises(StoreClosedError):
        other.count("ada")
    assert third.count("ada") == store.count("ada")
    store.close()
    for handle in (store, other, third):
        for call in (
            lambda h=handle: h.count("ada"),
            lambda h=handle: h.add("ada", "Sails"),
            lambda h=handle: h.delete_contact("ada", dry_run=True),
            lambda h=handle: h.verify(),
            lambda h=handle: h.at(0),
        ):
            with pytest.raises(StoreClosedError):
                call()
    with pytest.raises(StoreClosedError):
        store.for_tenant("acme")
    with pytest.raises(StoreClosedError), third.transaction():
        raise AssertionError("a closed store opens no block")


@pytest.mark.parametrize("error", [None, ZeroDivisionError])
def test_a_store_closes_itself(error):
    """Used in a with, it is closed at the end, and hides no exception."""
    with pytest.raises(error or StoreClosedError), MemoryStore() as store:
        store.add("ada", "Sails")
        if error:
            raise error
        store.close()
        store.count("ada")
    with pytest.raises(StoreClosedError):
        store.count("ada")
