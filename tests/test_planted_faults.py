"""Faults that are planted on purpose, and the named check that catches each.

A test that never failed proves little. Each fault here is one that a backend or a rule could have;
each names the check that must see it: a test of the contract, a sentence of the sources, or
`verify`. Without the fault the same check passes.
"""

from collections.abc import Callable
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from itertools import pairwise

import pytest
from attrs import evolve, field, frozen
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import versionchain.audit
import versionchain.backends.memory.backend as memory
import versionchain.backends.memory.writer as memory_writer
import versionchain.calls.base
import versionchain.calls.delete
import versionchain.cursor
import versionchain.filters
import versionchain.store
import versionchain.work
from test_sources import TestCallersDeleteAllMemories as Callers
from test_sources import TestRecallrAIDeleteMemory as RecallrAI
from test_work import TestStamp as Stamps
from versionchain import MemoryStoreError
from versionchain.backends.memory import MemoryBackend
from versionchain.backends.memory.reader import NowReader
from versionchain.backends.sqlite import SQLiteBackend
from versionchain.chain import node
from versionchain.testing import run_test
from versionchain.testing.contract import BackendContract
from versionchain.testing.contract.base import assert_sound
from versionchain.testing.contract.log import story
from versionchain.testing.machine import Difference
from versionchain.testing.machine.campaign import SETTINGS, MemoryMachine


class Verify:
    """The check that a user has too: `verify()` after a story of every kind of change."""

    def test_verify(self, store):
        story(store)
        assert_sound(store)


class Tampered:
    """A backend whose named reader and writer methods are others; each gets the real reader."""

    def __init__(self, backend, methods):
        self._backend = backend
        self._methods = methods

    def __getattr__(self, name):
        return getattr(self._backend, name)

    @contextmanager
    def read(self, tenant, at=None):
        with self._backend.read(tenant, at) as reader:
            yield _Tampered(reader, self._methods)

    @contextmanager
    def write(self, tenant):
        with self._backend.write(tenant) as writer:
            yield _Tampered(writer, self._methods)


class _Tampered:
    def __init__(self, real, methods):
        self._real = real
        self._methods = methods

    def __getattr__(self, name):
        if name in self._methods:
            return partial(self._methods[name], self._real)
        return getattr(self._real, name)


@frozen
class Fault:
    """A fault, how it is planted, and what catches it.

    Attributes:
        name: what is wrong.
        caught_by: the class and the test that must fail.
        tamper: methods of a reader or writer, by name; each gets the real one first.
        wrap: a backend around the backend.
        patch: what is planted in the library's own code.
        only: the one backend whose code it is planted in, or None.
        given: the parameters of the test.
    """

    name: str
    caught_by: tuple[type, str]
    tamper: dict[str, Callable] = field(factory=dict)
    wrap: Callable | None = None
    patch: Callable | None = None
    only: str | None = None
    given: dict = field(factory=dict)

    def __str__(self):
        owner, test = self.caught_by
        return f"{self.name} -> {owner.__name__}.{test}"

    def plant(self, monkeypatch):
        """Plants what is wrong in the library's own code."""
        if self.patch is not None:
            self.patch(monkeypatch)

    def around(self, backend):
        """The backend with what is wrong in a backend."""
        if self.wrap is not None:
            return self.wrap(backend)
        return Tampered(backend, self.tamper) if self.tamper else backend


# A reader or writer that answers wrongly, or does another thing than it was told.


def one_too_many(real, last, *, first):
    return real.span(last, first=max(1, first - 1))


def one_too_few(real, last, *, first):
    return real.span(last, first=2 if first == 1 < last.number else first)


def deleted_neighbour(real, last, *, first):
    span = real.span(last, first=first)
    whole = real.history(last.chain_id, include_deleted=True)
    below = [version for version in whole if version.number < first]
    return evolve(span, left=node(below[-1]) if below else None)


def no_right_side(real, last, *, first):
    return evolve(real.span(last, first=first), right=None)


def latest_not_moved(real, changes, stamp):
    for change in changes:
        if change.mark is not None and change.mark.right is None and change.mark.left is not None:
            change = evolve(change, latest=change.mark.latest)
        real.apply([change], stamp)


