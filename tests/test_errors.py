"""The errors: their texts, their facts, their families, and their way through pickle and copy."""

import copy
import inspect
import pickle

import pytest

import versionchain
from versionchain import (
    CommitUnknownError,
    ConflictError,
    CorruptStoreError,
    DuplicateIdError,
    ErasureIncompleteError,
    InvalidInputError,
    MemoryStore,
    MemoryStoreError,
    NotFoundError,
    ReadOnlyError,
    SchemaVersionError,
    StaleVersionError,
    StorageError,
    StorageFullError,
    StoreBusyError,
    StoreClosedError,
    TransactionError,
    errors,
)

ABSENT = (
    "No such {} here. It is unknown, deleted, or another contact's or tenant's: "
    "check the id and whose handle this is."
)
STALE = (
    "The memory was revised meanwhile: its latest version is v2. "
    "Read that one, decide again, and retry with its id."
)
TAKEN = (
    "The id v1 is taken in this tenant; a deleted version keeps its id. "
    "Leave id out to get a new one."
)
NEWER = (
    "The file has schema version 9, this library reads up to 3: upgrade versionchain to open it."
)
CLOSED = "This store is closed. Open it again with MemoryStore.open()."

SAMPLES = [
    (MemoryStoreError("Something failed."), "Something failed.", {}),
    (
        NotFoundError("memory or version", "v1"),
        ABSENT.format("memory or version"),
        {"what": "memory or version", "id": "v1"},
    ),
    (
        NotFoundError("connection", ("a", "b", "related")),
        ABSENT.format("connection"),
        {"what": "connection", "id": ("a", "b", "related")},
    ),
    (
        InvalidInputError("limit", "must be an int from 1 to 1000"),
        "limit must be an int from 1 to 1000.",
        {"field": "limit", "problem": "must be an int from 1 to 1000"},
    ),
    (ConflictError("The tenant is not empty."), "The tenant is not empty.", {}),
    (StaleVersionError("v2"), STALE, {"latest_id": "v2"}),
    (DuplicateIdError("v1"), TAKEN, {"id": "v1"}),
    (TransactionError("This transaction has ended."), "This transaction has ended.", {}),
    (StorageError("It failed."), "It failed.", {"message": "It failed.", "code": None}),
    (
        StorageError("It failed.", "SQLITE_IOERR"),
        "It failed. [SQLITE_IOERR]",
        {"message": "It failed.", "code": "SQLITE_IOERR"},
    ),
    (
        StoreBusyError("Another writes.", "SQLITE_BUSY"),
        "Another writes. [SQLITE_BUSY]",
        {"message": "Another writes.", "code": "SQLITE_BUSY"},
    ),
    (StorageFullError("Full."), "Full.", {"message": "Full.", "code": None}),
    (CorruptStoreError("Damaged."), "Damaged.", {"message": "Damaged.", "code": None}),
    (SchemaVersionError(9, 3), NEWER, {"found": 9, "supported": 3, "message": NEWER, "code": None}),
    (ReadOnlyError("Read-only."), "Read-only.", {"message": "Read-only.", "code": None}),
    (StoreClosedError(), CLOSED, {"message": CLOSED, "code": None}),
    (CommitUnknownError("Unknown."), "Unknown.", {"message": "Unknown.", "code": None}),
    (ErasureIncompleteError("Held."), "Held.", {"message": "Held.", "code": None}),
]
NAMES = [f"{type(sample[0]).__name__}-{i}" for i, sample in enumerate(SAMPLES)]

PARENTS = {
    MemoryStoreError: (Exception,),
    NotFoundError: (MemoryStoreError, LookupError),
    InvalidInputError: (MemoryStoreError, ValueError),
    ConflictError: (MemoryStoreError,),
    StaleVersionError: (ConflictError,),
    DuplicateIdError: (ConflictError,),
    TransactionError: (MemoryStoreError,),
    StorageError: (MemoryStoreError,),
    StoreBusyError: (StorageError,),
    StorageFullError: (StorageError,),
    CorruptStoreError: (StorageError,),
    SchemaVersionError: (StorageError,),
    ReadOnlyError: (StorageError,),
    StoreClosedError: (StorageError,),
    CommitUnknownError: (StorageError,),
    ErasureIncompleteError: (StorageError,),
}


