"""The types of the public face: mypy checks this file strictly, and pytest runs it.

`assert_type` does nothing when it runs; what it claims is what a type checker infers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, assert_type
from uuid import UUID

from versionchain import (
    Connection,
    Count,
    Cut,
    Deletion,
    Diff,
    DuplicateIdError,
    Erasure,
    FieldChange,
    InvalidInputError,
    Invariant,
    LineChange,
    MemoryStore,
    MemoryStoreError,
    MemoryVersion,
    NewMemory,
    NotFoundError,
    Outcome,
    Page,
    Report,
    ReportCounts,
    Restoration,
    Revision,
    RevisionCounts,
    SchemaVersionError,
    Snapshot,
    StaleVersionError,
    Status,
    StorageError,
    Transaction,
    Transfer,
    Violation,
    diff,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_writing_gives_versions() -> None:
    """What is added or revised comes back as a version."""
    store = MemoryStore(tenant="acme", actor="importer", clock=lambda: NOON)
    memory = store.add("ada", "Sails", categories=["taste"], metadata={"a": 1}, session_id=None)
    assert_type(memory, MemoryVersion)
    assert_type(store.add_many([NewMemory("ada", "Reads")]), tuple[MemoryVersion, ...])
    assert_type(
        store.add_many(NewMemory("ada", text) for text in ("a", "b")), tuple[MemoryVersion, ...]
    )
    newer = store.update(UUID(memory.id), "Sails far", metadata=None, event_start=NOON)
    assert_type(newer, MemoryVersion)
    assert_type(store.tenant, str)
    assert_type(store.actor, str | None)
    assert store.verify().ok


def test_a_versions_fields() -> None:
    """Each field has the one type that it has."""
    version = MemoryStore().add("ada", "Sails")
    assert_type(version.id, str)
    assert_type(version.chain_id, str)
    assert_type(version.contact_id, str)
    assert_type(version.number, int)
    assert_type(version.content, str)
    assert_type(version.categories, tuple[str, ...])
    assert_type(version.metadata, dict[str, Any])
    assert_type(version.metadata_json, str)
    assert_type(version.session_id, str | None)
    assert_type(version.event_start, datetime | None)
    assert_type(version.event_end, datetime | None)
    assert_type(version.created_at, datetime)
    assert_type(version.revision, int)
    assert_type(version.previous_id, str | None)
    assert_type(version.next_id, str | None)
    assert_type(version.superseded_at, datetime | None)
    assert_type(version.status, Status)
    assert_type(version.deleted_at, datetime | None)
    assert_type(version.deleted_revision, int | None)


def reads(handle: MemoryStore | Transaction | Snapshot, id: str) -> None:
    """What every handle answers."""
    assert_type(handle.get(id), MemoryVersion)
    assert_type(handle.latest(UUID(id), contact_id="ada"), MemoryVersion)
    assert_type(handle.history(id, include_deleted=True), tuple[MemoryVersion, ...])
    page = handle.memories("ada", categories=("a",), metadata={"a": None}, limit=5)
    assert_type(page, Page[MemoryVersion])
    assert_type(page.items, tuple[MemoryVersion, ...])
    assert_type(page.next_cursor, str | None)
    assert_type(handle.versions("ada", status=Status.CURRENT), Page[MemoryVersion])
    assert_type(handle.contacts(after=page.next_cursor), Page[str])
    count = handle.count("ada")
    assert_type(count, Count)
    assert_type((count.memories, count.versions, count.deleted), tuple[int, int, int])
    assert_type(handle.connections(id, kind="related"), tuple[Connection, ...])
    assert_type(handle.find_ids("0"), tuple[str, ...])


def test_every_handle_reads_alike() -> None:
    """A store, a block and a view of an older state have the same reads."""
    store = MemoryStore()
    memory = store.add("ada", "Sails", categories=["a"], metadata={"a": None})
    reads(store, memory.id)
    with store.transaction() as block:
        assert_type(block, Transaction)
        reads(block, memory.id)
    for moment in (1, memory.created_at):
        snapshot = store.at(moment)
        assert_type(snapshot, Snapshot)
        assert_type(snapshot.revision, int)
        reads(snapshot, memory.id)
    assert store.verify().ok


def writes(handle: MemoryStore | Transaction, ids: tuple[str, str]) -> int:
    """What a store and a block write."""
    connection = handle.connect(*ids, kind="related", metadata={"a": [1]})
    assert_type(connection, Connection)
    assert_type((connection.source_id, connection.target_id), tuple[str, str])
    assert_type((connection.kind, connection.revision), tuple[str, int])
    assert_type(connection.metadata, dict[str, Any])
    assert_type(connection.created_at, datetime)
    assert_type(handle.disconnect(*ids), Connection)
    assert_type(handle.prune(ids[0], keep_last=1), Deletion)
    assert_type(handle.prune_contact("ada", before=NOON), Deletion)
    assert_type(handle.delete_memory(ids[0], dry_run=True), Deletion)
    assert_type(handle.delete_contact("ada", dry_run=True), Deletion)
    deletion = handle.delete(ids[0], expected_latest=UUID(ids[0]))
    assert_type(deletion.revision, int | None)
    assert_type((deletion.count, deletion.memories), tuple[int, int])
    assert_type(deletion.cuts, tuple[Cut, ...])
    [cut] = deletion.cuts
    assert_type((cut.chain_id, cut.outcome, cut.removed), tuple[str, Outcome, int])
    assert_type(cut.left_id, str | None)
    assert_type(cut.right_id, str | None)
    assert_type(cut.latest_id, str | None)
    assert deletion.revision is not None
    restoration = handle.restore(deletion.revision)
    assert_type(restoration, Restoration)
    assert_type(restoration.revision, int | None)
    assert_type((restoration.count, restoration.memories), tuple[int, int])
    return deletion.revision


def test_deleting_and_restoring() -> None:
    """What a store and a block say of what they did."""
    store = MemoryStore()
    ids = store.add("ada", "Sails").id, store.add("ada", "Reads").id
    writes(store, ids)
    with store.transaction(reason="all at once") as block:
        writes(block, ids)
    assert_type(store.erase_contact("ada", dry_run=True), Erasure)
    erasure = store.erase_deleted(before=NOON)
    assert_type(erasure.revision, int | None)
    assert_type(erasure.count, int)
    assert store.verify().ok


def test_the_log_and_the_report() -> None:
    """What happened, and what holds."""
    store = MemoryStore()
    store.add("ada", "Sails")
    page = store.revisions(since=0, contact_id="ada")
    assert_type(page, Page[Revision])
    for revision in page.items:
        assert_type((revision.number, revision.operation), tuple[int, str])
        assert_type(revision.created_at, datetime)
        assert_type(revision.actor, str | None)
        assert_type(revision.reason, str | None)
        assert_type(revision.counts, RevisionCounts)
        assert_type(revision.counts.added, int)
        assert_type(revision.contacts, tuple[str, ...])
    report = store.verify()
    assert_type(report, Report)
    assert_type(report.ok, bool)
    assert_type(report.violations, tuple[Violation, ...])
    assert_type(report.counts, ReportCounts)
    for violation in report.violations:
        assert_type(violation.invariant, Invariant)
        assert_type((violation.subject, violation.detail), tuple[str, str])


def test_files_and_differences(tmp_path: Path) -> None:
    """A dump, a load, a store in a file, and what changed between two versions."""
    store, file = MemoryStore(), BytesIO()
    before = store.add("ada", "Sails")
    assert_type(store.dump(file), Transfer)
    assert_type(store.dump(tmp_path / "dump.jsonl"), Transfer)
    assert_type(store.for_tenant("acme", actor="me"), MemoryStore)
    path: str | Path
    for path in (str(tmp_path / "a.db"), tmp_path / "b.db"):
        with MemoryStore.open(path, durability="normal", busy_timeout=5) as opened:
            assert_type(opened, MemoryStore)
            assert_type(opened.load(BytesIO(file.getvalue())), Transfer)
    changed = diff(before, store.update(before.id, "Reads"))
    assert_type(changed, Diff)
    assert_type(changed.lines, tuple[LineChange, ...])
    assert_type(changed.fields, tuple[FieldChange, ...])
    assert store.verify().ok


def test_errors_hold_their_facts() -> None:
    """Each attribute has a type, and a builtin parent is one."""
    assert_type(NotFoundError("contact", "ada").what, str)
    assert_type(NotFoundError("contact", "ada").id, object)
    assert_type(InvalidInputError("limit", "is wrong").field, str)
    assert_type(StaleVersionError("v2").latest_id, str)
    assert_type(DuplicateIdError("v1").id, str)
    assert_type(StorageError("It failed.").code, str | None)
    assert_type(SchemaVersionError(2, 1).found, int)
    lookup: LookupError = NotFoundError("contact", "ada")
    value: ValueError = InvalidInputError("limit", "is wrong")
    root: list[MemoryStoreError] = [NotFoundError("contact", "ada"), StorageError("It failed.")]
    assert isinstance(lookup, MemoryStoreError)
    assert isinstance(value, MemoryStoreError)
    assert len(root) == 2


def test_wrong_types_are_seen() -> None:
    """A checker that stopped seeing these would call the comments unused."""
    store = MemoryStore()

    def never() -> None:
        store.add("ada")  # type: ignore[call-arg]
        store.add("ada", 7)  # type: ignore[arg-type]
        store.add("ada", "Sails", categories="taste")  # type: ignore[arg-type]
        store.memories("ada", limit="5")  # type: ignore[arg-type]
        store.versions("ada", status="CURRENT")  # type: ignore[arg-type]
        store.count("ada").versions = 5  # type: ignore[misc]
        store.tenant = "acme"  # type: ignore[misc]
        store.at(1).add("ada", "Sails")  # type: ignore[attr-defined]
        MemoryStore.open("a.db", durability="fast")  # type: ignore[arg-type]
        with store.transaction() as block:
            block.verify()  # type: ignore[attr-defined]

    assert callable(never)


def test_a_function_over_pages_keeps_the_type() -> None:
    """A page is generic in what is on it."""

    def walk(fetch: Callable[[str | None], Page[str]]) -> Iterator[str]:
        after = None
        while True:
            page = fetch(after)
            yield from page.items
            after = page.next_cursor
            if after is None:
                return

    store = MemoryStore()
    store.add_many([NewMemory(name, "Sails") for name in ("ada", "bob", "zoe")])
    assert list(walk(lambda after: store.contacts(limit=2, after=after))) == ["ada", "bob", "zoe"]
    assert store.verify().ok


def test_a_block_is_a_context_manager() -> None:
    """It can be wrapped, and what comes out of it is typed."""
    store = MemoryStore()

    @contextmanager
    def block() -> Iterator[Transaction]:
        with store.transaction() as tx:
            yield tx

    with block() as tx:
        assert_type(tx.add("ada", "Sails"), MemoryVersion)
    assert store.verify().ok