def restored_to_the_end(real, changes, stamp):
    for change in changes:
        if change.unmark:
            change = evolve(change, latest=change.unmark[-1])
        real.apply([change], stamp)


def absence_not_recorded(real, changes, stamp):
    real.apply(
        [evolve(change, absence=None) if change.unmark else change for change in changes], stamp
    )


def number_of_the_living(real, chain_id):
    return real.head(chain_id).number


def head_for_a_deleted_one(real, version_id):
    found = real.version(version_id)
    if found is None and (whole := real.history(version_id, include_deleted=True)):
        return real.head(whole[0].chain_id)
    return found


def always_the_latest(real, version_id):
    found = real.version(version_id)
    return found and evolve(found, next_id=None)


def the_newest_alone(real, contact_id):
    return [evolve(each, first=each.last, count=1) for each in real.spans(contact_id)]


def the_first_alone(real, revision, contact_id):
    found = real.marked_by(revision, contact_id)
    return [evolve(each, nodes=each.nodes[:1]) for each in found]


def connections_of_the_ended_too(real, chain_id):
    return [facts.connection for facts in real.links_of(chain_id) if facts.until is None]


def second_number(real, revision):
    real.record(evolve(revision, number=revision.number + (revision.number > 2)))


def nobody_touched(real, revision):
    real.record(evolve(revision, contacts=()))


def deleted_counted(real, contact_id):
    count = real.count(contact_id)
    return evolve(count, versions=count.versions + count.deleted)


def only_the_living_taken(real, changes, stamp):
    real.apply([_freed(real, change) for change in changes], stamp)


def _freed(real, change):
    """The change, its new version under another id where its own is a deleted one's."""
    new = change.insert
    gone = new is not None and real.version(new.id) is None and real.facts_of(new.id) is not None
    return evolve(change, insert=evolve(new, id=f"{new.id}-again")) if gone else change


def oldest_first(real, contact_id, *, before, limit):
    return real.memories(contact_id, before=before, limit=limit)[::-1]


def deleted_listed(real, contact_id, *, deleted, after, limit):
    found = real.versions(contact_id, deleted=deleted, after=after, limit=limit)
    return found or real.versions(contact_id, deleted=True, after=after, limit=limit)


def seen_if_something_is_left(real, contact_id):
    return bool(real.outlines(contact_id))


def history_without_order(real, id, *, include_deleted):
    return real.history(id, include_deleted=include_deleted)[::-1]


def ends_are_forgotten(real, change, stamp):
    real.apply_connection(evolve(change, end=None, forget=change.end or change.forget), stamp)


# A backend that breaks a promise across methods.


class OneTenant:
    """Reads and writes without looking whose."""

    def __init__(self, backend):
        self._backend = backend

    def __getattr__(self, name):
        return getattr(self._backend, name)

    def read(self, tenant, at=None):
        return self._backend.read("default", at)

    def write(self, tenant):
        return self._backend.write("default")


class CommitForRollback(OneTenant):
    """Keeps what an exception should have undone."""

    def read(self, tenant, at=None):
        return self._backend.read(tenant, at)

    @contextmanager
    def write(self, tenant):
        error = None
        with self._backend.write(tenant) as writer:
            try:
                yield writer
            except BaseException as raised:  # noqa: BLE001  # that is the fault
                error = raised
        if error is not None:
            raise error


class Moving(OneTenant):
    """Its readers see what others commit meanwhile: no snapshots."""

    def write(self, tenant):
        return self._backend.write(tenant)

    @contextmanager
    def read(self, tenant, at=None):
        yield _Moving(partial(self._backend.read, tenant, at))


class _Moving:
    def __init__(self, read):
        self._read = read

    def __getattr__(self, name):
        def call(*args, **given):
            with self._read() as reader:
                answer = getattr(reader, name)(*args, **given)
                return list(answer) if hasattr(answer, "__next__") else answer

        return call


# A rule, or a backend's own code, that is wrong.


def one_sided_join(monkeypatch):
    real = memory_writer._between

    def between(version, before, after):
        moved = before is not None and version.previous_id not in (None, before.id)
        return real(version, None if moved else before, after)

    monkeypatch.setattr(memory_writer, "_between", between)


