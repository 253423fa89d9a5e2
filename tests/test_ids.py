"""The id source: version 7 UUIDs in order of time, in threads, after a fork, whatever the clock."""

import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import SimpleNamespace

import pytest

from versionchain import ids
from versionchain.ids import UUID7

# RFC 9562, appendix A.6: Tuesday, 22 February 2022, 19:22:22.000 UTC.
RFC_MILLISECONDS = 0x017F22E279B0


@pytest.fixture
def clock(monkeypatch):
    """A clock to set by hand, in nanoseconds."""
    fake = SimpleNamespace(now=RFC_MILLISECONDS * 1_000_000)
    fake.time_ns = lambda: fake.now
    monkeypatch.setattr(ids, "time", fake)
    return fake


@pytest.fixture
def noise(monkeypatch):
    """The random bytes to set by hand."""
    fake = SimpleNamespace(byte=b"\0")
    fake.urandom = lambda count: fake.byte * count
    monkeypatch.setattr(ids, "os", fake)
    return fake


def ticks(id):
    """The part of an id that counts time, without the version between."""
    return id.int >> 80 << 12 | id.int >> 64 & 0xFFF


def test_an_id_is_laid_out_as_the_rfc_says(clock, noise):
    """The clock, the version, the fraction, the variant and the noise stand each in its bits."""
    assert str(UUID7()()) == "017f22e2-79b0-7000-8000-000000000000"
    noise.byte = b"\xff"
    assert str(UUID7()()) == "017f22e2-79b0-7000-bfff-ffffffffffff"
    clock.now += 999_999
    assert str(UUID7()()) == "017f22e2-79b0-7fff-bfff-ffffffffffff"
    clock.now += 1
    assert str(UUID7()()) == "017f22e2-79b1-7000-bfff-ffffffffffff"


@pytest.mark.parametrize(("nanoseconds", "fraction"), [(244, 0), (245, 1), (500_000, 2048)])
def test_the_fraction_counts_4096ths_of_a_millisecond(clock, noise, nanoseconds, fraction):
    """A step of the fraction is a 4,096th of a millisecond, rounded down."""
    clock.now += nanoseconds
    assert ticks(UUID7()()) == RFC_MILLISECONDS * 4096 + fraction


@pytest.mark.parametrize("milliseconds", [1, 946_684_800_000, 1_767_225_600_123, (1 << 48) - 1])
def test_the_first_48_bits_are_the_clocks_milliseconds(clock, milliseconds):
    """Whoever reads an id as RFC 9562 says finds the time at which it was made."""
    clock.now = milliseconds * 1_000_000
    assert UUID7()().int >> 80 == milliseconds


def test_an_id_is_a_valid_version_7():
    """Python's own class reads it as version 7 of the RFC's variant."""
    new_id = UUID7()
    for _ in range(1000):
        id = new_id()
        assert (id.version, id.variant) == (7, uuid.RFC_4122)
        assert uuid.UUID(str(id)) == id


def test_a_clock_that_stands_still_counts_on(clock):
    """Ids of one moment rise by one step each, over the end of the millisecond too."""
    new_id = UUID7()
    made = [new_id() for _ in range(5000)]
    assert [ticks(id) for id in made] == [RFC_MILLISECONDS * 4096 + i for i in range(5000)]
    assert list(map(str, made)) == sorted(map(str, made))
    assert {id.version for id in made} == {7}


def test_a_clock_that_goes_back_counts_on(clock):
    """A clock that was set back makes no id that sorts before an earlier one."""
    new_id = UUID7()
    first = new_id()
    clock.now -= 3_600_000_000_000
    second = new_id()
    assert ticks(second) == ticks(first) + 1
    clock.now += 3_600_000_000_000 + 1_000_000
    assert ticks(new_id()) == (RFC_MILLISECONDS + 1) * 4096


def test_a_clock_that_goes_on_is_followed(clock):
    """Where the clock is ahead of the count, the clock is what counts."""
    new_id = UUID7()
    made = []
    for _ in range(3):
        made.append(ticks(new_id()))
        clock.now += 1_000_000
    assert [after - before for before, after in pairwise(made)] == [4096, 4096]


def test_two_sources_of_one_moment_give_two_ids(clock):
    """What tells ids of the same moment apart is 62 bits of noise."""
    assert len({UUID7()() for _ in range(1000)}) == 1000


def test_threads_get_distinct_ids_in_order():
    """10,000 ids over eight threads: none twice, and each thread's own are ascending."""
    new_id = UUID7()
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(lambda: [str(new_id()) for _ in range(1250)]) for _ in range(8)]
        made = [future.result() for future in futures]
    assert all(each == sorted(each) for each in made)
    assert len({id for each in made for id in each}) == 10_000


def test_a_thread_that_is_interrupted_between_reading_the_clock_and_counting(monkeypatch):
    """Even where another thread counts on in between, the ids differ and rise."""
    new_id = UUID7()
    made = []

    def time_ns():
        if len(made) < 1:
            made.append(None)
            made[0] = new_id()
        return RFC_MILLISECONDS * 1_000_000

    monkeypatch.setattr(ids, "time", SimpleNamespace(time_ns=time_ns))
    outer = new_id()
    assert ticks(outer) == ticks(made[0]) + 1


FORKING = """
import os, sys
from versionchain.ids import UUID7
new_id = UUID7()
new_id._last = 1 << 59  # ahead of any clock, so that both count on from the same number
reader, writer = os.pipe()
child = os.fork()
made = " ".join(str(new_id()) for _ in range(500)).encode()
if child == 0:
    os.write(writer, made)
    os._exit(0)
os.close(writer)
theirs = b""
while chunk := os.read(reader, 65536):
    theirs += chunk
assert os.waitpid(child, 0)[1] == 0
print(made.decode(), theirs.decode())
"""


def test_a_forked_child_repeats_no_id():
    """A process that forked and its child go on from the same count, and never meet."""
    run = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, check=True
    )
    made = run.stdout.split()
    assert len(made) == len(set(made)) == 1000
    assert [ticks(uuid.UUID(id)) for id in made[:500]] == [
        ticks(uuid.UUID(id)) for id in made[500:]
    ]


def test_many_at_once(clock):
    """They count on from one another, each with noise of its own, and the next call after them."""
    new_id = UUID7()
    made = [uuid.UUID(text) for text in new_id.texts(3000)]
    assert [ticks(id) for id in made] == [ticks(made[0]) + i for i in range(3000)]
    assert len({id.int & (1 << 62) - 1 for id in made}) == 3000
    assert ticks(new_id()) == ticks(made[-1]) + 1
    assert new_id.texts(0) == []


def test_ids_that_are_drawn_together_share_no_noise(monkeypatch):
    """Each has 62 bits of its own, in the order in which the system gave them."""
    given = bytes(range(7, 7 + 24))
    monkeypatch.setattr(ids, "os", SimpleNamespace(urandom=lambda count: given[:count]))
    for i, text in enumerate(UUID7().texts(3)):
        wanted = int.from_bytes(given[8 * i : 8 * i + 8], "big") & (1 << 62) - 1
        assert uuid.UUID(text).int & (1 << 62) - 1 == wanted
