"""The shipped test kit: nothing in it hides, and what it hands out is good."""

import ast
import inspect
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings

import versionchain.testing.answers
import versionchain.testing.model
from versionchain import MemoryStore
from versionchain.backends.memory import MemoryBackend
from versionchain.testing import (
    BackendContract,
    Clock,
    DurableBackendContract,
    Ids,
    run_test,
    strategies,
)

quick = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def promises_of(part):
    return [name for name in vars(part) if name.startswith("test_")]


def test_no_two_parts_share_a_tests_name():
    """One of them would hide the other."""
    names = Counter(name for part in DurableBackendContract.__mro__ for name in promises_of(part))
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) > 150


def test_every_promise_is_one_sentence_at_least():
    """A test that fails says in its first line what was promised."""
    for part in DurableBackendContract.__mro__:
        for name in promises_of(part):
            doc = inspect.getdoc(getattr(part, name))
            assert doc
            assert doc.endswith((".", '"')), name


@pytest.mark.parametrize("module", [versionchain.testing.model, versionchain.testing.answers])
def test_the_model_shares_no_code_with_the_library(module):
    """A mistake would have to be made twice to stay unseen."""
    tree = ast.parse(inspect.getsource(module))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert (node.level, node.module) == (1, "answers") or node.level == 0
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    assert names
    assert not any(name.startswith(("versionchain", "attr", "sortedcontainers")) for name in names)


@pytest.mark.parametrize("missing", ["hypothesis", "pytest"])
def test_a_missing_extra_names_the_line_that_installs_it(missing):
    """An ImportError that can be acted on."""
    code = f"import sys; sys.modules[{missing!r}] = None; import versionchain.testing"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "python -m pip install 'versionchain[testing]'" in done.stderr


def test_one_test_can_be_run_without_pytest():
    """It passes silently, and raises what it finds."""
    run_test(BackendContract, "test_a_tenant_sees_nothing_of_another", MemoryBackend())
    with pytest.raises(AttributeError):
        run_test(BackendContract, "test_of_nothing", MemoryBackend())


def test_a_clock_goes_on_by_its_step_and_can_be_set():
    """Forth, back, or to a time."""
    clock = Clock(step=timedelta(minutes=1))
    first, second = clock(), clock()
    clock.move(timedelta(hours=-1))
    assert second - first == timedelta(minutes=1)
    assert clock() == first - timedelta(minutes=58)
    clock.now = first
    assert (clock(), clock.asked) == (first, 4)


def test_ids_follow_from_their_seed():
    """Valid, never the same twice, in no order; what was pushed comes next."""
    one, again, other = Ids(1), Ids(1), Ids(2)
    made = [one() for _ in range(100)]
    assert made == [again() for _ in range(100)] == list(map(UUID, one.given))
    assert len({*made, *(other() for _ in range(100))}) == 200
    assert made != sorted(made)
    assert {id.version for id in made} == {4}
    one.push(str(made[3]))
    assert one() == made[3] != one()


@quick
@given(strategies.new_memories())
def test_what_the_strategies_make_comes_in_and_back(item):
    """Every value is accepted, and read as it was given."""
    store = MemoryStore()
    (made,) = store.add_many([item])
    assert (made.contact_id, made.content) == (item.contact_id, item.content)
    assert made.metadata == (item.metadata or {})
    assert made.categories == tuple(dict.fromkeys(item.categories or ()))
    assert (made.session_id, made.event_start, made.event_end) == (
        item.session_id,
        item.event_start,
        item.event_end,
    )
    assert store.memories(item.contact_id, metadata=item.metadata).items == (made,)


@quick
@given(strategies.contact_ids(), strategies.contents())
def test_contacts_and_contents_come_in_and_back(contact_id, content):
    """Ugly but valid."""
    store = MemoryStore()
    made = store.add(contact_id, content)
    assert store.contacts().items == (contact_id,)
    assert store.get(made.id).content == content