def superseded_not_moved(monkeypatch):
    real = memory_writer.place

    def place(version, previous, next):
        placed = real(version, previous, next)
        return evolve(placed, superseded_at=version.superseded_at or placed.superseded_at)

    monkeypatch.setattr(memory_writer, "place", place)


def counter_not_decremented(monkeypatch):
    real = memory_writer.MemoryWriter._mark

    def mark(self, spans, stamp):
        moves = real(self, spans, stamp)
        for contact, _, _ in moves:
            contact.deleted -= 1
        return moves

    monkeypatch.setattr(memory_writer.MemoryWriter, "_mark", mark)


def open_block_shown(monkeypatch):
    monkeypatch.setattr(memory, "PastReader", lambda state, at: NowReader(state))


def dry_run_writes(monkeypatch):
    real = versionchain.store.MemoryStore._working

    def working(self, operation, reason=None, *, dry_run=False):
        return real(self, operation, reason)

    monkeypatch.setattr(versionchain.store.MemoryStore, "_working", working)


def staleness_ignored(monkeypatch):
    monkeypatch.setattr(versionchain.calls.delete, "expect_latest", lambda latest, expected: None)


def guard_ignored(monkeypatch):
    real = versionchain.calls.base.guarded
    monkeypatch.setattr(
        versionchain.calls.base, "guarded", lambda found, id, contact_id: real(found, id, None)
    )


def number_not_released(monkeypatch):
    real = versionchain.work.Work.back_to

    def back_to(self, mark):
        real(self, evolve(mark, stamp=self._stamp))

    monkeypatch.setattr(versionchain.work.Work, "back_to", back_to)


def time_falls(monkeypatch):
    monkeypatch.setattr(versionchain.work, "max", lambda now, last: now, raising=False)


def latest_pruned(monkeypatch):
    real = versionchain.chain.prunable

    def prunable(outline, keep_last, before):
        taken = real(outline, keep_last, before)
        return taken + (before is not None and taken == len(outline.nodes) - 1)

    monkeypatch.setattr(versionchain.chain, "prunable", prunable)


def prune_takes_the_equal(monkeypatch):
    real = versionchain.chain.prunable

    def prunable(outline, keep_last, before):
        most = len(outline.nodes) - (keep_last or 1)
        ends = [after.created_at for _, after in pairwise(outline.nodes)]
        taken = real(outline, keep_last, before)
        return taken + (taken < most and ends[taken] == before)

    monkeypatch.setattr(versionchain.chain, "prunable", prunable)


def numbers_as_python_has_them(monkeypatch):
    monkeypatch.setattr(versionchain.filters, "same_json", lambda a, b: a == b)


def cursor_without_tenant(monkeypatch):
    real = versionchain.cursor._digest
    monkeypatch.setattr(
        versionchain.cursor, "_digest", lambda tenant, query, payload: real("", query, payload)
    )


def metadata_merged(monkeypatch):
    real = versionchain.chain.append

    def append(draft, *, previous, **given):
        if previous is not None and isinstance(draft.metadata_json, str):
            merged = previous.metadata_json[:-1] + "," + draft.metadata_json[1:]
            whole = merged if "{}" not in (previous.metadata_json, draft.metadata_json) else None
            draft = evolve(draft, metadata_json=whole or draft.metadata_json)
        return real(draft, previous=previous, **given)

    monkeypatch.setattr(versionchain.chain, "append", append)