def public_errors():
    return {each for _, each in inspect.getmembers(errors, inspect.isclass)}


@pytest.mark.parametrize(("error", "text", "facts"), SAMPLES, ids=NAMES)
def test_an_error_says_what_happened_and_holds_the_facts(error, text, facts):
    """The whole text is as it should be, and the attributes are the facts and nothing else."""
    assert str(error) == text
    assert vars(error) == facts


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
@pytest.mark.parametrize("error", [sample[0] for sample in SAMPLES], ids=NAMES)
def test_an_error_can_be_copied(error, copied):
    """A copy is of the same class, with the same text, arguments and attributes."""
    again = copied(error)
    assert again is not error
    assert same(again, error)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("error", [sample[0] for sample in SAMPLES], ids=NAMES)
def test_an_error_goes_through_pickle(error, protocol):
    """An error that crosses a process boundary arrives as it was, by every protocol."""
    assert same(pickle.loads(pickle.dumps(error, protocol)), error)


def same(one, other):
    facts = [(type(each), str(each), repr(each), each.args, vars(each)) for each in (one, other)]
    return facts[0] == facts[1]


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (NotFoundError, ("contact", "ada")),
        (InvalidInputError, ("limit", "is wrong")),
        (StaleVersionError, ("v2",)),
        (DuplicateIdError, ("v1",)),
        (StorageError, ("It failed.", "SQLITE_IOERR")),
    ],
)
def test_a_subclass_with_a_constructor_of_its_own(error, facts):
    """Whoever derives an error and passes the facts on has them in its arguments too."""

    class Derived(error):
        def __init__(self):
            super().__init__(*facts)

    assert Derived().args == facts
    assert str(Derived()) == str(error(*facts))


def test_the_family_is_complete():
    """Each error has the parents that SPEC names, and this file forgets none."""
    assert {error: error.__bases__ for error in PARENTS} == PARENTS
    assert public_errors() == set(PARENTS)
    assert {type(sample[0]) for sample in SAMPLES} == set(PARENTS)


@pytest.mark.parametrize("error", sorted(PARENTS, key=lambda each: each.__name__))
def test_every_error_is_public_and_documented(error):
    """Each is importable from the package, says what it means, and has the one root."""
    assert getattr(versionchain, error.__name__) is error
    assert error.__doc__
    assert issubclass(error, MemoryStoreError)


@pytest.mark.parametrize(
    ("builtin", "error"),
    [
        (LookupError, NotFoundError("contact", "ada")),
        (ValueError, InvalidInputError("limit", "is wrong")),
    ],
)
def test_a_builtin_parent_catches_it(builtin, error):
    """Code that knows nothing of the library catches its errors by Python's own names."""
    with pytest.raises(builtin):
        raise error


def test_whatever_is_not_there_reads_alike():
    """Unknown, deleted, another contact's and another tenant's have one text, word for word."""
    store = MemoryStore()
    ours = store.add("ada", "Prefers tea")
    gone = store.add("ada", "Sails")
    store.delete(gone.id)
    theirs = store.for_tenant("acme").add("ada", "Keeps bees")
    unknown = "00000000-0000-7000-8000-000000000000"
    texts = set()
    for id, contact_id in [
        (unknown, None),
        (gone.id, None),
        (gone.chain_id, None),
        (theirs.id, None),
        (theirs.chain_id, "ada"),
        (ours.id, "grace"),
    ]:
        for call in (store.latest, store.history, store.get, store.delete):
            with pytest.raises(NotFoundError) as raised:
                call(id, contact_id=contact_id)
            texts.add(str(raised.value))
            assert raised.value.id == id
    assert texts == {ABSENT.format("memory or version")}
    assert store.latest(ours.id) == ours
    assert store.verify().ok