FAULTS = [
    Fault(
        "a range one too long",
        (RecallrAI, "test_only_the_specified_version_goes"),
        tamper={"span": one_too_many},
    ),
    Fault(
        "a range one too short",
        (RecallrAI, "test_a_middle_one_with_previous"),
        tamper={"span": one_too_few},
    ),
    Fault(
        "a wrong neighbour",
        (RecallrAI, "test_a_middle_one"),
        patch=one_sided_join,
        only="memory",
    ),
    Fault(
        "a deleted version as a neighbour",
        (BackendContract, "test_cuts_over_a_gap_join_the_living"),
        tamper={"span": deleted_neighbour},
    ),
    Fault(
        "no right side: the middle is taken for the end",
        (RecallrAI, "test_the_second_example"),
        tamper={"span": no_right_side},
        only="sqlite",  # in memory a chain's latest is derived
    ),
    Fault(
        "a latest that is not moved",
        (RecallrAI, "test_the_latest"),
        tamper={"apply": latest_not_moved},
        only="sqlite",
    ),
    Fault(
        "a superseded_at that is not moved",
        (BackendContract, "test_superseded_at_moves"),
        patch=superseded_not_moved,
        only="memory",
    ),
    Fault(
        "a second deletion that succeeds",
        (BackendContract, "test_a_second_delete_cuts_nothing"),
        tamper={"version": head_for_a_deleted_one},
    ),
    Fault(
        "a deletion of a contact that resurrects",
        (Callers, "test_all_are_marked"),
        tamper={"spans": the_newest_alone},
    ),
    Fault(
        "a contact with nothing left that was never seen",
        (BackendContract, "test_a_contact_with_nothing_left_counts_nothing"),
        tamper={"seen": seen_if_something_is_left},
    ),
    Fault(
        "a number used again",
        (BackendContract, "test_numbers_are_never_used_again"),
        tamper={"last_number": number_of_the_living},
    ),
    Fault(
        "an id that is free once its version is deleted",
        (BackendContract, "test_a_taken_id_is_refused"),
        tamper={"apply": only_the_living_taken},
    ),
    Fault(
        "a stale update accepted",
        (BackendContract, "test_a_stale_update_is_refused"),
        tamper={"version": always_the_latest},
    ),
    Fault(
        "expected_latest ignored",
        (BackendContract, "test_expected_latest_is_compared"),
        patch=staleness_ignored,
    ),
    Fault(
        "the guard ignored",
        (BackendContract, "test_the_guard_stops_a_deletion"),
        patch=guard_ignored,
    ),
    Fault(
        "metadata merged, not replaced",
        (BackendContract, "test_metadata_is_replaced_whole"),
        patch=metadata_merged,
    ),
    Fault(
        "a dry run that writes",
        (BackendContract, "test_a_dry_run_tells_and_does_nothing"),
        patch=dry_run_writes,
    ),
    Fault(
        "a prune of the latest",
        (BackendContract, "test_the_latest_is_never_pruned"),
        patch=latest_pruned,
    ),
    Fault(
        "a prune of what was superseded at the very moment",
        (BackendContract, "test_before_looks_at_when_a_version_was_superseded"),
        patch=prune_takes_the_equal,
    ),
    Fault(
        "a restored version put at the end",
        (BackendContract, "test_a_restored_version_takes_its_place_by_number"),
        tamper={"apply": restored_to_the_end},
        only="sqlite",
    ),
    Fault(
        "a restoration of a part",
        (BackendContract, "test_a_memory_comes_back"),
        tamper={"marked_by": the_first_alone},
    ),
    Fault(
        "an absence that is not recorded",
        (BackendContract, "test_each_revision_can_be_read_again"),
        tamper={"apply": absence_not_recorded},
    ),
    Fault(
        "a connection to an ended memory shown",
        (BackendContract, "test_they_are_hidden_from_both_sides_of_an_ended_memory"),
        tamper={"connections": connections_of_the_ended_too},
    ),
    Fault(
        "a connection's past forgotten",
        (BackendContract, "test_each_revision_can_be_read_again"),
        tamper={"apply_connection": ends_are_forgotten},
    ),
    Fault(
        "a read without the tenant",
        (BackendContract, "test_a_tenant_sees_nothing_of_another"),
        wrap=OneTenant,
    ),
    Fault(
        "a cursor without the tenant",
        (BackendContract, "test_a_cursor_of_another_tenant_is_refused"),
        patch=cursor_without_tenant,
    ),
    Fault(
        "COMMIT for ROLLBACK",
        (BackendContract, "test_an_undone_block_leaves_ids_and_numbers_free"),
        wrap=CommitForRollback,
    ),
    Fault(
        "a savepoint that undoes nothing",
        (BackendContract, "test_a_savepoint_undoes_its_part_of_a_block"),
        tamper={"savepoint": lambda real: nullcontext()},
    ),
    Fault(
        "a reader without a snapshot",
        (BackendContract, "test_a_reader_keeps_to_one_state"),
        wrap=Moving,
    ),
    Fault(
        "an open block shown to others",
        (BackendContract, "test_only_the_block_sees_what_it_wrote"),
        patch=open_block_shown,
        only="memory",
    ),
    Fault(
        "a revision's number that is not released",
        (Stamps, "test_a_call_that_raises_after_it_was_reserved"),
        patch=number_not_released,
    ),
    Fault(
        "a gap between revisions",
        (BackendContract, "test_numbers_rise_by_one_without_a_gap"),
        tamper={"record": second_number},
    ),
    Fault(
        "a revision that names nobody",
        (BackendContract, "test_the_log_of_a_contact"),
        tamper={"record": nobody_touched},
    ),
    Fault(
        "a time that falls",
        (BackendContract, "test_time_never_falls"),
        patch=time_falls,
    ),
    Fault(
        "a listing in the wrong order",
        (BackendContract, "test_memories_are_listed_newest_first"),
        tamper={"memories": oldest_first},
    ),
    Fault(
        "deleted versions in a listing",
        (Callers, "test_all_are_marked"),
        tamper={"versions": deleted_listed},
    ),
    Fault(
        "True taken for 1",
        (BackendContract, "test_metadata_is_equal_as_json"),
        patch=numbers_as_python_has_them,
        given={"sought": {"k": True}, "found": ["true"]},
    ),
    Fault(
        "a counter that is not decremented",
        (Verify, "test_verify"),
        patch=counter_not_decremented,
        only="memory",
    ),
    Fault(
        "a count with the deleted",
        (BackendContract, "test_what_a_contact_has_is_counted"),
        tamper={"count": deleted_counted},
    ),
    Fault(
        "links that do not follow the order",
        (Verify, "test_verify"),
        tamper={"history": history_without_order},
    ),
]

FAILURES = (AssertionError, pytest.fail.Exception, MemoryStoreError)
"""How a check fails: by its own word, by pytest's, or by an error of the store. Another exception
would be a mistake in the planting."""


def opened(name, folder):
    """An empty backend of that name."""
    if name == "memory":
        return closing(MemoryBackend())
    return closing(SQLiteBackend(folder / f"{len(list(folder.iterdir()))}.db", durability="normal"))


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        pytest.param(fault, name, id=f"{fault} on {name}")
        for fault in FAULTS
        for name in ("memory", "sqlite")
        if fault.only in (None, name)
    ],
)
def test_a_planted_fault_is_caught(fault, name, tmp_path, monkeypatch):
    """The named check passes without the fault, and fails with it."""
    owner, test = fault.caught_by
    with opened(name, tmp_path) as backend:
        run_test(owner, test, backend, **fault.given)
    with opened(name, tmp_path) as backend:
        fault.plant(monkeypatch)
        with pytest.raises(FAILURES):
            run_test(owner, test, fault.around(backend), **fault.given)


MACHINE_FINDS = (
    "a wrong neighbour",
    "a connection to an ended memory shown",
)


def found_by_the_machine(fault, monkeypatch, examples, steps):
    """Whether the machine sees the fault within so many runs; how short it can be made is left."""
    kind = type("Faulty", (MemoryMachine,), {})
    kind.make_backend = lambda _: fault.around(MemoryBackend())
    fault.plant(monkeypatch)
    few = settings(
        SETTINGS,
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        phases=[Phase.generate],
    )
    try:
        run_state_machine_as_test(kind, settings=few)
    except (Difference, MemoryStoreError):
        return True
    return False


@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS if fault.name in MACHINE_FINDS],
    ids=lambda fault: fault.name,
)
def test_the_machine_finds_a_planted_fault(fault, monkeypatch):
    """Without being told what to look for, within a few runs."""
    assert found_by_the_machine(fault, monkeypatch, 60, 20)


UNSEEN = (
    "a cursor without the tenant",
    "a reader without a snapshot",
    "a savepoint that undoes nothing",
    "a revision's number that is not released",
)
"""It gives no cursor to another tenant, has one thread, and no call of it raises once it wrote."""
DERIVED = tuple(fault.name for fault in FAULTS if fault.only == "sqlite")
"""The machine runs in memory."""


@pytest.mark.campaign
@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS if fault.name not in UNSEEN + DERIVED],
    ids=lambda fault: fault.name,
)
def test_a_long_run_of_the_machine_finds_a_planted_fault(fault, monkeypatch):
    """Every fault that shows itself in one thread and in a tenant's own cursors."""
    assert found_by_the_machine(fault, monkeypatch, 3000, 50)
